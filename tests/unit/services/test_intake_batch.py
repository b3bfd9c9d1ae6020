"""The disk works on one batch while the next is gathered; nothing is told before it is durable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from archive.errors import DiskFull
from archive.ledger import Appended
from archive.model.objects import Outcome
from archive.services import audit
from archive.services.intake import batch as intake_batch
from archive.services.intake import work as intake_work
from archive.services.intake.ingest import Upload, ingest, totals
from archive.storage import LocalStore, StagedObject
from tests.small_archive import Small, build

NAMES = [f"{number}.txt" for number in range(7)]
COPIES = (2, 4)  # of the file in the batch before


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    made = build(tmp_path / "small")
    monkeypatch.setattr(intake_batch, "_MAX_FILES", 2)
    monkeypatch.setattr(intake_work, "_CHUNK_FILES", 1)
    yield made
    made.archive.store.close()
    made.archive.close()


def letters() -> list[Upload]:
    return [Upload(name, BytesIO(f"Herons by letter {name}.".encode())) for name in NAMES]


def with_copies() -> list[Upload]:
    texts = [f"Herons by letter {name}." for name in NAMES]
    for number in COPIES:
        texts[number] = texts[number - 1]
    return [Upload(name, BytesIO(text.encode())) for name, text in zip(NAMES, texts, strict=True)]


def records(small: Small) -> int:
    with small.archive.catalog.read() as snapshot:
        return snapshot.records.count(small.archive.collection)


def at_each_commit(patch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    commit = LocalStore.commit

    def acting(store: LocalStore, staged: Sequence[StagedObject]) -> None:
        act()
        commit(store, staged)

    patch.setattr(LocalStore, "commit", acting)


def at_each_entry(patch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    append = intake_batch.append

    def acting(*given: Any) -> Appended:
        act()
        return append(*given)

    patch.setattr(intake_batch, "append", acting)


def test_no_record_is_there_before_its_objects_and_every_report_comes_in_order(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def look() -> None:
        sleep(0.1)  # seconds in which whoever does not wait would get ahead
        seen.append(records(small))

    with monkeypatch.context() as patch:
        at_each_commit(patch, look)
        reports = list(ingest(small.archive, small.people["archivist"], letters()))
    assert len(seen) == 4
    assert all(count <= 2 + 2 * batch for batch, count in enumerate(seen)), seen
    assert [report.path for report in reports] == NAMES
    assert {report.outcome for report in reports} == {Outcome.INGESTED}


@pytest.mark.parametrize("where", ["the disk of the objects", "the catalog"])
def test_what_was_told_before_a_batch_fails_stays_and_what_comes_after_is_failed(
    where: str, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[None] = []

    def fail_once() -> None:
        calls.append(None)
        if len(calls) == 2:
            raise DiskFull

    archivist = small.people["archivist"]
    with monkeypatch.context() as patch:
        if where == "the catalog":
            at_each_entry(patch, fail_once)
            at_each_commit(patch, lambda: sleep(0.3))  # seconds; the next batch is full by then
        else:
            at_each_commit(patch, fail_once)
        reports = list(ingest(small.archive, archivist, with_copies()))
    assert [report.path for report in reports] == NAMES
    first, second, copy, *rest = reports
    assert [first.outcome, second.outcome] == [Outcome.INGESTED] * 2
    assert (copy.outcome, copy.record) == (Outcome.DUPLICATE, second.record)
    assert {(one.outcome, one.record) for one in rest} == {(Outcome.FAILED, None)}
    assert len(calls) == 2
    with small.archive.catalog.read() as snapshot:
        assert set(small.archive.store.digests()) == set(snapshot.objects.digests())
    again = list(ingest(small.archive, archivist, with_copies()))
    assert totals(again) | {"duplicate": 4, "ingested": 3} == totals(again)
    assert all(again[number].record == again[number - 1].record for number in COPIES)
    assert audit.verify(small.archive.catalog, small.archive.folder.vkeys).ok
