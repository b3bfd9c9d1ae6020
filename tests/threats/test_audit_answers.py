"""T4: who has the log's keys and one member's own cannot make a question be answered falsely.

The insider appends entries that the log signs and that they sign themselves, in a role that they
have. No single answer may take such an entry for an act that somebody was allowed to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services import audit
from archive.services.audit.objects import erasures
from tests.unit.ledger.ledgers import IRIS, NOOR, PAVEL, TOMAS, Ledger, Person, draft, joined, uuid

COPY = "ab" * 32
ORIGINAL = "ef" * 32
PUPPET = Person("Zora", "custodian")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A record that was taken in and whose redaction was put up for approval."""
    ledger = Ledger(tmp_path / "catalog.sqlite").found()
    ledger.write(PAVEL, draft(EventType.INGESTION, "r", manifest="cd" * 32, original=ORIGINAL))
    ledger.write(IRIS, draft(EventType.PLAN_SUBMITTED, "r", reading_copy=COPY))
    yield ledger
    ledger.close()


def questions(ledger: Ledger) -> dict[str, audit.Verdict]:
    catalog, vkeys = ledger.catalog, ledger.log.vkeys
    return {
        "verify": ledger.verify(),
        "object": audit.history(catalog, vkeys, uuid("r")).verdict,
        "inventory": audit.holdings(catalog, vkeys).verdict,
        "keys": audit.keys(catalog, vkeys, ()).verdict,
        "erasures": erasures(catalog, vkeys, frozenset()).verdict,
        "redaction": audit.redaction(catalog, vkeys, uuid("r")).verdict,
    }


def found(verdict: audit.Verdict) -> set[tuple[str, int | None]]:
    return {(one.code, one.index) for one in verdict.failures}


def test_a_member_whom_no_custodian_added_is_found_whatever_is_asked(ledger: Ledger) -> None:
    at = ledger.write(NOOR, joined(PUPPET)).first_index
    ledger.write(PUPPET, draft(EventType.PLAN_APPROVED, "r", state="approved", reading_copy=COPY))
    for asked, verdict in questions(ledger).items():
        assert ("agent", at) in found(verdict), asked


@pytest.mark.parametrize("who", [NOOR, TOMAS])
@pytest.mark.parametrize(
    "act",
    [
        draft(EventType.PLAN_APPROVED, "r", state="approved", reading_copy=COPY),
        draft(EventType.RELEASE, "r", reading_copy=COPY),
        draft(EventType.DELETION, "r", authority="a law"),
    ],
)
def test_an_act_beyond_a_role_is_found(ledger: Ledger, who: Person, act: EntryDraft) -> None:
    at = ledger.write(who, act).first_index
    assert found(ledger.verify()) == {("agent", at)}
    for asked in ("object", "redaction"):
        assert ("agent", at) in found(questions(ledger)[asked])


@pytest.mark.parametrize("outcome", [EventOutcome.FAILURE, EventOutcome.DENIED])
def test_an_approval_that_failed_approves_nothing(ledger: Ledger, outcome: EventOutcome) -> None:
    ledger.write(
        NOOR, draft(EventType.PLAN_APPROVED, "r", outcome, state="approved", reading_copy=COPY)
    )
    at = ledger.write(PAVEL, draft(EventType.RELEASE, "r", reading_copy=COPY)).first_index
    assert found(questions(ledger)["redaction"]) == {("approval", at)}


@pytest.mark.parametrize(
    "act",
    [
        lambda: (PAVEL, draft(EventType.DELETION, "r")),
        lambda: (PAVEL, draft(EventType.DELETION, "r", authority="a law")),
        lambda: (IRIS, draft(EventType.DELETION, "r", EventOutcome.FAILURE, authority="a law")),
        lambda: (NOOR, draft(EventType.DELETION, "r", EventOutcome.DENIED, opening="0" * 64)),
    ],
)
def test_what_no_valid_entry_destroyed_is_still_missed(
    ledger: Ledger, act: Callable[[], tuple[Person, EntryDraft]]
) -> None:
    who, event = act()
    at = ledger.write(who, event).first_index
    held = audit.holdings(ledger.catalog, ledger.log.vkeys)
    assert [one.digest for one in held.living] == [ORIGINAL]
    assert ("authority", at) in found(held.verdict)
    assert ("authority", at) in found(questions(ledger)["erasures"])


def test_what_was_destroyed_on_authority_or_for_a_reason_is_not_missed(ledger: Ledger) -> None:
    ledger.write(PAVEL, draft(EventType.INGESTION, "q", manifest="cd" * 32, original="12" * 32))
    ledger.write(IRIS, draft(EventType.DELETION, "r", authority="a law"))
    ledger.write(PAVEL, draft(EventType.DELETION, "q", opening="0" * 64))
    held = audit.holdings(ledger.catalog, ledger.log.vkeys)
    assert (held.living, held.verdict.failures) == ([], [])


def test_an_older_partial_file_that_was_changed_or_cut_is_named(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.publish()
        ledger.write(NOOR, draft())
    ledger.publish()
    assert ledger.verify(files=ledger.files).ok
    older = [name for name in ledger.files.partials() if "/10" not in name]
    assert len(older) >= 4
    for name in older:
        path = ledger.files.path / name
        data = path.read_bytes()
        for bad in (data[:-1], b"", data[:40] + bytes([data[40] ^ 1]) + data[41:], data + b"x"):
            path.write_bytes(bad)
            told = ledger.verify(files=ledger.files, signatures=False).failures
            assert [name in one.message for one in told] == [True], (name, told)
        path.write_bytes(data)


def test_tiles_without_their_checkpoint_are_told(ledger: Ledger) -> None:
    ledger.publish()
    (ledger.files.path / "checkpoint").unlink()
    assert {one.code for one in ledger.verify(files=ledger.files).failures} == {"published"}


def test_entries_that_are_gone_are_not_called_a_fork(ledger: Ledger) -> None:
    pin = ledger.pin()
    ledger.write(NOOR, draft())
    again = ledger.doctored("delete from ledger_entries where entry_index = ?", 6)
    told = audit.compare(again.catalog, ledger.log.vkeys, pin)
    assert told.relation == "unknown"
    assert {one.code for one in told.verdict.failures} == {"checkpoint", "unproven"}
    again.close()
