"""From bytes to characters: what the bytes prove first, then what was declared, then a guess."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEVEN_BIT = frozenset({"iso2022_kr", "iso2022_jp", "iso2022_jp_2", "hz", "utf-7"})
_LAST_RESORT = "cp1252"  # WHATWG Encoding Standard: what browsers take for an unlabelled page
_KOREAN = "euc_kr"
_HANGUL = re.compile("[\uac00-\ud7a3]")
# What KS X 1001 has beside Hangul syllables, Hanja and letters, and what ASCII has beside controls.
_FOREIGN = re.compile("[^\t\n\r -~\u00b7\u2010-\u22ff\u2460-\u25ff\u3000-\u3020\uac00-\ud7a3]")
_GUESS_BYTES = 1 << 16  # enough for a stable guess; the whole is then decoded with it


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the Python name of the encoding that gave it."""

    text: str
    encoding: str


def decode(data: bytes, declared: str | None = None) -> Decoded | None:
    """Return `data` as text, or `None` when it is not text in any known encoding.

    Order: byte order mark; a declared seven-bit encoding or UTF-16 without a mark, whose bytes may
    be valid UTF-8 too; strict UTF-8; the declared encoding; EUC-KR if that gives Hangul and nothing
    foreign, since a few syllables are too few for statistics; a statistical guess.
    """
    label = _known(declared)
    for encoding in _certain(data, label):
        found = _strict(data, encoding)
        if found is not None:
            return found
    korean = _strict(data, _KOREAN)
    if korean and _HANGUL.search(korean.text) and not _FOREIGN.search(korean.text):
        return korean
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


def wide_encoding(data: bytes) -> str | None:
    """Return the UTF-16 flavour that the place of zero bytes in the head betrays, if one does.

    Asks for a quarter of Latin characters; a few others, such as U+C300, have their zero byte on
    the other side.
    """
    head = data[: 4096 & ~1]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(data) % 2 or max(even, odd) * 4 < len(head) // 2 or not even + odd:
        return None
    if even * 8 <= odd:
        return "utf-16-le"
    return "utf-16-be" if odd * 8 <= even else None


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
