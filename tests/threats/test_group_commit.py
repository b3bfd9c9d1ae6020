"""T4: events of several threads share one commit; nothing is shown before its entry is durable."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from archive.bootstrap import open_archive
from archive.catalog import Catalog
from archive.errors import ArchiveBusy, KeysLocked
from archive.ledger import Log, parse_entry
from archive.model.access import Level
from archive.model.provenance import Entry, EventType
from archive.services import audit
from archive.services.events import record_event
from archive.services.granting import about
from archive.services.reading_room import access
from archive.services.session import Session
from tests.small_archive import PASSPHRASE, Small, build
from tests.threats.agent_rig import until

PEOPLE = ("custodian", "archivist", "researcher")


class GoneSigner:
    """A signing key whose keyholder has just ended."""

    def __init__(self, public: bytes) -> None:
        self.public = public

    def sign(self, _message: bytes) -> bytes:
        raise KeysLocked


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return build(tmp_path_factory.mktemp("house"))


@pytest.fixture
def small(house: Small, tmp_path: Path) -> Small:
    """The same archive in a folder of its own, with sessions of its own."""
    shutil.copytree(house.archive.folder.path, tmp_path / "archive")
    made = replace(house, archive=open_archive(tmp_path / "archive"))
    return replace(made, people={name: made.sign_in(name) for name in PEOPLE})


@contextmanager
def written_by_another(small: Small) -> Iterator[sqlite3.Connection]:
    """Let somebody else hold the catalog's write lock, until rolled back."""
    other = sqlite3.connect(small.archive.folder.catalog, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.close()


def ask_together(small: Small, people: dict[str, Session]) -> tuple[list[Thread], dict[str, Any]]:
    """Let members ask for the same copy, each in a thread; return once all of them wait."""
    shown: dict[str, Any] = {}

    def ask(name: str) -> None:
        try:
            view = access.show(small.archive, people[name], small.released, Level.READING)
            shown[name] = view.text
        except Exception as error:
            shown[name] = error

    threads = []
    for number, name in enumerate(people, 1):
        threads.append(Thread(target=ask, args=(name,)))
        threads[-1].start()
        until(lambda number=number: len(small.archive.events._waiting) == number)
    return threads, shown


def entries(small: Small) -> list[Entry]:
    with small.archive.catalog.read() as view:
        return [parse_entry(row.body) for row in view.ledger.entries(0, 1 << 40)]


def checkpoints(small: Small) -> list[int]:
    with small.archive.catalog.read() as view:
        return [size for size, _ in view.ledger.checkpoints()]


def verified(small: Small) -> bool:
    files = audit.LogFiles(small.archive.folder)
    found = audit.verify(small.archive.catalog, small.archive.folder.vkeys, files=files)
    return found.failures == []


def finish(other: sqlite3.Connection, threads: list[Thread]) -> None:
    other.execute("ROLLBACK")
    for one in threads:
        one.join()


def test_nothing_is_shown_before_its_entry_is_durable(small: Small) -> None:
    before, checked = entries(small), checkpoints(small)
    with written_by_another(small) as other:
        threads, shown = ask_together(small, small.people)
        assert shown == {}
        assert len(entries(small)) == len(before)
        finish(other, threads)
    assert set(shown) == set(PEOPLE)
    assert len(set(shown.values())) == 1
    new = entries(small)[len(before) :]
    keys = [small.people[name].key_id for name in PEOPLE]
    assert [(one.type, one.object, one.agent.key_id) for one in new] == [
        (EventType.VIEW, small.released, key) for key in keys
    ]
    assert [one.seq for one in new] == [new[0].seq, new[0].seq + 1, new[0].seq + 2]
    assert {(one.after_size, one.after_root) for one in new} == {(len(before), new[0].after_root)}
    assert checkpoints(small) == [*checked, len(before) + 3]
    assert verified(small)
    small.archive.close()


@pytest.mark.parametrize("gone", PEOPLE)
def test_a_member_whose_keys_are_gone_is_shown_nothing_and_the_others_are(
    small: Small, gone: str
) -> None:
    before, one = entries(small), small.people[gone]
    one.secret = SimpleNamespace(  # type: ignore[assignment]
        signer=GoneSigner(one.secret.signer.public), public=one.secret.public
    )
    shown = _ask_and_wait(small)
    assert isinstance(shown.pop(gone), KeysLocked)
    assert len(set(shown.values())) == 1
    others = [small.people[name].key_id for name in PEOPLE if name != gone]
    assert [one.agent.key_id for one in entries(small)[len(before) :]] == others
    assert verified(small)
    small.archive.close()


def test_who_cannot_sign_the_checkpoint_leaves_it_to_the_next(small: Small) -> None:
    before, first = entries(small), small.people["custodian"]
    signers = (first.log.signers[0][1], GoneSigner(first.log.signers[1][1].public))
    first.log = Log(first.log.origin, signers)  # type: ignore[arg-type]
    shown = _ask_and_wait(small)
    assert isinstance(shown.pop("custodian"), KeysLocked)
    assert len(set(shown.values())) == 1
    others = [small.people[name].key_id for name in PEOPLE[1:]]
    assert [one.agent.key_id for one in entries(small)[len(before) :]] == others
    assert verified(small)
    small.archive.close()


def _ask_and_wait(small: Small) -> dict[str, Any]:
    with written_by_another(small) as other:
        threads, shown = ask_together(small, small.people)
        finish(other, threads)
    return shown


def test_a_group_that_cannot_be_written_is_shown_nothing(small: Small) -> None:
    small.archive.catalog.close()
    catalog = Catalog.open(small.archive.folder.catalog, busy_seconds=0.3)
    busy = replace(small, archive=replace(small.archive, catalog=catalog))
    before = entries(busy)
    shown: dict[str, Any] = {}

    def ask(name: str) -> None:
        try:
            shown[name] = access.show(busy.archive, busy.people[name], busy.released)
        except Exception as error:
            shown[name] = error

    with written_by_another(busy):
        threads = [Thread(target=ask, args=(name,)) for name in PEOPLE]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert [type(one) for one in shown.values()] == [ArchiveBusy] * 3
    assert entries(busy) == before
    busy.archive.close()


CALLS = "pwrite64,write,fsync,fdatasync,rename,renameat,renameat2,unlink"
MINE = [f"5f0c1de2-8f66-4a53-9d3a-6a3f1f3f7a1{number}" for number in range(3)]
POINTS = 3
"""Calls of the thread that leads before which the process is killed."""

_RUN = f"""
import os, sqlite3, sys, time
from pathlib import Path
from threading import Thread
from archive.bootstrap import open_archive
from archive.model.provenance import EventType
from archive.services.events import record_event
from archive.services.granting import about
from archive.services.session import sign_in

archive = open_archive(Path(sys.argv[1]))
people = [sign_in(archive, name, bytearray({PASSPHRASE!r})) for name in {PEOPLE!r}]
other = sqlite3.connect(archive.folder.catalog, isolation_level=None, check_same_thread=False)
other.execute("BEGIN IMMEDIATE")

def write(number):
    record_event(archive, people[number], about(EventType.VIEW, {MINE!r}[number]))
    os.write(1, b"ACKNOWLEDGED %d\\n" % number)

def others():
    wait(1)
    for number in (1, 2):
        Thread(target=write, args=(number,)).start()
    wait(3)
    other.execute("ROLLBACK")

def wait(number):
    while len(archive.events._waiting) < number:
        time.sleep(0.001)

Thread(target=others).start()
os.write(2, b"READY\\n")
write(0)
"""


def _run(archive: Path, trace: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = ["strace", "-f", "-o", str(trace), "-e", f"trace={CALLS}", *more]
    command += [sys.executable, "-c", _RUN, str(archive)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _write_points(trace: Path) -> list[tuple[str, int]]:
    """Return name and number of the leading thread's calls after it is ready."""
    calls = [re.match(r"(\d+) +(\w+)\(", line) for line in trace.read_text().splitlines()]
    found, counts = [], dict.fromkeys(CALLS.split(","), 0)
    ready, leader = False, calls[0][1] if calls and calls[0] else ""
    for line, call in zip(trace.read_text().splitlines(), calls, strict=True):
        if call is None or call[1] != leader:
            continue
        counts[call[2]] += 1
        if ready:
            found.append((call[2], counts[call[2]]))
        ready = ready or "READY" in line
    return found


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_killed_while_a_group_is_written_it_is_there_whole_or_not_at_all(
    house: Small, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    shutil.copytree(house.archive.folder.path, tmp_path / "clean")
    clean = _run(tmp_path / "clean", trace)
    assert clean.stdout.count("ACKNOWLEDGED") == 3, clean.stderr
    points = _write_points(trace)
    assert len(points) > 8
    for name, number in points[:: len(points) // POINTS]:
        place = tmp_path / f"{name}-{number}"
        shutil.copytree(house.archive.folder.path, place)
        done = _run(place, trace, "-e", f"inject={name}:signal=KILL:when={number}")
        after = replace(house, archive=open_archive(place))
        there = [one.object for one in entries(after) if one.object in MINE]
        assert len(there) in (0, 3), (name, number)
        assert len(there) == 3 or "ACKNOWLEDGED" not in done.stdout, (name, number)
        record_event(after.archive, after.people["custodian"], about(EventType.VIEW, MINE[0]))
        assert verified(after), (name, number)
        after.archive.close()
