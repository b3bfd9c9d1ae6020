"""Appending: entries, tree and checkpoint go on from what is stored, or nothing is written."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from archive.errors import InvalidValue, LedgerTampered
from archive.ledger import Tree, leaf_hash, open_checkpoint, parse_entry
from archive.model.provenance import Agent, EventType
from tests.unit.ledger.ledgers import (
    IRIS,
    NOOR,
    PAVEL,
    PEOPLE,
    Ledger,
    created,
    draft,
    joined,
    make_log,
    uuid,
)


def test_one_append_can_hold_many_events(ledger: Ledger) -> None:
    events = [draft(EventType.INGESTION, f"record {number}") for number in range(300)]
    done = ledger.write(PAVEL, *events)
    assert done.first_index == 5
    assert done.checkpoint.size == 305
    entries = [parse_entry(body) for body in ledger.bodies()]
    assert [entry.object for entry in entries[5:]] == [event.object for event in events]
    assert ledger.verify().ok


def test_the_checkpoint_covers_every_entry(ledger: Ledger) -> None:
    done = ledger.write(NOOR, draft())
    hashes = [leaf_hash(body) for body in ledger.bodies()]
    assert done.checkpoint.root == Tree(hashes).root()
    with ledger.catalog.read() as view:
        tail = view.ledger.tail()
        sizes = [size for size, _ in view.ledger.checkpoints()]
    assert open_checkpoint(tail.checkpoint_note or "", ledger.log.keys) == done.checkpoint
    assert sizes == [5, 6]


def test_entries_of_an_object_are_chained(ledger: Ledger) -> None:
    ledger.write(NOOR, draft(about="a"), draft(about="b"), draft(about="a"))
    ledger.write(PAVEL, draft(about="a"))
    bodies = ledger.bodies()
    about = [body for body in bodies if parse_entry(body).object == uuid("a")]
    entries = [parse_entry(body) for body in about]
    assert [entry.seq for entry in entries] == [0, 1, 2]
    chain = [None, leaf_hash(about[0]).hex(), leaf_hash(about[1]).hex()]
    assert [entry.prev for entry in entries] == chain


def test_every_entry_quotes_the_checkpoint_before_its_append(ledger: Ledger) -> None:
    first = ledger.write(NOOR, draft()).checkpoint
    ledger.write(NOOR, draft(), draft())
    entries = [parse_entry(body) for body in ledger.bodies()]
    assert {entry.after_size for entry in entries[:5]} == {0}
    for entry in entries[-2:]:
        assert (entry.after_size, entry.after_root) == (first.size, first.root.hex())


def test_a_ledger_goes_on_after_it_was_closed(ledger: Ledger) -> None:
    ledger.write(NOOR, draft())
    ledger.close()
    again = Ledger(ledger.path)
    again.now = ledger.now
    again.write(NOOR, draft())
    assert again.verify().ok
    assert again.verify().size == 7


def test_an_abandoned_transaction_leaves_no_trace(ledger: Ledger) -> None:
    before = ledger.verify()
    with suppress(KeyError), ledger.catalog.write() as tx:
        ledger.log.append(tx.ledger, [draft()], NOOR.agent, NOOR.signer, now=ledger.now)
        raise KeyError
    assert ledger.verify() == before


def test_nothing_is_written_without_an_event_or_with_another_ones_key(ledger: Ledger) -> None:
    before = ledger.verify()
    with pytest.raises(InvalidValue):
        ledger.write(NOOR)
    with pytest.raises(InvalidValue), ledger.catalog.write() as tx:
        ledger.log.append(tx.ledger, [draft()], IRIS.agent, NOOR.signer, now=ledger.now)
    stranger = Agent("0" * 32, "custodian")
    with pytest.raises(InvalidValue), ledger.catalog.write() as tx:
        ledger.log.append(tx.ledger, [draft()], stranger, NOOR.signer, now=ledger.now)
    assert ledger.verify() == before


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("update ledger_frontier set size = ?", 4),
        ("update ledger_frontier set size = ?", -1),
        ("update ledger_frontier set hashes = ?", bytes(64)),
        ("update ledger_frontier set hashes = ?", bytes(32)),
        ("update ledger_frontier set hashes = ?", bytes(33)),
        ("update checkpoints set note = ?", "no note"),
        ("delete from checkpoints where size = ?", 5),
        ("delete from ledger_frontier where id = ?", 1),
    ],
)
def test_nothing_is_added_to_a_doctored_ledger(
    ledger: Ledger, statement: str, value: object
) -> None:
    ledger = ledger.doctored(statement, value)
    with pytest.raises(LedgerTampered):
        ledger.write(NOOR, draft())


def test_nothing_is_added_under_a_checkpoint_of_another_log(ledger: Ledger) -> None:
    stranger = Ledger(ledger.path, make_log("another log"))
    with pytest.raises(LedgerTampered):
        stranger.write(NOOR, draft())


def test_a_ledger_founded_in_one_append_verifies(tmp_path: Path) -> None:
    made = Ledger(tmp_path / "one.sqlite")
    made.write(IRIS, created(), *map(joined, PEOPLE), draft())
    assert made.verify().ok
    assert made.log.vkeys == make_log().vkeys
