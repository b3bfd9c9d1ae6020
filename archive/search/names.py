"""Names of persons by sound: 김정은, Kim Jong Un, Kim Chŏng-ŭn, Ким Чен Ын and 金正恩 meet.

A document has in its field `names` a key for whatever may be a Korean name in it: a surname and one
or two syllables, written in Hangul or Han characters, or as capitalised words in Latin or Cyrillic
letters, the surname first or last. A key is the name's sounds (`archive.naming`), the
surname first; a spelling that may stand for several names has a key for each. Keys of Hangul are
kept apart, so that one who asks in Hangul gets other scripts, and not other Hangul names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product

from archive import naming
from archive.naming import divided, sound, sounds_of
from archive.search.folding import fold
from archive.search.languages.lists import lines_of
from archive.search.languages.runs import is_hangul
from archive.search.languages.stemming import tagged
from archive.search.patterns import late


def _lists() -> dict[str, frozenset[str]]:
    lines = (line.split() for line in lines_of("surnames.txt"))
    return {name: frozenset(words) for name, *words in lines}


_LISTS = _lists()
_SURNAMES, _ORDINARY, _KNOWN = _LISTS["surnames"], _LISTS["ordinary"], _LISTS["known"]
_DOUBLE = ("남궁", "독고", "사공", "서문", "선우", "제갈", "황보")
_CUSTOMARY = {"park": "박", "choi": "최", "roh": "노", "rho": "노", "ro": "노", "ra": "나"}
_BEFORE_N = ("ng", "m", "k", "p")  # after these a liquid is spoken, and spelled by some, as n
_LETTER = r"[^\W\d_]"
_JOIN = "['’ʼ`-]"
# bounded, and begun at the first letter of a word only: a megabyte of letters costs what it is long
_LATIN_REST = rf"[A-Za-z]{{0,40}}+(?:{_JOIN}[A-Za-z]{{1,40}}+){{0,4}}+(?![A-Za-z])"
_ANY_WORD = rf"{_LETTER}{{1,41}}+(?:{_JOIN}{_LETTER}{{1,40}}+){{0,4}}+(?!{_LETTER})"
# a pattern that begins with its letters is looked for three times as fast as one that looks back
_PLAIN = re.compile(rf"[A-Z](?<![A-Za-z].){_LATIN_REST}(?:,?[ \n][A-Z]{_LATIN_REST})++")
_ANY = late(rf"(?<!{_LETTER}){_ANY_WORD}(?:,?[ \n]{_ANY_WORD})++")
_WORD = late(_ANY_WORD)
_HAN = late(f"[{naming.HAN}]{{2,}}")
_MARKS = re.compile("['’ʼ`]")
_MOST_KEYS = 48  # of one spelling; the likeliest readings come first


@cache
def _surname_sounds() -> dict[str, str]:
    """Return the sound of each surname, by the surname, and by its sound."""
    found = {surname: sound(surname) for surname in _SURNAMES}
    return found | {key: key for key in found.values()}


@lru_cache(maxsize=1 << 14)
def _surname(spelling: str) -> tuple[str, ...]:
    """Return the sounds of surnames that folded letters may stand for."""
    if spelling in _CUSTOMARY:
        return (sound(_CUSTOMARY[spelling]),)
    known = _surname_sounds()
    single = tuple(key for key in sounds_of(spelling) if key in known)
    return single + tuple(key for key, ways in _doubles() if spelling in ways)


@cache
def _doubles() -> tuple[tuple[str, frozenset[str]], ...]:
    romanized = {
        "남궁": "namgung namkung namgoong",
        "독고": "dokgo tokko dokko",
        "사공": "sagong sakong",
        "서문": "seomun somun seomoon",
        "선우": "seonu sonu sunwoo sonwoo seonwoo",
        "제갈": "jegal chegal",
        "황보": "hwangbo hwangpo",
    }
    return tuple(
        ("".join(map(sound, name)), frozenset(ways.split())) for name, ways in romanized.items()
    )


def hangul_key(word: str) -> str | None:
    """Return the key of a word of Hangul that may be a whole name, or `None`."""
    double = word[:2] in _DOUBLE
    if not (3 if double else 2) <= len(word) <= (4 if double else 3):
        return None
    first = sound(naming.southern(word[0]))
    if not double and first not in _surname_sounds():
        return None
    return first + "".join(map(sound, word[1:]))


def _han_keys(text: str) -> Iterator[str]:
    """Yield the keys of what may be names at the beginning of each surname in Han characters."""
    for at, character in enumerate(text[:-1]):
        read = naming.read_hanja(character)
        surname = naming.southern(read) if is_hangul(read) else read
        if surname not in _SURNAMES:
            continue
        for length in (2, 3):
            rest = naming.read_hanja(text[at + 1 : at + length])
            if at + length <= len(text) and is_hangul(rest):
                yield "".join(map(sound, surname + rest))


def _given(parts: Sequence[str]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return the ways to read a given name: for each of one or two syllables its sounds."""
    if len(parts) == 1:
        return divided(parts[0])
    if len(parts) != 2 or not sounds_of(parts[0]) or not sounds_of(parts[1]):
        return ()
    second = sounds_of(parts[1])
    if parts[1].startswith("n") and parts[0].endswith(_BEFORE_N):
        second += sounds_of("r" + parts[1][1:])
    return ((sounds_of(parts[0]), second),)


