"""Folding: one spelling for all the ways in which a name may be written, with a map back.

Folded text holds lower-case letters without diacritics, ASCII digits, and characters that are
neither, which stand for any separator. Compatibility forms (Unicode UAX #15, NFKD), case, combining
marks, soft hyphens, look-alike Greek and Cyrillic letters (a subset of Unicode UTS #39), decomposed
Hangul, digits of other scripts, and the forms that Arabic, Persian and Urdu have of one letter make
no difference in it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

ALPHABETIC = (
    "a-z\u00df-\u00f6\u00f8-\u02af\u0370-\u052f\u0531-\u0587\u10a0-\u10ff\u1c80-\u1cbf"
    "\u1d00-\u1fff\u2c00-\u2dff\ua640-\ua7ff\uab30-\uab6f"
)
"""Folded letters of scripts that put spaces between words, as a regular expression class."""

RUN = re.compile(f"[{ALPHABETIC}]+|[0-9]+|[^\\W0-9_{ALPHABETIC}]+")
"""A run of folded letters of one kind: alphabetic, digits, or a script such as Hangul or Han."""

SOFT_HYPHEN = "\u00ad"
_UNUSUAL = re.compile(
    "[^\x00-\x7f\u00a0-\u00a9\u00ab\u00ac\u00b7\u00bb\u2010-\u2027\u3000-\u3004\u3008-\u3020"
    "\u4e00-\u9fff\uac00-\ud7a3]"
)
_ALPHABETIC = re.compile(f"[{ALPHABETIC}]")
_CAMEL = re.compile("[a-z](?=[A-Z])")
_CAMEL_APART = re.compile("[a-z]([^\x00-\x7f]{1,64})(?=[A-Z])")
_SPECIAL = "\uffff"  # a noncharacter: stands for what does not fold to exactly one letter
_SPECIALS = re.compile(f"[\uac00-\ud7a3]?{_SPECIAL}+")
_CLUSTER = re.compile(
    "(?:[\u1100-\u115e\ua960-\ua97c][\u1161-\u11a7\ud7b0-\ud7c6]|[\uac00-\ud7a3])"
    "[\u11a8-\u11ff\ud7cb-\ud7fb]?|.",
    re.DOTALL,
)
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]")
DOTS = "\u00b7\u2022\u2027\u2219\u22c5\u30fb\u318d\uff0e\uff65"
"""Dots of East Asian print; Korean keyboards give the letter U+318D for one."""

_SEPARATORS = re.compile("[\u02b9-\u02df\ua78b\ua78c\u115f\u1160\u3164\u318d\uffa0]")
_FILLERS = "\u115f\u1160\u3164\uffa0"  # Hangul fillers, category Lo
_DROPPED = f"{SOFT_HYPHEN}\u0640"  # soft hyphen; Arabic tatweel

Replacement = tuple[int, int, str]
"""Start and end in the original, and the folded letters that stand for what is there."""

_GREEK = dict(
    zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "αβγεζηικμνορτυχω", "abezhikmnoptyx" + "abyeznikuvoptuxw", strict=True)
)
_LETTERS = {
    **dict(zip("авекмнорстухѕіјһԁԛԝӏѵ", "abekmhopctyxsijhdqwlv", strict=True)),
    **dict(zip("ıłøđðħŧɡɑŋɩ", "iloddhtgani", strict=True)),
    **dict(zip("کیىېەہھةٱ", "كيييهههها", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
}
_GUISES = re.compile(  # in names of characters that have no compatibility form
    "(?:NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER|REGIONAL INDICATOR SYMBOL LETTER"
    "|LATIN LETTER SMALL CAPITAL|LATIN SMALL LETTER TURNED) ([A-Z])"
)


def _letter(character: str) -> str:
    if character in _GREEK:
        return _GREEK[character]
    guise = None if character.isascii() else _GUISES.fullmatch(unicodedata.name(character, ""))
    if guise:
        return guise[1].lower()
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    return "".join(_LETTERS.get(c, c) for c in unicodedata.normalize("NFKD", character.casefold()))


def fold_character(character: str) -> str:
    """Return the folded letters of one character; a space for a separator; nothing for a mark."""
    parts = unicodedata.normalize("NFKD", character)
    if character in _DROPPED or all(map(is_mark, parts)):
        return ""
    if _SEPARATORS.match(character):
        return " "
    letters = (c for c in "".join(map(_letter, parts)) if c.isalnum())
    return unicodedata.normalize("NFC", "".join(letters)) or " "


def folds_oddly(character: str, folded: str) -> bool:
    """Return whether a character folds to none or several letters, or joins with others."""
    return len(folded) != 1 or _JAMO.match(character) is not None


class _Table(dict[int, str]):
    """A table for `str.translate` that learns each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        folded = fold_character(chr(code))
        if folds_oddly(chr(code), folded):
            folded = _SPECIAL
        self[code] = folded
        return folded


