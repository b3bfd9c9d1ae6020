"""One spelling for what readers take to be the same: width, case, accents, hidden characters.

Folding is Unicode compatibility composition (UAX #15, NFKC) of the lower-case text, without the
accents of Latin and Greek letters, the stress of Cyrillic ones and the vowel marks of Arabic and
Hebrew, and without format characters (category Cf: soft hyphens, zero-width characters, direction
marks). Letters that a language writes in two ways are written in one (`_LETTERS`). Hangul and kana
keep their marks, which tell syllables apart.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f"
)
_CLUSTER = re.compile(
    f"[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[^{_MARKS}][{_MARKS}]+", re.DOTALL
)
_HIDDEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LAST_BARE = "\u03ff"  # Latin and Greek end here
_CYRILLIC, _SEMITIC = ("\u0400", "\u052f"), ("\u0591", "\u06ff")  # first and last letters
_SHORT = "\u0306"  # the breve that makes another letter of Cyrillic i and u
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ı": "i",
        "ё": "е",
        "ς": "σ",
        "ـ": "",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
    }
)


def _lower(cluster: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).lower())


def _fold_cluster(cluster: str) -> str:
    plain = _lower(cluster)
    apart = unicodedata.normalize("NFD", plain)
    if apart <= _LAST_BARE or _SEMITIC[0] <= apart <= _SEMITIC[1]:
        plain = "".join(c for c in apart if not unicodedata.combining(c))
    elif _CYRILLIC[0] <= apart <= _CYRILLIC[1]:
        bare = (c for c in apart if c == _SHORT or not unicodedata.combining(c))
        plain = unicodedata.normalize("NFC", "".join(bare))
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").translate(_LETTERS)


class _Table(dict[int, str]):
    """Folds single characters, each computed once."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_cluster(chr(code))
        return folded


_TABLE = _Table()


def fold(text: str) -> str:
    """Return `text` folded."""
    if text.isascii():
        return text.lower()
    return _CLUSTER.sub(lambda m: _fold_cluster(m.group()), text).translate(_TABLE)


def lower(text: str) -> str:
    """Return `text` in lower case and composed, its accents kept, without format characters."""
    plain = _lower(text)
    return plain if plain.isascii() else _HIDDEN.sub("", plain)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of folded text that begins at `folded` and came from `start` to `end`.

    `even` when it has one character for each of the original's.
    """

    folded: int
    start: int
    end: int
    even: bool


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text that remembers where each of its characters came from."""

    text: str
    stretches: tuple[_Stretch, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text for a non-empty span of the folded one."""
        first, last = self._stretch(start), self._stretch(end - 1)
        return (
            first.start + (start - first.folded if first.even else 0),
            last.start + (end - last.folded) if last.even else last.end,
        )

    def _stretch(self, at: int) -> _Stretch:
        return self.stretches[bisect_right(self.stretches, at, key=lambda s: s.folded) - 1]


def fold_with_origins(text: str) -> FoldedText:
    """Return `text` folded like `fold`, with the origin of each character."""
    if text.isascii():
        return FoldedText(text.lower(), (_Stretch(0, 0, len(text), True),))
    uneven = "".join(re.escape(c) for c in sorted(set(text)) if len(_TABLE[ord(c)]) != 1)
    special = re.compile(f"{_CLUSTER.pattern}|[{uneven}]", re.DOTALL) if uneven else _CLUSTER
    folded: list[str] = []
    stretches: list[_Stretch] = []
    length = 0

    def take(start: int, end: int, *, even: bool) -> None:
        nonlocal length
        piece = fold(text[start:end])
        if piece:
            stretches.append(_Stretch(length, start, end, even))
            folded.append(piece)
            length += len(piece)

    at = 0
    for match in special.finditer(text):
        take(at, match.start(), even=True)
        take(*match.span(), even=False)
        at = match.end()
    take(at, len(text), even=True)
    return FoldedText("".join(folded), tuple(stretches))
