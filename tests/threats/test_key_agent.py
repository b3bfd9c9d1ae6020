"""T1, T8: unlocked keys live in keyholders alone, and go when they should."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import ArchiveError, KeysLocked, PassphraseNeeded, WrongPassphrase
from archive.model.access import Compartment, Level, Role
from archive.model.search import SearchRequest
from archive.services import epochs
from archive.services.members import administration, ceremonies, unlocking
from archive.services.reading_room import access
from archive.services.session import sign_in
from archive.services.unlocked import payload_of
from keys.age import seal_small
from keys.agent import client
from keys.agent.client import Keyholder, Ticket
from keys.errors import AgentRefused, AgentSealed, AgentUnreachable, WrongSecret
from keys.member import MemberSecret
from keys.profiles import RFC9106_SECOND
from keys.slots import make_slot
from tests.household import Household
from tests.small_archive import PASSPHRASE, Small, build
from tests.threats.agent_rig import Browser, alive, children, heard, seen, serving, until

SECRET = MemberSecret(b"\x29" * 31 + b"\x07")
PHRASE = b"paper lighthouse morning cinder"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


@pytest.fixture(autouse=True)
def _sealed_afterwards(small: Small) -> Iterator[None]:
    yield
    unlocking.seal(small.archive)


@pytest.fixture
def slot() -> str:
    made = make_slot(
        SECRET,
        bytearray(PHRASE),
        member="m",
        slot=0,
        profile=RFC9106_SECOND,
        random=os.urandom,
    )
    return made.to_json()


Start = Callable[..., tuple[Path, int]]


def reachable(path: Path) -> bool:
    try:
        client.sessions(path)
    except AgentUnreachable:
        return False
    return True


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start agents on sockets of their own; return socket and process id."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin(*limits: float) -> tuple[Path, int]:
        path = tmp_path / f"agent{len(begun)}.sock"
        command = [sys.executable, "-m", "keys.agent.server", str(path), *map(str, limits)]
        begun.append(subprocess.Popen(command))
        until(lambda: reachable(path))
        return path, begun[-1].pid

    yield begin
    for process in begun:
        process.kill()
        process.wait()


def login(path: Path, slot: str) -> Keyholder:
    return Keyholder(path, client.login(path, slot, bytearray(PHRASE), member="m"))


_WORKER = """
import sys
from pathlib import Path
from archive.bootstrap import open_archive
from archive.model.search import SearchRequest
from archive.services.members import unlocking
from archive.services.reading_room import access
from archive.services.session import sign_in
archive = open_archive(Path(sys.argv[1]))
if sys.argv[2] == "agent":
    session = unlocking.unlocked(archive, "archivist")
else:
    session = sign_in(archive, "archivist", bytearray(sys.stdin.readline().strip().encode()))
total = access.search(archive, session, SearchRequest(query="kettles")).total
for one in access.records(archive, session).items:
    access.show(archive, session, one.record)
