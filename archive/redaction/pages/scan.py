"""What bytes spell, however they are written: for the gate, which looks for names in them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

_RUN = 6  # characters; chance makes shorter ones everywhere in compressed pixels
_PLAIN = re.compile(rb"[\x20-\x7e\x80-\xf4]{%d,}" % _RUN)
_WIDE = (
    ("utf-16-le", re.compile(rb"(?:[\x20-\x7e\xa0-\xff][\x00-\x04]){%d,}" % _RUN)),
    ("utf-16-be", re.compile(rb"(?:[\x00-\x04][\x20-\x7e\xa0-\xff]){%d,}" % _RUN)),
)
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}\s?){%d,}" % _RUN)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}={0,2}" % (2 * _RUN))


def spelled_out(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield ways to read bytes and the words that come of it, a line for each run of characters."""
    yield "bytes", _lines(_PLAIN, data, "utf-8")
    for encoding, pattern in _WIDE:
        yield encoding, _lines(pattern, data, encoding)
    yield "hex", "\n".join(text for run in _HEX.findall(data) for text in _from_hex(run))
    yield "base64", "\n".join(text for run in _BASE64.findall(data) for text in _from_base64(run))


def _lines(pattern: re.Pattern[bytes], data: bytes, encoding: str) -> str:
    return "\n".join(run.decode(encoding, "replace") for run in pattern.findall(data))


def _from_hex(run: bytes) -> Iterator[str]:
    raw = bytes.fromhex(re.sub(rb"\s", b"", run).decode("ascii"))
    yield raw.decode("utf-8", "replace")
    yield raw.decode("utf-16-be", "replace")


def _from_base64(run: bytes) -> Iterator[str]:
    """Yield what a run says, wherever in it a group of four characters begins."""
    standard = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    for start in range(4):
        piece = standard[start:]
        piece = piece[: len(piece) - (len(piece) % 4 == 1)]
        try:
            raw = base64.b64decode(piece + b"=" * (-len(piece) % 4))
        except (binascii.Error, ValueError):
            continue
        if len(raw) >= _RUN:
            yield raw.decode("utf-8", "replace")
            yield raw.decode("utf-16-le", "replace")
