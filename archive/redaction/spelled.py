"""What Base64 and hexadecimal say, as text: whole where it is text, else as far as it looks so."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

_LEAST = 6  # bytes; chance makes shorter words everywhere
_ENCODINGS = ("utf-8", "cp949", "latin-1")
_UNSAID = re.compile("\ufffd+")
_PLAIN = re.compile(rb"[\x20-\x7e\x80-\xf4]{6,}")
_KOREAN = re.compile(rb"(?:[\x20-\x7e]|[\x81-\xfe][A-Za-z\x81-\xfe]){3,}")  # code page 949
_WIDE = re.compile(  # letters to U+06FF, kana and Hangul; any others are found in noise
    "[ -~\u00a0-\u06ff\u3040-\u30ff\uac00-\ud7a3]{3,}"
)
_SYLLABLES = re.compile("[\uac00-\ud7a3]{2}")  # the shortest names; chance makes one everywhere
_PROSE = re.compile(r"[/_-]*[A-Z]?[a-z]+(?:[/_-]+[A-Z]?[a-z]+)*[/_-]*|[A-Z/_-]+")
_WIDE_ENCODINGS = ("utf-16-le", "utf-16-be")
_PACKED = (
    b"\x1f\x8b\x08",
    b"\x78\x01",
    b"\x78\x5e",
    b"\x78\x9c",
    b"\x78\xda",
)  # RFC 1952, RFC 1950
_INFLATED = 1 << 20  # bytes taken of what was packed
_ANY_HEADER = 47  # zlib.h, inflateInit2: gzip or zlib, with the largest window
_TO_STANDARD = str.maketrans("-_", "+/", "\n\r\t >|")


def said_in(data: bytes) -> str:
    """Return bytes as text: UTF-8, else the Korean code page, else Latin-1."""
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def from_hex(run: str) -> str:
    """Return what hexadecimal digits say, a line for each reading; empty where it is no text."""
    digits = run.translate(_TO_STANDARD)
    return "\n".join(_readings(bytes.fromhex(digits[: len(digits) // 2 * 2])))


def from_base64(run: str) -> str:
    """Return what Base64 (RFC 4648, 4 and 5) says, wherever in it a group of four begins."""
    prose = _PROSE.fullmatch(run) is not None
    standard = run.translate(_TO_STANDARD).rstrip("=")
    found: list[str] = []
    for start in range(4):
        piece = standard[start:]
        piece = piece[: len(piece) - (len(piece) % 4 == 1)]
        try:
            data = base64.b64decode(piece + "=" * (-len(piece) % 4))
        except (binascii.Error, ValueError):
            continue
        found += _readings(data, prose=prose)
    return "\n".join(found)


def _readings(data: bytes, *, prose: bool = False) -> Iterator[str]:
    """Yield the text that bytes are, or the words that stand in them.

    Of what looks like `prose`, chance makes no more than words of one byte a letter.
    """
    if data.startswith(_PACKED):
        with suppress(zlib.error):
            data = zlib.decompressobj(_ANY_HEADER).decompress(data, _INFLATED)
    if len(data) < _LEAST:
        return
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        whole = ""
    if whole and all(one.isprintable() or one.isspace() for one in whole):
        yield whole
        return
    for run in _PLAIN.findall(data):
        yield from (one for one in _UNSAID.split(run.decode("utf-8", "replace")) if _enough(one))
    if not prose:
        yield from _in_two_bytes(data)


def _in_two_bytes(data: bytes) -> Iterator[str]:
    """Yield the words that stand in bytes in the Korean code page or UTF-16 of either order."""
    for run in _KOREAN.findall(data):
        pieces = _UNSAID.split(run.decode("cp949", "replace"))
        yield from filter(_SYLLABLES.search, pieces)
    for encoding in _WIDE_ENCODINGS:
        for start in (0, 1):
            yield from _WIDE.findall(data[start:].decode(encoding, "replace"))


def _enough(words: str) -> bool:
    return len(words) >= _LEAST or len(words.encode()) >= _LEAST
