"""Letters of which no font says what they are have to be seen to be read."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from archive.extraction import Sandbox

WORD, BEFORE = "Lindgrovesen", "The ledger was kept by"
_FIRST = 33  # the code of the first glyph; from here on codes look like signs


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def drawn(word: str) -> bytes:
    """Return a page with a word in a Type 3 font (ISO 32000-2, 9.6.4) whose glyphs are nameless."""
    written = BytesIO()
    canvas = Canvas(written, pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", 14)
    canvas.drawString(72, 700, BEFORE)
    canvas.showPage()
    canvas.save()
    letters = sorted(set(word))
    with pikepdf.open(BytesIO(written.getvalue())) as pdf:
        page = pdf.pages[0]
        fonts = page.obj.Resources.Font
        wide = [round(stringWidth(one, "Helvetica", 1000)) for one in letters]
        glyphs = {
            f"/g{at}": pdf.make_stream(
                f"{wide[at]} 0 d0 BT /F1 1000 Tf ({one}) Tj ET".encode("ascii")
            )
            for at, one in enumerate(letters)
        }
        names = [Name(one) for one in glyphs]
        fonts.Drawn = pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type3,
                FontBBox=[0, -300, 1000, 1000],
                FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
                CharProcs=Dictionary(glyphs),
                Encoding=Dictionary(Type=Name.Encoding, Differences=Array([_FIRST, *names])),
                FirstChar=_FIRST,
                LastChar=_FIRST + len(letters) - 1,
                Widths=Array(wide),
                Resources=Dictionary(Font=Dictionary(F1=fonts.F1)),
            )
        )
        codes = "".join(f"{_FIRST + letters.index(one):02x}" for one in word)
        page.contents_add(f"BT /Drawn 14 Tf 1 0 0 1 230 700 Tm <{codes}> Tj ET".encode("ascii"))
        made = BytesIO()
        pdf.save(made)
    return made.getvalue()


def test_glyphs_without_a_name_are_read_off_the_page(sandbox: Sandbox) -> None:
    found = sandbox.read("application/pdf", drawn(WORD)).text
    assert found is not None
    assert "pdf-ocr" in found.reader
    assert found.text.count(BEFORE) == 1, "what the text knows is not read again"
    at = found.text.index(WORD)
    (box,) = [one for one in found.boxes if one.start <= at < one.end]
    assert 225 < box.left < box.right < 330
    assert 690 < box.bottom < box.top < 715


def test_a_bullet_without_a_name_is_no_reason_to_look(sandbox: Sandbox) -> None:
    found = sandbox.read("application/pdf", drawn("o")).text
    assert found is not None
    assert "pdf-ocr" not in found.reader
