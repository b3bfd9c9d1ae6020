"""What pictures on pages say, in every way of looking, and where; what is set is not looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archive.errors import ReaderFailed
from archive.extraction import IMAGE_SIGHTS, PDF_SIGHTS, Order, Sandbox, Sights, parse_sights
from archive.extraction.readers.pdf import load, opened
from archive.extraction.readers.pdf_areas import unknown_areas
from archive.extraction.readers.recognition import RECOGNISER, Pixels
from archive.extraction.readers.stacked import unstacked
from archive.model.objects import Attachment, CanonicalText, Extraction, WordBox
from archive.model.pages import PageBox, PageSight
from tests.unit.extraction import look_maker
from tests.unit.extraction.look_maker import Look
from tests.unit.extraction.pdf_maker import Page, lines, make, picture_page
from tests.unit.extraction.picture_maker import hangul_font, picture

NAME = "Jorun Vastrahl"
HANGUL = "리솔남"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _seen(sandbox: Sandbox, data: bytes, question: str = IMAGE_SIGHTS) -> Sights:
    return parse_sights(sandbox.ask(question, data, bytes(Order(0, 9, 300))))


def _places(seen: Sights, word: str) -> list[PageBox]:
    text = seen.text.text
    starts = [at for at in range(len(text)) if text.startswith(word, at)]
    return [
        sight.on_page(PageBox(one.left, one.bottom, one.right, one.top))
        for start in starts
        for sight, found in seen.places(start, start + len(word))
        for one in found
    ]


def _with_picture(text: str, name: str) -> bytes:
    """Return a page of print on which a name is a small picture at 60, 300 points."""
    image = picture(name, 30).convert("L").resize((300, 60))
    grey = picture_page(300, 60, image.tobytes())
    return grey.replace(b"q 420 0 0 595 0 0 cm /Im1 Do Q ", _cut(text))


def _cut(text: str) -> bytes:
    return f"q 150 0 0 30 60 300 cm /Im1 Do Q {lines(text)}".encode()


def test_print_is_not_recognised_and_a_name_as_a_picture_in_it_is(sandbox: Sandbox) -> None:
    set_in_type = make([Page(lines("The harbour ledger was kept\nin the year of the flood."))])
    seen = _seen(sandbox, set_in_type, PDF_SIGHTS)
    assert (seen.total, list(seen.seen), seen.sights) == (1, [0], ())
    image = picture("Vastrahl", 30)
    held = BytesIO()
    image.save(held, "PDF", resolution=150)
    only = _seen(sandbox, held.getvalue(), PDF_SIGHTS)
    assert "Vastrahl" in only.text.text


def test_a_part_that_stands_on_its_side_is_where_it_is_said_to_be(sandbox: Sandbox) -> None:
    look = look_maker.turned(NAME, 90, (700, 60))
    left, bottom, right, top = look.points
    seen = _seen(sandbox, look_maker.album(look))
    (box, *_) = _places(seen, "Vastrahl")
    assert left - 4 < box.left < box.right < right + 4
    assert bottom - 4 < box.bottom < box.top < top + 4
    assert box.top - box.bottom > 2 * (box.right - box.left)


@pytest.mark.parametrize("turn", [30, 180, 270])
def test_what_is_read_in_a_corner_of_a_large_page_is_said_to_be_there(
    sandbox: Sandbox, turn: int
) -> None:
    page = Image.new("RGB", (2000, 2800), look_maker.WHITE)
    look_maker.put(page, "The harbour ledger was kept", (200, 150))
    look = Look(page, look_maker.put(page, NAME, (1500, 2200), turn=turn))
    left, bottom, right, top = look.points
    boxes = _places(_seen(sandbox, look_maker.album(look)), NAME.split()[1])
    assert boxes
    for box in boxes:
        assert left - 8 < box.left < box.right < right + 8
        assert bottom - 8 < box.bottom < box.top < top + 8


def test_letters_one_below_the_other_are_read_where_they_stand() -> None:
    font = hangul_font()
    RECOGNISER.prepare()
    if font is None or "kor" not in RECOGNISER.languages:
        pytest.skip("Korean is not tested. Run: sudo apt-get install fonts-nanum tesseract-ocr-kor")
    look = look_maker.stacked(HANGUL + "씀", font)
    grey = look.page.convert("L")
    columns = unstacked(Pixels(grey.tobytes(), *grey.size, 150))
    assert columns is not None
    words = list(columns.placed(RECOGNISER.block(columns.pixels)))
    assert "".join(word.text for word in words).replace(" ", "").startswith(HANGUL)
    left, top, right, bottom = look.name
    assert min(word.left for word in words) <= left
    assert min(word.top for word in words) <= top
    assert max(word.right for word in words) >= right
    assert max(word.bottom for word in words) >= bottom


def test_one_line_of_print_is_no_column() -> None:
    page = picture("The harbour ledger was kept")
    assert unstacked(Pixels(page.tobytes(), *page.size, 150)) is None
    assert unstacked(Pixels(b"\xff" * 10_000, 100, 100, 150)) is None


@given(
    angle=st.integers(0, 359),
    sides=st.tuples(st.floats(0, 200), st.floats(0, 200), st.floats(20, 200), st.floats(20, 200)),
)
def test_a_whole_sight_covers_its_part_of_the_page_whatever_its_turn(
    angle: int, sides: tuple[float, float, float, float]
) -> None:
    left, bottom, wide, high = sides
    area = PageBox(left, bottom, left + wide, bottom + high)
    sight = PageSight(0, 400, 400, area, angle)
    whole = sight.on_page(PageBox(0, 0, *sight.size))
    slack = PageBox(area.left + 1e-6, area.bottom + 1e-6, area.right - 1e-6, area.top - 1e-6)
    assert whole.holds(slack)
    if angle % 90 == 0:
        assert abs(whole.left - area.left) < 0.02
        assert abs(whole.top - area.top) < 0.02


@pytest.mark.parametrize(
    "names",
    [
        ["one"],
        ["1", "0 100.000 100.000 0.000 0.000 100.000 100.000"],
        ["1", "0 100.000 100.000", "0 100.000 100.000 9.000 0.000 9.000 50.000 0"],
        ["1", "0 100.000 100.000 0.000 0.000 100.000 100.000 0"],
        ["1", "0 100.000 100.000"],
    ],
    ids=["no line", "no angle", "no size", "page not seen", "no sight for the text"],
)
def test_an_answer_that_does_not_fit_together_is_refused(names: list[str]) -> None:
    text = CanonicalText("word", "x", (0,), (WordBox(0, 4, 0, 1, 1, 9, 9),))
    told = tuple(Attachment(name, "application/octet-stream", b"") for name in names)
    with pytest.raises(ReaderFailed):
        parse_sights(Extraction(text, attachments=told))


def test_a_picture_in_a_page_of_print_is_read_and_nothing_beside_it(sandbox: Sandbox) -> None:
    seen = _seen(sandbox, _with_picture("A line of print that is set in type.", NAME), PDF_SIGHTS)
    assert "Vastrahl" in seen.text.text
    assert "print" not in seen.text.text
    (box, *_) = _places(seen, "Vastrahl")
    assert PageBox(58, 298, 212, 332).holds(box)


_POINTS = re.findall(r"\S+ \S+", "60 300 70 330 80 300 75 311 65 310 60 301 62 300 70 325 78 300")
_STROKES = [f"{first} m {last} l S" for first, last in pairwise(_POINTS)]
_TABLE = [
    f"{left} {bottom} 20 12 re S {left} {bottom} m {left} {bottom + 12} l S"
    for left in range(60, 180, 20)
    for bottom in range(300, 372, 12)
]


@pytest.mark.parametrize(
    ("drawn", "areas"),
    [
        (f"{_POINTS[0]} m {' '.join(f'{one} l' for one in _POINTS[1:])} f", 1),
        (" ".join(_STROKES), 1),
        (" ".join(_STROKES[:3]), 0),
        ("60 300 40 30 re S", 0),
        (" ".join(_TABLE), 0),
    ],
    ids=["a letter", "a letter in strokes", "a few strokes", "a frame", "a table"],
)
def test_drawings_are_looked_at_and_frames_of_tables_are_not(drawn: str, areas: int) -> None:
    with opened(make([Page(f"{lines('A line of print.')} {drawn}")]), "")[0] as document:
        page = load(document, 0)
        with closing(page):
            found = unknown_areas(page)
    assert len(found) == areas
    assert all(one.holds(PageBox(60, 300, 80, 330)) for one in found)
