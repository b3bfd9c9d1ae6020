"""What codes on pages say is read in the confined child, however they lie, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageOps
from reportlab.graphics.barcode.code39 import Standard39
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas

from archive.extraction import IMAGE_CODES, PDF_CODES, Order, Sandbox, Sights, parse_sights
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.extraction.picture_maker import bar_coded, coded, encoded

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


KINDS = ("Aztec", "Codabar", "Code128", "Code39", "Code93", "DataMatrix", "ITF", "PDF417")
SAID = {"Codabar": "A20771B", "Code39": "WAGE BOOK 7", "ITF": "20770425"}


@pytest.mark.parametrize("way", ["upright", "on its side", "white on black", "pale", "in colour"])
@pytest.mark.parametrize("kind", KINDS)
def test_codes_of_every_kind_are_read(sandbox: Sandbox, kind: str, way: str) -> None:
    said = SAID.get(kind, "Zorayda Quillfeather")
    page = Image.new("L", (1500, 1100), 255)
    page.paste(bar_coded(said, kind), (100, 150))
    assert _seen(sandbox, _png(WAYS[way](page))).text.text == said


@pytest.mark.parametrize(
    ("kind", "slant"), [("Code128", -8), ("Code128", 8), ("PDF417", -3), ("PDF417", 3)]
)
def test_the_box_of_a_bar_code_holds_all_its_bars(sandbox: Sandbox, kind: str, slant: int) -> None:
    page = Image.new("L", (1500, 1100), 255)
    page.paste(bar_coded("Wage book 7", kind), (300, 350))
    page = page.rotate(slant, fillcolor=255, resample=Image.Resampling.BICUBIC)
    left, top, right, bottom = _ink(page)
    (box,) = _seen(sandbox, _png(page)).text.boxes
    off = 1.0  # points; two pixels
    assert box.left - off <= left / 2 <= box.left + off
    assert box.right - off <= right / 2 <= box.right + off
    assert box.top - off <= (page.height - top) / 2 <= box.top + off
    assert box.bottom - off <= (page.height - bottom) / 2 <= box.bottom + off


def _ink(page: Image.Image) -> tuple[int, int, int, int]:
    box = page.point([255] * 128 + [0] * 128).getbbox()
    assert box is not None
    return box


def test_codes_that_another_program_drew_are_read(sandbox: Sandbox) -> None:
    held = BytesIO()
    sheet = Canvas(held, (400, 300), invariant=True)
    Code128("Quillfeather 7", barWidth=1, barHeight=40).drawOn(sheet, 20, 200)
    sheet.drawString(20, 150, "Wage book")
    Standard39("WAGES", checksum=0, barWidth=1, barHeight=40).drawOn(sheet, 20, 40)
    sheet.save()
    seen = _seen(sandbox, held.getvalue(), PDF_CODES)
    assert sorted(seen.text.text.splitlines()) == ["Quillfeather 7", "WAGES"]


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
