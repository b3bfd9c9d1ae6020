"""Korean syllables as they are spelled in Latin and Cyrillic letters, and what each may stand for.

A *sound* is a Hangul syllable in which everything is levelled that spellings do not keep apart:
plain, tense and aspirated consonants, ㅐ and ㅔ, ㅢ and ㅣ, the stops at the end of a syllable.
A spelling stands for several sounds (`jong` for 종 and 정), a Hangul syllable for one. The tables
join the Revised Romanization (National Institute of Korean Language, 2000), McCune-Reischauer
(1939), the customs of North Korea and of passports, and for Russian the systems of Kholodovich and
Kontsevich and the older press.
"""

from __future__ import annotations

from functools import cache
from itertools import product

_FIRST = 0xAC00  # the first syllable; Unicode, chapter 3.12
_SIZE = 19 * 21 * 28
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

_LATIN = (
    {
        "ㄱ": "g k kk gg kh gh",
        "ㄴ": "n",
        "ㄷ": "d t tt dd th",
        "ㄹ": "r l rh lh",
        "ㅁ": "m",
        "ㅂ": "b p bb pp ph",
        "ㅅ": "s ss sh",
        "ㅇ": "",
        "ㅈ": "j ch jj tch tj dj zh",
        "ㅎ": "h",
    },
    {
        "ㅏ": "a ah aa ar",
        "ㅐ": "ae ai ay e eh ey",
        "ㅑ": "ya yah",
        "ㅓ": "eo o u uh ur",
        "ㅕ": "yeo yo yu you yuh",
        "ㅖ": "ye yeh yae yey",
        "ㅗ": "o oh",
        "ㅘ": "wa",
        "ㅛ": "yo",
        "ㅚ": "oe oi wae we woe oy",
        "ㅜ": "u oo ou woo wu",
        "ㅝ": "wo weo",
        "ㅟ": "wi ui wee",
        "ㅠ": "yu yoo you",
        "ㅡ": "eu u",
        "ㅣ": "i ee yi y ie ui eui",
    },
    {
        " ": "",
        "ㄱ": "k g ck",
        "ㄴ": "n",
        "ㄷ": "t d",
        "ㄹ": "l r ll",
        "ㅁ": "m",
        "ㅂ": "p b",
        "ㅇ": "ng",
    },
)
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


def _parts(syllable: str) -> tuple[str, str, str]:
    number = ord(syllable) - _FIRST
    return _ONSETS[number // 588], _VOWELS[number // 28 % 21], _CODAS[number % 28]


def _composed(onset: str, vowel: str, coda: str) -> str:
    number = _ONSETS.index(onset) * 588 + _VOWELS.index(vowel) * 28 + _CODAS.index(coda)
    return chr(_FIRST + number)


@cache
def sound(syllable: str) -> str:
    """Return the sound of a Hangul syllable; a liquid before i and y is silent, as in the South."""
    onset, vowel, coda = _parts(syllable)
    onset = _LEVEL_ONSET.get(onset, onset)
    vowel = _LEVEL_VOWEL.get(vowel, vowel)
    if onset == "ㄹ" and vowel in _FRONT:
        onset = "ㅇ"
    return _composed(onset, vowel, _LEVEL_CODA.get(coda, coda))


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for onsets, vowels, codas in (_LATIN, _CYRILLIC):
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


def sounds(spelling: str) -> tuple[str, ...]:
    """Return the sounds that folded letters may stand for as one syllable; none if they cannot."""
    return _spellings().get(spelling, ())


@cache
def divided(spelling: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return each way to read folded letters as one or two syllables: the sounds of each."""
    whole = sounds(spelling)
    ways: list[tuple[tuple[str, ...], ...]] = [(whole,)] if whole else []
    for at in range(1, len(spelling)):
        first, second = sounds(spelling[:at]), sounds(spelling[at:])
        if first and second:
            ways.append((first, second))
    return tuple(ways)
