"""T3: a name that the gate reads in a picture is proposed; hidden as proposed, it is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest

from archive.extraction import PDF_PAGES, PDF_SIGHTS, Order, Sandbox, parse_sights
from archive.model.ids import RecordId, SourceRef
from archive.model.objects import CanonicalText
from archive.model.pages import PageBox
from archive.model.redaction import Leak, ReadingCopy, RedactionPlan, Region
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher
from archive.services.redaction.pages import redraw
from archive.services.redaction.pages_gate import page_leaks
from archive.services.redaction.sightings import NamesLooked, sighted
from tests.unit.extraction import figure_maker, look_maker
from tests.unit.extraction.look_maker import Look
from tests.unit.extraction.stroke_maker import Drawing

NAME = "Jorun Vastrahl"
RECORD = RecordId("00000000-0000-4000-8000-000000000001")
NO_WORDS = CanonicalText("", "none")
LOOKS = {
    "at a slant": look_maker.turned(NAME, 30),
    "a little at a slant": look_maker.turned(NAME, 345),
    "on its side": look_maker.turned(NAME, 270, (700, 60)),
    "from behind": look_maker.behind(NAME),
    "white on black": look_maker.negative(NAME),
}
DRAWN = "Milka Vettin"
DRAWINGS = {
    "in letters of a form": Drawing(9),
    "in small letters": Drawing(4),
    "in large letters": Drawing(34, at=(20, 300)),
    "spread out": Drawing(10, spread=0.8),
    "on its side": Drawing(12, at=(300, 150), turn=90),
    "upside down": Drawing(12, at=(380, 200), turn=180),
    "at a slant": Drawing(14, at=(60, 150), turn=25),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def _pdf(look: Look) -> bytes:
    held = BytesIO()
    look.page.save(held, "PDF", resolution=look_maker.DPI)
    return held.getvalue()


def _proposed(sandbox: Sandbox, pdf: bytes, register: SourceMatcher) -> tuple[Region, ...]:
    answer = parse_sights(sandbox.ask(PDF_SIGHTS, pdf, bytes(Order(0, 1, 300))))
    sizes = tuple((page, *size) for page, size in answer.seen.items())
    found = tuple(sighted(answer, register, frozenset()))
    looked = NamesLooked(True, answer.total, (), found, sizes)
    return looked.regions(RedactionPlan(RECORD, ""), NO_WORDS)


def _leaks(
    sandbox: Sandbox, pdf: bytes, regions: tuple[Region, ...], register: SourceMatcher
) -> tuple[Leak, ...]:
    plan = RedactionPlan(RECORD, "", regions=regions)
    rebuilt, pages = redraw(sandbox, PDF_PAGES, pdf, NO_WORDS, plan)
    copy = ReadingCopy(RECORD, "", "", "0" * 32, pages=pages)
    return page_leaks(sandbox, rebuilt, copy, register)


@pytest.mark.parametrize("name", LOOKS)
def test_what_the_gate_reads_is_proposed_and_hidden_it_is_gone(sandbox: Sandbox, name: str) -> None:
    register = SourceMatcher([SourceForms(SourceRef("S-0001"), (NAME,))])
    pdf, look = _pdf(LOOKS[name]), LOOKS[name]
    left, bottom, right, top = look.points
    ink = PageBox(left, bottom, right, top)
    shown = _leaks(sandbox, pdf, (), register)
    assert shown
    assert {(leak.field, leak.page) for leak in shown} == {("page-1:seen", 0)}
    assert any(leak.box is not None and leak.box.holds(ink) for leak in shown)
    assert not any(part in repr(shown) for part in NAME.split())
    regions = _proposed(sandbox, pdf, register)
    assert any(region.box.holds(ink) for region in regions)
    assert _leaks(sandbox, pdf, regions, register) == ()


@pytest.mark.parametrize("way", DRAWINGS)
def test_a_name_drawn_stroke_by_stroke_is_proposed_and_hidden_it_is_gone(
    sandbox: Sandbox, way: str
) -> None:
    pdf, ink = DRAWINGS[way].page(DRAWN.upper()), DRAWINGS[way].ink(DRAWN.upper())
    _assert_gone(sandbox, pdf, ink)


@pytest.mark.parametrize("made", [figure_maker.patterned, figure_maker.masked])
def test_a_name_that_a_rectangle_shows_is_proposed_and_hidden_it_is_gone(
    sandbox: Sandbox, made: Callable[[str], bytes]
) -> None:
    _assert_gone(sandbox, made(DRAWN), figure_maker.INK)


def _assert_gone(sandbox: Sandbox, pdf: bytes, ink: PageBox) -> None:
    register = SourceMatcher([SourceForms(SourceRef("S-0001"), (DRAWN,))])
    regions = _proposed(sandbox, pdf, register)
    assert any(region.box.holds(ink) for region in regions)
    assert _leaks(sandbox, pdf, regions, register) == ()
