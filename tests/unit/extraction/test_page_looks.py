"""What is left to look at on a page: letters that were not read, no grain of paper, no specks."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from archive.errors import SandboxError
from archive.extraction import IMAGE_SIGHTS, PDF_PAGES, Order, Sandbox, parse_sights, side_by_side
from archive.extraction.pictures import parse_pictures
from archive.extraction.readers.page_looks import (
    darkened,
    unread,
    without_bars,
    without_grain,
)
from archive.extraction.readers.recognition import Pixels, Word
from tests.unit.extraction.pdf_maker import Page, lines, make

NAME = "Jorun Vastrahl"
_SIZE = (1100, 700)


def _paper(ground: int, grain: float) -> Image.Image:
    noise = np.random.default_rng(5).normal(ground, grain, _SIZE[::-1])
    return Image.fromarray(noise.clip(0, 255).astype(np.uint8))


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", dpi=(300, 300))
    return written.getvalue()


def _pixels(image: Image.Image) -> Pixels:
    return Pixels(image.tobytes(), *image.size, 300)


def _written(page: Image.Image, words: str, ink: int, *, turned: bool) -> Image.Image:
    page = page.rotate(180 if turned else 0)
    font = ImageFont.load_default(40)
    ImageDraw.Draw(page).text((200, 300), words, fill=ink, font=font)
    return page.rotate(180 if turned else 0)


def test_grey_paper_with_grain_has_nothing_to_read() -> None:
    clean = without_grain(_pixels(_paper(238, 5)))
    assert np.frombuffer(clean.data, np.uint8).min() >= 200
    assert unread(clean, []) is None
    assert darkened(clean) is None


@pytest.mark.parametrize("ink", [30, 190, 222])
def test_ink_on_grey_paper_stays(ink: int) -> None:
    page = _written(_paper(244, 3), NAME, ink, turned=False)
    kept = np.frombuffer(without_grain(_pixels(page)).data, np.uint8)
    assert int((kept < ink + 12).sum()) > 1_000


@pytest.mark.parametrize("ground", [255, 120])
def test_a_page_without_grain_or_without_a_light_ground_is_left_as_it_is(ground: int) -> None:
    page = _pixels(_written(_paper(ground, 0), NAME, 20, turned=False))
    assert without_grain(page) is page or without_grain(page) == page


def test_specks_all_over_a_page_are_no_letters_but_a_small_word_is_something() -> None:
    page = _paper(255, 0)
    draw = ImageDraw.Draw(page)
    for left in range(20, 1000, 120):
        draw.rectangle((left, 400, left + 9, 409), fill=0)
    assert unread(_pixels(page), []) is None
    draw.text((800, 100), "A", fill=0, font=ImageFont.load_default(30))
    assert unread(_pixels(page), []) is None
    draw.text((600, 100), "Ana", fill=0, font=ImageFont.load_default(25))  # six points
    assert unread(_pixels(page), []) is not None


@pytest.mark.parametrize(
    ("sure", "left"),
    [
        (("ferry", "had", "left", "noon"), []),
        (("ferry", "had", "left"), ["noon"]),
        (("had",), ["ferry", "had", "left", "noon"]),
        ((), ["ferry", "had", "left", "noon"]),
    ],
)
def test_of_a_line_that_was_mostly_read_only_the_doubtful_words_are_left(
    sure: tuple[str, ...], left: list[str]
) -> None:
    page = _paper(255, 0)
    places = dict(zip(("ferry", "had", "left", "noon"), (100, 300, 500, 700), strict=True))
    for word, start in places.items():
        ImageDraw.Draw(page).text((start, 100), word, 0, ImageFont.load_default(40))
    words = [
        Word(word, start, 90, start + 150, 160, 96 if word in sure else 40, ("1",), "1")
        for word, start in places.items()
    ]
    rest = unread(_pixels(page), words)
    ink = np.zeros(_SIZE[::-1], bool)
    if rest is not None:
        ink = np.frombuffer(rest.whole.data, np.uint8).reshape(_SIZE[::-1]) < 128
    assert [word for word, start in places.items() if ink[:, start : start + 150].any()] == left


@pytest.mark.parametrize(("size", "is_left"), [(20, False), (90, True)])
def test_a_bar_is_left_out_with_the_marker_in_it_and_larger_letters_stay(
    size: int, is_left: bool
) -> None:
    page = Image.new("L", _SIZE, 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((100, 200, 900, 320), fill=0)
    draw.text((500, 260), NAME, 255, ImageFont.load_default(size), anchor="mm")
    left = without_bars(_pixels(page))
    assert left is not None
    assert (unread(left, []) is not None) is is_left


def test_a_name_on_its_head_is_read_on_grey_paper_with_grain() -> None:
    page = _paper(240, 6)
    upright = "The ferry had left by noon"
    ImageDraw.Draw(page).text((100, 80), upright, 20, ImageFont.load_default(40))
    image = _written(page, NAME, 40, turned=True)
    with Sandbox() as sandbox:
        seen = parse_sights(sandbox.ask(IMAGE_SIGHTS, _png(image), bytes(Order(0, 1, 300))))
    assert NAME in seen.text.text


def test_answers_come_in_the_order_of_the_questions_and_a_failure_is_one() -> None:
    pdf = make([Page(lines(f"page {number}")) for number in range(5)])
    orders = [bytes(Order(number, 1)) for number in (3, 0, 4, 1, 2)]
    with Sandbox() as sandbox:
        answers = list(side_by_side(sandbox, PDF_PAGES, pdf, orders))
        assert [
            list(parse_pictures(one).pages) for one in answers if not isinstance(one, SandboxError)
        ] == [[3], [0], [4], [1], [2]]
        broken = list(side_by_side(sandbox, PDF_PAGES, b"%PDF-1.7 broken", orders))
        assert len(broken) == len(orders)
        assert all(isinstance(one, SandboxError) for one in broken)
        assert parse_pictures(sandbox.ask(PDF_PAGES, pdf, orders[0])).total == 5
