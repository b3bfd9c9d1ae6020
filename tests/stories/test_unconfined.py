"""T5: how readers were confined is in the ledger and on the record; unconfined takes consent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import SandboxMissing
from archive.extraction import Sandbox, Tier, sandbox
from archive.ledger import parse_entry
from archive.model.ids import RecordId
from archive.model.objects import Outcome
from archive.model.provenance import Entry, EventOutcome, EventType
from archive.services.audit import verify
from archive.services.intake import work as intake_work
from archive.services.intake.ingest import FileReport, PathInput, ingest
from archive.services.intake.receipts import Run
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


def noise(place: Path, *names: str) -> list[PathInput]:
    """Files of no known format; each has other bytes."""
    for name in names:
        (place / name).write_bytes(b"\0\1" + f"{place} {name}".encode())
    return [PathInput(place / name) for name in names]


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files go out one at a time, in a process that has not checked a sandbox yet."""
    monkeypatch.setattr(intake_work, "_CHUNK_FILES", 1)
    monkeypatch.setattr(sandbox, "_checked", {})


@pytest.mark.usefixtures("one_by_one")
def test_a_run_without_a_file_for_a_reader_asks_for_no_sandbox(bare: Small, tmp_path: Path) -> None:
    before, archivist = len(entries(bare)), bare.people["archivist"]
    run = Run(bare.archive, archivist)
    reports = list(ingest(bare.archive, archivist, noise(tmp_path, "a", "b"), run=run))
    assert [one.outcome for one in reports] == [Outcome.NO_TEXT] * 2
    assert [tier_on(bare, one.record) for one in reports] == [None, None]
    assert EventType.SANDBOX_CHECKED not in {entry.type for entry in entries(bare)[before:]}
    assert run.issued is not None
    assert run.issued.receipt.sandbox is None


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_reader_that_is_needed_late_is_refused_and_what_came_before_is_stored(
    processes: int, bare: Small, tmp_path: Path
) -> None:
    crowd = replace(bare.archive, processes=processes)
    before, archivist = len(entries(bare)), bare.people["archivist"]
    (tmp_path / "letter.txt").write_text(f"A letter about {tmp_path}.")
    given = [*noise(tmp_path, "a", "b"), PathInput(tmp_path / "letter.txt"), *noise(tmp_path, "c")]
    told: list[FileReport] = []
    with pytest.raises(SandboxMissing):
        for one in ingest(crowd, archivist, given):
            told.append(one)  # noqa: PERF402 - extend would drop them with the refusal
    assert [(one.path, one.outcome) for one in told] == [
        (str(tmp_path / name), Outcome.NO_TEXT) for name in "ab"
    ]
    new = [(entry.type, entry.outcome) for entry in entries(bare)[before:]]
    assert sorted(new) == sorted(
        [
            (EventType.SANDBOX_CHECKED, EventOutcome.FAILURE),
            *[(EventType.INGESTION, EventOutcome.SUCCESS)] * 2,
            (EventType.RECEIPT_ISSUED, EventOutcome.SUCCESS),
        ]
    )


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_sandbox_that_is_needed_late_is_noted_before_what_was_read_in_it(
    processes: int, small: Small, tmp_path: Path
) -> None:
    crowd = replace(small.archive, processes=processes)
    before, archivist = len(entries(small)), small.people["archivist"]
    for name in ("y", "z"):
        (tmp_path / name).write_text(f"A letter {name} about {tmp_path}.")
    given = [*noise(tmp_path, "a", "b"), PathInput(tmp_path / "y"), *noise(tmp_path, "c")]
    reports = list(ingest(crowd, archivist, [*given, PathInput(tmp_path / "z")]))
    kinds = [Outcome.NO_TEXT] * 2 + [Outcome.INGESTED, Outcome.NO_TEXT, Outcome.INGESTED]
    assert [one.outcome for one in reports] == kinds
    tier = small.archive.sandbox().tier.value
    tiers = [tier_on(small, one.record) for one in reports]
    assert tiers == [None, None, tier, None, tier]
    about = [entry.object for entry in entries(small)[before:]]
    noted = [
        at
        for at, entry in enumerate(entries(small)[before:])
        if entry.type is EventType.SANDBOX_CHECKED
    ]
    assert len(noted) == 1
    assert noted[0] < about.index(str(reports[2].record))


def test_the_ledger_verifies_with_entries_about_the_sandbox(small: Small) -> None:
    assert verify(small.archive.catalog, small.archive.folder.vkeys).ok
