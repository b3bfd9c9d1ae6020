"""Folding: one form for all the ways in which a name may be written, with a map back to the text.

A skeleton holds the letters and digits of a text and nothing else: compatibility forms, case,
diacritics, look-alike letters, spaces, hyphens, line breaks, soft hyphens and other invisible
characters make no difference in it (Unicode UAX #15 and UTS #39 for what counts as the same).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u043c\u0442\u043d\u043a\u0432"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c5\u03c7\u03b5\u03c4\u0131",
    "aeopcyxijsdmthkbaopvikuxeti",
)
_CLUSTER = re.compile(
    r"[\u1100-\u115f\ua960-\ua97f]+[\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*"
    r"|.[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]*",
    re.DOTALL,
)


@lru_cache(maxsize=65_536)
def fold(cluster: str) -> str:
    """Return the letters and digits of one character with its combining marks, folded."""
    composed = unicodedata.normalize("NFKC", cluster).casefold()
    if "\uac00" <= composed[:1] <= "\ud7a3":
        return composed
    plain = unicodedata.normalize("NFKD", composed)
    letters = (c for c in plain if unicodedata.category(c)[0] in "LN")
    return unicodedata.normalize("NFC", "".join(letters)).translate(_LOOKALIKES)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The folded letters of a text; letter `i` comes from code points `starts[i]` to `ends[i]`."""

    letters: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def skeleton(text: str) -> Skeleton:
    """Return the skeleton of a text with its map back."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        for letter in fold(cluster.group()):
            letters.append(letter)
            starts.append(cluster.start())
            ends.append(cluster.end())
    return Skeleton("".join(letters), tuple(starts), tuple(ends))


def script(letter: str) -> str:
    """Return a coarse script of a folded letter, for word boundaries: digit, cjk or alphabetic."""
    if letter.isdigit():
        return "digit"
    code = ord(letter)
    return "cjk" if 0x2E80 <= code <= 0xD7FF or code >= 0x20000 else "alphabetic"
