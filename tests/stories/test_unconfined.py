"""T5: how readers were confined is in the ledger and on the record; unconfined takes consent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import SandboxMissing
from archive.extraction import Sandbox, Tier
from archive.ledger import parse_entry
from archive.model.ids import RecordId
from archive.model.provenance import Entry, EventOutcome, EventType
from archive.services.audit import verify
from archive.services.ingest import FileReport, PathInput, ingest
from archive.services.records import open_record
from tests.small_archive import Small, build


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("small"))
    yield made
    made.archive.close()


@pytest.fixture
def bare(small: Small) -> Small:
    """The same archive on a machine without Landlock, seccomp and bubblewrap."""
    unconfined = replace(small.archive, sandbox=lambda: Sandbox(layers=frozenset()))
    return replace(small, archive=unconfined)


def take(small: Small, place: Path, text: str, *, accept: bool = False) -> list[FileReport]:
    (place / "letter.txt").write_text(text)
    archivist = small.people["archivist"]
    given = [PathInput(place / "letter.txt")]
    return list(ingest(small.archive, archivist, given, accept_unsandboxed=accept))


def entries(small: Small) -> list[Entry]:
    with small.archive.catalog.read() as snapshot:
        stop = snapshot.ledger.count()
        return [parse_entry(row.body) for row in snapshot.ledger.entries(0, stop)]


def tier_on(small: Small, record: RecordId | None) -> str | None:
    assert record is not None
    with small.archive.catalog.read() as snapshot:
        return open_record(small.people["archivist"], snapshot, record).manifest.sandbox


def test_the_tier_is_in_the_ledger_before_the_first_record_of_a_run(
    small: Small, tmp_path: Path
) -> None:
    before = len(entries(small))
    take(small, tmp_path, "A letter about mill stones.")
    first, second = entries(small)[before : before + 2]
    assert (first.type, second.type) == (EventType.SANDBOX_CHECKED, EventType.INGESTION)
    assert first.outcome is EventOutcome.SUCCESS
    assert first.links["tier"] in {Tier.BUBBLEWRAP.value, Tier.FLOOR.value}
    assert (first.links["stopped"], first.links["canaries"]) == ("15", "15")


def test_the_tier_is_sealed_with_every_record(small: Small, tmp_path: Path) -> None:
    (report,) = take(small, tmp_path, "A letter about salt.")
    assert tier_on(small, report.record) == small.archive.sandbox().tier.value


def test_a_run_that_stores_nothing_says_nothing_of_the_sandbox(
    small: Small, tmp_path: Path
) -> None:
    take(small, tmp_path, "A letter about reeds.")
    before = len(entries(small))
    take(small, tmp_path, "A letter about reeds.")
    assert [entry.type for entry in entries(small)[before:]] == [EventType.RECEIPT_ISSUED]


def test_without_confinement_ingest_refuses_and_says_so_in_the_ledger(
    bare: Small, tmp_path: Path
) -> None:
    before, held = len(entries(bare)), set(bare.archive.store.digests())
    with pytest.raises(SandboxMissing) as refusal:
        take(bare, tmp_path, "A letter about nets.")
    assert "--accept-unsandboxed-readers" in refusal.value.next_step
    (entry,) = entries(bare)[before:]
    assert (entry.type, entry.outcome) == (EventType.SANDBOX_CHECKED, EventOutcome.FAILURE)
    assert entry.links["tier"] == "rlimits"
    assert set(bare.archive.store.digests()) == held


def test_what_is_read_without_confinement_by_consent_is_marked_for_ever(
    bare: Small, tmp_path: Path
) -> None:
    before = len(entries(bare))
    (report,) = take(bare, tmp_path, "A letter about oars.", accept=True)
    assert tier_on(bare, report.record) == "rlimits"
    entry = entries(bare)[before]
    assert (entry.type, entry.links["tier"]) == (EventType.SANDBOX_CHECKED, "rlimits")


def test_the_ledger_verifies_with_entries_about_the_sandbox(small: Small) -> None:
    assert verify(small.archive.catalog, small.archive.folder.vkeys).ok
