"""Heads in pictures are proposed as regions, hidden in what is released, and taken back by hand."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from archive.extraction import faces
from archive.model.access import Role
from archive.model.ids import RecordId
from archive.model.pages import PageBox
from archive.model.redaction import Method, Reason, Region
from archive.services.reading_room import exports
from archive.services.redaction import plan_history, redact
from archive.services.redaction.faces import FacesLooked
from archive.services.redaction.plan_views import PlanView, unlooked, unread_models
from tests.unit.extraction.picture_maker import encoded
from tests.unit.webui.webhouse import Clock, Household, found, visitor, words

PORTRAIT = Path(__file__).parents[2] / "samples" / "pictures" / "portrait.jpg"
EYES = (129, 105)  # pixels, and points, from the upper left corner


def _tiff(*frames: Image.Image) -> bytes:
    written = BytesIO()
    frames[0].save(written, "TIFF", save_all=True, append_images=frames[1:])
    return written.getvalue()


SKY = Image.linear_gradient("L").resize((320, 320)).convert("RGB")
FILES = {
    "portrait.jpg": PORTRAIT.read_bytes(),
    "album.tiff": _tiff(
        *(Image.new("RGB", (64 + number, 64), (number, 90, 30)) for number in range(2)),
        Image.open(PORTRAIT).convert("RGB"),
    ),
    "sky.png": encoded(SKY),
    "note.txt": b"A note that names nobody at all.\n",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("faces") / "archive", Clock())
    made.take_in(FILES)
    yield made
    made.archive.close()


def _propose(house: Household, name: str, **more: int) -> PlanView:
    me = house.session(Role.ARCHIVIST)
    return redact.propose(house.archive, me, house.records[name], **more)


def _release(house: Household, record: RecordId) -> None:
    head = house.session(Role.CUSTODIAN)
    redact.submit(house.archive, house.session(Role.ARCHIVIST), record)
    redact.approve(house.archive, head, record)
    redact.release(house.archive, head, record)


def test_a_head_is_a_region_of_the_plan_and_black_in_what_is_released(house: Household) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["portrait.jpg"]
    view = _propose(house, "portrait.jpg")
    assert view.faces is not None
    assert (view.faces.state, view.faces.pages, view.faces.unseen) == ("ready", 1, ())
    (region,) = view.regions
    assert (region.page, region.reason, region.method) == (0, Reason.THIRD_PARTY, Method.DETECTOR)
    assert region.detector == "face"
    assert 50 < region.confidence < 100
    assert region.box.holds(PageBox(80, 320 - 185, 176, 320 - 20)), "hair and chin are hidden too"
    assert view.found_by["face"] == 1
    assert redact.plan(house.archive, me, record).regions == (region,)
    _release(house, record)
    reader = house.session(Role.RESEARCHER)
    shown = exports.page_picture(house.archive, reader, record, 1, 72)
    picture = Image.open(BytesIO(shown), formats=["PNG"]).convert("L")
    assert picture.getpixel(EYES) < 12
    assert picture.getpixel((300, 150)) > 100, "the rest is there to see"


def test_proposing_again_adds_nothing_and_what_is_hidden_by_hand_stays(house: Household) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["album.tiff"]
    first = _propose(house, "album.tiff")
    (region,) = first.regions
    assert region.page == 2
    assert _propose(house, "album.tiff").regions == (region,)
    redact.unmark(house.archive, me, record, found_by="face")
    by_hand = Region(2, PageBox(0, 0, 320, 320), Reason.SOURCE_IDENTITY)
    redact.mark(house.archive, me, record, region=by_hand)
    assert _propose(house, "album.tiff").regions == (by_hand,)


def test_what_a_detector_proposed_is_taken_back_at_once_and_undone(house: Household) -> None:
    house.take_in({"own.png": encoded(Image.open(PORTRAIT).resize((300, 300)))})
    me, record = house.session(Role.ARCHIVIST), house.records["own.png"]
    (region,) = _propose(house, "own.png").regions
    assert redact.unmark(house.archive, me, record, found_by="face").regions == ()
    assert plan_history.undo(house.archive, me, record).regions == (region,)


def test_pages_that_nobody_looked_at_are_named(house: Household) -> None:
    view = _propose(house, "album.tiff", pages=range(2))
    assert view.faces is not None
    assert (view.faces.pages, view.faces.unseen) == (3, (2,))
    assert unlooked(view.faces) == "3"
    assert unlooked(FacesLooked("ready", 9, (0, 3, 4, 5, 8))) == "1, 4-6, 9"


def test_a_picture_of_nobody_and_a_text_have_no_regions(house: Household) -> None:
    assert _propose(house, "sky.png").regions == ()
    assert _propose(house, "note.txt").faces is None


def test_a_picture_that_cannot_be_decoded_is_said_to_be_unseen(house: Household) -> None:
    house.take_in({"torn.jpg": PORTRAIT.read_bytes()[:400]})
    view = _propose(house, "torn.jpg")
    assert view.faces is not None
    assert (view.faces.unseen, view.regions) == ((0,), ())


def test_without_the_model_nothing_is_proposed_and_that_is_said(
    house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "FILE", "another.onnx")
    assert "face" in unread_models()
    view = _propose(house, "sky.png")
    assert view.faces == FacesLooked("absent", 0, ())


def test_the_editor_shows_each_head_and_says_that_faces_are_missed(house: Household) -> None:
    house.take_in({"second.png": encoded(Image.open(PORTRAIT))})
    record, browser = house.records["second.png"], visitor(house, Role.ARCHIVIST)
    browser.get(f"/redact/{record}")
    answer = browser.follow(f"/redact/{record}/propose")
    page = words(answer.text)
    assert "1 head is hidden in pictures." in page
    assert "Look at every picture: faces are missed too." in page
    assert "A box on page 1 , S4" in page
    assert "face, " in page.partition("A box on page 1")[2]