_TABLE = _Table()


class Origins:
    """The way back from a folded text: where each of its characters stands in the original.

    From offset `at[i]` of the folded text on, characters come one by one from offset `origin[i]`
    of the original when `width[i]` is 0; otherwise all up to `at[i + 1]` come from the `width[i]`
    code points at `origin[i]`.
    """

    def __init__(self, replacements: Iterable[Replacement] = ()) -> None:
        at, origin, width = [0], [0], [0]
        for start, end, folded in replacements:
            first = at[-1] + start - origin[-1]
            at += (first, first + len(folded))
            origin += (start, end)
            width += (end - start, 0)
        self._at, self._origin, self._width = at, origin, width

    def start(self, letter: int) -> int:
        """Return where in the original the character at this offset begins."""
        i = bisect_right(self._at, letter) - 1
        return self._origin[i] + (0 if self._width[i] else letter - self._at[i])

    def end(self, letter: int) -> int:
        """Return where in the original the character at this offset ends, without marks on it."""
        i = bisect_right(self._at, letter) - 1
        return self._origin[i] + (self._width[i] or letter - self._at[i] + 1)


_SAME = Origins()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and its way back."""

    letters: str
    origins: Origins


def fold(text: str) -> Folded:
    """Return the folded form of a text. A capital after a small letter begins a new run.

    What cannot be seen between the two changes nothing: it is not in a reading copy.
    """
    plain = text.isascii() or not _UNUSUAL.search(text)
    letters = text.lower() if plain else text.translate(_TABLE)
    found = [(m.end(), m.end(), " ") for m in _CAMEL.finditer(text)]
    if not plain and _SPECIAL in letters:
        apart = [m for m in _CAMEL_APART.finditer(text) if all(map(_unseen, m[1]))]
        found += [(m.start(1), m.start(1), " ") for m in apart]
        for run in _SPECIALS.finditer(letters):
            found += _clusters(text, *run.span())
    found.sort()
    return Folded(_replaced(letters, found), Origins(found)) if found else Folded(letters, _SAME)


def _clusters(text: str, start: int, end: int) -> Iterator[Replacement]:
    for cluster in _CLUSTER.finditer(text, start, end):
        yield *cluster.span(), fold_cluster(cluster.group())


@lru_cache(maxsize=4096)
def fold_cluster(cluster: str) -> str:
    """Return the folded letters of characters that join with one another."""
    return "".join(map(fold_character, unicodedata.normalize("NFC", cluster)))


def _replaced(letters: str, replacements: Iterable[Replacement]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, folded in replacements:
        pieces += (letters[done:start], folded)
        done = end
    pieces.append(letters[done:])
    return "".join(pieces)


def is_alphabetic(letter: str) -> bool:
    """Return whether a folded letter belongs to a script that puts spaces between words."""
    return _ALPHABETIC.match(letter) is not None


def is_mark(character: str) -> bool:
    """Return whether a character is a mark on the letter before it (Unicode Mn and Me)."""
    return unicodedata.category(character) in ("Mn", "Me")


@lru_cache(maxsize=4096)
def invisible(character: str) -> bool:
    """Return whether a character shows nothing and separates nothing: mark, control, format."""
    unseen = unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc")
    noncharacter = ord(character) & 0xFFFE == 0xFFFE
    return (unseen and not character.isspace()) or noncharacter or character in _FILLERS


def _unseen(character: str) -> bool:
    return invisible(character) and not is_mark(character)
