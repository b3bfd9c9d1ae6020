"""T8: what is asked of a keyholder is counted, and who asks too much holds up nobody else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.model.provenance import EventType
from archive.services import audit
from archive.services.members import entering, unlocking
from archive.services.reading_room import access
from keys.agent import client, wire
from keys.agent.client import Keyholder
from keys.errors import AgentRefused, AgentSealed, AgentUnreachable
from keys.member import MemberSecret
from keys.profiles import RFC9106_SECOND
from keys.slots import make_slot
from tests.small_archive import PASSPHRASE, Small, build
from tests.threats.agent_rig import children, until

PHRASE = b"paper lighthouse morning cinder"


@pytest.fixture(scope="module")
def slot() -> str:
    secret = MemberSecret(b"\x31" * 32)
    made = make_slot(
        secret, bytearray(PHRASE), member="m", slot=0, profile=RFC9106_SECOND, random=os.urandom
    )
    return made.to_json()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    path = tmp_path / "agent.sock"
    process = subprocess.Popen([sys.executable, "-m", "keys.agent.server", str(path)])
    until(lambda: answers(path))
    yield path, process.pid
    process.kill()
    process.wait()


def answers(path: Path) -> bool:
    try:
        client.sessions(path)
    except AgentUnreachable:
        return False
    return True


def login(path: Path, slot: str, member: str, door: str = "") -> Keyholder:
    return Keyholder(path, client.login(path, slot, bytearray(PHRASE), member=member, door=door))


def test_every_request_is_counted_by_what_it_was(agent: tuple[Path, int], slot: str) -> None:
    path, _ = agent
    holder = login(path, slot, "one")
    for _ in range(3):
        holder.ask("public")
    with pytest.raises(AgentRefused):
        holder.ask("derive", name="member", info="strongroom/member/ed25519/v1")
    assert holder.tally() == {"public": 3, "refused": 1}
    [told] = client.sessions(path)
    assert told["uses"] == 5


def test_a_keyholder_that_hangs_and_a_flood_at_it_hold_up_nobody_else(
    agent: tuple[Path, int], slot: str
) -> None:
    path, pid = agent
    before = set(children(pid))
    flooded = client.login(path, slot, bytearray(PHRASE), member="one")
    [hanging] = set(children(pid)) - before
    other = login(path, slot, "two")
    os.kill(hanging, signal.SIGSTOP)
    waiting = []
    refused = 0
    while not refused:
        assert len(waiting) < 5000
        waiting.append(wire.connect(path))
        wire.send(waiting[-1], {"op": "use", "session": flooded.session})
        other.ask("public")
        refused += heard(waiting[-1])
    assert other.ask("public")["ok"]
    for connection in waiting:
        connection.close()
    os.kill(hanging, signal.SIGCONT)


def heard(connection: socket.socket) -> bool:
    """Return whether the agent said already that too many wait."""
    connection.setblocking(False)
    try:
        return b"busy" in connection.recv(100)
    except BlockingIOError:
        return False


def test_the_sessions_of_one_door_end_without_those_of_another(
    agent: tuple[Path, int], slot: str
) -> None:
    path, _ = agent
    web, line = login(path, slot, "one", "web"), login(path, slot, "one", "command-line")
    assert client.end(path, door="web") == 1
    assert line.ask("public")["ok"]
    with pytest.raises((AgentSealed, AgentUnreachable)):
        web.ask("public")


def test_what_the_keys_did_is_in_the_ledger_when_a_member_signs_out(tmp_path: Path) -> None:
    small: Small = build(tmp_path)
    session = entering.unlock(small.archive, "archivist", bytearray(PASSPHRASE), "command-line")
    access.show(small.archive, session, small.kept)
    entering.left(small.archive, session, "command-line")
    unlocking.seal(small.archive)
    [newest] = [
        one.links
        for one in audit.timeline(small.archive.catalog, limit=5)
        if one.type == EventType.SIGN_OUT.value
    ]
    counts = dict(one.split(" ") for one in newest["used"].split(", "))
    assert int(counts["unwrap"]) >= 1
    assert int(counts["sign"]) >= 2
    small.archive.close()
