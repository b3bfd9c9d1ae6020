"""T3: a name that only a phone reads, in a code, is proposed; shown, it blocks a release."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageOps

from archive.extraction import PDF_CODES, PDF_PAGES, Order, Sandbox, parse_sights
from archive.model.ids import RecordId, SourceRef
from archive.model.objects import CanonicalText
from archive.model.pages import PageBox
from archive.model.redaction import Leak, ReadingCopy, RedactionPlan, Region
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher
from archive.services.redaction.pages import redraw
from archive.services.redaction.pages_gate import page_leaks
from archive.services.redaction.sightings import NamesLooked, sighted
from tests.unit.extraction.picture_maker import bar_coded, coded, picture

NAME, HANGUL = "Zorayda Quillfeather", "초여울"
REGISTER = SourceMatcher([SourceForms(SourceRef("S-0042"), (NAME, HANGUL))])
RECORD = RecordId("00000000-0000-4000-8000-000000000001")
NO_WORDS = CanonicalText("", "none")
AT = 150, 260  # pixels of the code from the upper left corner
HIGH = 900  # pixels
DPI = 144
SAYINGS = {
    "a name": coded(NAME),
    "Hangul": coded(f"MECARD:N:{HANGUL};;"),
    "a card": coded(f"BEGIN:VCARD\nN:Quillfeather;Zorayda\nFN:{NAME}\nEND:VCARD"),
    "a link": coded("https://people.example/?who=Zorayda%20Quillfeather"),
    "bars": bar_coded(NAME, "Code128", 2),
    "stacked bars": bar_coded(NAME, "PDF417"),
    "Hangul in another square": bar_coded(HANGUL, "DataMatrix", 6),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _pdf(code: Image.Image) -> tuple[bytes, PageBox]:
    """Return a page of print with a code, and where its modules are, in points."""
    page = Image.new("L", (900, HIGH), 255)
    page.paste(picture("The harbour ledger was kept.", 30), (20, 20))
    page.paste(code, AT)
    held = BytesIO()
    page.save(held, "PDF", resolution=DPI)
    ink = ImageOps.invert(code).getbbox()
    assert ink is not None
    off = 4  # pixels that a detector may be off
    sides = (AT[0] + ink[0] + off, HIGH - AT[1] - ink[3] + off)
    ends = (AT[0] + ink[2] - off, HIGH - AT[1] - ink[1] - off)
    return held.getvalue(), PageBox(*(side * 72 / DPI for side in (*sides, *ends)))


def _proposed(sandbox: Sandbox, pdf: bytes) -> tuple[Region, ...]:
    answer = parse_sights(sandbox.ask(PDF_CODES, pdf, bytes(Order(0, 1, 300))))
    sizes = tuple((page, *size) for page, size in answer.seen.items())
    found = tuple(sighted(answer, REGISTER, frozenset()))
    looked = NamesLooked(True, answer.total, (), found, sizes)
    return looked.regions(RedactionPlan(RECORD, ""), NO_WORDS)


def _leaks(sandbox: Sandbox, pdf: bytes, regions: tuple[Region, ...]) -> tuple[Leak, ...]:
    plan = RedactionPlan(RECORD, "", regions=regions)
    rebuilt, pages = redraw(sandbox, PDF_PAGES, pdf, NO_WORDS, plan)
    copy = ReadingCopy(RECORD, "", "", "0" * 32, pages=pages)
    return page_leaks(sandbox, rebuilt, copy, REGISTER)


@pytest.mark.parametrize("said", SAYINGS)
def test_a_name_in_a_code_blocks_and_hidden_as_proposed_it_is_gone(
    sandbox: Sandbox, said: str
) -> None:
    pdf, ink = _pdf(SAYINGS[said])
    shown = _leaks(sandbox, pdf, ())
    assert shown
    assert {(leak.field, leak.page) for leak in shown} == {("page-1:seen", 0)}
    assert any(leak.box is not None and leak.box.holds(ink) for leak in shown)
    assert not any(part in repr(shown) for part in (*NAME.split(), HANGUL))
    regions = _proposed(sandbox, pdf)
    assert any(region.box.holds(ink) for region in regions)
    assert _leaks(sandbox, pdf, regions) == ()


def test_a_code_that_names_nobody_of_the_register_may_go_out(sandbox: Sandbox) -> None:
    pdf, _ = _pdf(coded("https://ferries.example/timetable"))
    assert _proposed(sandbox, pdf) == ()
    assert _leaks(sandbox, pdf, ()) == ()
