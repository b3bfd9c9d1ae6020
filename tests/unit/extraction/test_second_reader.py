"""Two engines read each PDF; where they find other words, a person is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.extraction import Concern, Sandbox
from archive.extraction.disagreement import disagree
from archive.model.objects import CanonicalText, Extraction
from tests.unit.extraction import pdf_maker

WORDS = "Ferry at noon and the red lantern on a bend"
NO_GLYPH = (
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
    "/Encoding << /Type /Encoding /Differences [110 /.notdef] >> >>"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def read(sandbox: Sandbox, content: str, font: str | None = None) -> Extraction:
    return sandbox.read("application/pdf", pdf_maker.make([pdf_maker.Page(content)], font=font))


def test_words_that_one_engine_does_not_see_are_a_concern(sandbox: Sandbox) -> None:
    found = read(sandbox, pdf_maker.lines(WORDS), NO_GLYPH)
    assert found.text is not None
    assert "lantern" not in found.text.text
    assert Concern.READERS_DISAGREE.value in found.concerns


def test_engines_that_agree_are_none(sandbox: Sandbox) -> None:
    assert read(sandbox, pdf_maker.lines(WORDS)).concerns == ()


def test_what_stands_beside_the_pages_need_not_be_told_twice() -> None:
    pages = "Ferry at noon.\n"
    first = CanonicalText(pages + "[links]\nexample.org and more words", "a/1", (0, len(pages)))
    assert not disagree(first, CanonicalText("Ferry at noon.", "b/1"))
    assert not disagree(first, CanonicalText(first.text, "b/1"))
    assert disagree(first, CanonicalText("Ferry at noon. Nobody else saw this.", "b/1"))
