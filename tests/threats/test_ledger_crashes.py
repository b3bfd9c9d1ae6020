"""T7: of many writers, some of them killed, no acknowledged event is lost, no history forks."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from archive.ledger import parse_entry, unverified_checkpoint
from archive.model.ids import new_uuid
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.events import record_event
from archive.services.granting import about
from archive.services.parts import Archive
from archive.services.session import Session
from tests.small_archive import Small

_fork = get_context("fork")
EVENTS, WRITERS, KILLS = 25, 3, 6


def write(archive: Archive, session: Session, told: int, count: int) -> None:
    """Write events one by one, and say which are acknowledged as soon as they are."""
    mine = archive.in_child()
    for _ in range(count):
        obj = new_uuid(os.urandom)
        record_event(mine, session, about(EventType.VIEW, obj))
        os.write(told, f"{obj}\n".encode())


def publish(archive: Archive, _session: Session, _told: int, count: int) -> None:
    mine = archive.in_child()
    files, keys = audit.LogFiles(mine.folder), audit.log_keys(mine.folder.vkeys)
    for _ in range(count):
        with mine.catalog.read() as view:
            files.publish(view.ledger, keys)


Work = Callable[[Archive, Session, int, int], None]


def start(work: Work, small: Small, who: str, told: int, count: int) -> BaseProcess:
    arguments = (small.archive, small.people[who], told, count)
    process = _fork.Process(target=work, args=arguments)
    process.start()
    return process


def acknowledged(channel: Path) -> set[str]:
    return {line for line in channel.read_text().splitlines() if len(line) == 36}


def entered(archive: Archive) -> set[str]:
    with archive.catalog.read() as view:
        return {parse_entry(row.body).object for row in view.ledger.entries(0, 1 << 40)}


def whole(archive: Archive) -> list[audit.Finding]:
    files = audit.LogFiles(archive.folder)
    with archive.catalog.read() as view:
        files.publish(view.ledger, audit.log_keys(archive.folder.vkeys))
    return audit.verify(archive.catalog, archive.folder.vkeys, files=files).failures


def test_writers_of_several_processes_lose_nothing_and_fork_nothing(
    small: Small, tmp_path: Path
) -> None:
    channel = tmp_path / "told"
    told = os.open(channel, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    people = ("custodian", "archivist", "auditor")[:WRITERS]
    crew = [start(write, small, who, told, EVENTS) for who in people]
    crew.append(start(publish, small, "auditor", told, EVENTS))
    for process in crew:
        process.join()
    os.close(told)
    assert [process.exitcode for process in crew] == [0] * len(crew)
    assert len(acknowledged(channel)) == WRITERS * EVENTS
    assert acknowledged(channel) <= entered(small.archive)
    assert whole(small.archive) == []
    small.archive.close()


@pytest.mark.parametrize("work", [write, publish], ids=["append", "publish"])
def test_a_process_that_is_killed_takes_nothing_acknowledged_with_it(
    small: Small, tmp_path: Path, work: Work
) -> None:
    channel, rng = tmp_path / "told", random.Random(9)
    told = os.open(channel, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    heads: dict[int, bytes] = {}
    for _ in range(KILLS):
        victim = start(work, small, "archivist", told, 10_000)
        witness = start(write, small, "custodian", told, rng.randrange(3, 9))
        witness.join()
        os.kill(victim.pid or 0, signal.SIGKILL)
        victim.join()
        assert witness.exitcode == 0
        note = audit.LogFiles(small.archive.folder).note("signed") or ""
        head = unverified_checkpoint(note)
        assert heads.setdefault(head.size, head.root) == head.root
        assert acknowledged(channel) <= entered(small.archive)
    os.close(told)
    assert whole(small.archive) == []
    with small.archive.catalog.read() as view:
        stored = dict(view.ledger.checkpoints())
    assert all(unverified_checkpoint(stored[size]).root == root for size, root in heads.items())
    small.archive.close()
