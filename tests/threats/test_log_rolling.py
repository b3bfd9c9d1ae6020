"""T4, T7: the log's keys are handed over; nothing signed before is lost, nothing half is left."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from archive.bootstrap import open_archive, utc_now
from archive.errors import (
    InvalidValue,
    LedgerTampered,
    NotPermitted,
    PassphraseNeeded,
    SessionEnded,
)
from archive.ledger import LogKey, open_checkpoint
from archive.model.provenance import Agent, EventType
from archive.services import audit
from archive.services.audit.bundle_checks import verify_bundle
from archive.services.events import record_event
from archive.services.granting import about
from archive.services.members import ceremonies, unlocking
from archive.services.oversight import log_rolling
from archive.services.oversight.evidence import make_bundle
from archive.services.oversight.witness import WitnessFolder
from archive.services.parts import Archive
from archive.services.session import Session, sign_in
from archive.services.unlocked import make_log
from tests.catalog_file import by_hand
from tests.small_archive import PASSPHRASE, Small, build, copied
from tests.threats.evidence_rig import outside, write

PEOPLE = ("custodian", "archivist", "researcher", "auditor")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    found = build(tmp_path_factory.mktemp("rolling"))
    yield found
    found.archive.close()


@pytest.fixture
def small(made: Small, tmp_path: Path) -> Iterator[Small]:
    """The archive in a folder of its own, with everybody signed in."""
    again = copied(made, tmp_path / "copy")
    again.people = {name: again.sign_in(name) for name in ("custodian", "archivist")}
    yield again
    again.archive.close()


def vkeys(archive: Archive) -> tuple[str, ...]:
    return archive.folder.vkeys


def note_event(archive: Archive, session: Session) -> None:
    record_event(archive, session, about(EventType.VIEW, archive.folder.archive_id))


def wrong(archive: Archive, keys: tuple[str, ...]) -> list[str]:
    files = audit.LogFiles(archive.folder)
    with archive.catalog.read() as view:
        files.publish(view.ledger, audit.log_keys(keys))
    found = audit.verify(archive.catalog, keys, files=files).failures
    return [one.code for one in found]


def newest(archive: Archive) -> str:
    return audit.checkpoint(archive.catalog)


def pinned_keys(archive: Archive) -> tuple[str, ...]:
    return audit.parse_pin(audit.pin(archive.catalog, vkeys(archive)))[0]


def test_an_auditor_with_old_or_new_keys_verifies_across_two_rolls(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    first = audit.pin(archive.catalog, vkeys(archive))
    log_rolling.roll_log(archive, head)
    note_event(archive, head)
    second = audit.pin(archive.catalog, vkeys(archive))
    told = log_rolling.roll_log(archive, head)
    note_event(archive, head)
    assert told.epoch == 3
    assert told.vkeys == pinned_keys(archive)
    keys = {audit.parse_pin(text)[0] for text in (first, second)} | {told.vkeys}
    assert len(keys) == 3
    for one in keys:
        assert wrong(archive, one) == []
    for pin in (first, second):
        verdict = audit.extend(archive.catalog, pin, files=audit.LogFiles(archive.folder))
        assert verdict.ok
    with pytest.raises(LedgerTampered):
        open_checkpoint(newest(archive), audit.log_keys(vkeys(archive)))


def test_everybody_signs_with_the_new_keys_alone_from_then_on(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    log_rolling.roll_log(archive, head)
    keys = audit.log_keys(pinned_keys(archive))
    note_event(archive, small.people["archivist"])
    assert open_checkpoint(newest(archive), keys).origin == archive.origin
    note_event(archive, small.sign_in("researcher"))
    assert newest(archive).count("\n\u2014 ") == len(keys)
    assert wrong(archive, vkeys(archive)) == []


def test_a_session_in_a_keyholder_takes_the_new_keys_up_and_keeps_them(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    session = unlocking.unlock(archive, "researcher", bytearray(PASSPHRASE))
    try:
        log_rolling.roll_log(archive, head)
        for _ in range(2):
            note_event(archive, session)
        assert session.log.vkeys == head.log.vkeys
        with pytest.raises(PassphraseNeeded):
            log_rolling.roll_log(
                archive, unlocking.unlock(archive, "custodian", bytearray(PASSPHRASE))
            )
    finally:
        unlocking.seal(archive)
    assert wrong(archive, vkeys(archive)) == []


def test_who_left_before_the_roll_signs_nothing_more(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    gone = small.people["archivist"]
    ceremonies.disable(archive, head, "archivist")
    log_rolling.roll_log(archive, head)
    with pytest.raises(SessionEnded):
        note_event(archive, gone)
    assert wrong(archive, vkeys(archive)) == []


def test_old_keys_forge_no_later_checkpoint_and_no_handover(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    seed, keys = head.log_seed, vkeys(archive)
    log_rolling.roll_log(archive, head)
    size = archive_size(archive)
    stolen = make_log(archive.origin, seed)
    with archive.catalog.write() as tx:
        agent = about(EventType.VIEW, archive.folder.archive_id)
        author = small.people["archivist"]
        stolen.append(
            tx.ledger,
            [agent],
            Agent(author.key_id, author.member.role.value),
            author.secret.signer,
            now=archive.clock(),
        )
    verdict = audit.verify(archive.catalog, keys)
    assert "checkpoint" in {one.code for one in verdict.failures}
    whole = checkpoint_at(archive, size)
    for pair in (keys, head.log.vkeys):
        doctor(archive, size, alone(whole, audit.log_keys(pair)))
        for signatures in (True, False):
            found = audit.verify(archive.catalog, keys, signatures=signatures).failures
            assert "log-key" in {one.code for one in found}


def archive_size(archive: Archive) -> int:
    with archive.catalog.read() as view:
        return view.ledger.tail().size


def alone(note: str, keys: tuple[LogKey, ...]) -> str:
    """Return a note with the lines of these keys and no other."""
    text, _, tail = note.rpartition("\n\n")
    ids = {key.key_hash for key in keys}
    lines = [line for line in tail.splitlines(True) if key_hash(line) in ids]
    return f"{text}\n\n{''.join(lines)}"


def key_hash(line: str) -> bytes:
    return base64.b64decode(line.split(" ")[2])[:4]


def checkpoint_at(archive: Archive, size: int) -> str:
    with archive.catalog.read() as view:
        return view.ledger.checkpoint_at(size) or ""


def doctor(archive: Archive, size: int, note: str) -> None:
    with by_hand(archive.folder.catalog) as wire:
        wire.execute("update checkpoints set note = ? where size = ?", (note, size))
    wire.close()


def test_only_a_custodian_rolls_and_a_dry_run_changes_no_key(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    for act in (log_rolling.would_roll, log_rolling.roll_log):
        with pytest.raises(NotPermitted):
            act(archive, small.people["archivist"])
    before = pinned_keys(archive)
    told = log_rolling.would_roll(archive, head)
    assert (told.vkeys, told.epoch, told.members) == (before, 1, len(PEOPLE))
    assert pinned_keys(archive) == before
    with pytest.raises(InvalidValue):
        audit.handover_pin(archive.catalog, vkeys(archive))


def test_a_witness_takes_new_keys_from_the_old_ones_alone(small: Small, tmp_path: Path) -> None:
    archive, head = small.archive, small.people["custodian"]
    files = audit.LogFiles(archive.folder)
    witness = WitnessFolder.create(tmp_path / "witness", "w.example", random=os.urandom)
    witness.trust(audit.pin(archive.catalog, vkeys(archive)))
    size = archive_size(archive)
    log_rolling.roll_log(archive, head)
    note_event(archive, head)
    assert wrong(archive, vkeys(archive)) == []
    asked = audit.request(files, size).encode().encode()
    assert witness.add_checkpoint(asked, utc_now).status == 403
    with pytest.raises(InvalidValue, match="other keys"):
        witness.trust(audit.pin(archive.catalog, vkeys(archive)))
    witness.trust(audit.handover_pin(archive.catalog, vkeys(archive)))
    policy = audit.Policy.parse(f"witness w {witness.vkeys[1]}\nquorum w\n")
    keys = audit.keys_of_all_times(archive.catalog, vkeys(archive))
    with archive.catalog.read() as view:
        audit.take(files, view.ledger, keys, policy, witness.answer(asked, utc_now))
    log_rolling.roll_log(archive, head)
    note_event(archive, head)
    found = audit.verify(archive.catalog, vkeys(archive), files=files, policy=policy)
    assert (found.failures, found.cosigned) == ([], size + 2)


def test_a_bundle_leads_old_and_new_keys_across_the_roll(small: Small, tmp_path: Path) -> None:
    archive, head = small.archive, small.people["custodian"]
    old = vkeys(archive)
    log_rolling.roll_log(archive, head)
    plain = make_bundle(archive, head, [small.released])
    folder = write(plain, tmp_path / "bundle")
    for keys in ((), old, old[:1], pinned_keys(archive)):
        found = verify_bundle(folder, vkeys=keys)
        assert found.verdict.failures == []
        told = outside(folder, *(word for key in keys for word in ("--key", key)))
        assert (told.returncode, "WRONG" in told.stdout) == (0, False), told.stdout
    other = make_log(archive.origin, bytes(32)).vkeys
    assert not verify_bundle(folder, vkeys=other).verdict.ok
    assert outside(folder, "--key", other[0]).returncode == 4


@pytest.mark.parametrize("keep", ["old", "new", "none"])
def test_a_bundle_without_both_signatures_of_a_handover_does_not_hold(
    small: Small, tmp_path: Path, keep: str
) -> None:
    archive, head = small.archive, small.people["custodian"]
    old = vkeys(archive)
    log_rolling.roll_log(archive, head)
    files = dict(make_bundle(archive, head, [small.released]).files)
    [name] = [one for one in files if "/handovers/" in one]
    pairs = {"old": old, "new": pinned_keys(archive)}
    files[name] = (
        alone(files[name].decode(), audit.log_keys(pairs[keep])).encode()
        if (keep in pairs)
        else b""
    )
    folder = write(files, tmp_path / "bundle")
    for keys in ((), old, pinned_keys(archive)):
        codes = {one.code for one in verify_bundle(folder, vkeys=keys).verdict.failures}
        assert codes - {"bag"}
        told = outside(folder, *(word for key in keys for word in ("--key", key)))
        assert "handover" in told.stdout or "cannot be read" in told.stdout
        assert told.returncode == 4


WRITES = frozenset(
    {"append", "put_grant", "remove_grants", "write", "commit", "keep_signed", "write_atomically"}
)


def deaths(at: int) -> Callable[[FrameType, str, object], None]:
    """Return a profiler that kills this process at the `at`-th border of something that writes."""
    seen = 0

    def watch(frame: FrameType, event: str, _what: object) -> None:
        nonlocal seen
        code = frame.f_code
        if event in ("call", "return") and code.co_name in WRITES and "archive" in code.co_filename:
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    return watch


def roll_and_die(small: Small, at: int) -> bool:
    """Roll in a process that dies at a border; return whether it lived to the end."""
    child = os.fork()
    if child == 0:
        mine = small.archive.in_child()
        sys.setprofile(deaths(at))
        log_rolling.roll_log(mine, small.people["custodian"])
        sys.setprofile(None)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def test_a_roll_that_is_killed_anywhere_is_done_or_not_begun(small: Small, tmp_path: Path) -> None:
    keys, place = vkeys(small.archive), small.archive.folder.path
    outcomes, at, lived = set(), 0, False
    while not lived:
        shutil.copytree(place, tmp_path / f"{at}")
        mine = Small(open_archive(tmp_path / f"{at}"), small.people, *[small.released] * 2, "")
        lived = roll_and_die(mine, at)
        mine.archive.close()
        outcomes.add(settled(tmp_path / f"{at}", keys, small.people["custodian"]))
        shutil.rmtree(tmp_path / f"{at}")
        at += 5
    assert outcomes == {1, 2}
    assert at > 40


def settled(place: Path, keys: tuple[str, ...], head: Session) -> int:
    """Check an archive after a death and go on with it; return which pair of keys signs."""
    archive = open_archive(place)
    before = head.log_epoch
    epochs = set()
    with archive.catalog.read() as snapshot:
        for row in snapshot.members.all():
            epochs.add(snapshot.keys.newest_epoch(row.id, "log-signing"))
    [epoch] = epochs
    assert epoch in (before, before + 1)
    session = sign_in(archive, "custodian", bytearray(PASSPHRASE))
    note_event(archive, session)
    assert wrong(archive, keys) == []
    if epoch == before:
        assert log_rolling.roll_log(archive, session).epoch == before + 1
        assert wrong(archive, keys) == []
    archive.close()
    return epoch


def test_the_entry_names_both_pairs_and_no_member(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    log_rolling.roll_log(archive, head)
    with archive.catalog.read() as view:
        rows = [row.body for row in view.ledger.entries(0, 1 << 40)]
    entry = json.loads(rows[-1])
    assert entry["type"] == EventType.LOG_KEY_ROLLED.value
    assert entry["links"]["before"].split(" ") == list(vkeys(archive))
    assert entry["links"]["after"].split(" ") == list(head.log.vkeys)
