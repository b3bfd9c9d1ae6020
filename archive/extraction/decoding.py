"""From bytes to characters: what the bytes prove first, then what was declared, then a guess."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from archive.extraction.plausible import plausibility

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEVEN_BIT = frozenset({"iso2022_kr", "iso2022_jp", "iso2022_jp_2", "hz", "utf-7"})
_LAST_RESORT = "cp1252"  # WHATWG Encoding Standard: what browsers take for an unlabelled page
# In the order of preference where two give the same text.
_LEGACY = (
    "euc_kr",
    "cp949",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "johab",
    "cp1251",
    "koi8_r",
    "cp866",
    "iso8859_5",
    "cp1252",
    "cp1250",
    "iso8859_2",
    "cp1254",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp874",
    "cp850",
)
_KOREAN_LIKELY = 0.5  # what is taken in here comes from Korea more often than not
_WEIGHED = 1 << 11  # bytes of the head that are weighed
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # MIME Sniffing, "binary data byte"
_HANGUL = re.compile("[\uac00-\ud7a3]")
_SURE = 1.2  # for what would be no text otherwise
_PLAUSIBLE = 0.5  # of the 3 that a text of frequent characters reaches
_GUESS_BYTES = 1 << 16  # enough for a stable guess; the whole is then decoded with it


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the Python name of the encoding that gave it."""

    text: str
    encoding: str


def decode(data: bytes, declared: str | None = None) -> Decoded | None:
    """Return `data` as text, or `None` when it is not text in any known encoding.

    Order: byte order mark; a declared seven-bit encoding or UTF-16 without a mark, whose bytes may
    be valid UTF-8 too; strict UTF-8; the declared encoding; of the legacy encodings the one that
    gives the most plausible writing; a statistical guess.
    """
    label = _known(declared)
    for encoding in _certain(data, label):
        found = _strict(data, encoding)
        if found is not None:
            return found
    likely = _likely(data)
    if likely is not None:
        return Decoded(data.decode(likely, "replace"), likely)
    best = from_bytes(data[:_GUESS_BYTES]).best()
    if best is None:
        return None
    return Decoded(data.decode(best.encoding, "replace"), best.encoding)


def decode_anyhow(data: bytes, declared: str | None = None) -> Decoded:
    """Return `data` as text whatever it is: for parts of a document that is known to be text."""
    found = decode(data, declared)
    return found or Decoded(data.decode(_LAST_RESORT, "replace"), _LAST_RESORT)


def _certain(data: bytes, label: str | None) -> list[str]:
    """List the encodings to try strictly, most certain first."""
    marked = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
    seven_bit = [label] if label in _SEVEN_BIT else []
    wide = wide_encoding(data)
    trials = [*marked, *seven_bit, *([wide] if wide else [])]
    if b"\x1b" not in data[:_GUESS_BYTES]:  # an escape sequence means ISO/IEC 2022
        trials.append("utf-8")
    return [*trials, *([label] if label else [])]


def _likely(data: bytes) -> str | None:
    """Return the legacy encoding in which the head is the most plausible writing, if in any."""
    head = data[:_WEIGHED]
    if head.isascii() or b"\x1b" in head:
        return None
    scores = {
        encoding: plausibility(text) + (_KOREAN_LIKELY if _HANGUL.search(text) else 0.0)
        for encoding in _LEGACY
        if (text := _head_text(head, encoding, final=len(data) <= _WEIGHED)) is not None
    }
    best = max(scores, key=lambda encoding: scores[encoding], default=None)
    return best if best is not None and scores[best] >= _PLAUSIBLE else None


def _head_text(head: bytes, encoding: str, *, final: bool) -> str | None:
    """Decode strictly; a last character may be cut off unless the head is `final`."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, final)
    except ValueError:
        return None


def wide_encoding(data: bytes) -> str | None:
    """Return the UTF-16 flavour that the place of zero bytes in the head betrays, if one does.

    Asks for a quarter of Latin characters; a few others, such as U+C300, have their zero byte on
    the other side. With fewer, bytes that no other text has must give plausible writing.
    """
    head = data[:_WEIGHED]
    if len(data) % 2 or not _CONTROL.search(head):
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) // 2:
        return _plausibly_wide(head)
    if even * 8 <= odd:
        return "utf-16-le"
    return "utf-16-be" if odd * 8 <= even else _plausibly_wide(head)


def _plausibly_wide(head: bytes) -> str | None:
    """Return the UTF-16 flavour in which the head is writing of East Asia, if in one."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _head_text(head, encoding, final=False)
        if text and not _CONTROL.search(text.encode("utf-8")) and plausibility(text) >= _SURE:
            return encoding
    return None


def _known(label: str | None) -> str | None:
    """Return the normalised name of a text encoding, or `None` for one that is not known."""
    try:
        info = codecs.lookup(label) if label else None
    except (LookupError, ValueError):
        return None
    text_encoding = info is not None and getattr(info, "_is_text_encoding", True)
    return info.name if info is not None and text_encoding else None


def _strict(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), encoding.removesuffix("-sig"))
    except ValueError:
        return None
