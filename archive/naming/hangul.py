"""Hangul syllables and every usual way to write one in Latin letters, and back.

The tables join the Revised Romanization (National Institute of Korean Language, 2000),
McCune-Reischauer (1939, as the Library of Congress applies it), the usage of Pyongyang, and the
English-like spellings that people choose for their own names. Latin letters are lower case, without
diacritics, apostrophes and hyphens.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product

FIRST, LAST = 0xAC00, 0xD7A3  # code points of the precomposed syllables (Unicode, chapter 3.12)
ONSETS = (
    *("g k", "kk gg k g", "n", "d t", "tt dd t d", "r l n", "m", "b p", "pp bb p b", "s sh"),
    *("ss s", "", "j ch", "jj tch j ch", "ch", "k kh", "t th", "p ph", "h"),
)
VOWELS = (
    *("a ah", "ae ai ay e", "ya yah", "yae yai", "eo o u uh er", "e eh ey", "yeo yo yu you yuh"),
    *("ye yeh e", "o oh", "wa", "wae wai", "oe oi we oy", "yo", "u oo ou", "wo weo wu", "we weh"),
    *("wi wee ui", "yu yoo you", "eu u", "ui eui ee i", "i ee y"),
)
CODAS = (
    *("", "k g ck c", "k g", "k", "n nn", "n", "n", "t d", "l r ll", "k", "m", "p", "l", "l", "p"),
    *("l", "m", "p b", "p", "t s", "t", "ng", "t j", "t", "k", "t", "p", ""),
)
_NIEUN, _RIEUL, _SILENT = 2, 5, 11  # onsets
_KIYOK_CODA, _NIEUN_CODA, _RIEUL_CODA, _PIUP_CODA = 1, 4, 8, 17
_NASAL = frozenset((2, 5, 6))  # onsets before which a stop at the end of a syllable is a nasal
_FRONT = frozenset((2, 3, 6, 7, 12, 17, 20))  # vowels with y, and i
_PLAIN_ONSETS = tuple(i for i in range(19) if i not in (1, 4, 8, 10, 13))
_PLAIN_CODAS = (0, 1, 4, 7, 8, 16, 17, 19, 21)


def is_hangul(text: str) -> bool:
    """Return whether a text is one or more precomposed syllables and nothing else."""
    return bool(text) and all(FIRST <= ord(c) <= LAST for c in text)


def parts(syllable: str) -> tuple[int, int, int]:
    """Return the numbers of onset, vowel and coda of a precomposed syllable (coda 0: none)."""
    number = ord(syllable) - FIRST
    return number // 588, number % 588 // 28, number % 28


def onset_of(syllable: str) -> str:
    """Return the first consonant of a precomposed syllable as keyboards have it."""
    return "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"[parts(syllable)[0]]


def compose(onset: int, vowel: int, coda: int) -> str:
    """Return the syllable of these parts."""
    return chr(FIRST + (onset * 21 + vowel) * 28 + coda)


@cache
def southern(syllable: str) -> str:
    """Return a syllable as the South writes it at the head of a word: 이 for 리, 노 for 로."""
    onset, vowel, coda = parts(syllable)
    if onset == _RIEUL:
        onset = _NIEUN
    if onset == _NIEUN and vowel in _FRONT:
        onset = _SILENT
    return compose(onset, vowel, coda)


@cache
def sisters(syllable: str) -> frozenset[str]:
    """Return the syllables that the South or the North may write for this one at a word's head."""
    onset, vowel, coda = parts(syllable)
    heads = {_SILENT, _RIEUL} if vowel in _FRONT else {_NIEUN, _RIEUL}
    if onset == _NIEUN and vowel in _FRONT:
        heads = {_NIEUN, _SILENT}
    return frozenset(compose(o, vowel, coda) for o in (heads if onset in heads else {onset}))


def _coda(coda: int, following: int | None) -> set[str]:
    ways = set(CODAS[coda].split() or [""])
    if following is None:
        return ways
    if following in _NASAL:
        ways |= {_KIYOK_CODA: {"ng"}, _PIUP_CODA: {"m"}}.get(coda, set())
    if following == _RIEUL and coda == _NIEUN_CODA:
        ways.add("l")
    if following == _NIEUN and coda == _RIEUL_CODA:
        ways.add("n")
    return ways


@cache
def spellings(syllable: str, following: int | None = None) -> frozenset[str]:
    """Return the ways to write a syllable; `following` is the onset of the next one, if any."""
    onset, vowel, coda = parts(syllable)
    onsets, vowels = ONSETS[onset].split() or [""], VOWELS[vowel].split()
    if onset == _SILENT and vowel in (13, 14):
        vowels = [*vowels, *(f"w{one}" for one in vowels if not one.startswith("w"))]
    if onset == _SILENT and vowel == 20:
        vowels = [*vowels, "yi"]
    return frozenset(map("".join, product(onsets, vowels, _coda(coda, following))))


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, vowel, coda in product(_PLAIN_ONSETS, range(21), _PLAIN_CODAS):
        syllable = compose(one, vowel, coda)
        for spelling in spellings(syllable):
            found[spelling].add(syllable)
    return {spelling: tuple(sorted(ways)) for spelling, ways in found.items()}


def syllables(spelling: str) -> tuple[str, ...]:
    """Return the syllables, without doubled letters, that Latin letters may stand for."""
    return _readings().get(spelling, ())
