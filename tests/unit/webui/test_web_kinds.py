"""Media types, languages and facts of a record are words on pages, in the reader's language."""

from __future__ import annotations

import pytest

from archive.model.access import Role
from archive.services.checksums import Checksum
from archive.services.intake.arrival import differing, infected
from tests.unit.webui.webhouse import Household, Visitor, words
from webui import kinds
from webui.app import create_app
from webui.wording import moment, word

LETTER = (
    b"From: a@b.example\nTo: c@d.example\nSubject: timetable\nMIME-Version: 1.0\n"
    b"X-Odd: 1\nDate: Sun, 3 Feb 1991 10:00:00 +0000\n\nThe ferry is late.\n"
)


@pytest.fixture(scope="module")
def letter(own: Household) -> str:
    own.take_in({"ferry.eml": LETTER})
    return own.records["ferry.eml"]


def page(house: Household, letter: str, tag: str) -> str:
    one = Visitor(create_app(house.archive))
    one.sign_in(Role.ARCHIVIST)
    return one.get(f"/records/{letter}", headers={"Accept-Language": tag}).text


@pytest.mark.parametrize("tag", ["en", "ko"])
def test_a_record_page_shows_no_code_of_a_field(own: Household, letter: str, tag: str) -> None:
    shown = words(page(own, letter, tag))
    for code in ("embedded", "message/rfc822", "sha256", "attached-to", "message-id"):
        assert code not in shown, code
    assert {"en": "Kind mail", "ko": "종류 전자 우편"}[tag] in shown
    assert {"en": "What the file says of itself", "ko": "파일에 적힌 정보"}[tag] in shown
    assert "timetable" in shown


def test_a_type_has_a_name_and_one_without_stands_for_itself(house: Household) -> None:
    with create_app(house.archive).test_request_context(headers={"Accept-Language": "en"}):
        assert kinds.kind("application/pdf") == "PDF"
        assert kinds.kind("text/html; charset=utf-8") == "web page"
        assert kinds.kind("image/jpeg") == "picture (JPEG)"
        assert kinds.kind("image/svg+xml") == "picture"
        assert kinds.kind("application/zip") == "packed files"
        assert kinds.kind("application/wasm") == "application/wasm"


def test_facets_are_words_in_the_language_of_the_page(house: Household) -> None:
    app = create_app(house.archive)
    with app.test_request_context(headers={"Accept-Language": "ko"}):
        assert kinds.facet("ko", "language") == "한국어"
        assert kinds.facet("1991-02", "month") == "1991년 2월"
        assert kinds.facet("text/plain", "type") == "일반 텍스트"
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert kinds.facet("ko", "language") == "Korean"
        assert kinds.facet("zz-unknown", "language") == "zz-unknown"
        assert kinds.facet("not a month", "month") == "not a month"
        assert kinds.facet("A-0001", "accession") == "A-0001"


def test_a_moment_is_written_for_people_and_kept_whole(house: Household) -> None:
    at = "2031-03-04T09:00:07.349950Z"
    with create_app(house.archive).test_request_context(headers={"Accept-Language": "ko"}):
        shown = moment(at)
        assert f'datetime="{at}"' in shown
        assert "2031. 3. 4. 09:00:07 UTC" in shown
        assert moment("1991-02-03").startswith('<time datetime="1991-02-03">')
        assert moment("some day") == "some day"


def test_a_code_is_shown_as_words_in_english(house: Household) -> None:
    with create_app(house.archive).test_request_context(headers={"Accept-Language": "en"}):
        assert word("no-text") == "no text"
        assert word("entity-en") == "name (English)"
        assert word("S-0001") == "S-0001"


def test_what_was_checked_on_arrival_is_told_in_the_language_of_the_page(house: Household) -> None:
    told = {
        "quarantine": f"{differing((Checksum('sha512', 'aa', 'list.txt'),), {'sha512': 'bb'})}; "
        f"{infected('Win.Eicar')}",
        "checked-virus scan": "nothing found",
        "checked-sha512 in list.txt": "aa",
    }
    app = create_app(house.archive)
    with app.test_request_context(headers={"Accept-Language": "ko"}):
        (held,) = kinds.facts(told)
        assert "바이러스 검사기가 Win.Eicar을(를) 찾았습니다" in held.value
        assert "lang=" not in held.value
        ((_, checked),) = kinds.groups(told)
        assert [(one.name, one.value) for one in checked] == [
            ("바이러스 검사", "발견된 것 없음"),
            ("list.txt의 sha512", "aa"),
        ]
    with app.test_request_context(headers={"Accept-Language": "en"}):
        ((_, checked),) = kinds.groups(told)
        assert [one.name for one in checked] == ["Virus scan", "sha512 in list.txt"]
