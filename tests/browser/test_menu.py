"""The menu of rooms: one row at the width of a desk, everything within reach on a phone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from archive.model.access import Role
from tests.browser.conftest import Enter
from tests.browser.every_page import come_in

WITHOUT = {"java_script_enabled": False}
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 800}}
LANGUAGES = pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])


def tops(page: Page) -> set[float]:
    shown = page.locator(".top nav > ul a, .top nav summary").all()
    boxes = [one.bounding_box() for one in shown]
    return {round(box["y"]) for box in boxes if box is not None}


@LANGUAGES
@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_the_menu_is_one_row(enter: Enter, role: Role, locale: str) -> None:
    visit = enter(None, locale=locale, **DESK, **WITHOUT)
    come_in(visit, role)
    assert len(tops(visit.page)) == 1


@LANGUAGES
@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_every_room_opens_from_the_menu_without_scripts(
    enter: Enter, locale: str, look: dict[str, object]
) -> None:
    visit = enter(None, locale=locale, **look, **WITHOUT)
    page = visit.page
    come_in(visit, Role.CUSTODIAN)
    for link in [one.get_attribute("href") for one in page.locator(".top nav a[data-room]").all()]:
        if not page.locator(f".top nav > ul a[href='{link}']").count():
            page.locator(".top nav summary").click()
        with page.expect_navigation():
            page.locator(f".top nav a[href='{link}']").click()
        assert urlsplit(page.url).path == link
        here = page.locator(".top nav > ul a[aria-current], .top nav summary:has(.here)")
        expect(here).to_have_count(1)
        expect(here).to_be_in_viewport(ratio=1)
    assert visit.trouble == []


def test_the_folded_rooms_close_by_escape_and_by_going_elsewhere(enter: Enter) -> None:
    page = enter(Role.CUSTODIAN, **DESK).page
    summary, folded = page.locator(".top nav summary"), page.locator("nav details ul")
    for leave in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.locator("h1").click(),
        lambda: page.keyboard.press("Shift+Tab"),
    ):
        summary.focus()
        page.keyboard.press("Enter")
        expect(folded).to_be_visible()
        leave()
        expect(folded).to_be_hidden()


def test_nothing_is_folded_for_who_has_few_rooms(enter: Enter) -> None:
    assert enter(Role.RESEARCHER, **DESK).page.locator(".top nav summary").count() == 0
