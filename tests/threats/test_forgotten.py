"""T1: however a session ends, nothing of it stays in the memory of any of our processes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.model.access import Compartment, Role
from archive.sealing import open_header
from archive.services.members import administration, ceremonies, second_factor, unlocking
from archive.services.session import Session, sign_in
from archive.services.unlocked import payload_of, seed_of
from keys.agent import client
from keys.profiles import RFC9106_SECOND
from keys.totp import PERIOD, hotp
from tests.small_archive import OTHER, Small, build
from tests.threats.agent_rig import Browser, alive, pages_of, until
from tests.threats.memory_scan import Scan, below, forms

pytestmark = pytest.mark.skipif(
    os.getuid() != 0, reason="reads the memory of other processes: needs root"
)
_CORES = 'ulimit -S -c "$(ulimit -H -c)"; exec "$@"'  # as on a machine that allows them
NEW = b"button harvest violet ninety"


@dataclass(slots=True)
class Served:
    """A running `serve` and its archive."""

    small: Small
    runtime: Path
    pid: int
    url: str

    @property
    def pages(self) -> int:
        return pages_of(self.pid)

    @property
    def everybody(self) -> set[int]:
        return {self.pid} | below(self.pid)


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the agent's socket, for the server and every test."""
    return tmp_path_factory.mktemp("runtime")


@pytest.fixture(autouse=True)
def _one_runtime(runtime: Path, _own_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))


def largest_core(pid: int) -> str:
    """Return the most bytes of a process's memory that a crash writes to a file, as /proc says."""
    told = Path(f"/proc/{pid}/limits").read_text()
    return told.partition("Max core file size")[2].split()[0]


@contextmanager
def serving(small: Small, runtime: Path, *limits: str) -> Iterator[Served]:
    command = [sys.executable, "-c", "from archive.cli import main; main()", "--json", "--archive"]
    command += [str(small.archive.folder.path), "serve", "--listen", "127.0.0.1:0"]
    command += ["--second-factor", "none", *limits]
    env = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
    command = ["sh", "-c", _CORES, "sh", *command]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        try:
            yield Served(small, runtime, process.pid, url)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def served(small: Small, runtime: Path) -> Iterator[Served]:
    with serving(small, runtime) as one:
        yield one


@pytest.fixture(scope="module")
def auditor(served: Served) -> Browser:
    """Somebody else, who stays signed in whatever happens to others."""
    browser = Browser(served.url)
    browser.sign_in("auditor")
    return browser


def test_a_crash_of_the_pages_leaves_no_file_of_their_memory(
    served: Served, auditor: Browser
) -> None:
    assert auditor.ask("/audit")[0] == 200
    others = below(served.pid)
    assert served.pages in others
    assert {largest_core(pid) for pid in others} == {"0"}


@dataclass(slots=True)
class Visitor:
    """A member who is signed in on the pages, and has the same keys in the test's own process."""

    served: Served
    browser: Browser
    direct: Session
    passphrase: bytes

    @classmethod
    def arrive(cls, served: Served, name: str) -> Visitor:
        archive, phrase = served.small.archive, f"{name} lantern ferry granite".encode()
        head = served.small.people["custodian"]
        add = (archive, head, name, Role.ARCHIVIST, bytearray(phrase), RFC9106_SECOND)
        administration.add_member(*add)
        direct, browser = sign_in(archive, name, bytearray(phrase)), Browser(served.url)
        assert browser.sign_in(name, phrase)[:2] == (303, "/")
        return cls(served, browser, direct, phrase)

    def work(self) -> None:
        """Read an original that was never released, search for it, and hand another in."""
        assert OTHER in self.browser.ask(f"/records/{self.served.small.kept}")[2]
        status, place, _ = self.browser.ask("/search", query="kettles", level="originals")
        assert status == 303
        assert "kettles" in self.browser.ask(place)[2]

    def scan(self) -> Scan:
        """Return a search for everything that is this visitor's, and nobody else's here."""
        opened = self.direct.identities
        kinds = (Compartment.ORIGINALS, Compartment.READING)
        seeds = [payload_of(one) for kind in kinds for one in opened[kind]]
        return Scan(
            {
                "private key": [seed_of(self.direct.secret), *seeds],
                "object key": [self._object_key()],
                "cookie half": [bytes.fromhex(self.browser.cookie)],
                "passphrase": [self.passphrase, NEW],
                "page text": [OTHER.encode()[:24], OTHER.encode()[-24:]],
            }
        )

    def _object_key(self) -> bytes:
        small = self.served.small
        with small.archive.catalog.read() as snapshot:
            record = snapshot.records.get(small.kept)
            assert record is not None
            header = snapshot.headers.get(record.header)
            assert header is not None
        return open_header(header.header, self.direct.identities[Compartment.ORIGINALS]).raw

    @property
    def out(self) -> bool:
        return self.browser.ask("/records")[:2] == (303, "/sign-in")


