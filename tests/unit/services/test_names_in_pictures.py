"""Registered names that are read in pictures become regions, and what they hide passes the gate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from archive.extraction import RECOGNITION
from archive.model.access import Role
from archive.model.objects import WordBox
from archive.model.pages import PageBox, PageSight
from archive.model.redaction import Method, Reason, Region
from archive.redaction.pages import hiding
from archive.services.redaction import plan_history, redact
from archive.services.redaction.page_pictures import plan_page
from archive.services.redaction.plan_views import PlanView, unlooked
from archive.services.redaction.plans import open_desk
from archive.services.redaction.sightings import names_at
from archive.services.sources import entries as sources
from tests.canary import scan
from tests.unit.extraction import look_maker
from tests.unit.extraction.look_maker import Look
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.extraction.picture_maker import encoded, hangul_font
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, found, visitor, words

HANGUL = "리솔남"
LATIN = {
    "at a slant": look_maker.turned(SOURCE_NAME, 30),
    "pale": look_maker.pale(SOURCE_NAME),
    "a red stamp on print": look_maker.stamped(SOURCE_NAME),
    "white on black": look_maker.negative(SOURCE_NAME),
    "in a square code": look_maker.in_code(SOURCE_NAME),
}


def _looks() -> dict[str, Look]:
    font = hangul_font()
    if font is None:
        return LATIN
    return {
        **LATIN,
        "a sign in Korean": look_maker.shop_sign(HANGUL, font),
        "Korean from top to bottom": look_maker.stacked(HANGUL + "씀", font),
    }


LOOKS = _looks()


def _bookmarked(plain: bytes) -> bytes:
    """Return a PDF with a bookmark, which its text tells behind its pages."""
    written = BytesIO()
    with pikepdf.open(BytesIO(plain)) as pdf:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Harbour", 0))
        pdf.save(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("names") / "archive", Clock())
    sources.add_source(made.archive, made.session(Role.CUSTODIAN), HANGUL, [])
    one = look_maker.turned(SOURCE_NAME, 30)
    made.take_in(
        {
            "album.tiff": look_maker.album(*LOOKS.values()),
            "note.png": encoded(one.page, dpi=(look_maker.DPI, look_maker.DPI)),
            "print.pdf": make([Page(lines("The harbour ledger was kept."))]),
            "bookmark.pdf": _bookmarked(make([Page(lines("The ledger was lost."))])),
            "note.txt": b"A note that names nobody at all.\n",
        }
    )
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def album(house: Household) -> PlanView:
    me = house.session(Role.ARCHIVIST)
    return redact.propose(house.archive, me, house.records["album.tiff"])


@pytest.mark.parametrize("name", LOOKS)
def test_every_pixel_of_a_name_is_under_what_is_proposed(
    house: Household, album: PlanView, name: str
) -> None:
    assert album.regions
    me, record = house.session(Role.ARCHIVIST), house.records["album.tiff"]
    page = plan_page(house.archive, me, record, list(LOOKS).index(name) + 1, 18)
    left, bottom, right, top = LOOKS[name].points
    ink = PageBox(left + 0.1, bottom + 0.1, right - 0.1, top - 0.1)
    assert any(box.holds(ink) for box in page.boxes), (ink, page.boxes)


def test_what_no_text_has_is_a_region_of_the_register_read_in_a_picture(album: PlanView) -> None:
    read = {one.page for one in album.regions if one.method is Method.REGISTER}
    assert {list(LOOKS).index(name) for name in ("at a slant", "pale")} <= read
    assert {one.detector for one in album.regions} == {RECOGNITION}


def test_a_name_in_a_square_code_is_found_on_its_page(album: PlanView) -> None:
    assert album.names is not None
    found = [
        one for one in album.names.found if one.sight.page == list(LOOKS).index("in a square code")
    ]
    assert found
    assert all(one.certain for one in found)


@pytest.mark.parametrize("angle", [0, 90, 180, 270, 330])
def test_boxes_end_on_a_grid_and_not_where_the_name_ends(angle: int) -> None:
    sight = PageSight(0, 420, 420, PageBox(0, 0, 420, 420), angle)
    made = set()
    for letters in (6, 9, 12):
        name = WordBox(0, letters, 0, 150, 200, 150 + 4 * letters, 212)
        made.add(hiding(sight, [name], [name]))
    assert len(made) == 1


def test_what_is_proposed_is_reviewed_like_any_region(house: Household) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["note.png"]
    view = redact.propose(house.archive, me, record)
    assert view.names is not None
    assert (view.names.ready, view.names.pages, view.names.unseen) == (True, 1, ())
    (region,) = view.regions
    assert (region.reason, region.confidence) == (Reason.SOURCE_IDENTITY, 90)
    assert view.found_by[RECOGNITION] == 1
    assert redact.propose(house.archive, me, record).regions == (region,), "once is enough"
    assert redact.unmark(house.archive, me, record, found_by=RECOGNITION).regions == ()
    assert plan_history.undo(house.archive, me, record).regions == (region,)
    redact.unmark(house.archive, me, record, region=region)
    by_hand = Region(0, PageBox(0, 0, 324, 201.6), Reason.SOURCE_IDENTITY)
    redact.mark(house.archive, me, record, region=by_hand)
    assert redact.propose(house.archive, me, record).regions == (by_hand,)


def test_a_name_that_its_text_has_already_is_not_proposed_twice(house: Household) -> None:
    page = look_maker.written()
    look_maker.put(page, SOURCE_NAME, (200, 280))
    house.take_in({"upright.png": encoded(page, dpi=(look_maker.DPI, look_maker.DPI))})
    view = redact.propose(
        house.archive, house.session(Role.ARCHIVIST), house.records["upright.png"]
    )
    assert view.regions == ()
    assert "register" in view.found_by


@pytest.mark.parametrize("name", ["print.pdf", "bookmark.pdf"])
def test_pages_without_pictures_and_texts_have_nothing_to_read(house: Household, name: str) -> None:
    me = house.session(Role.ARCHIVIST)
    view = redact.propose(house.archive, me, house.records[name])
    assert view.names is not None
    assert (view.names.pages, view.names.unseen, view.names.found) == (1, (), ())
    assert redact.propose(house.archive, me, house.records["note.txt"]).names is None


def test_pages_that_nobody_read_are_named(house: Household) -> None:
    me = house.session(Role.ARCHIVIST)
    frames = [Image.new("L", (64 + at, 64), 200 + at) for at in range(3)]
    held = BytesIO()
    frames[0].save(held, "TIFF", save_all=True, append_images=frames[1:])
    house.take_in({"greys.tiff": held.getvalue()})
    view = redact.propose(house.archive, me, house.records["greys.tiff"], pages=range(1))
    assert view.names is not None
    assert (view.names.pages, unlooked(view.names)) == (3, "2-3")


def test_no_page_is_read_but_those_that_are_meant(house: Household) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["album.tiff"]
    with house.archive.catalog.read() as snapshot:
        desk = open_desk(house.archive, me, snapshot, record)
    meant = frozenset({1, 2, len(LOOKS) - 1})
    with closing(house.archive.sandbox()) as sandbox:
        names = names_at(house.archive, me, sandbox, desk, pages=meant, first=1)
    assert names is not None
    assert names.looked == meant
    assert {one.sight.page for one in names.found if one.certain} == meant


def test_the_editor_says_what_was_read_and_that_words_are_missed(house: Household) -> None:
    look = look_maker.pale(SOURCE_NAME)
    house.take_in({"edge.png": encoded(look.page, dpi=(look_maker.DPI, look_maker.DPI))})
    record, browser = house.records["edge.png"], visitor(house, Role.ARCHIVIST)
    browser.get(f"/redact/{record}")
    page = words(browser.follow(f"/redact/{record}/propose").text)
    assert "1 name read in pictures is hidden." in page
    assert "Words in pictures are missed too." in page
    assert "recognition, 90 %" in page.partition("A box on page 1")[2]


def test_what_is_read_is_nowhere_on_disk(house: Household, album: PlanView) -> None:
    assert album.regions
    assert scan([house.archive.folder.path], SOURCE_NAME.split()) == []
