"""A story for each role in a real browser, with scripts switched off."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from archive.model.access import Role
from tests.browser.conftest import Enter
from tests.unit.webui.webhouse import SOURCE_NAME, Household

OFF = {"java_script_enabled": False}


def test_a_researcher_signs_in_searches_and_reads(enter: Enter) -> None:
    visit = enter(Role.RESEARCHER, **OFF)
    page = visit.page
    page.get_by_role("searchbox", name="Words").fill("harbour")
    page.get_by_role("searchbox", name="Words").press("Enter")
    expect(page.get_by_role("heading", name="1 result in released reading copies")).to_be_visible()
    assert "harbour" not in page.url
    expect(page.locator("mark.hit").first).to_have_text("harbour")
    page.get_by_role("link", name="harbour").click()
    hidden = page.locator("mark.redacted")
    expect(hidden.first).to_have_text("[redacted: S3]")
    expect(hidden.nth(1)).to_have_text("[Source 0001]")
    expect(page.get_by_text("strongroom:").first).to_be_visible()
    assert SOURCE_NAME not in page.content()
    page.get_by_role("link", name="Last results").click()
    expect(page.get_by_role("searchbox", name="Words")).to_have_value("harbour")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="1 result")).to_be_visible()
    assert visit.trouble == []


def test_an_archivist_hands_in_marks_and_submits_and_a_custodian_releases(
    enter: Enter, tmp_path: Path
) -> None:
    one, two = tmp_path / "ferry.txt", tmp_path / "again.txt"
    one.write_text(f"The ferry log.\nSteered by {SOURCE_NAME}.\nLandlord: P. Quine.\n")
    two.write_text(one.read_text())
    archivist = enter(Role.ARCHIVIST, **OFF)
    page = archivist.go("/ingest")
    page.get_by_label("Files", exact=True).set_input_files([one, two])
    page.get_by_role("button", name="Hand in").click()
    rows = page.get_by_role("row")
    expect(rows.filter(has_text="ferry.txt")).to_contain_text("ingested")
    expect(rows.filter(has_text="again.txt")).to_contain_text("duplicate")
    rows.filter(has_text="ferry.txt").get_by_role("link", name="Redaction plan").click()
    page.get_by_role("button", name="Propose").click()
    expect(page.locator("mark.redacted").first).to_have_text(SOURCE_NAME)
    page.get_by_label("Words to hide").fill("P. Quine")
    page.get_by_label("Why").first.select_option("S4")
    page.get_by_role("button", name="Hide the words in this document").click()
    expect(page.get_by_role("table")).to_contain_text("somebody else's privacy")
    page.get_by_role("link", name="Open the line at 0").click()
    page.get_by_role("button", name="Hide the line").click()
    expect(page.get_by_role("table")).to_contain_text("0–14")
    page.get_by_role("button", name="Take back 0 to 14").click()
    expect(page.get_by_role("table")).not_to_contain_text("0–14")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_text("another archivist or custodian must decide")).to_be_visible()

    custodian = enter(Role.CUSTODIAN, **OFF)
    page = custodian.go("/redact")
    page.get_by_role("row").filter(has_text="The ferry log").get_by_role("link").click()
    assert "Quine" not in page.content()
    page.get_by_role("button", name="Approve and release").click()
    expect(page.get_by_text("Researchers can find and read it now")).to_be_visible()

    researcher = enter(Role.RESEARCHER, **OFF)
    page = researcher.page
    for words, count in (("ferry", "1 result"), ("Quine", "0 results"), ("Jorun", "0 results")):
        page.get_by_role("searchbox", name="Words").fill(words)
        page.get_by_role("button", name="Search", exact=True).click()
        expect(page.get_by_role("heading", name=count)).to_be_visible()
    assert archivist.trouble == custodian.trouble == researcher.trouble == []


def test_an_auditor_verifies_and_keeps_a_checkpoint(enter: Enter, tmp_path: Path) -> None:
    visit = enter(Role.AUDITOR, **OFF)
    page = visit.page
    expect(page.get_by_role("heading", name="Newest checkpoint")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download to keep outside").click()
    kept = tmp_path / download.value.suggested_filename
    download.value.save_as(kept)
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_role("heading", name="The ledger verifies")).to_be_visible()
    page.get_by_role("link", name="Ledger").first.click()
    page.get_by_label("Against a checkpoint that you kept").set_input_files(kept)
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_role("heading", name="The ledger verifies")).to_be_visible()
    assert visit.trouble == []


def test_an_original_is_downloaded_under_an_opaque_name(enter: Enter, house: Household) -> None:
    visit = enter(Role.ARCHIVIST, **OFF)
    record = house.records["harbour.txt"]
    page = visit.go(f"/records/{record}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the original").click()
    assert download.value.suggested_filename == f"{record}.txt"
    assert SOURCE_NAME.encode() in Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("scripts", [True, False])
def test_after_signing_out_the_back_button_shows_nothing(
    enter: Enter, house: Household, scripts: bool
) -> None:
    visit = enter(Role.ARCHIVIST, java_script_enabled=scripts)
    page = visit.go(f"/records/{house.records['quarry.txt']}")
    assert "quarry workers" in page.content()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    assert "quarry workers" not in page.content()
    assert page.url.endswith("/sign-in")


def test_the_keyboard_alone_reaches_the_content_and_the_search(enter: Enter) -> None:
    page = enter(Role.RESEARCHER).page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox", name="Words")).to_be_focused()
    page.keyboard.type("harbour")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 result")).to_be_visible()
