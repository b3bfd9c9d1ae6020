"""The keyboard alone, with scripts and without: a task of each role, and the sheet of keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from archive.model.access import Role
from tests.browser.conftest import Enter, Visit
from tests.browser.every_page import come_in
from tests.unit.webui.webhouse import Household

LOOKS = [
    pytest.param({"java_script_enabled": False}, id="without-scripts"),
    pytest.param({"locale": "ko-KR"}, id="korean"),
]
MOST_TABS = 80


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is wanted has the focus, and see that the focus can be seen."""
    wanted = page.locator(f"{selector}:focus")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.count():
            expect(wanted.first).to_be_in_viewport()
            assert wanted.first.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
            return
    pytest.fail(f"Tab does not reach {selector} on {page.url}")


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def into_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("look", LOOKS)
def test_a_researcher_finds_and_reads(
    enter: Enter, house: Household, look: dict[str, object]
) -> None:
    visit = entered(enter, Role.RESEARCHER, look)
    page = visit.page
    into_content(page)
    tab_to(page, "#query")
    page.keyboard.type("harbour")
    page.keyboard.press("Enter")
    page.locator("ol.hits").wait_for()
    into_content(page)
    press(page, "ol.hits h3 a")
    expect(page.locator("mark.redacted").first).to_be_visible()
    assert visit.trouble == []


@pytest.mark.parametrize("look", LOOKS)
def test_an_archivist_marks_words_and_takes_the_mark_back(
    enter: Enter, house: Household, look: dict[str, object]
) -> None:
    visit = entered(enter, Role.ARCHIVIST, look)
    page = visit.page
    press(page, f"a[href$='/redact/{house.records['quarry.txt']}']")
    into_content(page)
    marks = page.locator("table.marks tbody tr")
    before = marks.count()
    tab_to(page, "#words")
    page.keyboard.type("workers")
    page.keyboard.press("Enter")
    expect(marks).not_to_have_count(before)
    marked = marks.count()
    press(page, "table.marks button[formaction$='/take-back']")
    expect(marks).to_have_count(marked - 1)
    assert visit.trouble == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_custodian_reviews_what_was_submitted(
    enter: Enter, house: Household, look: dict[str, object]
) -> None:
    visit = entered(enter, Role.CUSTODIAN, look)
    page = visit.page
    press(page, "nav a[href$='/redact']")
    press(page, f"tbody a[href*='{house.records['mill.txt']}']")
    into_content(page)
    tab_to(page, "input[name=acknowledge]")
    page.keyboard.press("Space")
    expect(page.locator("input[name=acknowledge]")).to_be_checked()
    tab_to(page, "form[action$='/approve'] button")
    assert visit.trouble == []


@pytest.mark.parametrize("look", LOOKS)
def test_an_auditor_verifies(enter: Enter, look: dict[str, object]) -> None:
    visit = entered(enter, Role.AUDITOR, look)
    page = visit.page
    press(page, "form[action$='/audit/verify'] button")
    expect(page.locator("h1 ~ dl .badge.good")).to_be_visible()
    assert visit.trouble == []


def entered(enter: Enter, role: Role, look: dict[str, object]) -> Visit:
    visit = enter(None, **look)
    come_in(visit, role)
    return visit


def test_single_keys_open_the_sheet_move_and_search(enter: Enter, house: Household) -> None:
    visit = enter(Role.CUSTODIAN)
    page = visit.page
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tbody tr").first.get_by_role("link").first).to_be_focused()
    with page.expect_navigation(url="**/search"):
        page.keyboard.press("/")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox", name="Words")
    expect(box).to_be_focused()
    page.keyboard.type("j?/")
    expect(box).to_have_value("j?/")
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()
    page.keyboard.press("g")
    with page.expect_navigation(url="**/records"):
        page.keyboard.press("1")
    assert visit.trouble == []


def test_single_keys_can_be_switched_off_and_language_and_colours_chosen(enter: Enter) -> None:
    visit = enter(Role.AUDITOR, color_scheme="light")
    page = visit.go("/keyboard")
    page.get_by_role("button", name="Switch them off").click()
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="한국어").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("단축키")
    assert page.url.endswith("/keyboard")
    expect(page.get_by_role("button", name="어둡게")).to_have_attribute("aria-pressed", "true")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(20, 23, 27)"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert visit.trouble == []


def test_print_leaves_the_document_and_its_black_bars(enter: Enter, house: Household) -> None:
    visit = enter(Role.RESEARCHER, color_scheme="dark")
    page = visit.go(f"/reading/{house.records['harbour.txt']}")
    page.emulate_media(media="print")
    for gone in ("nav", ".sign-out", ".look", ".crumbs"):
        expect(page.locator(gone).first).to_be_hidden()
    colours = page.locator("mark.redacted").first.evaluate(
        "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
