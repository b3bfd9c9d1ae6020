"""T3: a name that the gate reads in a picture is proposed; hidden as proposed, it is gone."""

from __future__ import annotations

from collections.abc import Iterator
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
from tests.unit.extraction import look_maker
from tests.unit.extraction.look_maker import Look

NAME = "Jorun Vastrahl"
RECORD = RecordId("00000000-0000-4000-8000-000000000001")
NO_WORDS = CanonicalText("", "none")
LOOKS = {
    "at a slant": look_maker.turned(NAME, 30),
    "a little at a slant": look_maker.turned(NAME, 345),
    "on its side": look_maker.turned(NAME, 270, (700, 60)),
    "white on black": look_maker.negative(NAME),
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