def sign_out(one: Visitor) -> None:
    assert one.browser.ask("/sign-out", sure="yes")[0] == 303


def disable(one: Visitor) -> None:
    small = one.served.small
    ceremonies.disable(small.archive, small.people["custodian"], one.direct.name)


def change_role(one: Visitor) -> None:
    small = one.served.small
    head = small.people["custodian"]
    ceremonies.change_role(small.archive, head, one.direct.name, Role.RESEARCHER)


def change_passphrase(one: Visitor) -> None:
    archive = one.served.small.archive
    administration.change_passphrase(archive, one.direct, bytearray(NEW), RFC9106_SECOND)


def remove_factor(one: Visitor) -> None:
    small = one.served.small
    enrolment = second_factor.begin(small.archive, one.direct)
    code = hotp(enrolment.key, int(small.archive.clock().timestamp()) // PERIOD)
    second_factor.confirm(small.archive, one.direct, enrolment, code)
    second_factor.remove(small.archive, small.people["custodian"], one.direct.name)


def seal(one: Visitor) -> None:
    unlocking.seal(one.served.small.archive)


def forgotten(one: Visitor, end: Callable[[Visitor], None]) -> set[str]:
    """End the session of a visitor, and return what is found when its process is gone."""
    scan, pages = one.scan(), one.served.pages
    end(one)
    until(lambda: not alive(pages))
    return scan.found(one.served.everybody)


def test_the_scan_finds_a_secret_in_every_form_and_nothing_else() -> None:
    secret = bytes(range(7, 23))
    found = Scan({"one": [secret], "other": [b"granite lantern"]})
    noise = hashlib.shake_128(b"noise").digest(1 << 20)
    assert found.within(noise) == set()
    for form in forms(secret):
        for place in (0, 7, len(noise)):
            assert found.within(noise[:place] + form + noise[place:]) == {"one"}


@pytest.mark.parametrize(
    "end", [sign_out, disable, change_role, change_passphrase, remove_factor, seal]
)
def test_nothing_of_a_session_that_ended_is_in_any_process(
    served: Served, auditor: Browser, end: Callable[[Visitor], None]
) -> None:
    one = Visitor.arrive(served, end.__name__)
    one.work()
    live = {found.partition(" in ")[0] for found in one.scan().found(served.everybody)}
    assert {"cookie half", "page text"} <= live
    assert forgotten(one, end) == set()
    assert one.out
    assert (auditor.ask("/audit")[0] == 200) == (end is not seal)


def test_a_session_that_is_ended_from_another_is_forgotten_and_that_one_goes_on(
    served: Served,
) -> None:
    one, other = Visitor.arrive(served, "two browsers"), Browser(served.url)
    assert other.sign_in("two browsers", one.passphrase)[:2] == (303, "/")
    one.work()
    [agent] = served.runtime.glob("strongroom/*.sock")
    scan, pages, held = one.scan(), served.pages, len(client.sessions(agent))
    assert "End all others" in other.ask("/sessions")[2]
    assert other.ask("/sessions", act="others")[:2] == (303, "/sessions")
    assert len(client.sessions(agent)) == held - 1
    until(lambda: not alive(pages))
    left = {found.partition(" in ")[0] for found in scan.found(served.everybody)}
    assert left <= {"private key"}  # of the same member: in the keyholder of the other session
    assert one.out
    assert other.ask("/sessions")[0] == 200


def idle(_one: Visitor) -> None:
    """Do nothing any more."""


def stay(one: Visitor) -> None:
    """Be at work until only the longest life of a session can end it: 24 seconds."""
    [agent] = one.served.runtime.glob("strongroom/*.sock")

    def old() -> bool:
        one.browser.ask("/records")
        return all(int(session["age"]) >= 8 for session in client.sessions(agent))

    until(old)


@pytest.fixture(scope="module")
def hasty(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose sessions last 18 seconds without use, and 24 in any case."""
    with serving(small, tmp_path_factory.mktemp("other"), "--idle=0.3", "--absolute=0.4") as one:
        yield one


@pytest.mark.parametrize("end", [idle, stay])
def test_nothing_of_a_session_whose_time_is_over_is_in_any_process(
    hasty: Served, end: Callable[[Visitor], None]
) -> None:
    one = Visitor.arrive(hasty, end.__name__)
    one.work()
    assert forgotten(one, end) == set()
    assert one.out