def _orders(words: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    yield words[0], words[1:]
    yield words[-1], words[:-1]


@lru_cache(maxsize=1 << 14)
def spelled_keys(words: tuple[str, ...], *, surely: bool = False) -> tuple[str, ...]:
    """Return the keys of two or three words in Latin or Cyrillic letters; none if no name.

    Unless it is `surely` a name, a surname that is an ordinary word besides needs a given name in
    two parts that are not.
    """
    found: dict[str, None] = {}
    for surname, given in _orders(words):
        folded = "".join(_parts(surname))
        parts = [part for word in given for part in _parts(word)]
        if not surely and folded in _ORDINARY and (len(parts) < 2 or _ORDINARY.issuperset(parts)):
            continue
        for head, way in product(_surname(folded), _given(parts)):
            for key in product(*way):
                found[head + "".join(key)] = None
    return tuple(found)[:_MOST_KEYS]


def _spelled(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the keys of each place where capitalised words may be a name."""
    for sequence in (_PLAIN if text.isascii() else _ANY).finditer(text):
        words = tuple(_WORD.findall(sequence.group()))
        for window in _windows(words):
            keys = spelled_keys(window)
            if keys:
                yield keys


def _windows(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield two and three words in a row that begin or end with what may be a surname."""
    likely = [_may_be_surname(word) for word in words]
    given = [_may_be_given(word) for word in words]
    for at in range(len(words) - 1):
        for end in (at + 2, at + 3):
            if end <= len(words) and (
                (likely[at] and all(given[at + 1 : end]))
                or (likely[end - 1] and all(given[at : end - 1]))
            ):
                yield words[at:end]


@lru_cache(maxsize=1 << 14)
def _may_be_given(word: str) -> bool:
    return word[0].isupper() and bool(_given(_parts(word)))


@lru_cache(maxsize=1 << 14)
def _may_be_surname(word: str) -> bool:
    return word[0].isupper() and bool(_surname("".join(_parts(word))))


@lru_cache(maxsize=1 << 14)
def _parts(word: str) -> tuple[str, ...]:
    """Return what stands between the hyphens of a word, folded and without apostrophes."""
    return tuple(fold(_MARKS.sub("", word)).split("-"))


def text_keys(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the terms of each place in an unfolded text that may be a name, but those of Hangul."""
    yield from _spelled(text)
    if not text.isascii():
        for run in _HAN.finditer(text):
            for key in _han_keys(run.group()):
                yield (key,)


def hangul_term(key: str) -> str:
    """Return the term of a key that comes from Hangul."""
    return tagged("ko", key)


def asked(words: Sequence[str], *, surely: bool) -> tuple[str, ...]:
    """Return the terms to look for where `words` of a query may be a name; none if they are not.

    Unless it is `surely` a name, words in Latin or Cyrillic letters must be capitalised, or be
    nothing else.
    """
    if len(words) == 1 and is_hangul(words[0]):
        key = hangul_key(words[0])
        return (key,) if key else ()
    if len(words) == 1 and _HAN.fullmatch(words[0]):
        whole = [key for key in _han_keys(words[0]) if len(key) == len(words[0])][:1]
        return tuple(term for key in whole for term in (key, hangul_term(key)))
    if not 2 <= len(words) <= 3 or not all(map(_WORD.fullmatch, words)):
        return ()
    named = tuple(words)
    if not surely and not (_capital(named) or _unmistakable(named)):
        return ()
    keys = spelled_keys(named, surely=surely)
    return tuple(term for key in keys for term in (key, hangul_term(key)))


def _capital(words: tuple[str, ...]) -> bool:
    return all(word[0].isupper() for word in words)


def _unmistakable(words: tuple[str, ...]) -> bool:
    """Tell whether words in small letters are a name all the same: `kim jong un`."""
    return len(words) == 3 and words[0] in _KNOWN
