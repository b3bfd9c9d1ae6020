"""What the catalog promises of the ledger, the outbox and what stands beside them."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from archive.catalog import Transaction
from archive.catalog.gateways.outbox import MAX_ATTEMPTS
from archive.catalog.rows import (
    IndexRow,
    OpeningRow,
    OutboxKind,
    OutboxRow,
    ReceiptRow,
    SimilarityRow,
)
from archive.errors import (
    InvalidValue,
    LedgerTampered,
)
from archive.ledger import LedgerRows
from archive.model.ids import RecordId
from archive.model.provenance import LedgerRow, LedgerTail
from archive.model.receipt import RunId
from tests.contracts.catalog_rows import MAIN, NOW, OTHER, record


def test_the_ledger_grows_without_gaps(tx: Transaction) -> None:
    rows: LedgerRows = tx.ledger
    assert rows.tail() == LedgerTail(0, (), None)
    first = [(0, "a", 0, b"{0}", b"0" * 32), (1, "b", 0, b"{1}", b"1" * 32)]
    second = [(2, "a", 1, b"{2}", b"2" * 32)]
    rows.append(first, [b"f" * 32], "note 2")
    rows.append(second, [b"g" * 32, b"h" * 32], "note 3")
    assert rows.tail() == LedgerTail(3, (b"g" * 32, b"h" * 32), "note 3")
    assert rows.last_of(["a", "c"]) == {"a": (1, b"2" * 32)}
    assert rows.last_of([]) == {}
    assert [*rows.entries(1, 3)] == [LedgerRow(*row) for row in (*first, *second)][1:]
    assert [*rows.checkpoints()] == [(2, "note 2"), (3, "note 3")]
    assert tx.ledger.count() == 3
    for index in (2, 4):
        with pytest.raises(LedgerTampered):
            rows.append([(index, "d", 0, b"{}", b"d" * 32)], [], "note")


def test_openings_stand_beside_their_entries(tx: Transaction) -> None:
    for index in (7, 3):
        tx.openings.add(OpeningRow(index, b"%d" % index))
    assert tx.openings.get(7) == OpeningRow(7, b"7")
    assert tx.openings.get(1) is None
    assert [row.entry_index for row in tx.openings.all()] == [3, 7]
    assert tx.ledger.opening_digests() == {n: sha256(b"%d" % n).hexdigest() for n in (3, 7)}


def test_the_outbox_hands_out_work_in_order_until_it_is_done(tx: Transaction) -> None:
    kinds = (OutboxKind.INDEX_READING, OutboxKind.REMOVE_READING)
    for kind in (*kinds, OutboxKind.INDEX_ORIGINAL, *kinds):
        tx.outbox.add_many([OutboxRow(0, kind, MAIN, RecordId("r"))])
    tx.outbox.add_many([OutboxRow(0, kinds[0], OTHER, RecordId("r"))])
    taken = tx.outbox.take(3, MAIN, kinds)
    assert [row.kind for row in taken] == [*kinds, kinds[0]]
    assert taken == tx.outbox.take(3, MAIN, kinds)
    tx.outbox.done([row.id for row in taken])
    assert [row.kind for row in tx.outbox.take(3, MAIN, kinds)] == [kinds[1]]
    assert tx.outbox.count() == 3


def test_work_that_keeps_failing_steps_aside_but_is_counted(tx: Transaction) -> None:
    kinds = (OutboxKind.INDEX_ORIGINAL,)
    tx.outbox.add_many([OutboxRow(0, kinds[0], MAIN, RecordId(name)) for name in ("a", "b")])
    bad = tx.outbox.take(1, MAIN, kinds)
    for attempt in range(MAX_ATTEMPTS):
        assert tx.outbox.take(1, MAIN, kinds)[0].attempts == attempt
        tx.outbox.fail([bad[0].id], "sealed-object-damaged")
    assert [row.record for row in tx.outbox.take(9, MAIN, kinds)] == ["b"]
    assert tx.outbox.count() == 2


def test_the_newest_generation_of_an_index_counts(tx: Transaction) -> None:
    for generation in (1, 2):
        tx.indexes.put(IndexRow(MAIN, "reading", "i", generation, "d"))
    assert tx.indexes.get(MAIN, "reading") == IndexRow(MAIN, "reading", "i", 2, "d")
    assert tx.indexes.get(MAIN, "originals") is None


def test_a_run_has_one_receipt_and_the_newest_is_listed_first(tx: Transaction) -> None:
    made = [
        ReceiptRow(RunId(f"run-{n}"), MAIN, "header", b"\x00%d" % n, 10 + n, NOW) for n in range(4)
    ]
    for row in (*made, replace(made[0], run=RunId("elsewhere"), collection=OTHER)):
        tx.receipts.add(row)
    assert tx.receipts.get(RunId("run-2")) == made[2]
    assert tx.receipts.get(RunId("run-9")) is None
    assert list(tx.receipts.page(MAIN, 0, 2)) == [made[3], made[2]]
    assert list(tx.receipts.page(MAIN, 2, 9)) == [made[1], made[0]]
    with pytest.raises(InvalidValue):
        tx.receipts.add(made[1])


def test_batches_of_signatures_are_replaced_by_others(tx: Transaction) -> None:
    made = [SimilarityRow(f"{n}", MAIN, b"\xff%d" % n) for n in range(3)]
    for row in (*made, SimilarityRow("other", OTHER, b"")):
        tx.similarities.add(row)
    assert list(tx.similarities.all(MAIN)) == made
    tx.similarities.remove(["0", "2", "gone"])
    assert list(tx.similarities.all(MAIN)) == [made[1]]
    assert len(list(tx.similarities.all(OTHER))) == 1


def test_a_time_without_a_zone_is_refused(tx: Transaction) -> None:
    with pytest.raises(InvalidValue):
        tx.records.add_many([replace(record(1), created=NOW.replace(tzinfo=None))])
