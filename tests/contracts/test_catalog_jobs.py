"""What the catalog promises about jobs, progress, and versions of objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.catalog import Catalog, Transaction
from archive.catalog.gateways.outbox import MAX_ATTEMPTS
from archive.catalog.rows import CollectionRow, JobRow, ObjectRow, OutboxKind, OutboxRow
from archive.errors import InvalidValue
from archive.model.ids import RecordId
from archive.model.jobs import JobState, Mark, Stage
from tests.contracts.catalog_rows import MAIN, NOW, OTHER, add_records, record


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Transaction]:
    catalog = Catalog.create(tmp_path / "catalog.sqlite")
    with catalog.write() as transaction:
        for number, collection in enumerate((MAIN, OTHER)):
            transaction.collections.add(CollectionRow(collection, f"tag-{number}", b"sealed"))
        yield transaction
    catalog.close()


def job(of: RecordId, stage: Stage = Stage.EXTRACT, code: str = "protected") -> JobRow:
    return JobRow(of, stage.value, code, MAIN, "open", 0, NOW)


def test_jobs_are_listed_by_age_and_by_record(tx: Transaction) -> None:
    one, two = add_records(tx, 1, 2)
    old = replace(job(two.id), since=NOW - timedelta(days=1))
    rows = [job(one.id, Stage.REVIEW, "x"), job(one.id), old]
    tx.jobs.add_many(rows)
    assert [*tx.jobs.all(MAIN)] == [old, rows[1], rows[0]]
    assert [*tx.jobs.for_record(one.id)] == [rows[1], rows[0]]
    assert [*tx.jobs.all(OTHER)] == []


def test_a_job_that_is_added_again_keeps_its_age_and_is_open(tx: Transaction) -> None:
    [one] = add_records(tx, 1)
    tx.jobs.add_many([job(one.id)])
    tx.jobs.tried(one.id, Stage.EXTRACT)
    assert tx.jobs.set_state(one.id, Stage.EXTRACT, JobState.DISMISSED) == 1
    assert [row.state for row in tx.jobs.all(MAIN)] == ["dismissed"]
    tx.jobs.add_many([replace(job(one.id), since=NOW + timedelta(days=1))])
    assert [*tx.jobs.all(MAIN)] == [replace(job(one.id), attempts=1)]


def test_jobs_end_by_stage_and_one_by_one(tx: Transaction) -> None:
    one, two = add_records(tx, 1, 2)
    reviews = [job(one.id, Stage.REVIEW, code) for code in ("a", "b", "c")]
    tx.jobs.add_many([job(one.id), job(two.id), *reviews])
    tx.jobs.done(one.id, Stage.EXTRACT)
    tx.jobs.done(one.id, Stage.REVIEW, keep=["a", "b"])
    assert [*tx.jobs.for_record(one.id)] == reviews[:2]
    tx.jobs.resolve(one.id, Stage.REVIEW, "a")
    tx.jobs.resolve(one.id, Stage.REVIEW, "a")
    assert [*tx.jobs.all(MAIN)] == [reviews[1], job(two.id)]


def test_a_job_in_no_known_state_is_refused(tx: Transaction) -> None:
    [one] = add_records(tx, 1)
    with pytest.raises(InvalidValue):
        tx.jobs.add_many([replace(job(one.id), state="lost")])


def test_progress_only_rises(tx: Transaction) -> None:
    assert tx.progress.get(MAIN, Stage.VERIFY) == -1
    for mark, stands in ((7, 7), (3, 7), (9, 9)):
        tx.progress.put(MAIN, Stage.VERIFY, mark)
        assert tx.progress.get(MAIN, Stage.VERIFY) == stands
    assert tx.progress.get(OTHER, Stage.VERIFY) == -1


def test_a_representation_has_versions_and_each_once(tx: Transaction) -> None:
    one, two = add_records(tx, 1, 2)
    texts = [ObjectRow(f"{n:064x}", one.id, "canonical-text", 5, n) for n in (2, 1)]
    original = ObjectRow("f" * 64, one.id, "original", 9)
    tx.objects.add_many([*texts, original, ObjectRow("e" * 64, two.id, "original", 9)])
    assert [*tx.objects.for_record(one.id)] == [texts[1], texts[0], original]
    with pytest.raises(InvalidValue):
        tx.objects.add_many([replace(texts[0], digest="d" * 64)])


def test_objects_are_walked_in_the_order_of_the_ledger(tx: Transaction) -> None:
    rows = add_records(tx, 30, 10, 20)
    tx.records.add_many([record(15, OTHER)])
    digests = {row.entry_index: f"{row.entry_index:064x}" for row in rows}
    tx.objects.add_many([ObjectRow(digests[r.entry_index], r.id, "original", 1) for r in rows])
    assert [*tx.objects.after(MAIN, -1, 2)] == [
        (10, rows[1].id, digests[10]),
        (20, rows[2].id, digests[20]),
    ]
    assert [one[0] for one in tx.objects.after(MAIN, 20, 9)] == [30]


def test_a_record_grows_with_a_text(tx: Transaction) -> None:
    [row] = add_records(tx, 1)
    tx.records.grow(row.id, 50, "no-text")
    assert tx.records.get(row.id) == replace(row, size=row.size + 50, outcome="no-text")


def test_work_that_failed_too_often_is_seen_and_taken_again(tx: Transaction) -> None:
    kinds = (OutboxKind.INDEX_ORIGINAL,)
    tx.outbox.add_many([OutboxRow(0, kinds[0], MAIN, RecordId(name)) for name in ("a", "b")])
    bad = tx.outbox.take(1, MAIN, kinds)
    for _ in range(MAX_ATTEMPTS):
        tx.outbox.fail([bad[0].id], "object-missing")
    assert [(one.record, one.attempts) for one in tx.outbox.all(MAIN)] == [
        ("a", MAX_ATTEMPTS),
        ("b", 0),
    ]
    tx.outbox.again([bad[0].id])
    assert [row.record for row in tx.outbox.take(9, MAIN, kinds)] == ["a", "b"]
    assert tx.outbox.all(OTHER) == []


def test_a_mark_that_begins_anew_is_forgotten_alone(tx: Transaction) -> None:
    for mark in (Mark.LEAKCHECK, Mark.LEAKCHECK_REGISTER):
        tx.progress.put(MAIN, mark, 7)
    tx.progress.put(OTHER, Mark.LEAKCHECK, 7)
    tx.progress.restart(MAIN, Mark.LEAKCHECK)
    assert tx.progress.get(MAIN, Mark.LEAKCHECK) == -1
    assert tx.progress.get(MAIN, Mark.LEAKCHECK_REGISTER) == 7
    assert tx.progress.get(OTHER, Mark.LEAKCHECK) == 7
