"""What an auditor does with public keys only: pin, extend, timeline, proofs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from archive.errors import InvalidValue, LedgerTampered
from archive.model.provenance import EventOutcome, EventType
from archive.services import audit
from tests.unit.ledger.ledgers import IRIS, NOOR, PAVEL, Ledger, draft, make_log, uuid


def codes(ledger: Ledger, pinned: str) -> set[str]:
    return {finding.code for finding in audit.extend(ledger.catalog, pinned).failures}


def test_a_ledger_that_grew_extends_every_pin(ledger: Ledger) -> None:
    pins = [ledger.pin()]
    for number in range(12):
        ledger.write(NOOR, *[draft(about=f"record {n}") for n in range(number % 4 + 1)])
        pins.append(ledger.pin())
    assert {audit.extend(ledger.catalog, pin).ok for pin in pins} == {True}


def test_a_pin_holds_the_keys_and_the_newest_checkpoint(ledger: Ledger) -> None:
    vkeys, head = audit.parse_pin(ledger.pin())
    assert vkeys == ledger.log.vkeys
    assert audit.checkpoint(ledger.catalog) in ledger.pin()
    assert (head.origin, head.size) == (ledger.log.origin, 5)


def test_nothing_is_pinned_that_the_keys_did_not_sign(ledger: Ledger) -> None:
    with pytest.raises(LedgerTampered):
        audit.pin(ledger.catalog, make_log("another log").vkeys)
    with pytest.raises(LedgerTampered):
        audit.pin(ledger.catalog, [])


@pytest.mark.parametrize("text", ["", "\n\n", "hello", "hello\n\nthere\n"])
def test_what_is_no_pin_is_named_so(ledger: Ledger, text: str) -> None:
    with pytest.raises(InvalidValue):
        audit.extend(ledger.catalog, text)


def test_a_pin_that_was_changed_is_refused(ledger: Ledger) -> None:
    pin = ledger.pin()
    for place in range(40, len(pin), 211):
        other = "A" if pin[place] != "A" else "B"
        with pytest.raises((LedgerTampered, InvalidValue)):
            audit.parse_pin(pin[:place] + other + pin[place + 1 :])


def test_a_ledger_cut_below_the_pin_is_truncated(ledger: Ledger) -> None:
    pin = ledger.pin()
    again = ledger.doctored("delete from ledger_entries where entry_index = ?", 4)
    assert "truncated" in codes(again, pin)
    again.close()


def test_another_history_under_the_same_keys_is_rewritten(ledger: Ledger) -> None:
    ledger.write(NOOR, draft(about="one"))
    pin = ledger.pin()
    fork = Ledger(ledger.path.with_name("fork.sqlite")).found()
    fork.write(NOOR, draft(about="two"))
    fork.write(NOOR, draft(about="three"))
    assert fork.verify().ok
    assert codes(fork, pin) == {"rewritten"}
    fork.close()


def test_an_old_copy_put_back_is_truncated(ledger: Ledger) -> None:
    old = Ledger(ledger.path.with_name("old.sqlite")).found()
    ledger.write(NOOR, draft())
    assert old.verify().ok
    assert codes(old, ledger.pin()) == {"truncated"}
    old.close()


def test_the_pinned_keys_count_and_not_those_in_the_archive(ledger: Ledger) -> None:
    pin = ledger.pin()
    usurped = Ledger(ledger.path.with_name("usurped.sqlite"), make_log("usurper")).found()
    assert usurped.verify().ok
    assert codes(usurped, pin) == {"checkpoint", "rewritten"}
    usurped.close()


def test_a_ledger_without_checkpoints_extends_nothing(ledger: Ledger) -> None:
    pin = ledger.pin()
    again = ledger.doctored("delete from checkpoints where size > ?", 0)
    assert {"end", "rewritten"} <= codes(again, pin)
    with pytest.raises(LedgerTampered):
        audit.checkpoint(again.catalog)
    with pytest.raises(LedgerTampered):
        again.publish()
    again.close()


def test_the_timeline_goes_back_from_the_newest(ledger: Ledger) -> None:
    ledger.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(1_200)])
    lines = audit.timeline(ledger.catalog, limit=3)
    assert [line.index for line in lines] == [1204, 1203, 1202]
    assert {(line.role, line.key_id) for line in lines} == {("archivist", PAVEL.agent.key_id)}
    older = audit.timeline(ledger.catalog, newest=6, limit=100)
    assert [line.index for line in older] == [6, 5, 4, 3, 2, 1, 0]


def test_the_timeline_is_filtered(ledger: Ledger) -> None:
    ledger.write(PAVEL, *[draft(EventType.INGESTION, f"record {n}") for n in range(600)])
    ledger.write(NOOR, draft(EventType.DENIED, "record 1", EventOutcome.DENIED, action="release"))
    ledger.write(NOOR, draft(EventType.VIEW, "record 1"))

    def found(**filters: str) -> list[int]:
        return [line.index for line in audit.timeline(ledger.catalog, **filters)]  # type: ignore[arg-type]

    assert found(object_id=uuid("record 1")) == [606, 605, 6]
    assert found(outcome="denied") == [605]
    assert found(type_contains="view") == [606]
    assert found(type_contains="member-added") == [4, 3, 2, 1]
    assert found(type_contains=EventType.VIEW.value) == [606]
    assert found(outcome="denied", type_contains="view") == []


def test_a_timeline_line_carries_the_links_of_its_entry(ledger: Ledger) -> None:
    ledger.write(IRIS, draft(EventType.RELEASE, "record 1", reading_copy="ab" * 32))
    (line,) = audit.timeline(ledger.catalog, limit=1)
    assert line.links == {"reading_copy": "ab" * 32}
    assert (line.type, line.object) == (EventType.RELEASE.value, uuid("record 1"))
    assert line.time == "2026-03-01T09:00:06.000000Z"


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entries set body = x'7b7d' where entry_index = ?",
        "delete from ledger_entries where entry_index = ?",
    ],
)
def test_nothing_is_published_from_a_doctored_ledger(ledger: Ledger, statement: str) -> None:
    again = ledger.doctored(statement, 2)
    with pytest.raises(LedgerTampered):
        again.publish()
    assert again.files.published() is None
    again.close()


def test_an_auditor_loads_no_code_that_opens_anything() -> None:
    program = (
        "import sys, archive.services.audit\n"
        "bad = [m for m in sys.modules if m.startswith(('archive.sealing', 'keys.keyring'))]\n"
        "sys.exit(len(bad))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
