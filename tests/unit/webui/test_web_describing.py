"""The description of a record in ISAD(G), on its page."""

from __future__ import annotations

from archive.model.access import Role
from tests.canary import scan
from tests.unit.webui.webhouse import Household, Visitor, words

SCOPE = "Wages of the Quillfeather mill"
QUIET = "Nobody has described this record yet."


def test_a_record_is_described_on_its_page_in_the_words_of_the_standard(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam = people[Role.ARCHIVIST]
    page = f"/records/{own.records['mill.txt']}"
    assert QUIET in words(tam.get(page).text)
    given = {"seen": "0", "scope-and-content": SCOPE, "dates": "1931"}
    done = words(tam.follow(f"{page}/description", **given).text)
    assert "The description is saved." in done
    assert done.index("Date(s) 1931") < done.index(f"Scope and content {SCOPE}")
    assert "scope-and-content" not in done
    assert QUIET not in done


def test_a_form_made_before_another_change_is_refused_and_keeps_what_was_written(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam, head = people[Role.ARCHIVIST], people[Role.CUSTODIAN]
    page = f"/records/{own.records['harbour.txt']}"
    head.follow(f"{page}/description", seen="0", note="hers")
    for stale, status in (("0", 409), ("7", 409), ("", 422), ("9" * 5000, 422), ("²", 422)):
        answer = tam.post(f"{page}/description", seen=stale, note="his own words")
        assert answer.status_code == status
        assert "his own words</textarea>" in answer.text
        assert 'name="seen" value="1"' in answer.text
    assert "Note hers" in words(tam.get(page).text)
    again = tam.follow(f"{page}/description", seen="1", note="his own words")
    assert "Note his own words" in words(again.text)


def test_what_cannot_be_saved_is_told_at_its_field_and_nothing_is_lost(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam, page = people[Role.ARCHIVIST], f"/records/{own.records['quarry.txt']}"
    given = {"seen": "0", "note": "x" * 10_001, "dates": "1932"}
    answer = tam.post(f"{page}/description", **given)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert 'aria-describedby="isad-fault-note"' in answer.text
    assert "1932</textarea>" in answer.text
    assert QUIET in words(tam.get(page).text)


def test_an_older_version_is_brought_back_on_the_page_of_all_versions(
    own: Household, people: dict[Role, Visitor]
) -> None:
    tam, page = people[Role.ARCHIVIST], f"/records/{own.records['quarry.txt']}"
    for seen, text in (("0", "one wet corner"), ("1", "two wet corners")):
        tam.follow(f"{page}/description", seen=seen, note=text)
    listed = words(tam.get(f"{page}/description").text)
    assert listed.index("two wet corners") < listed.index("one wet corner")
    stale = tam.post(f"{page}/description/back", version="1", seen="1")
    assert stale.status_code == 409
    done = words(tam.follow(f"{page}/description/back", version="1", seen="2").text)
    assert "Note one wet corner" in done
    assert "3 versions" in done
    tam.get(page)
    for odd in ("0", "9", "x", ""):
        answer = tam.post(f"{page}/description/back", version=odd, seen="3")
        assert answer.status_code == 422, odd


def test_no_word_of_it_is_left_outside_the_answer(own: Household) -> None:
    assert scan([own.archive.folder.path], [SCOPE, "his own words", "wet corner"]) == []
