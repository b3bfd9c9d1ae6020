"""Names that a rectangle shows: in the pattern that it is filled with, or through a soft mask."""

from __future__ import annotations

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from archive.model.pages import PageBox
from tests.unit.extraction.pdf_maker import Page, lines, make

INK = PageBox(90, 302, 160, 311)
"""Where the name stands at least; points."""
_PRINT = "The harbour ledger was kept in the year of the flood."
_FILLED = b"60 260 300 90 re f"


def patterned(name: str) -> bytes:
    """Return a page with a rectangle of which the pattern (ISO 32000-2, 8.7.3) is a name."""
    pdf, page, fonts = _page()
    page.Resources.Pattern = Dictionary(
        P=pdf.make_stream(
            _shown(name),
            Type=Name.Pattern,
            PatternType=1,
            PaintType=1,
            TilingType=1,
            BBox=Array([0, 0, 420, 595]),
            XStep=420,
            YStep=595,
            Resources=fonts,
        )
    )
    return _saved(pdf, page, b"/Pattern cs /P scn " + _FILLED)


def masked(name: str) -> bytes:
    """Return a page with a rectangle that shows through a mask (ISO 32000-2, 11.6.5.2)."""
    pdf, page, fonts = _page()
    group = pdf.make_stream(
        b"1 g " + _shown(name),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 420, 595]),
        Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray),
        Resources=fonts,
    )
    mask = Dictionary(S=Name.Luminosity, G=group)
    page.Resources.ExtGState = Dictionary(G=Dictionary(SMask=mask))
    return _saved(pdf, page, b"/G gs 0 g " + _FILLED)


def _page() -> tuple[pikepdf.Pdf, pikepdf.Page, Dictionary]:
    pdf = pikepdf.open(BytesIO(make([Page(lines(_PRINT))])))
    return pdf, pdf.pages[0], Dictionary(Font=pdf.pages[0].Resources.Font)


def _shown(name: str) -> bytes:
    return f"BT /F1 14 Tf 80 302 Td ({name}) Tj ET".encode("ascii")


def _saved(pdf: pikepdf.Pdf, page: pikepdf.Page, drawn: bytes) -> bytes:
    page.contents_add(drawn)
    held = BytesIO()
    pdf.save(held)
    return held.getvalue()
