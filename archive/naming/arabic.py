"""Arabic names in Latin letters: of short vowels, which Arabic does not write, any may be there.

The letters are those of ISO 233, BGN/PCGN, DIN 31635 and of newspapers in English and French.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = {
    "ا": "a|e|i|o|u|",
    "أ": "a|e|o|u|i",
    "إ": "i|e",
    "آ": "aa?",
    "ى": "a|i|y|ee",
    "ء": "",
    "ب": "b|p",
    "ت": "t",
    "ث": "th|s|t",
    "ج": "dj|j|g",
    "ح": "h",
    "خ": "kh|h|ch|k",
    "د": "d",
    "ذ": "dh|z|d|th",
    "ر": "r",
    "ز": "z",
    "س": "s|c",
    "ش": "sh|ch|sch|s",
    "ص": "s",
    "ض": "d|dh|z",
    "ط": "t",
    "ظ": "z|dh|th|d",
    "ع": "",
    "غ": "gh|g|r",
    "ف": "f|ph",
    "ق": "q|k|g|gh",
    "ك": "k|c|q",
    "ل": "l",
    "م": "m",
    "ن": "n",
    "ه": "h|",
    "ة": "a|ah|at|eh|e|",
    "و": "w|u|o|ou|oo|v",
    "ي": "y|i|ee|ie|ei|ai|ay|e|iy",
    "ئ": "y|i|",
    "ؤ": "o|u|w|",
    "گ": "g",
    "چ": "ch|j",
    "پ": "p",
    "ک": "k|c",
    "ی": "y|i|ee|e",
}
_LAST_YA = "y|i|ee|ie|iy|ey"
_CONSONANTS = frozenset("bcdfghjklmnpqrstvz")
_VOWELS = "[aeiou]{0,2}"
_ARTICLE = re.compile("^و?ال(?=..)")
_SHORT = "[\u064b-\u065f\u0670\u0640]"
ARABIC_ARTICLES = frozenset(
    [
        "al",
        "el",
        "ul",
        "ar",
        "er",
        "az",
        "as",
        "es",
        "ash",
        "esh",
        "ad",
        "ed",
        "at",
        "et",
        "an",
        "en",
        "il",
    ]
)
"""The article in Latin letters, before any consonant."""

_GLUED = "(?:al|el|ul|a([rzsdtn])(?=\\1)|ash(?=sh))?"


@lru_cache(maxsize=1024)
def arabic_spelling(word: str) -> re.Pattern[str] | None:
    """Return what matches the ways to write an Arabic word in small Latin letters; or nothing."""
    word = _ARTICLE.sub("", re.sub(_SHORT, "", unicodedata.normalize("NFKC", word)))
    if len(word) < 2 or any(one not in _LETTERS for one in word):
        return None
    parts = []
    for at, one in enumerate(word, 1):
        ways = (_LAST_YA if at == len(word) and one in "يی" else _LETTERS[one]).split("|")
        twice = (f"{way}{way}?" if way in _CONSONANTS else way for way in ways if way)
        parts.append(f"(?:{'|'.join(twice)}){'?' if '' in ways else ''}")
    return re.compile(_GLUED + _VOWELS.join(("", *parts, "")))


def arabic_initials(word: str) -> frozenset[str]:
    """Return the small Latin letters that may be the initial of an Arabic word."""
    word = _ARTICLE.sub("", re.sub(_SHORT, "", unicodedata.normalize("NFKC", word)))
    if arabic_spelling(word) is None:
        return frozenset()
    silent = word[:1] in "عا"
    first = "aeiou" if silent else _LETTERS[word[0]].replace("|", "")
    return frozenset(first)
