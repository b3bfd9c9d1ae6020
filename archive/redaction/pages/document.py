"""A new PDF, page by page: one picture, our own words under it in a font without glyphs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from archive.redaction.pages import glyphless
from archive.redaction.pages.pixels import Pixels
from archive.redaction.pages.streams import encode

_INVISIBLE = 3  # text rendering mode, ISO 32000-2, table 104
_SMALLEST, _LARGEST = 2, 144  # points
_RIGHT_TO_LEFT = ("R", "AL")  # Unicode Standard Annex 9
_LEAST_SIDE = 3.0  # points (ISO 32000-1, annex C); pictures of one pixel are common in mail
LARGEST = 14_400.0
"""Points of a side of a rebuilt page; no viewer shows a larger one (ISO 32000-1, annex C)."""


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of the reading copy and where it stands; whole points from the lower left corner."""

    text: str
    left: int
    bottom: int
    right: int
    top: int


def saved(pdf: pikepdf.Pdf) -> bytes:
    """Return the bytes of a document, without its `Info`; the same ones each time."""
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    written = BytesIO()
    pdf.save(
        written,
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
        fix_metadata_version=False,
    )
    return written.getvalue()


class PageWriter:
    """Collects rebuilt pages; equal pages give equal bytes."""

    def __init__(self) -> None:
        self._pdf = pikepdf.new()
        self._font = self._make_font()
        self.count = 0

    def add(self, width: float, height: float, pixels: Pixels, words: Sequence[PlacedWord]) -> None:
        """Add a page of that size in points."""
        scale = min(1.0, LARGEST / max(width, height))
        size = _side(width * scale), _side(height * scale)
        page = self._pdf.add_blank_page(page_size=size)
        lines = [f"q {size[0]:.2f} 0 0 {size[1]:.2f} 0 0 cm /Im0 Do Q"]
        lines += _shown(words, scale)
        page.obj.Contents = self._pdf.make_stream("\n".join(lines).encode("ascii"))
        page.obj.Resources = Dictionary(
            XObject=Dictionary(Im0=self._image(pixels)), Font=Dictionary(F=self._font)
        )
        self.count += 1

    def finish(self) -> bytes:
        """Return the file."""
        written = saved(self._pdf)
        self._pdf.close()
        return written

    def _image(self, pixels: Pixels) -> pikepdf.Object:
        made = encode(pixels)
        fields = {
            "/Type": Name.XObject,
            "/Subtype": Name.Image,
            "/Width": pixels.shape[1],
            "/Height": pixels.shape[0],
            "/ColorSpace": Name("/" + made.space),
            "/BitsPerComponent": made.bits,
            "/Filter": Name("/" + made.filter),
        }
        if made.parameters:
            fields["/DecodeParms"] = Dictionary(
                {f"/{name}": value for name, value in made.parameters.items()}
            )
        return self._pdf.make_stream(made.data, Dictionary(fields))

    def _make_font(self) -> pikepdf.Object:
        """Return a composite font (ISO 32000-2, 9.7) whose codes are UTF-16 units."""
        pdf, base = self._pdf, Name("/" + glyphless.NAME)
        program = pdf.make_stream(glyphless.font_file())
        program.Length1 = len(glyphless.font_file())
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=base,
            Ascent=glyphless.EM,
            Descent=-1,
            CapHeight=glyphless.EM,
            Flags=5,
            FontBBox=Array([0, 0, glyphless.ADVANCE, glyphless.EM]),
            ItalicAngle=0,
            StemV=80,
            FontFile2=program,
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=base,
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            CIDToGIDMap=pdf.make_stream(b"\0\1" * 65536),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=glyphless.ADVANCE,
        )
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=base,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(glyphless.to_unicode()),
        )
        return pdf.make_indirect(font)


def _side(points: float) -> float:
    return max(round(points, 2), _LEAST_SIDE)


def _shown(words: Sequence[PlacedWord], scale: float) -> Iterator[str]:
    """Yield the operators that set words, invisibly (ISO 32000-2, 9.4).

    Each place is told from the one before it, which takes a fourth off the bytes of a page.
    """
    if words:
        yield f"BT {_INVISIBLE} Tr"
    height, left, bottom = 0, 0, 0
    for word in words:
        units = _units(word.text)
        size = min(max(round((word.top - word.bottom) * scale), _SMALLEST), _LARGEST)
        wide = max(word.right - word.left, 1) * scale
        stretch = max(round(wide / (len(units) // 4 * size / 2) * 100), 1)
        if size != height:
            yield f"/F {size} Tf"
        across, up = round(word.left * scale), round(word.bottom * scale)
        yield f"{stretch} Tz {across - left} {up - bottom} Td<{units}0020>Tj"
        height, left, bottom = size, across, up
    if words:
        yield "ET"


def right_to_left(text: str) -> bool:
    """Return whether a word has letters that are written from right to left."""
    return any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in text)


def _units(text: str) -> str:
    """Return UTF-16 in hexadecimal, in the order in which the word is seen from left to right."""
    if right_to_left(text):
        text = text[::-1]
    return text.encode("utf-16-be", "replace").hex()
