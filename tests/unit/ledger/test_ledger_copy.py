"""A ledger that was copied without its catalog: honest ones verify, and what is wrong is named."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archive.errors import LedgerTampered
from archive.ledger import Frontier, Verdict, encode_checkpoint, leaf_hash, timestamp
from archive.ledger.entry import build_entry
from archive.model.provenance import Checkpoint, EventType
from archive.services import audit
from archive.services.audit.copies import LedgerCopy, copied_ledger
from archive.services.log_files import CHECKPOINT
from tests.unit.ledger.ledgers import IRIS, NOOR, ORIGIN, PAVEL, START, Ledger, draft, uuid


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "house").mkdir()
    made = Ledger(tmp_path / "house" / "ledger.sqlite").found()
    made.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(270)])
    made.write_sealed(NOOR, "a search", b"sealed")
    made.write(NOOR, draft(EventType.VIEW, "record 1"), draft(EventType.VIEW, "record 2"))
    yield made
    made.close()


def carried(ledger: Ledger, place: Path) -> Path:
    """Publish, and carry the files of the ledger away."""
    ledger.publish()
    shutil.copytree(ledger.files.path, place / "ledger")
    return place


def verified(ledger: Ledger, place: Path, *, pin: str | None = None) -> Verdict:
    copied = copied_ledger(place)
    assert copied is not None
    files = audit.LogFiles(copied.folder)
    if pin is None:
        return audit.verify(copied.catalog, ledger.log.vkeys, files=files)
    return audit.extend(copied.catalog, pin, files=files)


def codes(verdict: Verdict) -> set[str]:
    return {one.code for one in verdict.failures}


def test_a_copy_tells_what_its_catalog_tells(ledger: Ledger, tmp_path: Path) -> None:
    pin = ledger.pin()
    ledger.write(IRIS, draft(EventType.EXPORT, "record 1"))
    place = carried(ledger, tmp_path)
    found = verified(ledger, place, pin=pin)
    whole = ledger.verify(files=ledger.files)
    assert (found.failures, found.size, found.root) == ([], whole.size, whole.root)
    copied = copied_ledger(place)
    assert copied is not None
    keys = ledger.log.vkeys
    for ask in (audit.history, audit.accesses):
        assert ask(copied.catalog, keys, uuid("record 1")) == ask(ledger.catalog, keys, uuid("record 1"))  # fmt: skip  # noqa: E501
    assert audit.timeline(copied.catalog, limit=300) == audit.timeline(ledger.catalog, limit=300)
    with ledger.catalog.read() as view:
        assert copied.catalog.tail() == view.ledger.tail()
        assert list(copied.catalog.entries(250, 260)) == list(view.ledger.entries(250, 260))


@pytest.mark.parametrize("seed", range(12))
def test_any_byte_of_a_copy_is_held_and_its_file_named(
    ledger: Ledger, tmp_path: Path, seed: int
) -> None:
    place, rng = carried(ledger, tmp_path), random.Random(seed)
    named = sorted(one for one in (place / "ledger").rglob("*") if one.is_file())
    for path in named:
        data = path.read_bytes()
        at = rng.randrange(len(data))
        for bad in (data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data[:at] + data[at + 1 :]):
            path.write_bytes(bad)
            name = path.relative_to(place / "ledger").as_posix()
            try:
                found = verified(ledger, place)
            except LedgerTampered:
                assert name == CHECKPOINT
                continue
            assert not found.ok, name
            if "tile" in path.parts:
                assert any(name in one.message for one in found.failures), found.failures
        path.write_bytes(data)
    assert verified(ledger, place).ok


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_a_file_that_is_gone_or_cut_is_named_whatever_is_asked(
    ledger: Ledger, tmp_path: Path, how: str
) -> None:
    place = carried(ledger, tmp_path)
    (bundle,) = (place / "ledger" / "tile" / "entries").glob("000")
    data = bundle.read_bytes()
    bundle.unlink()
    if how == "cut":
        bundle.write_bytes(data[:-1])
    found = verified(ledger, place)
    assert {"unreadable", "bundle"} <= codes(found)
    copied = copied_ledger(place)
    assert copied is not None
    with pytest.raises(LedgerTampered, match="tile/entries/000"):
        audit.history(copied.catalog, ledger.log.vkeys, uuid("record 1"))


def test_an_older_copy_is_short_and_another_history_is_another(
    ledger: Ledger, tmp_path: Path
) -> None:
    old = carried(ledger, tmp_path / "old")
    shutil.copytree(ledger.path.parent, tmp_path / "other")
    ledger.write(IRIS, draft(EventType.EXPORT, "record 1"))
    pin = ledger.pin()
    assert "truncated" in codes(verified(ledger, old, pin=pin))
    other = Ledger(tmp_path / "other" / "ledger.sqlite")
    other.now = START + timedelta(hours=1)
    other.write(IRIS, draft(EventType.VIEW, "record 3"), draft(EventType.VIEW, "record 4"))
    forked = carried(other, tmp_path / "fork")
    other.close()
    assert verified(other, forked).ok
    assert "rewritten" in codes(verified(other, forked, pin=pin))


@pytest.mark.parametrize(("size", "root"), [(5, bytes(32)), (271, None), (10**6, bytes(32))])
def test_an_entry_that_quotes_what_never_was_is_found(
    ledger: Ledger, tmp_path: Path, size: int, root: bytes | None
) -> None:
    with ledger.catalog.write() as tx:
        tail = tx.ledger.tail()
        edge = Frontier(tail.size, tail.frontier)
        after = Checkpoint(ORIGIN, size, root or edge.root())
        about = draft(EventType.VIEW, "new")
        body = build_entry(about, IRIS.agent, IRIS.signer, seq=0, prev=None, after=after, time=timestamp(START))  # fmt: skip  # noqa: E501
        edge.append(leaf_hash(body))
        head = Checkpoint(ORIGIN, edge.size, edge.root())
        note = encode_checkpoint(head, ledger.log.signers, now=START)
        row = (tail.size, about.object, 0, body, leaf_hash(body))
        tx.ledger.append([row], edge.hashes, note)
    found = verified(ledger, carried(ledger, tmp_path)).failures
    assert ("after", tail.size) in {(one.code, one.index) for one in found}


def test_what_was_signed_and_is_not_in_the_copy_is_counted(ledger: Ledger, tmp_path: Path) -> None:
    place = carried(ledger, tmp_path)
    ledger.write(IRIS, draft(EventType.EXPORT, "record 1"))
    ledger.files.keep_signed(audit.checkpoint(ledger.catalog))
    shutil.copy(ledger.files.path / "signed", place / "ledger" / "signed")
    assert verified(ledger, place).ok
    assert LedgerCopy(audit.LogFiles(copied_ledger(place).folder)).lacking() == 1  # type: ignore[union-attr]


def test_a_folder_with_a_catalog_or_without_a_ledger_is_no_copy(
    ledger: Ledger, tmp_path: Path
) -> None:
    place = carried(ledger, tmp_path)
    assert copied_ledger(place / "ledger") is not None
    (place / "catalog.sqlite").touch()
    assert copied_ledger(place) is None
    assert copied_ledger(tmp_path / "nowhere") is None
