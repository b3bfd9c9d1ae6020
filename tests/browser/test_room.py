"""Reading and handing in, in a real browser: hit by hit without scripts, folders with them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from archive.model.access import Role
from tests.browser.conftest import Enter
from tests.unit.webui.webhouse import SOURCE_NAME, Household

OFF = {"java_script_enabled": False}
PICTURES: list[tuple[str, int]] = [("wide", 1280), ("phone", 390)]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_researcher_goes_from_hit_to_hit_notes_and_lays_aside(
    enter: Enter, scripts: bool
) -> None:
    visit = enter(Role.RESEARCHER, java_script_enabled=scripts)
    page = visit.page
    page.get_by_role("searchbox", name="Words").fill("harbour OR customs")
    page.get_by_role("searchbox", name="Words").press("Enter")
    page.get_by_role("list").get_by_role("link", name="harbour").first.click()
    expect(page.get_by_text("Document 1 of 1")).to_be_visible()
    page.get_by_role("link", name="2 hits in this document").click()
    expect(page.locator("#hit-1")).to_be_in_viewport()
    page.locator("#hit-1 a").press("Enter")
    assert page.url.endswith("#hit-2")
    assert "customs" not in page.url
    assert SOURCE_NAME not in page.content()
    page.get_by_label("Note").fill("compare with the mill")
    page.get_by_label("Tags, with commas between").fill("ports, 1931")
    page.get_by_role("button", name="Keep note and tags").click()
    expect(page.get_by_label("Note")).to_have_value("compare with the mill")
    basket = f"To cite {scripts}"
    page.get_by_label("New basket").fill(basket)
    page.get_by_role("button", name="Lay into the basket").click()
    expect(page.get_by_text("It lies in:")).to_contain_text(basket)
    with page.expect_download() as download:
        page.get_by_role("button", name="Take it as text").click()
    assert download.value.suggested_filename.endswith(".zip")
    page.get_by_role("link", name="Your desk").click()
    expect(page.get_by_role("heading", name=basket)).to_be_visible()
    expect(page.get_by_text("compare with the mill")).to_be_visible()
    page.get_by_role("link", name="Ask the archivists").click()
    page.get_by_label("What you would like to read").fill("May I see the mill notes?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("No answer yet").first).to_be_visible()
    assert visit.trouble == []


def told(page: Page, name: str, words: str) -> None:
    """Wait until the row of a file says something."""
    row = page.locator("#uploads-table").get_by_role("row").filter(has_text=name)
    expect(row.last).to_contain_text(words, timeout=60_000)


def test_an_archivist_hands_a_folder_in_with_a_script(enter: Enter, tmp_path: Path) -> None:
    box = tmp_path / "box"
    (box / "inner").mkdir(parents=True)
    (box / "bittern.txt").write_text("The bittern log.\n")
    (box / "inner" / "large.txt").write_text("A long bittern list.\n" * 600_000)
    visit = enter(Role.ARCHIVIST)
    page = visit.go("/ingest")
    expect(page.get_by_label("Files", exact=True)).to_be_hidden()
    page.get_by_label("Choose a folder").set_input_files(box)
    for name in ("bittern.txt", "large.txt"):
        told(page, name, "the hash agrees")
    whole = hashlib.sha256((box / "inner" / "large.txt").read_bytes()).hexdigest()
    told(page, "large.txt", whole[:16])
    page.get_by_role("button", name="Hand in what has arrived").click()
    told(page, "bittern.txt", "ingested")
    page.get_by_role("link", name="Receipt", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="box/inner/large.txt")).to_be_visible()
    assert visit.trouble == []


def test_what_was_cut_off_goes_on_where_it_stopped(enter: Enter, tmp_path: Path) -> None:
    large = tmp_path / "cut.txt"
    large.write_text("A grebe on the water.\n" * 500_000)
    visit = enter(Role.ARCHIVIST)
    page = visit.go("/ingest")
    seen: list[str] = []

    def cut(route: Route) -> None:
        offset = route.request.headers.get("upload-offset", "")
        seen.append(offset)
        route.abort() if offset != "0" else route.continue_()

    page.route("**/ingest/uploads/*", lambda route: cut(route) if route.request.method == "PATCH" else route.continue_())  # fmt: skip  # noqa: E501
    page.get_by_label("Choose files").set_input_files(large)
    told(page, "cut.txt", "was cut off")
    page.unroute_all(behavior="wait")
    assert seen[0] == "0"
    page.reload()
    told(page, "cut.txt", "unfinished")
    seen.clear()
    page.route("**/ingest/uploads/*", lambda route: (seen.append(route.request.headers.get("upload-offset", "-")), route.continue_()))  # fmt: skip  # noqa: E501
    page.get_by_label("Choose files").set_input_files(large)
    told(page, "cut.txt", "the hash agrees")
    assert "0" not in seen
    page.get_by_role("button", name="Hand in what has arrived").click()
    told(page, "cut.txt", "ingested")


def test_without_a_script_there_is_the_plain_form(enter: Enter, tmp_path: Path) -> None:
    one = tmp_path / "dunlin.txt"
    one.write_text("A dunlin.\n")
    page = enter(Role.ARCHIVIST, **OFF).go("/ingest")
    page.set_default_timeout(60_000)
    expect(page.get_by_role("heading", name="Folders and large files")).to_be_hidden()
    page.get_by_label("Files", exact=True).set_input_files(one)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="dunlin.txt")).to_contain_text("ingested")


def test_pages_fit_a_phone_and_a_wide_screen(
    enter: Enter, house: Household, tmp_path: Path
) -> None:
    record = house.records["harbour.txt"]
    for name, width in PICTURES:
        visit = enter(Role.CUSTODIAN, viewport={"width": width, "height": 900})
        for path in ("/desk", "/desk/requests", "/inbox/requests", f"/reading/{record}", "/ingest", "/watermark", "/search/reference"):  # fmt: skip  # noqa: E501
            page = visit.go(path)
            page.screenshot(path=tmp_path / f"{name}{path.replace('/', '-')}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, wide)
        assert visit.trouble == []
