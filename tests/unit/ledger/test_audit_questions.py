"""What an auditor asks the ledger alone: one object, other checkpoints, keys, times, filters."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from archive.errors import LedgerTampered
from archive.model.provenance import EventOutcome, EventType
from archive.services import audit
from archive.services.audit.dating import Mark
from tests.unit.ledger.ledgers import (
    IRIS,
    NOOR,
    PAVEL,
    START,
    TOMAS,
    Ledger,
    disabled,
    draft,
    make_log,
    uuid,
)

PLAN = {"state": "approved", "reading_copy": "ab" * 32}


def codes(verdict: audit.Verdict) -> set[str]:
    return {finding.code for finding in verdict.failures}


def redacted(ledger: Ledger, approver: object = PAVEL) -> Ledger:
    """Write how a record came in, was redacted by Iris, approved by somebody, and went out."""
    who = approver if approver is IRIS else PAVEL
    ledger.write(PAVEL, draft(EventType.INGESTION, "r", manifest="cd" * 32, original="ef" * 32))
    ledger.write(IRIS, draft(EventType.REDACTION_PROPOSED, "r"))
    ledger.write(IRIS, draft(EventType.PLAN_SUBMITTED, "r", reading_copy="ab" * 32))
    ledger.write(who, draft(EventType.PLAN_APPROVED, "r", **PLAN))
    ledger.write(PAVEL, draft(EventType.RELEASE, "r", reading_copy="ab" * 32))
    return ledger


def test_an_objects_history_is_told_whole_and_who_named_it(ledger: Ledger) -> None:
    redacted(ledger).write(NOOR, draft(EventType.VIEW, "other", record=uuid("r")))
    told = audit.history(ledger.catalog, ledger.log.vkeys, uuid("r"))
    assert told.verdict.ok
    assert [one.member for one in told.about] == [PAVEL.id, IRIS.id, IRIS.id, PAVEL.id, PAVEL.id]
    assert [one.member for one in told.naming] == [NOOR.id]


def test_a_gap_in_an_objects_history_is_found(ledger: Ledger) -> None:
    redacted(ledger)
    ledger.write(NOOR, draft(EventType.VIEW, "other"))
    again = ledger.doctored("delete from ledger_entries where entry_index = ?", 7)
    told = audit.history(again.catalog, ledger.log.vkeys, uuid("r"))
    assert {"history", "position"} <= codes(told.verdict)
    again.close()


def test_an_entry_whose_column_hides_it_is_told_all_the_same(ledger: Ledger) -> None:
    redacted(ledger)
    again = ledger.doctored(f"update ledger_entries set object = '{uuid('x')}' where entry_index = ?", 6)  # fmt: skip  # noqa: E501
    assert len(audit.history(again.catalog, ledger.log.vkeys, uuid("r")).about) == 5
    again.close()


def test_what_the_ledger_never_named_is_unknown(ledger: Ledger) -> None:
    told = audit.history(ledger.catalog, ledger.log.vkeys, uuid("nothing"))
    assert codes(told.verdict) == {"unknown"}


def test_accesses_and_refusals_are_told_with_their_member(ledger: Ledger) -> None:
    redacted(ledger)
    ledger.write(NOOR, draft(EventType.VIEW, "r", level="reading"))
    refused = draft(EventType.DENIED, "r", EventOutcome.DENIED, action="read-originals")
    ledger.write(NOOR, refused)
    told = audit.accesses(ledger.catalog, ledger.log.vkeys, uuid("r"))
    assert [(one.member, one.outcome) for one in told.about] == [
        (NOOR.id, "success"),
        (NOOR.id, "denied"),
    ]


def test_a_copy_is_followed_back_to_its_original_and_two_people(ledger: Ledger) -> None:
    told = audit.redaction(redacted(ledger).catalog, ledger.log.vkeys, uuid("r"))
    assert told.verdict.ok
    assert (told.copy, told.manifest) == ("ab" * 32, "cd" * 32)
    assert (told.workers, told.approver, told.released) == ((IRIS.id,), PAVEL.id, True)
    ledger.write(PAVEL, draft(EventType.WITHDRAWAL, "r", reading_copy="ab" * 32))
    assert not audit.redaction(ledger.catalog, ledger.log.vkeys, uuid("r")).released


def test_who_approves_their_own_work_is_found(ledger: Ledger) -> None:
    told = audit.redaction(redacted(ledger, IRIS).catalog, ledger.log.vkeys, uuid("r"))
    assert codes(told.verdict) == {"two-persons"}


@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        (EventType.INGESTION, "origin"),
        (EventType.PLAN_SUBMITTED, "submission"),
        (EventType.PLAN_APPROVED, "approval"),
        (EventType.RELEASE, "unreleased"),
    ],
)
def test_a_step_that_is_not_in_the_ledger_is_missed(
    ledger: Ledger, left_out: EventType, code: str
) -> None:
    copy = {"reading_copy": "ab" * 32}
    steps = {
        EventType.INGESTION: (PAVEL, {"manifest": "cd" * 32}),
        EventType.PLAN_SUBMITTED: (IRIS, copy),
        EventType.PLAN_APPROVED: (PAVEL, PLAN),
        EventType.RELEASE: (PAVEL, copy),
    }
    for kind, (who, links) in steps.items():
        if kind is not left_out:
            ledger.write(who, draft(kind, "r", **links))
    told = audit.redaction(ledger.catalog, ledger.log.vkeys, uuid("r"))
    assert codes(told.verdict) == {code}


def test_checkpoints_of_one_history_are_same_or_ahead(ledger: Ledger) -> None:
    pin = ledger.pin()
    assert audit.compare(ledger.catalog, ledger.log.vkeys, pin).relation == "same"
    ledger.write(NOOR, draft())
    told = audit.compare(ledger.catalog, ledger.log.vkeys, pin.partition("\n\n")[2])
    assert (told.relation, told.verdict.ok) == ("ahead", True)
    assert told.proof


def behind(ledger: Ledger) -> Ledger:
    """Return an older copy, in a folder of its own."""
    place = ledger.path.parent / "older"
    place.mkdir()
    shutil.copy(ledger.path, place / "old.sqlite")
    return Ledger(place / "old.sqlite")


def test_an_older_copy_is_behind_and_told_by_how_much(ledger: Ledger) -> None:
    ledger.catalog.close()
    old = behind(ledger)
    ledger = Ledger(ledger.path)
    ledger.write(NOOR, draft(), draft())
    note = ledger.pin().partition("\n\n")[2]
    told = audit.compare(old.catalog, ledger.log.vkeys, note)
    assert (told.relation, told.proof) == ("behind", None)
    assert codes(told.verdict) == {"behind"}
    ledger.publish()
    told = audit.compare(old.catalog, ledger.log.vkeys, note, tiles=ledger.files.read)
    assert told.relation == "behind"
    assert told.proof
    old.close()
    ledger.close()


@pytest.mark.parametrize("longer", ["here", "there"])
def test_a_fork_is_told_whoever_is_longer(ledger: Ledger, longer: str, tmp_path: Path) -> None:
    (tmp_path / "fork").mkdir()
    fork = Ledger(tmp_path / "fork" / "fork.sqlite").found()
    ledger.write(NOOR, draft(about="one"))
    fork.write(NOOR, draft(about="two"))
    (ledger if longer == "here" else fork).write(NOOR, draft())
    fork.publish()
    note = fork.pin().partition("\n\n")[2]
    told = audit.compare(ledger.catalog, ledger.log.vkeys, note, tiles=fork.files.read)
    assert (told.relation, codes(told.verdict)) == ("fork", {"fork"})
    fork.close()


@pytest.mark.parametrize("text", ["", "hello", "a\n1\nAAAA\n\n"])
def test_what_this_log_did_not_sign_is_foreign(ledger: Ledger, text: str) -> None:
    told = audit.compare(ledger.catalog, ledger.log.vkeys, text)
    assert (told.relation, codes(told.verdict)) == ("foreign", {"foreign"})
    other = make_log("another").vkeys
    assert audit.compare(ledger.catalog, other, ledger.pin()).relation == "foreign"


def test_who_could_open_what_is_told_for_any_day(ledger: Ledger) -> None:
    ledger.now = START + timedelta(days=3)
    ledger.write(IRIS, disabled(NOOR))
    rolled = {"compartment": "reading", "epoch": "2", "recipient": "r"}
    ledger.write(IRIS, draft(EventType.KEY_ROLLED, "the collection", **rolled))

    def openers(day: int) -> set[tuple[str, str, int, bool]]:
        on = (START + timedelta(days=day)).strftime("%Y-%m-%dT23:59:59.999999Z")
        told = audit.keys(ledger.catalog, ledger.log.vkeys, [], on=on)
        assert told.verdict.ok
        found = [one for one in told.openers if one.compartment == "reading"]
        return {(one.member, one.role, one.epoch, one.present) for one in found}

    staff = {(IRIS.id, "custodian"), (PAVEL.id, "archivist")}
    assert openers(-1) == set()
    assert openers(1) == {(*one, 1, True) for one in {*staff, (NOOR.id, "researcher")}}
    left = {(NOOR.id, "researcher", 1, False)}
    assert openers(4) == {(*one, 2, True) for one in staff} | left


@pytest.mark.parametrize(
    "grant",
    [
        (NOOR.id, "originals", 1),
        (TOMAS.id, "reading", 1),
        (PAVEL.id, "reading", 2),
        (uuid("nobody"), "log-signing", 1),
    ],
)
def test_a_grant_that_the_ledger_does_not_account_for_is_found(
    ledger: Ledger, grant: tuple[str, str, int]
) -> None:
    good = [(PAVEL.id, "originals", 1), (NOOR.id, "reading", 1), (TOMAS.id, "log-signing", 1)]
    assert audit.keys(ledger.catalog, ledger.log.vkeys, good).verdict.ok
    assert codes(audit.keys(ledger.catalog, ledger.log.vkeys, [*good, grant]).verdict) == {"grant"}


def test_an_event_lies_between_its_checkpoint_and_the_first_mark_above_it(ledger: Ledger) -> None:
    ledger.write(NOOR, draft())
    size = ledger.write(NOOR, draft()).checkpoint.size
    seen = Mark(size, ledger.now + timedelta(minutes=1), "witness")
    later = Mark(size, ledger.now + timedelta(hours=1), "another")
    ledger.write(NOOR, draft())
    told = audit.date(ledger.catalog, ledger.log.vkeys, [later, seen])
    assert told.verdict.ok
    last, covered = told.found[-1], told.found[-2]
    assert (covered.not_after, covered.by) == (seen.time, "witness")
    assert covered.not_before is not None
    assert covered.not_before.isoformat()[:19] <= covered.line.time[:19]
    assert (last.not_after, last.by) == (None, None)


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_ten_years_off_is_found(ledger: Ledger, years: int) -> None:
    honest = ledger.now
    ledger.write(NOOR, draft(), now=honest + timedelta(days=365 * years))
    size = ledger.write(NOOR, draft(), now=honest + timedelta(minutes=1)).checkpoint.size
    marks = [Mark(size, honest + timedelta(minutes=2), "witness")]
    told = audit.date(ledger.catalog, ledger.log.vkeys, marks)
    assert ("post-dated" if years > 0 else "back-dated") in codes(told.verdict)
    assert "time" in ledger.codes()


def test_a_mark_on_what_is_no_checkpoint_here_is_told(ledger: Ledger) -> None:
    told = audit.date(ledger.catalog, ledger.log.vkeys, [Mark(3, ledger.now, "witness")])
    assert codes(told.verdict) == {"mark"}


FILTERS: dict[str, tuple[dict[str, str], Callable[[audit.TimelineEntry], bool]]] = {
    "member": ({"member": NOOR.id}, lambda one: one.key_id == NOOR.agent.key_id),
    "founder": ({"member": IRIS.id}, lambda one: one.key_id == IRIS.agent.key_id),
    "kid": ({"member": NOOR.agent.key_id[:6]}, lambda one: one.key_id == NOOR.agent.key_id),
    "from": ({"since": "2026-03-02"}, lambda one: one.time >= "2026-03-02"),
    "to": ({"until": "2026-03-01"}, lambda one: one.time < "2026-03-02"),
    "hour": (
        {"since": "2026-03-02T08", "until": "2026-03-02T09"},
        lambda one: one.time.startswith("2026-03-02T09"),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_the_timeline_is_filtered_by_member_and_time(ledger: Ledger, name: str) -> None:
    for day in range(3):
        ledger.now = START + timedelta(days=day)
        ledger.write(NOOR, draft())
        ledger.write(PAVEL, draft(EventType.EXPORT))
    chosen, holds = FILTERS[name]
    found = audit.timeline(ledger.catalog, limit=1000, **chosen)
    assert found == tuple(one for one in audit.timeline(ledger.catalog, limit=1000) if holds(one))
    assert found


def test_objects_are_overdue_when_no_run_read_them_for_long(ledger: Ledger) -> None:
    for number, digest in enumerate(("aa", "bb", "cc")):
        ledger.write(PAVEL, draft(EventType.INGESTION, f"{number}", original=digest * 32))
    ledger.now = START + timedelta(days=80)
    read = {"ranges": f"{'aa' * 32}-{'bb' * 32}", "good": "2"}
    ledger.write(TOMAS, draft(EventType.FIXITY_CHECKED, "the archive", **read))
    ledger.write(PAVEL, draft(EventType.INGESTION, "3", original="ab" * 32))
    held = audit.holdings(ledger.catalog, ledger.log.vkeys)
    assert held.verdict.ok
    assert [one.digest[:2] for one in held.objects if one.checked is None] == ["ab", "cc"]

    def late(day: int) -> list[str]:
        return [one.digest[:2] for one in held.overdue(START + timedelta(days=day), 90)]

    assert (late(89), late(95), late(175)) == ([], ["cc"], ["aa", "ab", "bb", "cc"])
    bad = draft(EventType.FIXITY_CHECKED, "0", EventOutcome.FAILURE, object="aa" * 32)
    ledger.write(TOMAS, bad)
    held = audit.holdings(ledger.catalog, ledger.log.vkeys)
    assert [one.digest[:2] for one in held.objects if one.failed] == ["aa"]
    ledger.write(TOMAS, draft(EventType.OBJECT_REPAIRED, "0", object="aa" * 32))
    held = audit.holdings(ledger.catalog, ledger.log.vkeys)
    assert [one for one in held.objects if one.failed] == []


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("", []), ("a", ["a-a"]), ("abcd", ["a-d"]), ("acd", ["a-a", "c-d"]), ("bd", ["b-b", "d-d"])],
)
def test_ranges_hold_what_was_read_and_nothing_else(chosen: str, expected: list[str]) -> None:
    assert list(audit.spans(list(chosen), list("abcd"))) == expected


def test_questions_are_answered_with_the_pinned_keys_only(ledger: Ledger) -> None:
    other = make_log("another").vkeys
    told = audit.history(ledger.catalog, other, uuid("the archive"))
    assert "checkpoint" in codes(told.verdict)
    with pytest.raises(LedgerTampered):
        audit.history(ledger.catalog, (), uuid("the archive"))
