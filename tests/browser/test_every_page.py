"""Every page of every role, in both languages, light and dark, wide and on a phone: no violation of
axe-core's rules, none of the content security policy, no request to another host, nothing wider
than the window, nothing that moves while it loads, and not more than 150 kB over the wire.

English is looked at light and wide, Korean dark and on a phone: colours and widths know no
language.
"""

from __future__ import annotations

import pytest
from flask import Flask

from archive.model.access import Role
from tests.browser.conftest import Enter, Visit
from tests.browser.every_page import DATED, MOST, STRANGERS, come_in, furnish_pages, look_at, paths
from tests.unit.webui.webhouse import Household
from webui.app import create_app

WIDE = {"locale": "en-GB", "color_scheme": "light", "viewport": {"width": 1280, "height": 900}}
PHONE = {"locale": "ko-KR", "color_scheme": "dark", "viewport": {"width": 360, "height": 740}}
LOOKS = {"en": WIDE, "ko": PHONE}
LEAST_SHIFT = 0.001  # a pixel on the length of a phone; what a person calls stable is below 0.1


@pytest.fixture(scope="module")
def pages_app(house: Household) -> Flask:
    furnish_pages(house)
    return create_app(house.archive)


def check(visit: Visit, axe: str, lang: str) -> None:
    found, where = look_at(visit, axe), visit.page.url
    assert found.axe == [], where
    assert found.lang == lang, where
    assert found.wide == [], where
    assert found.shift < LEAST_SHIFT, where
    assert found.bytes <= MOST, (where, found.bytes)
    assert [one for one in visit.trouble if "404" not in one] == [], where


@pytest.mark.slow
@pytest.mark.parametrize("lang", LOOKS)
@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_every_page_is_sound(
    enter: Enter, house: Household, pages_app: Flask, axe: str, role: Role, lang: str
) -> None:
    visit = enter(None, **LOOKS[lang])
    come_in(visit, role)
    if role is not Role.AUDITOR:
        visit.go("/search")
        visit.page.locator("#query").fill("harbour")
        visit.page.keyboard.press("Enter")
        visit.page.locator("ol.hits").wait_for()
        check(visit, axe, lang)
        _press_a_bar(visit, axe, lang)
    for path in paths(pages_app, house, role):
        visit.go(path)
        check(visit, axe, lang)


def _press_a_bar(visit: Visit, axe: str, lang: str) -> None:
    """Narrow a search down by the keyboard alone: to a year, to a month, and back."""
    visit.go("/search")
    visit.page.locator("#query").fill(DATED)
    visit.page.keyboard.press("Enter")
    for first in ("1991-01-01", "1991-02-01"):
        visit.page.locator("ol.bars button").first.focus()
        check(visit, axe, lang)
        visit.page.keyboard.press("Enter")
        visit.page.locator(f"#from[value='{first}']").wait_for()
    visit.page.locator("form.years button[value='..']").press("Enter")
    visit.page.locator("#from[value='']").wait_for(state="attached")


@pytest.mark.parametrize("lang", LOOKS)
def test_the_pages_of_strangers_and_of_errors_are_sound(enter: Enter, axe: str, lang: str) -> None:
    visit = enter(None, **LOOKS[lang])
    for path in STRANGERS:
        visit.go(path)
        check(visit, axe, lang)
    come_in(visit, Role.AUDITOR)
    visit.go("/nothing")
    check(visit, axe, lang)
    visit.go("/audit")
    visit.page.locator("form[action$='/verify'] button").click()
    check(visit, axe, lang)


def test_the_measures_find_what_is_wrong(enter: Enter, axe: str) -> None:
    visit = enter(None, **WIDE)
    page = visit.go("/sign-in")
    page.evaluate(
        """() => {
          document.documentElement.removeAttribute('lang');
          document.querySelector('label').remove();
          document.querySelector('h1').before('x'.repeat(2000));
        }"""
    )
    found = look_at(visit, axe)
    rules = {one.partition(":")[0] for one in found.axe}
    assert {"html-has-lang", "label"} <= rules
    assert found.wide
    assert found.shift > 0
    assert found.bytes > 10_000
