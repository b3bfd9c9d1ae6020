"""Han characters as Koreans read them, and one spelling for North and South.

Readings are those of Unihan's kHangul (Unicode Standard Annex 38). The South writes no liquid and
no nasal before i and y at the beginning of a Sino-Korean word (initial law, rule 10 to 12 of the
orthography of 1988), the North does: 로동 and 노동, 력사 and 역사, 녀성 and 여성.
"""

from __future__ import annotations

import re
from functools import cache

from archive.search.languages.lists import lines_of

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Han characters of the Basic Multilingual Plane, as the inside of a character class."""

_FIRST = 0xAC00  # the first syllable
_VOWELS, _CODAS = 21, 28  # medial vowels; final consonants, none included (Unicode, 3.12)
_NIEUN, _RIEUL, _IEUNG = 2, 5, 11  # numbers of initial consonants
_BEFORE_I = frozenset({2, 3, 6, 7, 12, 17, 20})  # ya yae yeo ye yo yu i
_FOREIGN = re.compile(
    "(?:라면|라마|라오|라이|라인|라운|라일|레이|로마|로비|로사|로열|로고|루비|루이|리라|리무|리본|리비아"
    "|리조|리포|류마|니까|니가|니라)"
)


@cache
def _readings() -> dict[int, str]:
    table: dict[int, str] = {}
    for line in lines_of("hanja.txt"):
        syllable, _, characters = line.partition(" ")
        table.update((ord(character), syllable) for character in characters)
    return table


@cache
def _syllables() -> frozenset[str]:
    """Return all syllables that read a Han character, before and after the initial law."""
    found = set(_readings().values())
    return frozenset(found | {initial(syllable) for syllable in found})


def plain_reading(text: str) -> str:
    """Return `text` with the Korean reading of each Han character that has one in its place."""
    return text.translate(_readings())


def reading(text: str) -> str:
    """Return `plain_reading` of `text`, its first character by the initial law."""
    read = plain_reading(text)
    return initial(read[0]) + read[1:] if read and read[0] != text[0] else read


def southern(word: str) -> str:
    """Return a word of Hangul by the initial law, unless it is a syllable or looks borrowed."""
    if len(word) < 2 or initial(word[0]) == word[0] or _FOREIGN.match(word):
        return word
    if not _syllables().issuperset(word[:2]):
        return word
    return initial(word[0]) + word[1:]


def initial(syllable: str) -> str:
    """Return a syllable as the South writes it at the beginning of a word."""
    number = ord(syllable) - _FIRST
    if not 0 <= number < 19 * _VOWELS * _CODAS:
        return syllable
    onset, rest = divmod(number, _VOWELS * _CODAS)
    if onset in {_NIEUN, _RIEUL} and rest // _CODAS in _BEFORE_I:
        onset = _IEUNG
    elif onset == _RIEUL:
        onset = _NIEUN
    return chr(_FIRST + onset * _VOWELS * _CODAS + rest)
