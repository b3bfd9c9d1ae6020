"""An act that takes its time says that it is being worked on, until its page is there."""

from __future__ import annotations

from playwright.sync_api import expect

from archive.model.access import Role
from tests.browser.conftest import Enter
from tests.unit.webui.webhouse import Household

_HELD = "() => addEventListener('submit', (event) => event.preventDefault())"
_BACK = "() => dispatchEvent(new PageTransitionEvent('pageshow'))"


def test_a_long_act_is_told_until_its_page_is_there(enter: Enter, house: Household) -> None:
    visit = enter(Role.ARCHIVIST)
    page = visit.go(f"/redact/{house.records['quarry.txt']}")
    told = page.locator("#working")
    page.evaluate(_HELD)
    expect(told).to_be_hidden()
    page.get_by_role("button", name="Propose").click()
    expect(told).to_have_text("Being worked on. The page changes by itself when it is done.")
    expect(told).to_be_in_viewport(ratio=1)
    page.evaluate(_BACK)
    expect(told).to_be_hidden()
    assert visit.trouble == []
