"""Pages as pictures in the browser: reading copies for researchers, plans for archivists."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from archive.model.access import Role
from archive.services.redaction import redact
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, Visitor, found, visitor

SMALL = (0, 0, 260, 120)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("pictures") / "archive", Clock())
    page = Page(lines(f"Kept by {SOURCE_NAME}.\nThe weather was fine.", 20, 90), SMALL)
    made.take_in({"sheet.pdf": make([page])})
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def archivist(house: Household) -> Visitor:
    return visitor(house, Role.ARCHIVIST)


@pytest.fixture(scope="module")
def researcher(house: Household) -> Visitor:
    return visitor(house, Role.RESEARCHER)


def _image(body: bytes) -> Image.Image:
    return Image.open(BytesIO(body), formats=["PNG"]).convert("L")


def test_an_archivist_marks_a_region_by_numbers_and_sees_it_veiled(
    house: Household, archivist: Visitor
) -> None:
    record = house.records["sheet.pdf"]
    before = _image(archivist.get(f"/redact/{record}/pages/1.png").data)
    page = archivist.get(f"/redact/{record}")
    assert "260.0 wide and 120.0 high" in page.text
    sides = {"left": "180", "bottom": "10", "right": "240", "top": "40"}
    done = archivist.post(f"/redact/{record}/region", page="1", reason="S6", **sides)
    assert done.status_code == 303
    after = _image(archivist.get(f"/redact/{record}/pages/1.png").data)
    at = round(200 * after.width / 260), round((120 - 20) * after.height / 120)
    assert (before.getpixel(at), after.getpixel(at)) == (255, 66)
    archivist.get(f"/redact/{record}")
    taken = archivist.post(f"/redact/{record}/unregion", page="1", reason="S6", **sides)
    assert taken.status_code == 303
    assert "A box on page" not in archivist.get(f"/redact/{record}").text


@pytest.mark.parametrize("wrong", [{"left": "-1"}, {"page": "0"}, {"top": "900"}, {"right": "x"}])
def test_a_region_that_is_none_is_refused(
    house: Household, archivist: Visitor, wrong: dict[str, str]
) -> None:
    given = {"page": "1", "left": "1", "bottom": "1", "right": "9", "top": "9", "reason": "S1"}
    record = house.records["sheet.pdf"]
    assert archivist.post(f"/redact/{record}/region", **(given | wrong)).status_code == 422


def test_a_researcher_sees_pages_of_reading_copies_and_no_plan(
    house: Household, researcher: Visitor
) -> None:
    record = house.records["sheet.pdf"]
    assert researcher.get(f"/reading/{record}/pages/1").status_code == 404
    house.release("sheet.pdf")
    page = researcher.get(f"/reading/{record}/pages/1")
    assert f'src="/reading/{record}/pages/1.png"' in page.text
    assert "[Source 0001]" in page.text
    assert SOURCE_NAME.split()[1] not in page.text
    answer = researcher.get(f"/reading/{record}/pages/1.png")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/png", "no-store")
    shown = _image(answer.data)
    name = round(140 * shown.width / 260), round((120 - 93) * shown.height / 120)
    assert shown.getpixel(name) == 0
    assert shown.getpixel((5, shown.height - 5)) == 255
    small = _image(researcher.get(f"/reading/{record}/pages/1/small.png").data)
    assert small.width < shown.width
    assert "small.png" in researcher.get(f"/reading/{record}").text
    for path in (f"/reading/{record}/pages/2", f"/reading/{record}/pages/2.png"):
        assert researcher.get(path).status_code == 404
    for path in (f"/redact/{record}/pages/1", f"/redact/{record}/pages/1.png"):
        assert researcher.get(path).status_code == 404


def test_the_text_alone_can_be_submitted(house: Household, archivist: Visitor) -> None:
    house.take_in({"other.pdf": make([Page(lines("Nobody is named.", 20, 90), SMALL)])})
    record = house.records["other.pdf"]
    archivist.get(f"/redact/{record}")
    archivist.follow(f"/redact/{record}/propose")
    assert "without its pages" in archivist.get(f"/redact/{record}").text
    archivist.post(f"/redact/{record}/submit", **{"text-only": "yes"})
    me = house.session(Role.ARCHIVIST)
    assert redact.preview(house.archive, me, record).pages is None


def test_pages_that_are_set_anew_are_told_and_can_be_drawn_all_the_same(
    house: Household, archivist: Visitor
) -> None:
    said = f"{SOURCE_NAME} came.\nThe weather was fine.\n{SOURCE_NAME} left."
    house.take_in({"twice.pdf": make([Page(lines(said, 20, 90), SMALL)])})
    record = house.records["twice.pdf"]
    archivist.get(f"/redact/{record}")
    archivist.follow(f"/redact/{record}/propose")
    assert "Pages that will be set anew" in archivist.get(f"/redact/{record}").text
    shown = _image(archivist.get(f"/redact/{record}/preview/1.png").data)
    assert shown.height > shown.width
    assert "Page 1 of 1" in archivist.get(f"/redact/{record}/preview").text
    archivist.get(f"/redact/{record}")
    archivist.post(f"/redact/{record}/submit", **{"as-drawn": "yes"})
    shown = _image(archivist.get(f"/redact/{record}/preview/1.png").data)
    assert shown.width > shown.height
    told = visitor(house, Role.CUSTODIAN).get(f"/redact/{record}/review").text
    assert "Pages that are drawn because whoever submitted this chose it" in told
