"""The verification in a browser: progress and verdict come by themselves, also without scripts."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from archive.model.access import Role
from tests.browser.conftest import Enter
from tests.browser.every_page import come_in
from tests.unit.webui.webhouse import Household


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_progress_and_verdict_come_by_themselves(
    enter: Enter, house: Household, scripts: bool, language: str, axe: str
) -> None:
    visit = enter(None, java_script_enabled=scripts, locale=language)
    come_in(visit, Role.AUDITOR)
    page = visit.go("/audit")
    made = house.archive.folder.policy
    os.mkfifo(made)
    try:
        page.locator("form[action$='/audit/verify'] button").click()
        page.wait_for_url("**/audit/verification")
        expect(page.locator("progress").first).to_be_visible()
        if scripts:
            page.evaluate(axe)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert found["violations"] == []
        made.write_text("quorum none\n")
    finally:
        made.unlink()
    expect(page.locator("dl .badge.good")).to_be_visible()
    expect(page.locator("form[action$='/verify/stop']")).to_have_count(0)
    assert visit.trouble == []
