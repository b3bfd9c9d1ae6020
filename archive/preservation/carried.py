"""Text as XML 1.0 can carry it."""

from __future__ import annotations


def safe(text: str) -> str:
    """Return text that XML 1.0 can carry; other characters are written as escapes."""
    return "".join(one if _carried(ord(one)) else f"\\u{ord(one):04x}" for one in text)


def _carried(code: int) -> bool:
    plain = code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF
    return plain or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
