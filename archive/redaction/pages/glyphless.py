"""A font without any glyph: words that are set in it can be found and copied, and never seen.

Made here, byte by byte, so that no file has to be carried along: the least that TrueType allows
(ISO/IEC 14496-22, tables of a font with TrueType outlines).
"""

from __future__ import annotations

import struct
from functools import cache

NAME = "GlyphLessFont"
EM = 1000  # units
ADVANCE = 500  # units, of every character
_GLYPHS = 2
_MAGIC = 0x5F0F3CF5  # `head.magicNumber`
_WHOLE = 0xB1B0AFBA  # what `head.checkSumAdjustment` is taken from


@cache
def font_file() -> bytes:
    """Return the font file."""
    return _file(_tables())


@cache
def to_unicode() -> bytes:
    """Return the CMap (Adobe Technical Note 5411) by which a code is its own UTF-16 unit."""
    ranges = "\n".join(f"<{high:02x}00> <{high:02x}ff> <{high:02x}00>" for high in range(256))
    blocks = "".join(
        f"{len(part)} beginbfrange\n" + "\n".join(part) + "\nendbfrange\n"
        for part in (ranges.split("\n")[i : i + 100] for i in range(0, 256, 100))
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{blocks}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _tables() -> dict[bytes, bytes]:
    head = struct.pack(
        ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, _MAGIC, 3, EM, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0
    )
    hhea = struct.pack(
        ">IhhhHhhhhhh8xhH", 0x10000, EM, -1, 0, ADVANCE, 0, 0, 0, 1, 0, 0, 0, _GLYPHS
    )
    maxp = struct.pack(">IH26x", 0x10000, _GLYPHS)
    post = struct.pack(">IIhhI16x", 0x30000, 0, 0, 0, 1)
    cmap = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + struct.pack(
        ">HHHHHHHHHHHhH", 4, 32, 0, 4, 4, 1, 0, 0xFFFF, 0, 0xFFFF, 0, 1, 0
    )
    name = struct.pack(">HHH", 0, 0, 6)
    return {
        b"cmap": cmap,
        b"glyf": bytes(4),
        b"head": head,
        b"hhea": hhea,
        b"hmtx": struct.pack(">Hh", ADVANCE, 0) * _GLYPHS,
        b"loca": bytes(2 * (_GLYPHS + 1)),
        b"maxp": maxp,
        b"name": name,
        b"post": post,
    }


def _file(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    search = 16 << power
    start = struct.pack(">IHHHH", 0x10000, count, search, power, 16 * count - search)
    at, entries, body = 12 + 16 * count, b"", b""
    for tag, table in tables.items():
        padded = table + bytes(-len(table) % 4)
        entries += struct.pack(">4sIII", tag, _sum(padded), at + len(body), len(table))
        body += padded
    whole = start + entries + body
    place = at + sum(len(t) + -len(t) % 4 for tag, t in tables.items() if tag < b"head") + 8
    adjustment = struct.pack(">I", (_WHOLE - _sum(whole)) & 0xFFFFFFFF)
    return whole[:place] + adjustment + whole[place + 4 :]


def _sum(data: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(data) // 4}I", data)
    return sum(words) & 0xFFFFFFFF
