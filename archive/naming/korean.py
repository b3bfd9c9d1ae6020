"""Korean personal names: surname and given syllables, in Hangul, Hanja and Latin letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from archive.naming.hangul import is_hangul, parts, sisters, southern, spellings, syllables
from archive.naming.hanja import readings

SURNAMES = frozenset(  # Statistics Korea, 2015 census; those of one syllable, and of two
    "가간갈감강견경계고곡공곽구국권금기길김나남노단담당도독돈동두라련로뢰류리마매맹명모목묘문미민박반방배백변복봉부빈빙사"
    "삼상서석선설섭성소손송수순승시신심아안애야양어엄여연염엽영예오옥온옹왕용우운원위유육윤은음이인임자장저전점정제조종"
    "좌주준즙지진차창채천초최추탁탄태판팽편평포표풍피필하학한함허현형호홍화환황후흥"
)
TWO_SYLLABLES = frozenset(
    (
        "강전",
        "남궁",
        "독고",
        "동방",
        "망절",
        "사공",
        "서문",
        "선우",
        "소봉",
        "어금",
        "장곡",
        "제갈",
        "황보",
    )
)
_CUSTOMARY = {  # spellings of surnames that no table gives: passports, biographies, newspapers
    "이": "lee rhee rhie ree leigh yie",
    "박": "park bark bahk pahk parck",
    "최": "choi choy chey",
    "노": "roh noh rho rhoh",
    "임": "lim leem rim im yim eem rhim",
    "유": "yoo ryoo you lyu",
    "오": "oh",
    "우": "woo wu",
    "서": "suh seo sur",
    "김": "gim kim ghim gheem",
    "권": "kwun gweon kwon",
    "성": "sung seong sueng",
    "신": "shin sheen",
    "안": "ahn aan",
    "백": "paik baik back",
    "배": "bae pae pai bai",
    "주": "joo choo",
    "정": "jung chung joung cheung",
    "조": "cho jo joe",
    "여": "yeo yuh lyuh",
    "허": "huh hur heo hu",
    "위": "wee wi",
    "곽": "kwak kwag kwack",
    "남궁": "namgoong namkoong namkung",
    "선우": "sunwoo sonwoo",
}
_LONGEST_SURNAME = 9  # letters
_MOST = 96  # written forms of one name
_LATIN = re.compile("[a-z]+")
_SPOKEN = (("ng", "nm", "k"), ("m", "nm", "p"), ("n", "nm", "t"), ("l", "l", "n"))
"""Ends of a syllable as they are spoken, before which letters, and as they are in Hangul."""


@dataclass(frozen=True, slots=True)
class SyllabicName:
    """A name of which each syllable may be spelled in several ways.

    `surnames` are spellings in Latin letters (none for a given name alone), `given` the spellings
    of each syllable of the given name; `written` is how the name is written in Hangul; `sounds` are
    the pinyin syllables of a Chinese name.
    """

    surnames: frozenset[str]
    given: tuple[frozenset[str], ...]
    written: frozenset[str]
    sounds: frozenset[tuple[str, ...]] = frozenset()


def _spelled(word: str) -> frozenset[str]:
    """Return the Latin spellings of a surname or of joined syllables."""
    pieces = [
        spellings(one, parts(word[i + 1])[0] if i + 1 < len(word) else None)
        for i, one in enumerate(word)
    ]
    return frozenset(map("".join, product(*pieces)))


@cache
def surname_spellings(surname: str) -> frozenset[str]:
    """Return the ways to write a surname in Latin letters, Southern and Northern forms together."""
    forms = _sister_words(surname)
    spelled = frozenset().union(*map(_spelled, forms))
    custom = (_CUSTOMARY.get(one, "").split() for one in forms)
    return spelled.union(*custom) - {""}


def _sister_words(word: str) -> frozenset[str]:
    return frozenset(first + word[1:] for first in sisters(word[0]))


@cache
def _surnames_by_spelling() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for surname in SURNAMES | TWO_SYLLABLES:
        for spelling in surname_spellings(surname):
            found.setdefault(spelling, set()).add(surname)
    return {spelling: frozenset(ways) for spelling, ways in found.items()}


def surnames_of(spelling: str) -> frozenset[str]:
    """Return the surnames in Hangul that a word in lower-case Latin letters may be."""
    return _surnames_by_spelling().get(spelling, frozenset())


def _segmented(word: str) -> tuple[tuple[str, ...], ...]:
    """Return the syllables of a word as sets of Hangul, one or two of them; nothing if it has none.

    Where a word divides in several ways, syllables of all ways are put together.
    """
    whole = syllables(word)
    if whole:
        return (whole,)
    firsts: set[str] = set()
    seconds: set[str] = set()
    for at in range(1, len(word)):
        second = syllables(word[at:])
        first = _unassimilated(word[:at], word[at]) if second else set()
        if first:
            firsts |= first
            seconds.update(second)
    return (tuple(sorted(firsts)), tuple(sorted(seconds))) if firsts else ()


def _unassimilated(first: str, after: str) -> set[str]:
    """Return the syllables that letters may be before another, spelled as they are spoken or not.

    Before n and m a stop is spoken as a nasal (`Ongnan` for 옥란), before l an n as an l.
    """
    ways = [first]
    for spoken, follows, written in _SPOKEN:
        if after in follows and first.endswith(spoken):
            ways.append(first.removesuffix(spoken) + written)
    return {one for way in ways for one in syllables(way)}


def _named(surnames: frozenset[str], given: Sequence[frozenset[str]]) -> SyllabicName:
    onsets = [frozenset(parts(one)[0] for one in syllable) for syllable in given[1:]]
    spelled = tuple(
        _syllable_spellings(syllable, after)
        for syllable, after in zip(given, [*onsets, frozenset[int]()], strict=True)
    )
    written = frozenset(_written(surnames, given))
    return SyllabicName(_surname_spellings(surnames), spelled, written)


@lru_cache(maxsize=4096)
def _syllable_spellings(syllable: frozenset[str], following: frozenset[int]) -> frozenset[str]:
    ways = (
        spellings(sister, after)
        for one in syllable
        for sister in sisters(one)
        for after in (None, *following)
    )
    return frozenset[str]().union(*ways)


@lru_cache(maxsize=4096)
def _surname_spellings(surnames: frozenset[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(surname_spellings, surnames))


def _written(surnames: frozenset[str], given: Sequence[frozenset[str]]) -> list[str]:
    heads = sorted(frozenset().union(*map(_sister_words, surnames))) or [""]
    wide = [sorted(frozenset().union(*map(sisters, syllable))) for syllable in given]
    names = list(map("".join, product(heads, *wide)))
    if len(names) > _MOST:
        names = list(map("".join, product(heads, *map(sorted, given))))
    return names[:_MOST]


def _hangul(form: str) -> SyllabicName | None:
    word = "".join(form.split())
    if not is_hangul(word) or not 2 <= len(word) <= 5:
        return None
    if word[:2] in TWO_SYLLABLES and len(word) > 3:
        surname, given = word[:2], word[2:]
    else:
        surname, given = word[0], word[1:]
    if len(surname) == 1 and southern(surname) not in SURNAMES:
        surname, given = "", word
    if not 1 <= len(given) <= 3 or (not surname and len(given) < 2):
        return None
    surnames = frozenset((_head(surname),)) if surname else frozenset[str]()
    return _named(surnames, [frozenset((one,)) for one in given])


def _head(surname: str) -> str:
    return southern(surname[0]) + surname[1:]


def _latin(words: Sequence[Sequence[str]]) -> Iterator[tuple[frozenset[str], list[frozenset[str]]]]:
    """Yield surname and given syllables for words, each of them divided at its hyphens."""
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        surnames = surnames_of("".join(surname))
        if not surnames:
            continue
        pieces = [_segmented(piece) for word in given for piece in word]
        found = [frozenset(one) for piece in pieces for one in piece]
        if all(pieces) and 1 <= len(found) <= 2:
            yield surnames, found


def korean_names(form: str, words: Sequence[Sequence[str]]) -> tuple[SyllabicName, ...]:
    """Return the Korean names that a form may be.

    `words` are the form's words in lower-case Latin letters without diacritics, each divided at
    hyphens and apostrophes; a form in Hangul or Hanja needs none.
    """
    hangul = _hangul(read_hanja(form))
    if hangul is not None:
        return (hangul,)
    if not 2 <= len(words) <= 3 or not all(map(_LATIN.fullmatch, map("".join, words))):
        return ()
    found = dict.fromkeys((surnames, tuple(given)) for surnames, given in _latin(words))
    return tuple(_named(surnames, given) for surnames, given in found)


def read_hanja(form: str) -> str:
    """Return a form with the Hanja in it as they are read."""
    if form.isascii():
        return form
    return "".join(readings().get(one, one) for one in form)


def korean_readings(letters: str) -> set[str]:
    """Return the full names in Hangul that Latin letters without separators may spell.

    Surname first or last; every syllable as the South writes it at the head of a word.
    """
    found: set[str] = set()
    for at in range(1, min(len(letters) - 1, _LONGEST_SURNAME) + 1):
        for surname, given in ((letters[:at], letters[at:]), (letters[-at:], letters[:-at])):
            heads = surnames_of(surname)
            pieces = _segmented(given) if heads else ()
            if pieces:
                syllables_read = (set(map(southern, one)) for one in pieces)
                found.update(map("".join, product(set(map(canonical, heads)), *syllables_read)))
    return found


def canonical(name: str) -> str:
    """Return a name in Hangul with every syllable as the South writes it at the head of a word."""
    return "".join(map(southern, name))
