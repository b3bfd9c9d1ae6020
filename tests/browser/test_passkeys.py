"""A passkey in a real browser: made and used through the pages, by a virtual authenticator."""

from __future__ import annotations

from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from archive.bootstrap import utc_now
from archive.model.access import Role
from archive.services.members import second_factor
from keys.totp import hotp
from tests.browser.conftest import Visit, serving
from tests.unit.webui.webhouse import NAMES, Household, found, passphrase

ROLE = Role.ARCHIVIST


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Household]:
    """An archive whose archivist has an authenticator app."""
    made = found(tmp_path / "archive", utc_now)
    me = made.session(ROLE)
    enrolment = second_factor.begin(made.archive, me)
    step = int(utc_now().timestamp()) // 30
    code = hotp(b32decode(enrolment.typed), step)
    made.spare = second_factor.confirm(made.archive, me, enrolment, code)  # type: ignore[attr-defined]
    yield made
    made.archive.close()


def authenticator(wire: CDPSession) -> str:
    wire.send("WebAuthn.enable")
    options: dict[str, Any] = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    options |= {"hasResidentKey": True, "hasPrf": True, "ctap2Version": "ctap2_1"}
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return str(made["authenticatorId"])


def type_code(visit: Visit, code: str) -> None:
    visit.page.get_by_label("Code").fill(code)
    visit.page.get_by_role("button", name="Go on").click()
    visit.page.wait_for_url(lambda at: "second-factor" not in at)


def make(visit: Visit) -> None:
    page = visit.go("/passkeys")
    page.get_by_label("Name for it").fill("grey key")
    page.get_by_label("Your passphrase").fill(passphrase(ROLE))
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("status").first).to_have_text("The passkey is kept.")


def leave_and_come_back(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Sign out").click()
    visit.page.wait_for_url(lambda at: at.endswith("/sign-in"))
    visit.sign_in(NAMES[ROLE], passphrase(ROLE))
    assert visit.page.url.endswith("/second-factor")


def test_a_passkey_is_made_and_takes_the_place_of_the_code(
    own: Household, browser: Browser
) -> None:
    spare = list(own.spare)  # type: ignore[attr-defined]
    with serving(own.archive.folder.path) as address:
        context = browser.new_context()
        visit = Visit(context.new_page(), address.replace("127.0.0.1", "localhost"))
        page, wire = visit.page, context.new_cdp_session(visit.page)
        device = authenticator(wire)
        visit.sign_in(NAMES[ROLE], passphrase(ROLE))
        expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
        type_code(visit, spare.pop())
        make(visit)
        [made] = wire.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
        assert made["rpId"] == "localhost"

        leave_and_come_back(visit)
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(lambda at: "second-factor" not in at)
        expect(page.get_by_role("navigation", name="Rooms")).to_be_visible()

        come_in_by_passkey_alone(visit)
        wire.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
        authenticator(wire)
        leave_and_come_back(visit)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("status")).to_contain_text("No passkey answered")
        type_code(visit, spare.pop())
        cleared = [one for one in visit.trouble if one.endswith('"cache", "storage".')]
        assert visit.trouble == cleared
        context.close()
        without_scripts(browser, visit.url)


def come_in_by_passkey_alone(visit: Visit) -> None:
    """Let the passkey open the keys, sign out, and sign in with nothing else."""
    page = visit.go("/passkeys")
    form = page.locator("form", has=page.get_by_role("button", name="Let it open your keys too"))
    form.get_by_label("Your passphrase").fill(passphrase(ROLE))
    form.get_by_role("button").click()
    expect(page.get_by_role("status").first).to_have_text("This passkey opens your keys now.")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="passkey").click()
    page.get_by_label("Member name").fill(NAMES[ROLE])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Rooms")).to_be_visible()


def without_scripts(browser: Browser, url: str) -> None:
    """See that who has no scripts is asked for a code, and for nothing else."""
    context = browser.new_context(java_script_enabled=False)
    visit = Visit(context.new_page(), url)
    visit.sign_in(NAMES[ROLE], passphrase(ROLE))
    expect(visit.page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    expect(visit.page.get_by_label("Code")).to_be_visible()
    context.close()
