"""Han characters as Koreans read them, and one spelling for North and South.

Readings are those of Unihan's kHangul (Unicode Standard Annex 38) and of KS X 1001. The South
writes no liquid and no nasal before i and y at the beginning of a Sino-Korean word (initial law,
rules 10 to 12 of the orthography of 1988), the North does: 로동 and 노동, 력사 and 역사.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from archive.naming.hangul import FIRST, LAST, southern

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Han characters of the Basic Multilingual Plane, as the inside of a character class."""

# read otherwise in names than in other words, or more often so: the first reading in KS X 1001
_IN_NAMES = (
    "更경金김拏나柰내鄲단宅댁畝무不부溥부嗇새率솔釗쇠樂악梡완娃왜芸운玧윤贇윤咽인雋준車차泌필瑩형彗혜"
    "滑활暈훈煇휘烋휴"
)
_FOREIGN = re.compile(
    "(?:라면|라마|라오|라이|라인|라운|라일|레이|로마|로비|로사|로열|로고|루비|루이|리라|리무|리본|리비아"
    "|리조|리포|류마|니까|니가|니라)"
)


@cache
def _readings() -> dict[int, str]:
    table: dict[int, str] = {}
    text = Path(__file__).with_name("hanja.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            syllable, _, characters = line.partition(" ")
            table.update((ord(character), syllable) for character in characters)
    return table


@cache
def readings() -> dict[str, str]:
    """Return the reading of each character in a name, a Hangul syllable as at a word's end."""
    found = {chr(code): syllable for code, syllable in _readings().items()}
    return found | dict(zip(_IN_NAMES[::2], _IN_NAMES[1::2], strict=True))


@cache
def _syllables() -> frozenset[str]:
    """Return all syllables that read a Han character, before and after the initial law."""
    found = set(_readings().values())
    return frozenset(found | {southern(syllable) for syllable in found})


def plain_reading(text: str) -> str:
    """Return `text` with the Korean reading of each Han character that has one in its place."""
    return text.translate(_readings())


def reading(text: str) -> str:
    """Return `plain_reading` of `text`, its first character by the initial law."""
    read = plain_reading(text)
    return southern(read[0]) + read[1:] if read and read[0] != text[0] else read


def southern_word(word: str) -> str:
    """Return a word of Hangul by the initial law, unless it is a syllable or looks borrowed."""
    if len(word) < 2 or not FIRST <= ord(word[0]) <= LAST or _FOREIGN.match(word):
        return word
    if not _syllables().issuperset(word[:2]):
        return word
    return southern(word[0]) + word[1:]
