"""A member's way in, in a browser without scripts: invitation, passphrase, second factor."""

from __future__ import annotations

import time
from base64 import b32decode

from playwright.sync_api import Page, expect

from archive.model.access import Role
from keys.totp import hotp
from tests.browser.conftest import Enter
from tests.unit.webui.webhouse import passphrase

OFF = {"java_script_enabled": False}
NAME = "Henrike Solvang"
WORDS = "pewter almanac drizzle ninety"


def choose(page: Page, code: str, words: str) -> None:
    """Fill in and send the form of an invited member."""
    page.get_by_label("Member name").fill(NAME)
    page.get_by_label("One-time code").fill(code.lower())
    page.get_by_label("New passphrase").fill(words)
    page.get_by_label("The same again").fill(words)
    page.get_by_role("button", name="Set it").click()


def part_ways(page: Page) -> None:
    """Fill in and send the form that disables the member."""
    form = page.locator("form", has=page.get_by_role("button", name="Disable the member"))
    form.locator("select").select_option(NAME)
    form.get_by_label("Type the name to confirm").fill(NAME)
    form.get_by_label("Your passphrase").fill(passphrase(Role.CUSTODIAN))
    form.get_by_role("button").click()


def test_an_invited_member_comes_in_with_a_passphrase_and_a_second_factor(enter: Enter) -> None:
    custodian = enter(Role.CUSTODIAN, **OFF)
    page = custodian.go("/members")
    form = page.locator("form", has=page.get_by_role("button", name="Make a one-time code"))
    form.get_by_label("Name").fill(NAME)
    form.get_by_label("Role").select_option("researcher")
    form.get_by_label("Your passphrase").fill(passphrase(Role.CUSTODIAN))
    form.get_by_role("button").click()
    code = page.locator("p.card code").inner_text()

    member = enter(None, **OFF)
    page = member.go("/join")
    page.get_by_label("New passphrase").fill("passwordpassword")
    page.get_by_role("button", name="How strong is it?").click()
    expect(page.get_by_role("status")).to_contain_text("easy to guess")
    expect(page.get_by_role("meter", name="Strength")).to_be_visible()
    for words in ("easy words", WORDS):
        choose(page, code, words)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    member.sign_in(NAME, WORDS)

    page = member.go("/about")
    page.get_by_role("link", name="Set up a second factor").click()
    key = page.locator("main p code").inner_text()
    expect(page.get_by_role("img", name="The key as a QR code")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill(hotp(b32decode(key), int(time.time()) // 30))
    page.get_by_role("button", name="Set it up").click()
    spare = page.locator("ul.codes code").first.inner_text()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    member.sign_in(NAME, WORDS)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    expect(page.get_by_role("navigation", name="Rooms")).to_have_count(0)
    page.get_by_role("textbox", name="Code").fill(spare)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("navigation", name="Rooms")).to_be_visible()

    page = custodian.go("/members")
    part_ways(page)
    expect(page.get_by_role("status")).to_contain_text("disabled")
    member.go("/search")
    assert member.page.url.endswith("/sign-in")
    assert custodian.trouble == []
    assert [
        one for one in member.trouble if "422" not in one and "Clear-Site-Data" not in one
    ] == []
