"""PDF files written by hand, object by object (ISO 32000-1), for the tests."""

from __future__ import annotations

from dataclasses import dataclass

A5 = (0, 0, 420, 595)


@dataclass(frozen=True)
class Page:
    """A page: its content stream, its box in points, and its `Rotate` entry in degrees."""

    content: str
    box: tuple[int, int, int, int] = A5
    rotate: int = 0


def lines(text: str, left: int = 50, top: int = 500) -> str:
    """Return a content stream that shows each line of Latin text, 14 points apart."""
    shown = " T* ".join(f"({_escaped(line)}) Tj" for line in text.split("\n"))
    return f"BT /F1 12 Tf 14 TL {left} {top} Td {shown} ET"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def make(pages: list[Page], info: str = "", font: str | None = None, extra: str = "") -> bytes:
    """Return a PDF; `font` replaces the dictionary of /F1, `extra` is put before `endobj` of it."""
    latin = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    first = 6
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        font or latin,
        f"<< {info} >>",
        extra or "<< >>",
    ]
    for number, page in enumerate(pages):
        box = " ".join(map(str, page.box))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Rotate {page.rotate} "
            f"/Resources << /Font << /F1 3 0 R >> /XObject << /Im1 5 0 R >> >> "
            f"/Contents {first + 2 * number + 1} 0 R >>"
        )
        objects.append(stream(page.content))
    return _file(objects)


def stream(content: str, entries: str = "") -> str:
    """Return a stream object's body."""
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"


def _file(objects: list[str]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>"
    out += f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def image_only() -> bytes:
    """Return a page that is one grey picture."""
    picture = stream(
        "\x80",
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
        "/BitsPerComponent 8",
    )
    return make([Page("q 300 0 0 400 50 100 cm /Im1 Do Q")], extra=picture)


def picture_page(width: int, height: int, grey: bytes, title: str = "", stamp: str = "") -> bytes:
    """Return an A5 page filled by a picture of 8-bit grey pixels, with a line of text over it."""
    picture = stream(
        grey.decode("latin-1"),
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
        "/ColorSpace /DeviceGray /BitsPerComponent 8",
    )
    shown = "q 420 0 0 595 0 0 cm /Im1 Do Q " + (lines(stamp, 30, 570) if stamp else "")
    return make([Page(shown)], info=f"/Title ({title})" if title else "", extra=picture)


def right_to_left(shown: str) -> bytes:
    """Return a line of glyphs from left to right; every character of `shown` is a glyph."""
    glyphs = {one: f"{at:02x}" for at, one in enumerate(sorted(set(shown)), start=1)}
    meanings = " ".join(f"<{code}> <{ord(one):04X}>" for one, code in glyphs.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
        "1 begincodespacerange <00> <FF> endcodespacerange "
        f"{len(glyphs)} beginbfchar {meanings} endbfchar endcmap end end"
    )
    widths = " ".join("600" for _ in glyphs)
    font = (
        "<< /Type /Font /Subtype /TrueType /BaseFont /Helvetica /ToUnicode 5 0 R "
        f"/FirstChar 1 /LastChar {len(glyphs)} /Widths [{widths}] >>"
    )
    codes = "".join(glyphs[one] for one in shown)
    content = f"BT /F1 12 Tf 20 500 Td <{codes}> Tj ET"
    return make([Page(content)], font=font, extra=stream(cmap))


def beyond_the_basic_plane(units: str) -> bytes:
    """Return a page whose one glyph stands for the UTF-16 code units `units` (hex)."""
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
        "1 begincodespacerange <0000> <FFFF> endcodespacerange "
        f"1 beginbfchar <0041> <{units}> endbfchar endcmap end end"
    )
    font = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /Helvetica /Encoding /Identity-H "
        "/ToUnicode 5 0 R "
        "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Helvetica /DW 600 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>"
    )
    content = "BT /F1 12 Tf 50 500 Td <0041> Tj 200 0 Td <0041> Tj ET"
    return make([Page(content)], font=font, extra=stream(cmap))
