"""What square codes on pages say is read in the confined child, however they lie, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageOps

from archive.extraction import IMAGE_CODES, PDF_CODES, Order, Sandbox, Sights, parse_sights
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.extraction.picture_maker import coded, encoded

WORDS = "Zorayda Quillfeather\n초여울"
DPI = 144
WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "upright": lambda page: page,
    "on its side": lambda page: page.rotate(90, expand=True),
    "at a slant": lambda page: page.rotate(33, fillcolor=255),
    "from behind": ImageOps.mirror,
    "white on black": ImageOps.invert,
    "pale": lambda page: page.point(lambda tone: 255 - (255 - tone) // 6),
    "in colour": lambda page: ImageOps.colorize(page, (150, 20, 20), (250, 240, 90)),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _page(*codes: tuple[str, tuple[int, int]]) -> Image.Image:
    page = Image.new("L", (900, 1200), 255)
    for words, at in codes:
        page.paste(coded(words), at)
    return page


def _seen(sandbox: Sandbox, data: bytes, question: str = IMAGE_CODES) -> Sights:
    return parse_sights(sandbox.ask(question, data, bytes(Order(0, 9, 300))))


def _png(page: Image.Image) -> bytes:
    return encoded(page, dpi=(DPI, DPI))


@pytest.mark.parametrize("way", WAYS)
def test_a_code_is_read_however_it_lies(sandbox: Sandbox, way: str) -> None:
    seen = _seen(sandbox, _png(WAYS[way](_page((WORDS, (350, 400))))))
    assert seen.text.text == WORDS


def test_a_code_is_one_word_where_it_stands(sandbox: Sandbox) -> None:
    size = coded(WORDS).width
    seen = _seen(sandbox, _png(_page((WORDS, (350, 400)))))
    (box,) = seen.text.boxes
    assert (box.start, box.end) == (0, len(WORDS))
    left, right = (350 / 2, (350 + size) / 2)
    top, bottom = 600 - 400 / 2, 600 - (400 + size) / 2
    quiet = 4 * 6 / 2 + 2  # points: four modules of six pixels, and a little
    assert left <= box.left <= left + quiet
    assert right - quiet <= box.right <= right
    assert bottom <= box.bottom <= bottom + quiet
    assert top - quiet <= box.top <= top


def test_every_code_of_every_page_is_read(sandbox: Sandbox) -> None:
    first = _page(("One", (50, 50)), ("Two", (500, 700)))
    held = BytesIO()
    first.save(held, "PDF", save_all=True, append_images=[_page(("Three", (90, 90)))])
    seen = _seen(sandbox, held.getvalue(), PDF_CODES)
    assert (seen.total, sorted(seen.seen)) == (2, [0, 1])
    assert sorted(seen.text.text.split()) == ["One", "Three", "Two"]
    assert [sight.page for sight in seen.sights] == [0, 0, 1]


def test_a_page_of_print_says_nothing_in_codes(sandbox: Sandbox) -> None:
    seen = _seen(sandbox, make([Page(lines("A letter about nobody.\n" * 20))]), PDF_CODES)
    assert (seen.total, list(seen.seen), seen.text.text) == (1, [0], "")
