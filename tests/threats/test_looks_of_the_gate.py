"""T3: a name that people can read off a rebuilt page the gate reads too: turned, pale, coloured."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from archive.extraction import PAGE_WORDS, Order, Sandbox
from archive.extraction.readers.page_looks import darkened, unread
from archive.extraction.readers.recognition import Pixels

NAME = "Jorun Vastrahl"
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
_SIZE = (900, 420)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _put(page: Image.Image, words: str, at: tuple[int, int], ink: object, turns: int = 0) -> None:
    font = ImageFont.load_default(36)
    mask = Image.new("L", (int(font.getlength(words)) + 20, 60), 0)
    ImageDraw.Draw(mask).text((10, 6), words, font=font, fill=255)
    mask = mask.rotate(90 * turns, expand=True)
    page.paste(ink, (*at, at[0] + mask.width, at[1] + mask.height), mask)


def _page(ground: tuple[int, int, int] = WHITE, *, written: bool = True) -> Image.Image:
    page = Image.new("RGB", _SIZE, ground)
    if written:
        _put(page, "The harbour ledger was kept", (40, 30), BLACK)
        _put(page, "in the year of the great flood.", (40, 90), BLACK)
    return page


def _turned(turns: int) -> Image.Image:
    page = _page()
    _put(page, NAME, (700, 60) if turns % 2 else (200, 280), BLACK, turns)
    return page


def _pale() -> Image.Image:
    page = _page()
    _put(page, NAME, (200, 280), (240, 240, 240))
    return page


def _as_dark(ground: tuple[int, int, int], ink: tuple[int, int, int]) -> Image.Image:
    page = _page(ground, written=False)
    _put(page, NAME, (200, 180), ink)
    return page


def _over_a_photograph(ink: tuple[int, int, int]) -> Image.Image:
    """Return a name over stains of all tones, as of leaves and faces."""
    stains = np.random.default_rng(1).integers(30, 180, (30, 40, 3), dtype=np.uint8)
    page = Image.fromarray(stains).resize(_SIZE, Image.Resampling.BICUBIC)
    _put(page, NAME, (200, 180), ink)
    return page


def _from_behind(turns: int) -> Image.Image:
    page = _page()
    other = Image.new("RGB", _SIZE, WHITE)
    _put(other, NAME, (200, 280), BLACK)
    other = ImageOps.flip(other) if turns else ImageOps.mirror(other)
    page.paste(other, mask=other.convert("L").point(lambda tone: 255 * (tone < 128)))
    return page


PAGES = {
    "from behind": _from_behind(0),
    "white over a photograph": _over_a_photograph(WHITE),
    "dark over a photograph": _over_a_photograph((5, 5, 5)),
    "upright": _turned(0),
    "a quarter to the left": _turned(1),
    "on its head": _turned(2),
    "a quarter to the right": _turned(3),
    "pale": _pale(),
    "red on a green as dark": _as_dark((0, 130, 0), (255, 0, 0)),
    "yellow on a blue as dark": _as_dark((120, 120, 255), (150, 140, 20)),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_name_that_the_eye_reads_is_read(sandbox: Sandbox, page: Image.Image) -> None:
    written = BytesIO()
    page.save(written, "PDF", resolution=150)
    answer = sandbox.ask(PAGE_WORDS, written.getvalue(), bytes(Order(0, 1, 300)))
    assert answer.text is not None
    assert NAME in answer.text.text


def test_a_page_of_print_that_was_read_is_not_looked_at_again() -> None:
    blank = Pixels(b"\xff" * 40_000, 200, 200, 300)
    grey = np.full((200, 200), 255, np.uint8)
    grey[50:90, 50:60] = 0
    grey[50:90, 60:62] = 220  # the edge of a letter
    inked = Pixels(grey.tobytes(), 200, 200, 300)
    assert unread(blank, ()) is None
    assert unread(inked, ()) is not None
    assert darkened(blank) is None
    assert darkened(inked) is None
    grey[120:160, 50:60] = 240
    assert darkened(Pixels(grey.tobytes(), 200, 200, 300)) is not None
