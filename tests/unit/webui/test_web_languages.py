"""Languages and looks: chosen by the member, else by the browser; the choice tells nothing."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import InvalidValue, WeakPassphrase, WrongPlanState
from archive.model.access import Role
from tests.unit.webui.webhouse import Household, Visitor
from webui.app import create_app
from webui.languages import LANGUAGES, THEMES, Look
from webui.settings import LOOK_COOKIE
from webui.wording import day, number, say, size, told, when, word

KOREAN = {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.5"}


def look_of(visitor: Visitor) -> str | None:
    found = visitor.client.get_cookie(LOOK_COOKIE, "localhost")
    return found.value if found else None


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.mark.parametrize(
    ("wanted", "lang"),
    [
        ("", "en"),
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.5", "ko"),
        ("fr-FR, fr;q=0.9", "en"),
        ("de;q=0.9,ko;q=0.1", "ko"),
        ("\x00;;;q=x", "en"),
    ],
)
def test_the_browser_s_wish_is_the_default(stranger: Visitor, wanted: str, lang: str) -> None:
    answer = stranger.get("/sign-in", headers={"Accept-Language": wanted})
    assert f'<html lang="{lang}"' in answer.text
    assert answer.headers["Content-Language"] == lang
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_choice_goes_before_the_browser_s_wish_and_leads_back(stranger: Visitor) -> None:
    stranger.get("/sign-in")
    done = stranger.post("/look", language="ko", back="/sign-in")
    assert (done.status_code, done.location) == (303, "/sign-in")
    page = stranger.get("/sign-in", headers={"Accept-Language": "en"}).text
    assert '<html lang="ko"' in page
    assert "로그인" in page
    assert "Sign in" not in page
    stranger.post("/look", language="en")
    assert '<html lang="en"' in stranger.get("/sign-in", headers=KOREAN).text


def test_the_choice_is_three_words_that_end_with_the_browser(stranger: Visitor) -> None:
    stranger.get("/sign-in")
    done = stranger.post("/look", language="ko", theme="dark", keys="off")
    (cookie,) = [one for one in done.headers.getlist("Set-Cookie") if LOOK_COOKIE in one]
    value, *rules = cookie.split("; ")
    assert value == f"{LOOK_COOKIE}=ko.dark.off"
    assert set(rules) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    page = stranger.get("/sign-in").text
    assert 'class="dark" data-keys="off"' in page
    assert '<meta name="color-scheme" content="dark">' in page


@given(st.text(max_size=40))
def test_a_cookie_of_any_value_is_a_look(text: str) -> None:
    found = Look.parse(text)
    assert found.language in (None, *LANGUAGES)
    assert found.theme in THEMES
    assert Look.parse(str(found)) == found


@given(*[st.text(max_size=8) | st.sampled_from(["ko", "dark", "off", "on"]) for _ in range(3)])
def test_a_choice_of_anything_is_a_look(language: str, theme: str, keys: str) -> None:
    chosen = Look().chosen(language, theme, keys)
    assert Look.parse(str(chosen)) == chosen


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/about",
        "/\\evil.example",
        "/about\r\nSet-Cookie: x=1",
        "/nothing",
        "/sign-out",
        "/about/../../x",
        "javascript:alert(1)",
        "/audit?object=%0d%0a<x>",
        "",
    ],
)
def test_the_way_back_is_one_of_our_own_pages(stranger: Visitor, back: str) -> None:
    stranger.get("/sign-in")
    assert stranger.post("/look", theme="dark", back=back).location == "/"


def test_the_way_back_keeps_the_page_of_a_list(visitors: dict[Role, Visitor]) -> None:
    done = visitors[Role.AUDITOR].post("/look", theme="auto", back="/audit?from=3&kind=")
    assert done.location == "/audit?from=3&kind="


def test_a_choice_needs_the_token_of_our_own_form(stranger: Visitor) -> None:
    stranger.get("/sign-in")
    assert stranger.post("/look", language="ko", token="00").status_code == 403
    assert look_of(stranger) is None


def test_signing_out_keeps_the_look_and_nothing_else(app: Flask) -> None:
    one = Visitor(app)
    assert one.sign_in(Role.AUDITOR).status_code == 303
    one.get("/about")
    one.post("/look", language="ko")
    one.get("/about")
    assert one.post("/sign-out").status_code == 303
    assert look_of(one) == "ko.auto.on"
    assert one.cookie is None


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_pages_of_a_role_are_korean_in_korean(visitors: dict[Role, Visitor], role: Role) -> None:
    page = visitors[role].get("/about", headers=KOREAN).text
    for english in ("About this archive", "What you may do", "Sign out", role.value + "<"):
        assert english not in page
    assert "하실 수 있는 일" in page


def test_refusals_of_services_are_told_in_the_language_of_the_page(house: Household) -> None:
    visitor = Visitor(create_app(house.archive))
    visitor.get("/sign-in")
    refused = visitor.post("/sign-in", name="Nobody", passphrase="wrong wrong wrong")
    assert "Name or passphrase is not right." in refused.text
    visitor.post("/look", language="ko")
    refused = visitor.post("/sign-in", name="Nobody", passphrase="wrong wrong wrong")
    assert "이름이나 암호문이 맞지 않습니다." in refused.text
    assert "sign-in-refused" in refused.text


@pytest.fixture
def korean(app: Flask) -> object:
    with app.test_request_context("/", headers=KOREAN):
        yield


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (WrongPlanState().public_message, "가림 계획의 상태에서는 이 작업을 할 수 없습니다."),
        ("The redaction plan is submitted.", "가림 계획의 상태: 제출됨."),
        ("There is no page 7.", "7쪽이 없습니다."),
        ("The passphrase is not taken. It is empty.", "이 암호문은 쓸 수 없습니다. 비어 있습니다."),
        ("the file is empty; it is a folder", "빈 파일임; 폴더임"),
        ("threat grave", "위협 매우 심각"),
    ],
)
def test_what_services_say_is_known_by_its_words(korean: object, said: str, shown: str) -> None:
    assert told(said) == shown


def test_what_nobody_translated_is_told_by_its_code_and_marked_as_english(korean: object) -> None:
    error = InvalidValue("Quux <b> frobs.")
    shown = told(error.public_message, error.message)
    expected = '올바르지 않은 값이 있습니다. (<span lang="en">Quux &lt;b&gt; frobs.</span>)'
    assert shown == expected
    assert told("<i>") == '<span lang="en">&lt;i&gt;</span>'


def test_words_of_the_page_are_not_translated_twice(korean: object) -> None:
    assert told(say("Hide")) == "가리기"
    assert told(WeakPassphrase().next_step).endswith("좋습니다.")


def test_dates_numbers_sizes_and_codes_follow_the_language(korean: object) -> None:
    assert day("1931-05-04") == '<time datetime="1931-05-04">1931. 5. 4.</time>'
    assert [day(text) for text in ("1931", "1931-05", "1931-13-40", "undated")] == [
        *("1931", "1931-05", "1931-13-40", "undated"),
    ]
    assert number(1234567) == "1,234,567"
    assert size(1536) == "1.5 KiB"
    assert size(7) == "7바이트"
    assert word("custodian") == "보관책임자"
    assert word("no such code") == "no such code"
    assert "2031. 3. 4. 09:05 UTC" in when("2031-03-04T09:05:00+00:00")


def test_a_page_holds_a_script_of_ours_only_for_who_is_signed_in(
    stranger: Visitor, visitors: dict[Role, Visitor]
) -> None:
    assert "<script" not in stranger.get("/sign-in").text
    found = re.findall(r"<script[^>]*>[^<]*", visitors[Role.AUDITOR].get("/about").text)
    assert found == ['<script src="/static/strongroom.js" defer>']
