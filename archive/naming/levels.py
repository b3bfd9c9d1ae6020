"""Sounds of Korean syllables: what spellings in other scripts do not keep apart is one.

A *sound* is a Hangul syllable in which everything is levelled that spellings do not keep apart:
plain, tense and aspirated consonants, ㅐ and ㅔ, ㅢ and ㅣ, the stops at the end of a syllable. A
spelling stands for several sounds (`jong` for 종 and 정), a Hangul syllable for one. In Latin
letters a sound is spelled as its syllables are (`hangul`), and in ways that are rare; in Cyrillic
ones by the systems of Kholodovich and Kontsevich and the older press.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product

from archive.naming import hangul

_ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_CODAS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_LEVEL_ONSET = dict(zip("ㄲㅋㄸㅌㅃㅍㅆㅉㅊ", "ㄱㄱㄷㄷㅂㅂㅅㅈㅈ", strict=True))
_LEVEL_VOWEL = dict(zip("ㅔㅒㅙㅞㅢ", "ㅐㅖㅚㅚㅣ", strict=True))
_LEVEL_CODA = {
    **dict.fromkeys("ㄲㅋㄳㄺ", "ㄱ"),
    **dict.fromkeys("ㄵㄶ", "ㄴ"),
    **dict.fromkeys("ㅅㅆㅈㅊㅌㅎ", "ㄷ"),
    **dict.fromkeys("ㄼㄽㄾㅀ", "ㄹ"),
    **dict.fromkeys("ㄻ", "ㅁ"),
    **dict.fromkeys("ㅄㅍㄿ", "ㅂ"),
}
_FRONT = frozenset("ㅑㅕㅖㅛㅠㅣ")
_RARE = {
    "ㄱ": "gh",
    "ㄹ": "rh lh",
    "ㅈ": "tj dj zh",
    "ㅏ": "aa ar",
    "ㅖ": "yey",
    "ㅓ": "ur",
    "ㅚ": "woe",
    "ㅜ": "woo wu wou",
    "ㅣ": "yi ie",
}
_ASSIMILATED = {"ㄹ": "n"}  # an onset as it is spoken after some codas

Table = tuple[dict[str, str], dict[str, str], dict[str, str]]
"""Spellings of levelled onsets, vowels and codas."""

_CYRILLIC = (
    {
        "ㄱ": "к г кк кх",
        "ㄴ": "н",
        "ㄷ": "т д тх тт",
        "ㄹ": "р л",
        "ㅁ": "м",
        "ㅇ": "",
        "ㅂ": "п б пх пп",
        "ㅅ": "с ш сс щ",
        "ㅈ": "ч дж ц чх чж ж тч",
        "ㅎ": "х г",
    },
    {
        "ㅏ": "а",
        "ㅐ": "э е",
        "ㅑ": "я",
        "ㅓ": "о е",
        "ㅕ": "е йо",
        "ㅖ": "е йе",
        "ㅗ": "о",
        "ㅘ": "ва",
        "ㅚ": "ве вэ ое",
        "ㅛ": "йо е",
        "ㅜ": "у",
        "ㅝ": "во",
        "ㅟ": "ви",
        "ㅠ": "ю",
        "ㅡ": "ы",
        "ㅣ": "и ый",
    },
    {
        " ": "",
        "ㄱ": "к г",
        "ㄴ": "н нь",
        "ㄷ": "т",
        "ㄹ": "ль л р",
        "ㅁ": "м",
        "ㅂ": "п б",
        "ㅇ": "н нъ нг",
    },
)


def _levelled(letters: str, level: Mapping[str, str], spelled: Iterable[str]) -> dict[str, str]:
    """Return the spellings of each levelled letter: those of all that are levelled to it."""
    found: dict[str, list[str]] = {}
    for letter, ways in zip(letters, spelled, strict=True):
        found.setdefault(level.get(letter, letter), []).extend(ways.split())
    return {
        letter: " ".join(
            one
            for one in dict.fromkeys([*ways, *_RARE.get(letter, "").split()])
            if one != _ASSIMILATED.get(letter)
        )
        for letter, ways in found.items()
    }


@cache
def _latin() -> Table:
    plain = dict(zip(_CODAS, hangul.CODAS, strict=True))
    return (
        _levelled(_ONSETS, _LEVEL_ONSET, hangul.ONSETS),
        _levelled(_VOWELS, _LEVEL_VOWEL, hangul.VOWELS),
        {letter: ways for letter, ways in plain.items() if letter not in _LEVEL_CODA},
    )


@cache
def sound(syllable: str) -> str:
    """Return the sound of a Hangul syllable; a liquid before i and y is silent, as in the South."""
    first, second, third = hangul.parts(syllable)
    onset, vowel, coda = _ONSETS[first], _VOWELS[second], _CODAS[third]
    onset = _LEVEL_ONSET.get(onset, onset)
    vowel = _LEVEL_VOWEL.get(vowel, vowel)
    if onset == "ㄹ" and vowel in _FRONT:
        onset = "ㅇ"
    return _composed(onset, vowel, _LEVEL_CODA.get(coda, coda))


def _composed(onset: str, vowel: str, coda: str) -> str:
    return hangul.compose(_ONSETS.index(onset), _VOWELS.index(vowel), _CODAS.index(coda))


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for onsets, vowels, codas in (_latin(), _CYRILLIC):
        for onset, vowel, coda in product(onsets, vowels, codas):
            stands_for = sound(_composed(onset, vowel, coda))
            written = product(
                *(
                    t[p].split() or [""]
                    for t, p in ((onsets, onset), (vowels, vowel), (codas, coda))
                )
            )
            for spelling in map("".join, written):
                found.setdefault(spelling, {})[stands_for] = None
    return {spelling: tuple(sounds) for spelling, sounds in found.items()}


def sounds_of(spelling: str) -> tuple[str, ...]:
    """Return the sounds that folded letters may stand for as one syllable; none if they cannot."""
    return _spellings().get(spelling, ())


@cache
def divided(spelling: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return each way to read folded letters as one or two syllables: the sounds of each."""
    whole = sounds_of(spelling)
    ways: list[tuple[tuple[str, ...], ...]] = [(whole,)] if whole else []
    for at in range(1, len(spelling)):
        first, second = sounds_of(spelling[:at]), sounds_of(spelling[at:])
        if first and second:
            ways.append((first, second))
    return tuple(ways)
