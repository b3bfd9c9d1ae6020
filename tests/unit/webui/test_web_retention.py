"""Retention dates on the pages: set on the record, decided from the inbox and the calendar."""

from __future__ import annotations

from archive.model.access import Role
from tests.canary import scan
from tests.unit.webui.webhouse import Household, Visitor, words

REASON = "Mill Act, article forty"
QUIET = "No day is set on which to decide"


def test_a_day_is_set_on_the_record_and_decided_from_calendar_and_inbox(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam, head = people[Role.ARCHIVIST], people[Role.CUSTODIAN]
    page = f"/records/{own.records['mill.txt']}"
    assert QUIET in words(tam.get(page).text)
    done = tam.follow(f"{page}/retention", review="2044-05-06", reason=REASON)
    assert f"To be decided about on May 6, 2044 : {REASON}" in words(done.text)
    ahead = words(head.get("/calendar").text)
    assert ahead.index("Retention dates ahead") < ahead.index(f"May 6, 2044 mill.txt {REASON}")
    assert "retention" not in head.get("/inbox").text
    changed = head.follow(f"{page}/retention", review="2020-05-06", reason=REASON)
    assert "Nothing is destroyed by itself" in words(changed.text)
    due = words(head.get("/calendar").text)
    assert due.index(f"May 6, 2020 mill.txt {REASON}") < due.index("Embargo is over")
    inbox = head.get("/inbox").text
    assert f'href="{page}#keep"' in inbox
    assert f'action="/inbox/{own.records["mill.txt"]}/dismiss"' not in inbox
    lifted = tam.follow(f"{page}/retention", act="lift", reason="kept for good")
    assert QUIET in words(lifted.text)
    assert f'href="{page}#keep"' not in head.get("/inbox").text


def test_what_cannot_be_set_says_why_beside_the_form(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam, page = people[Role.ARCHIVIST], f"/records/{own.records['harbour.txt']}"
    for given, said in (
        ({"review": "", "reason": REASON}, "Give the day on which to decide."),
        ({"review": "2044-02-31", "reason": REASON}, "A date is written as"),
        ({"review": "2044-05-06", "reason": " "}, "A reason has 1 to 1,000"),
        ({"act": "lift", "reason": ""}, "A reason has 1 to 1,000"),
    ):
        answer = tam.post(f"{page}/retention", **given)
        assert answer.status_code == 422
        assert said in words(answer.text)
    assert QUIET in words(tam.get(page).text)


def test_no_reason_is_left_outside_the_answer(own: Household) -> None:
    assert scan([own.archive.folder.path], [REASON, "kept for good"]) == []
