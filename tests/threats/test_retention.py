"""T2: a retention date binds, tells nobody outside why, destroys nothing and goes with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from archive.errors import IntegrityError, InvalidValue, NotPermitted, RecordNotFound
from archive.model.access import Level
from archive.model.jobs import ReviewCode
from archive.model.retention import Retention
from archive.services.holdings import erasure, jobs
from archive.services.holdings.retention import lift_retention, retained, set_retention
from archive.services.reading_room import access
from tests.canary import scan
from tests.catalog_file import by_hand
from tests.small_archive import Small

REASON = "Harbour Records Act, section nineteen"
TODAY = datetime.now(UTC).date()
PAST, AHEAD, LATER = date(2020, 1, 2), date(2190, 3, 4), date(2191, 5, 6)


def due_jobs(small: Small, who: str) -> list[jobs.Job]:
    found = jobs.list_jobs(small.archive, small.people[who])
    return [one for one in found if one.error == ReviewCode.RETENTION_DUE.value]


def term_of(small: Small, who: str = "custodian") -> Retention | None:
    view = access.show(small.archive, small.people[who], small.kept, Level.ORIGINALS)
    return view.retention


def doctor(small: Small, statement: str, *values: object) -> None:
    with by_hand(small.archive.folder.catalog) as db:
        assert db.execute(statement, values).rowcount == 1


def row_of(small: Small) -> tuple[object, ...]:
    with by_hand(small.archive.folder.catalog) as db:
        (row,) = db.execute("SELECT * FROM retentions")
    return tuple(row)


def test_a_term_is_set_changed_and_lifted_by_either_who_may(small: Small) -> None:
    archive, tam, head = small.archive, small.people["archivist"], small.people["custodian"]
    set_retention(archive, tam, small.kept, AHEAD, REASON)
    set_retention(archive, tam, small.released, LATER, REASON)
    assert [one.record for one in retained(archive, head)] == [small.kept, small.released]
    set_retention(archive, head, small.kept, LATER, "a case is open")
    assert term_of(small, "archivist") == Retention(LATER, "a case is open")
    with pytest.raises(InvalidValue):
        set_retention(archive, head, small.kept, LATER, "a case is open")
    lift_retention(archive, tam, small.kept, "the case is closed")
    assert term_of(small) is None
    assert [one.record for one in retained(archive, head)] == [small.released]
    with pytest.raises(RecordNotFound):
        lift_retention(archive, tam, small.kept, "twice")
    set_retention(archive, tam, small.kept, AHEAD, REASON)
    assert term_of(small) == Retention(AHEAD, REASON)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_record_waits_for_a_decision_from_its_day_on_and_nothing_is_destroyed(
    small: Small, days: int
) -> None:
    day = TODAY + timedelta(days=days)
    set_retention(small.archive, small.people["archivist"], small.kept, day, REASON)
    due = days <= 0
    assert [one.due for one in retained(small.archive, small.people["custodian"])] == [due]
    assert [one.record for one in due_jobs(small, "archivist")] == [small.kept] * due
    assert access.show(small.archive, small.people["archivist"], small.kept).text
    with pytest.raises(RecordNotFound):
        jobs.dismiss(small.archive, small.people["archivist"], small.kept, "not now")


def test_who_may_see_what_waits_learns_neither_title_nor_reason(small: Small) -> None:
    set_retention(small.archive, small.people["archivist"], small.kept, PAST, REASON)
    (seen,) = due_jobs(small, "auditor")
    assert (seen.record, seen.title) == (small.kept, None)
    for who in ("auditor", "researcher"):
        with pytest.raises(NotPermitted):
            retained(small.archive, small.people[who])
    with pytest.raises(NotPermitted):
        jobs.list_jobs(small.archive, small.people["researcher"])


def test_a_term_that_was_taken_out_of_the_catalog_is_missed(small: Small) -> None:
    set_retention(small.archive, small.people["archivist"], small.kept, PAST, REASON)
    doctor(small, "DELETE FROM retentions")
    with pytest.raises(IntegrityError):
        term_of(small)


def test_a_day_that_was_moved_on_the_disk_is_refused(small: Small) -> None:
    set_retention(small.archive, small.people["archivist"], small.kept, PAST, REASON)
    doctor(small, "UPDATE retentions SET review = ?", LATER.isoformat())
    with pytest.raises(IntegrityError):
        retained(small.archive, small.people["custodian"])
    with pytest.raises(IntegrityError):
        term_of(small)


def test_an_earlier_term_that_is_put_back_is_refused_also_after_it_was_lifted(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    set_retention(archive, tam, small.kept, PAST, REASON)
    earlier = row_of(small)
    set_retention(archive, tam, small.kept, LATER, REASON)
    doctor(small, "DELETE FROM retentions")
    doctor(small, "INSERT INTO retentions VALUES (?, ?, ?, ?, ?, ?)", *earlier)
    with pytest.raises(IntegrityError):
        term_of(small)
    doctor(small, "DELETE FROM retentions")
    with pytest.raises(IntegrityError):
        lift_retention(archive, tam, small.kept, "over")


def test_a_lifted_term_that_is_put_back_is_refused(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    set_retention(archive, tam, small.kept, PAST, REASON)
    earlier = row_of(small)
    lift_retention(archive, tam, small.kept, "over")
    doctor(small, "INSERT INTO retentions VALUES (?, ?, ?, ?, ?, ?)", *earlier)
    with pytest.raises(IntegrityError):
        term_of(small)


def test_erasing_a_record_takes_its_term_along(small: Small) -> None:
    set_retention(small.archive, small.people["archivist"], small.kept, PAST, REASON)
    erasure.erase(small.archive, small.people["custodian"], small.kept, "order 9")
    assert retained(small.archive, small.people["custodian"]) == ()
    assert due_jobs(small, "archivist") == []


def test_no_reason_is_left_in_clear(small: Small) -> None:
    set_retention(small.archive, small.people["archivist"], small.kept, AHEAD, REASON)
    lift_retention(small.archive, small.people["archivist"], small.kept, "Ferry case 88 ended")
    assert scan([small.archive.folder.path], [REASON, "Ferry case 88"]) == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001, "a\x07b"])
def test_a_reason_that_says_nothing_or_cannot_be_shown_is_refused(
    small: Small, reason: str
) -> None:
    with pytest.raises(InvalidValue):
        set_retention(small.archive, small.people["archivist"], small.kept, AHEAD, reason)
    assert term_of(small) is None
