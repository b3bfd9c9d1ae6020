"""The redaction editor in a real browser, with and without scripts, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from archive.model.access import Role
from archive.services.redaction import redact
from tests.browser.conftest import Enter
from tests.unit.extraction.pdf_maker import Page as Sheet
from tests.unit.extraction.pdf_maker import lines, make
from tests.unit.webui.webhouse import NAMES, SOURCE_NAME, Household

OFF = {"java_script_enabled": False}
WIDE = {"viewport": {"width": 1280, "height": 900}}
SLOW = 120_000  # milliseconds; proposing loads models, submitting rebuilds pages
NEAR_30, NEAR_60 = re.compile(r"(29|30)\.\d+"), re.compile(r"(59|60)(\.\d+)?")  # points
FIRST = re.compile(r"First corner: (29|30)\.\d+, (59|60)\.\d+")
BODY = f"Minutes of the pilots.\nRead by {SOURCE_NAME}.\nSeal of the guild below."


def record_of(house: Household, name: str, data: bytes) -> str:
    """Take a file in and return its record."""
    house.take_in({name: data})
    return house.records[name]


def hidden(page: Page) -> list[str]:
    """The words of the table of marks."""
    return page.locator("table.marks td bdi").all_text_contents()


def click_at(picture: Locator, across: float, down: float) -> None:
    """Click a picture at parts of its width and height."""
    box = picture.bounding_box()
    assert box is not None
    picture.click(position={"x": box["width"] * across, "y": box["height"] * down})


def drag(page: Page, picture: Locator) -> None:
    """Drag a box over the lower part of a picture."""
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.7)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.75)
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.9)
    page.mouse.up()


def approve(page: Page, record: str) -> None:
    """Review a plan from the queue, approve it and release its reading copy."""
    page.set_default_timeout(SLOW)
    page.locator(f"a[href='/redact/{record}/review']").click()
    assert SOURCE_NAME not in page.content()
    shown = page.get_by_role("img", name="Picture of page 1 as a researcher will see it.")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", value=True)
    page.get_by_role("button", name="Approve only").click()
    page.get_by_role("button", name="Release to researchers").click()
    expect(page.get_by_text("Researchers can find and read it now")).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_pdf_goes_from_proposal_to_a_researcher(
    enter: Enter, house: Household, scripts: bool
) -> None:
    sheet = Sheet(lines(f"{BODY} {scripts}", 20, 180), (0, 0, 300, 200))
    record = record_of(house, f"pilots-{scripts}.pdf", make([sheet]))
    archivist = enter(Role.ARCHIVIST, java_script_enabled=scripts, **WIDE)
    page = archivist.go(f"/redact/{record}")
    page.set_default_timeout(SLOW)
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_role("status").first).to_contain_text("places are marked", timeout=SLOW)
    assert SOURCE_NAME in hidden(page)
    page.get_by_role("button", name="Accept", exact=False).nth(1).click()
    expect(page.locator("table.marks .badge")).to_have_text("accepted")
    picture = page.locator("#page-picture")
    if scripts:
        drag(page, picture)
        expect(page.locator(".drawn")).to_be_visible()
        expect(page.get_by_label("Left")).to_have_value(NEAR_30)
        expect(page.get_by_label("Top")).to_have_value(NEAR_60)
        page.get_by_role("button", name="Hide the box").click()
    else:
        click_at(picture, 0.1, 0.7)
        expect(page.get_by_text(FIRST)).to_be_visible()
        click_at(page.locator("#page-picture"), 0.5, 0.9)
    expect(page.get_by_role("link", name="A box on page 1")).to_be_visible()
    me = house.session(Role.ARCHIVIST)
    (region,) = redact.plan(house.archive, me, house.records[f"pilots-{scripts}.pdf"]).regions
    sides = (region.box.left, region.box.bottom, region.box.right, region.box.top)
    assert sides == pytest.approx((30, 20, 150, 60), abs=1)
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_text("another archivist or custodian must decide")).to_be_visible()

    custodian = enter(Role.CUSTODIAN, java_script_enabled=scripts, **WIDE)
    approve(custodian.go("/redact"), record)

    researcher = enter(Role.RESEARCHER, java_script_enabled=scripts)
    page = researcher.go(f"/reading/{record}")
    expect(page.locator("mark.redacted").first).to_have_text("[Source 0001]")
    assert SOURCE_NAME not in page.content()
    assert archivist.trouble == custodian.trouble == researcher.trouble == []


def test_words_are_hidden_by_the_keyboard_alone(enter: Enter, house: Household) -> None:
    text = (
        "𝔄stral 👩‍👩‍👧 letters \u05d0\u05d1\u05d2 first.\nThen Quentin Vale spoke.\nQuentin left.\n"
    )
    record = record_of(house, "keys.txt", text.encode())
    visit = enter(Role.ARCHIVIST, **WIDE)
    page = visit.go(f"/redact/{record}")
    view = page.get_by_role("region", name="Text of the document")
    view.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
        if page.get_by_label("Words to hide").input_value() == "Quentin":
            break
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_label("Words to hide")).to_have_value("Quentin Vale")
    start = text.index("Quentin Vale")
    expect(page.get_by_label("up to, not including")).to_have_value(str(start + 12))
    page.keyboard.press("Enter")
    expect(page.locator("table.marks td bdi")).to_have_text("Quentin Vale")
    page.get_by_role("region", name="Text of the document").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("table.marks")).to_have_count(0)
    page.get_by_role("region", name="Text of the document").focus()
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator("table.marks td bdi")).to_have_text("Quentin Vale")
    assert visit.trouble == []


def test_a_selection_by_mouse_counts_code_points_and_finds_every_occurrence(
    enter: Enter, house: Household
) -> None:
    text = "🜁🜂 Ulrike Sand came.\r\n🜃 Later Ulrike Sand wrote again.\n"
    record = record_of(house, "mouse.txt", text.encode())
    visit = enter(Role.ARCHIVIST, **WIDE)
    page = visit.go(f"/redact/{record}")
    line = page.locator(".line").nth(1)
    line.evaluate(
        """line => {
          const words = line.firstChild, at = words.data.indexOf('Ulrike');
          document.getSelection().setBaseAndExtent(words, at, words, at + 'Ulrike Sand'.length);
        }"""
    )
    start = text.replace("\r", "").index("Ulrike", 10)
    expect(page.get_by_label("From position")).to_have_value(str(start))
    expect(page.locator("#selected")).to_contain_text(f"{start} to {start + 11}")
    page.get_by_label("Why").first.select_option("S4")
    page.get_by_role("button", name="Hide the words in this document").click()
    expect(page.locator("table.marks td bdi")).to_have_text(["Ulrike Sand", "Ulrike Sand"])
    assert visit.trouble == []


def test_two_editors_at_once_lose_nothing(enter: Enter, house: Household) -> None:
    record = record_of(house, "both.txt", b"The barge Ondine met the barge Perdita at noon.\n")
    one, two = enter(Role.ARCHIVIST, **OFF), enter(Role.CUSTODIAN, **OFF)
    for visit in (one, two):
        visit.go(f"/redact/{record}")
    one.page.get_by_label("Words to hide").fill("Ondine")
    one.page.get_by_role("button", name="Hide the words in this document").click()
    expect(one.page.locator("table.marks td bdi")).to_have_text("Ondine")
    two.page.get_by_label("Words to hide").fill("Perdita")
    two.page.get_by_role("button", name="Hide the words in this document").click()
    page = two.page
    expect(page.get_by_role("heading", name="The plan was changed meanwhile")).to_be_visible()
    expect(page.get_by_text(f"{NAMES[Role.ARCHIVIST]} changed marks")).to_be_visible()
    expect(page.get_by_label("Words to hide")).to_have_value("Perdita")
    page.get_by_role("button", name="Do it on the plan as it is now").click()
    expect(page.locator("table.marks td bdi")).to_have_text(["Ondine", "Perdita"])
    assert [note for note in one.trouble + two.trouble if "409" not in note] == []


def test_words_are_hidden_without_scripts_from_an_opened_line(
    enter: Enter, house: Household
) -> None:
    record = record_of(house, "opened.txt", b"First line.\nThe steward Aldous kept keys.\n")
    visit = enter(Role.ARCHIVIST, viewport={"width": 360, "height": 800}, **OFF)
    page = visit.go(f"/redact/{record}")
    page.get_by_role("link", name="Open the line at 12").click()
    page.get_by_role("button", name="Hide Aldous").click()
    expect(page.locator("table.marks td bdi")).to_have_text("Aldous")
    assert page.url.endswith("#at-12")
    page.get_by_role("button", name="Take back 24 to 30").click()
    expect(page.locator("table.marks")).to_have_count(0)
    assert visit.trouble == []