print(total, flush=True)
sys.stdin.readline()
"""


@pytest.mark.skipif(os.getuid() != 0, reason="reads the memory of other processes: needs root")
def test_a_worker_that_uses_unlocked_keys_has_none_of_them_in_memory(small: Small) -> None:
    archivist = small.people["archivist"]
    assert isinstance(archivist.secret, MemberSecret)
    seeds = [archivist.secret.seed, archivist.log_seed]
    for granted in archivist.identities.values():
        seeds += [payload_of(one) for one in granted]
    unlocking.unlock(small.archive, "archivist", bytearray(PASSPHRASE)).lock()
    found = {}
    for way in ("agent", "direct"):
        command = [sys.executable, "-c", _WORKER, str(small.archive.folder.path), way]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            if way == "direct":
                process.stdin.write(PASSPHRASE.decode() + "\n")
                process.stdin.flush()
            assert process.stdout.readline() == "2\n"
            found[way] = (seen(process.pid, *seeds), seen(process.pid, PASSPHRASE))
            process.stdin.close()
    assert found["agent"] == (0, 0)
    assert found["direct"][0] >= len(set(seeds))


@pytest.mark.skipif(os.getuid() != 0, reason="reads the memory of other processes: needs root")
def test_the_web_process_never_has_a_private_key_and_a_cookie_alone_opens_nothing(
    small: Small,
) -> None:
    archivist = small.people["archivist"]
    assert isinstance(archivist.secret, MemberSecret)
    seeds = [archivist.secret.seed, archivist.log_seed]
    for granted in archivist.identities.values():
        seeds += [payload_of(one) for one in granted]
    with serving(small) as (url, pid):
        browser = Browser(url)
        assert browser.sign_in("archivist")[:2] == (303, "/")
        status, _, page = browser.ask(f"/records/{small.kept}")
        assert (status, "kettles" in page) == (200, True)
        assert browser.ask("/search", query="kettles", level="originals")[0] == 303
        assert len(unlocking.sessions(small.archive)) == 1
        assert seen(pid, *seeds) == 0
        stolen = browser.cookie
        assert browser.ask("/sign-out", sure="yes")[0] == 303
        assert unlocking.sessions(small.archive) == ()

        assert browser.sign_in("archivist")[0] == 303
        old, browser.cookie = browser.cookie, stolen
        assert browser.ask("/records")[1] == "/sign-in"
        browser.cookie = old
        assert browser.ask("/records")[0] == 200
        unlocking.seal(small.archive)
        assert browser.ask("/records")[1] == "/sign-in"
        assert browser.sign_in("archivist")[0] == 303
        assert len(unlocking.sessions(small.archive)) == 1
    assert unlocking.sessions(small.archive) == ()


@pytest.mark.skipif(os.getuid() != 0, reason="reads the memory of other processes: needs root")
def test_the_agent_never_has_a_key_a_passphrase_or_a_callers_half(start: Start, slot: str) -> None:
    path, agent = start()
    ticket = client.login(path, slot, bytearray(PHRASE), member="m")
    holder = Keyholder(path, ticket)
    holder.ask("public")
    [keyholder] = children(agent)
    assert seen(agent, SECRET.seed, PHRASE, ticket.half) == 0
    assert seen(keyholder, PHRASE) == 0
    holder.end()
    until(lambda: not alive(keyholder))


def test_agent_and_keyholder_cannot_be_dumped(start: Start, slot: str) -> None:
    path, agent = start()
    login(path, slot)
    for pid in (agent, *children(agent)):
        limits = Path(f"/proc/{pid}/limits").read_text()
        [core] = [line.split() for line in limits.splitlines() if "core file" in line]
        assert core[4:6] == ["0", "0"]
        assert os.stat(f"/proc/{pid}/mem").st_uid == 0
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_a_half_without_the_other_opens_nothing(start: Start, slot: str) -> None:
    path, agent = start()
    ticket = client.login(path, slot, bytearray(PHRASE), member="m")
    [keyholder] = children(agent)
    stranger = Keyholder(path, Ticket(ticket.session, bytes(32)))
    for _ in range(10):
        with pytest.raises((AgentSealed, AgentUnreachable)):
            stranger.ask("public")
    until(lambda: not alive(keyholder))
    with pytest.raises((AgentSealed, AgentUnreachable)):
        Keyholder(path, ticket).ask("public")


def test_a_ticket_opens_nothing_at_an_agent_that_was_started_again(start: Start, slot: str) -> None:
    path, agent = start()
    ticket = client.login(path, slot, bytearray(PHRASE), member="m")
    [keyholder] = children(agent)
    os.kill(agent, signal.SIGKILL)
    until(lambda: not alive(keyholder))
    again, _ = start()
    with pytest.raises(AgentUnreachable):
        Keyholder(path, ticket).ask("public")
    with pytest.raises(AgentSealed):
        Keyholder(again, ticket).ask("public")
    assert client.sessions(again) == []


def test_a_keyholder_gives_no_seed_away(start: Start, slot: str) -> None:
    path, _ = start()
    holder = login(path, slot)
    recipient = SECRET.identity.recipient()
    grant = seal_small(b"\x55" * 32, [recipient], random=os.urandom)
    holder.adopt("reading/1", grant)
    sealed = grant.hex()
    for op, more in [
        ("reveal", {"sealed": sealed}),
        ("adopt", {"name": "member", "sealed": sealed}),
        ("unwrap", {"name": "member", "stanzas": []}),
        ("unwrap", {"name": "log", "stanzas": []}),
        ("derive", {"name": "member", "info": "strongroom/member/ed25519/v1"}),
        ("derive", {"name": "member", "info": "strongroom/member/identity/v1"}),
        ("derive", {"name": "log", "info": "strongroom/log/ed25519/v1"}),
        ("export", {}),
    ]:
        with pytest.raises(AgentRefused):
            holder.ask(op, **more)
    public = holder.reveal(seal_small(b'{"a":"b"}', [recipient], random=os.urandom))
    assert public == b'{"a":"b"}'


def test_a_wrong_passphrase_leaves_no_keyholder(start: Start, slot: str) -> None:
    path, agent = start()
    with pytest.raises(WrongSecret):
        client.login(path, slot, bytearray(b"not the passphrase"), member="m")
    until(lambda: not client.sessions(path) and not children(agent))


def test_sessions_end_without_use_and_in_any_case(start: Start, slot: str) -> None:
    for limits in ((3.0, 3600.0), (3600.0, 3.0)):
        path, agent = start(*limits)
        holder = login(path, slot)
        until(lambda at=path: not client.sessions(at))
        until(lambda pid=agent: not children(pid))
        with pytest.raises((AgentSealed, AgentUnreachable)):
            holder.ask("public")


def test_seal_ends_every_session_and_the_agent(start: Start, slot: str) -> None:
    path, agent = start()
    login(path, slot)
    login(path, slot)
    holders = children(agent)
    assert len(client.sessions(path)) == len(holders) == 2
    assert client.seal(path) == 2
    assert not any(map(alive, holders))
    until(lambda: not path.exists())


@pytest.mark.skipif(os.getuid() != 0, reason="becomes another user: needs root")
@pytest.mark.parametrize(("user", "told"), [(0, True), (65534, False)])
def test_another_user_gets_no_answer_even_where_the_files_let_them(user: int, told: bool) -> None:
    place = Path(tempfile.mkdtemp(dir="/dev/shm"))
    place.chmod(0o755)
    path = place / "agent.sock"
    agent = subprocess.Popen([sys.executable, "-m", "keys.agent.server", str(path)])
    try:
        until(lambda: reachable(path))
        path.chmod(0o666)
        mine, theirs = socket.socketpair()
        with mine, theirs:
            pid = os.fork()
            if pid == 0:
                theirs.sendall(heard(path, user))
                os._exit(0)
            assert (b"sessions" in mine.recv(100)) == told
            os.waitpid(pid, 0)
    finally:
        agent.kill()
        agent.wait()
        shutil.rmtree(place)


def test_what_hands_keys_on_takes_the_passphrase_itself(small: Small) -> None:
    session = unlocking.unlock(small.archive, "custodian", bytearray(PASSPHRASE))
    assert session.log_seed == b""
    phrase = bytearray(b"button harvest violet ninety")
    for act in (
        lambda: epochs.roll_keys(small.archive, session, [Compartment.READING]),
        lambda: administration.invite(small.archive, session, "Somebody New", Role.AUDITOR),
        lambda: administration.change_passphrase(small.archive, session, phrase, RFC9106_SECOND),
    ):
        with pytest.raises(PassphraseNeeded):
            act()
    query = SearchRequest(query="kettles")
    assert access.search(small.archive, session, query).total == 2


def test_a_member_who_is_disabled_or_changed_loses_the_keyholder_at_once(small: Small) -> None:
    custodian = small.people["custodian"]
    for name in ("Disabled One", "Changed One"):
        administration.add_member(
            small.archive,
            custodian,
            name,
            Role.ARCHIVIST,
            bytearray(PASSPHRASE),
            RFC9106_SECOND,
        )
        unlocking.unlock(small.archive, name, bytearray(PASSPHRASE))
        assert unlocking.unlocked(small.archive, name) is not None
    assert len(unlocking.sessions(small.archive)) == 2
    ceremonies.disable(small.archive, custodian, "Disabled One")
    assert len(unlocking.sessions(small.archive)) == 1
    direct = sign_in(small.archive, "Changed One", bytearray(PASSPHRASE))
    phrase = bytearray(b"button harvest violet ninety")
    administration.change_passphrase(small.archive, direct, phrase, RFC9106_SECOND)
    assert unlocking.sessions(small.archive) == ()
    for name in ("Disabled One", "Changed One"):
        assert unlocking.unlocked(small.archive, name) is None


def test_a_session_whose_keyholder_is_gone_says_so(small: Small) -> None:
    session = unlocking.unlock(small.archive, "archivist", bytearray(PASSPHRASE))
    unlocking.seal(small.archive)
    with pytest.raises(KeysLocked):
        session.index_key(Level.ORIGINALS)
    for name, phrase in (("archivist", b"wrong words"), ("Nobody", PASSPHRASE)):
        with pytest.raises(WrongPassphrase):
            unlocking.unlock(small.archive, name, bytearray(phrase))


def test_a_folder_that_somebody_else_made_is_not_used(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "strongroom").mkdir()
    (tmp_path / "strongroom").chmod(0o755)
    with pytest.raises(ArchiveError):
        unlocking.unlock(small.archive, "archivist", bytearray(PASSPHRASE))
    (tmp_path / "strongroom").chmod(0o700)


@pytest.mark.slow
def test_a_batch_of_commands_asks_once(tmp_path: Path) -> None:
    house = Household.apart(tmp_path).found()
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "a.txt").write_text("Ledger of the kelp harvest.\n")
    asked = house.run("--as", "archivist", "ingest", tmp_path / "box")
    assert (asked.code, asked.data["error"]["code"]) == (12, "passphrase-missing")
    assert house.run("unlock", member="archivist").code == 0
    assert house.run("--as", "archivist", "ingest", tmp_path / "box").code == 0
    [hit] = house.run("--as", "archivist", "search", "kelp").lines[-1:]
    assert hit["total"] == 1
    [one] = house.run("sessions").lines
    assert one["idle"] <= one["age"]
    runtime = Path(os.environ["XDG_RUNTIME_DIR"]) / "strongroom"
    for path in runtime.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        if path.suffix == ".ticket":
            assert set(json.loads(path.read_text())) == {"session", "half"}
    assert house.run("--as", "archivist", "lock").data == {"locked": True}
    assert house.run("--as", "archivist", "search", "kelp").code == 12
    assert house.run("unlock", member="archivist").code == 0
    assert house.run("seal").data == {"ended": 1}
    assert house.run("--as", "archivist", "search", "kelp").code == 12
    assert house.run("audit", "verify").data["ok"] is True
