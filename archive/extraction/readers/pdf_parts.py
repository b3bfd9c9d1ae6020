"""Everything in a rebuilt PDF that is not pixels, and whether there is anything but what may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

from archive.errors import ReaderFailed
from archive.extraction.canonical import join_line_ends, neutralise
from archive.extraction.limits import PDF_PARTS, Confinement
from archive.extraction.reasons import NoText
from archive.model.objects import CanonicalText, Extraction

_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>")
# ISO 32000-2: keys of trailer, cross-reference and object streams, catalog, pages, font, image
_KEYS = frozenset(
    f"/{key}"
    for line in (
        "Root ID Size Type W Index N First Length Filter DecodeParms Predictor Columns",
        "Pages Kids Count Parent MediaBox Contents Resources XObject Font F Im0",
        "Subtype BaseFont Encoding DescendantFonts ToUnicode CIDToGIDMap DW",
        "CIDSystemInfo Registry Ordering Supplement FontDescriptor FontName FontFile2 Length1",
        "Ascent Descent CapHeight Flags FontBBox ItalicAngle StemV",
        "Width Height ColorSpace BitsPerComponent K Rows BlackIs1",
    )
    for key in line.split()
)
_IMAGE = "/Image"


class PdfPartsReader:
    """Tells strings, names and the contents of streams; `metadata` counts what is out of place."""

    name = f"pdf-parts/1 (pikepdf {pikepdf.__version__})"
    media_types = (PDF_PARTS,)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return all words in the file but those in its pictures.

        Raises:
            ReaderFailed: the file cannot be opened.
        """
        pieces: list[str] = []
        foreign = fonts = 0
        try:
            with pikepdf.open(BytesIO(data)) as document:
                things = [document.trailer, *document.objects]
                for one in things:
                    for kind, piece in _told(one):
                        foreign += kind == "key" and piece not in _KEYS
                        pieces.append(piece)
                    fonts += _is_font(one)
        except (pikepdf.PdfError, ValueError, RecursionError):
            pieces = []
        if not pieces:
            raise ReaderFailed
        counted = {
            "ends": str(data.count(b"%%EOF")),
            "foreign": str(foreign),
            "fonts": str(fonts),
        }
        text = neutralise(join_line_ends("\n".join(pieces)))
        if not text.strip():
            return Extraction(None, counted, reason=NoText.EMPTY.value)
        return Extraction(CanonicalText(text, self.name), counted)


def _is_font(one: Any) -> bool:
    return (
        isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font" and "/ToUnicode" in one
    )


def _told(one: Any) -> Iterator[tuple[str, str]]:
    """Yield what one object says by itself; what it refers to is an object of its own."""
    if isinstance(one, pikepdf.Stream):
        yield from _fields(one.stream_dict)
        if one.get("/Subtype") != _IMAGE:
            yield from (("content", piece) for piece in _content(one.read_bytes()))
    elif isinstance(one, pikepdf.Dictionary):
        yield from _fields(one)
    elif isinstance(one, pikepdf.Array):
        for item in one.as_list():
            if not getattr(item, "is_indirect", False):
                yield from _told(item)
    elif isinstance(one, pikepdf.String):
        yield "string", str(one)
        yield "string", bytes(one).decode("latin-1")
    elif isinstance(one, pikepdf.Name):
        yield "name", str(one)


def _fields(one: Any) -> Iterator[tuple[str, str]]:
    for key, value in one.items():
        yield "key", str(key)
        if not getattr(value, "is_indirect", False):
            yield from _told(value)


def _content(content: bytes) -> Iterator[str]:
    """Yield a stream's content as text, and as the text that its hexadecimal strings spell."""
    yield content.decode("latin-1")
    spelled = []
    for found in _HEX.findall(content):
        digits = b"".join(found.split())
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        spelled.append(raw.decode("utf-16-be", "replace"))
    yield "".join(spelled)
