"""Pictures of pages stand where the words of the canonical text stand, however a page is turned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import numpy as np
import pikepdf
import pytest
from PIL import Image

from archive.errors import InvalidValue, ReaderFailed
from archive.extraction import IMAGE_PAGES, PAGE_WORDS, PDF_PAGES, Order, Sandbox, parse_pictures
from archive.model.objects import Attachment, Extraction
from archive.model.redaction import Method, Reason, Redaction
from archive.redaction.pages import PageWriter, burn, lay_out
from archive.redaction.pages.document import PlacedWord
from tests.unit.extraction.pdf_maker import Page, lines, make
from tests.unit.extraction.picture_maker import encoded, picture

NAME = "Quillfeather"
_INK = 200  # of 255: lighter is paper


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _changed(pdf: bytes, **entries: object) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        for name, value in entries.items():
            opened.pages[0].obj["/" + name] = value
        written = BytesIO()
        opened.save(written)
    return written.getvalue()


def _left_over(sandbox: Sandbox, kind: str, question: str, data: bytes) -> int:
    """Return how many pixels have ink beside the boxes when every word is hidden."""
    text = sandbox.read(kind, data).text
    assert text is not None
    found = parse_pictures(sandbox.ask(question, data, bytes(Order(0, 1))))
    page = found.pages[0]
    shown = np.frombuffer(page.data, np.uint8)
    assert (shown < _INK).sum() > 100, "there is something to hide"
    all_of_it = Redaction(0, len(text.text), Reason.LEGAL, Method.MANUAL, "manual")
    layout = lay_out(text, (all_of_it,), ()).page(0, page.width, page.height)
    assert layout.boxes
    white = burn(replace(page, data=bytes([255]) * len(page.data)), layout.boxes)
    return int(((shown < _INK) & (white.reshape(-1) == 255)).sum())


ONE = Page(f"BT /F1 14 Tf 90 430 Td ({NAME}) Tj ET")


@pytest.mark.parametrize("turns", [0, 90, 180, 270])
@pytest.mark.parametrize("cropped", [False, True], ids=["whole", "cropped"])
def test_a_hidden_word_leaves_no_ink_on_a_turned_or_cropped_page(
    sandbox: Sandbox, turns: int, cropped: bool
) -> None:
    pdf = make([replace(ONE, rotate=turns)])
    if cropped:
        pdf = _changed(pdf, CropBox=pikepdf.Array([60, 300, 330, 500]))
    assert _left_over(sandbox, "application/pdf", PDF_PAGES, pdf) == 0


@pytest.mark.parametrize(
    "entries",
    [{"UserUnit": 3}, {"MediaBox": pikepdf.Array([-100, -50, 320, 545])}],
    ids=["user-unit", "origin"],
)
def test_a_hidden_word_leaves_no_ink_on_a_page_of_another_measure(
    sandbox: Sandbox, entries: dict[str, object]
) -> None:
    pdf = _changed(make([ONE]), **entries)
    assert _left_over(sandbox, "application/pdf", PDF_PAGES, pdf) == 0


def test_words_that_run_downwards_or_aslant_leave_no_ink(sandbox: Sandbox) -> None:
    down = " ".join(f"1 0 0 1 200 {460 - 20 * n} Tm ({c}) Tj" for n, c in enumerate(NAME))
    slanted = f"BT /F1 14 Tf 0.8 0.6 -0.6 0.8 100 200 Tm ({NAME}) Tj ET"
    for pdf in (make([Page(f"BT /F1 14 Tf {down} ET")]), make([Page(slanted)])):
        assert _left_over(sandbox, "application/pdf", PDF_PAGES, pdf) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["market", "rice"],
        ["\u05e9\u05dc\u05d5\u05dd", "\u05e2\u05d5\u05dc\u05dd"],
        ["\u0633\u0644\u0627\u0645"],
        ["\ud3c9\uc591", "\u5e73\u58e4"],
        ["\U0001f33e", "x\U00020000"],
    ],
    ids=["latin", "hebrew", "arabic", "korean", "beyond the basic plane"],
)
def test_words_of_the_layer_come_back_as_they_were(sandbox: Sandbox, words: list[str]) -> None:
    writer = PageWriter()
    placed = [
        PlacedWord(word, 300 - 90 * n, 400, 360 - 90 * n, 412)
        if word[0] in "\u05e9\u05e2"
        else PlacedWord(word, 90 + 90 * n, 400, 150 + 90 * n, 412)
        for n, word in enumerate(words)
    ]
    writer.add(420.0, 595.0, np.full((595, 420), 255, np.uint8), placed)
    text = sandbox.ask("application/pdf", writer.finish()).text
    assert text is not None
    assert text.text.split() == words


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_hidden_word_leaves_no_ink_on_a_photograph_that_was_turned(
    sandbox: Sandbox, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = (
        picture(NAME, 60).transpose(_BACK[orientation]) if orientation > 1 else picture(NAME, 60)
    )
    data = encoded(turned, "JPEG", exif=exif, quality=95)
    assert _left_over(sandbox, "image/jpeg", IMAGE_PAGES, data) <= 40  # JPEG's ripples


_BACK = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


def test_comments_and_form_values_are_not_drawn(sandbox: Sandbox) -> None:
    pdf = make([Page("")])
    with pikepdf.open(BytesIO(pdf)) as opened:
        look = opened.make_stream(b"0 0 100 100 re f")
        look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        look.BBox = pikepdf.Array([0, 0, 100, 100])
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Stamp,
            Rect=[100, 100, 200, 200],
            AP=pikepdf.Dictionary(N=look),
        )
        opened.pages[0].obj.Annots = pikepdf.Array([opened.make_indirect(note)])
        written = BytesIO()
        opened.save(written)
    found = parse_pictures(sandbox.ask(PDF_PAGES, written.getvalue(), bytes(Order(0, 1))))
    assert set(found.pages[0].data) == {255}


def test_pages_that_are_too_much_for_one_answer_come_in_several(sandbox: Sandbox) -> None:
    pdf = make([Page("", (0, 0, 2000, 2000))] * 5)
    found = parse_pictures(sandbox.ask(PDF_PAGES, pdf, bytes(Order(0, 32))))
    assert found.total == 5
    assert list(found.pages) == [0, 1, 2, 3]
    assert list(parse_pictures(sandbox.ask(PDF_PAGES, pdf, bytes(Order(4, 32)))).pages) == [4]


def test_colour_is_kept_where_it_says_something(sandbox: Sandbox) -> None:
    for colour, mode in (("1 0 0", "RGB"), ("0.5 0.5 0.5", "L")):
        pdf = make([Page(f"{colour} rg 100 100 100 100 re f")])
        found = parse_pictures(sandbox.ask(PDF_PAGES, pdf, bytes(Order(0, 1))))
        assert found.pages[0].mode == mode


def test_white_words_on_black_are_read_and_bars_do_not_keep_others_from_it(
    sandbox: Sandbox,
) -> None:
    bars = "".join(f"0 g 50 {y} 320 16 re f " for y in (520, 540, 200, 180, 160))
    white = "0 g 50 400 320 40 re f 1 g BT /F1 20 Tf 60 412 Td (Quillfeather) Tj ET 0 g "
    pdf = make([Page(bars + white + lines("The weather was fine.", 60, 300))])
    text = sandbox.ask(PAGE_WORDS, pdf, bytes(Order(0, 1, 300))).text
    assert text is not None
    assert "Quillfeather" in text.text
    assert "weather was fine" in text.text


@pytest.mark.parametrize(
    "line",
    ["", "0", "0 1 5.000 5.000 10 10 RGBA", "x 1", "0 1 nan 5.000 10 10 L", "0 1 5.0 5.0 10 10 L"],
)
def test_an_answer_that_describes_no_picture_is_refused(line: str) -> None:
    answer = Extraction(None, attachments=(Attachment(line, "x/y", bytes(100)),))
    with pytest.raises(ReaderFailed):
        parse_pictures(answer)


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("0 1", 0),
        ("0 1 5.000 5.000 10 10 L", 99),
        ("0 1 5.000 5.000 10 10 RGB", 100),
        ("0 1 0.000 5.000 10 10 L", 100),
        ("0 1 5.000 5.000 0 10 L", 0),
    ],
)
def test_pixels_that_do_not_fit_their_description_are_no_page(line: str, size: int) -> None:
    answer = Extraction(None, attachments=(Attachment(line, "x/y", bytes(size)),))
    assert parse_pictures(answer).pages == {}


def test_only_known_questions_are_asked(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidValue):
        sandbox.ask("text/plain", b"words")
