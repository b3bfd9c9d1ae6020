"""A registered name as its words, and all the ways in which each of them may be written.

Latin, Cyrillic and Arabic words have their spellings in the other scripts, Cyrillic ones are
declined; of a Korean or Chinese name the words are syllables in Latin letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from archive.naming import (
    arabic_initials,
    arabic_spelling,
    cyrillic_letters,
    cyrillic_spelling,
    declined,
    declined_latin,
    is_cyrillic,
    is_inflected,
    japanese_reading,
    latin_spellings,
    plain,
    sound_key,
)
from archive.redaction.folding import RUN, fold, is_alphabetic
from archive.redaction.persons import (
    HYPHENS,
    names_of,
    other_surnames,
    particled,
    spelled_out,
    surname_and_given,
    words_of,
)
from archive.redaction.sounding import alike

_LONG_END = re.compile("(?<=o)[hou]$|(?<=u)[uh]$")
_FEWEST = 3  # letters of a given name that may be inflected
_HALF = 3  # letters of a part of a double surname
_MOST = 1 << 12  # ways to write a double surname


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a name: its spellings, and what an Arabic one is in Latin letters."""

    spelled: frozenset[str]
    heard: re.Pattern[str] | None = None
    firsts: frozenset[str] = frozenset()

    def is_said(self, word: str) -> bool:
        """Return whether a text's word is this one."""
        if word in self.spelled or (self.heard and self.heard.fullmatch(word)):
            return True
        if any(len(one) >= _FEWEST and is_inflected(word, one) for one in self.spelled):
            return True
        read = japanese_reading(word)
        if read and any(read == japanese_reading(one) for one in self.spelled):
            return True
        key = _key(word)
        return any(key == _key(one) and alike(word, one) for one in self.spelled)

    def begins(self, letters: str) -> bool:
        """Return whether these may be its initial."""
        return letters in self.firsts or any(one.startswith(letters) for one in self.spelled)


@dataclass(frozen=True, slots=True)
class Person:
    """A name in words: ways to write the surname, folded; and the other words, in order.

    `lasts` are the last runs of the surname; a `partial` one is one of several words.
    """

    surnames: frozenset[str]
    heard: re.Pattern[str] | None
    given: tuple[_Word, ...]
    lasts: frozenset[str] = frozenset()
    partial: bool = False

    def initialled(self, letters: Sequence[str]) -> bool | None:
        """Return whether initials are certainly those of this name; nothing if they are not."""
        pairs = list(zip(letters, self.given, strict=False))
        if not pairs or not all(word.begins(letter) for letter, word in pairs):
            return None
        return len(letters) <= len(self.given)

    def spells(self, letters: str) -> bool:
        """Return whether letters are given names without anything between, in order."""
        return not letters or _spell(letters, self.given)

    def has(self, word: str) -> bool | None:
        """Return whether a word is the first of the given names; nothing if it is none of them."""
        if self.given[0].is_said(word):
            return True
        return False if any(one.is_said(word) for one in self.given[1:]) else None


@lru_cache(maxsize=1 << 14)
def _key(word: str) -> str:
    """Return the sound of a word without half vowels, which some spell as a consonant."""
    return sound_key(word).replace("J", "")


def _spell(letters: str, words: Sequence[_Word]) -> bool:
    for at, word in enumerate(words):
        if word.heard and word.heard.fullmatch(letters):
            return True
        for one in word.spelled:
            if one and letters.startswith(one):
                rest = letters[len(one) :]
                if not rest or _spell(rest, words[at + 1 :]):
                    return True
    return False


def _folded(word: str) -> str:
    return "".join(RUN.findall(fold(word).letters))


def _lengthened(word: str) -> frozenset[str]:
    """Return a Japanese word with its last vowel short and long, as several systems write it."""
    if not japanese_reading(word):
        return frozenset()
    stem = _LONG_END.sub("", word)
    return (
        frozenset(stem + one for one in ("", "h", "u", stem[-1:]))
        if stem[-1:] in "ou"
        else frozenset()
    )


def _spelled(word: str, *, surname: bool) -> frozenset[str]:
    """Return the ways to write one word of a name, in small letters."""
    small = plain(word)
    if is_cyrillic(small):
        return frozenset(
            {small, *map(plain, declined(word.lower())), *latin_spellings(word.lower())}
        )
    if arabic_spelling(small):
        return frozenset()
    latin = frozenset(map(_folded, spelled_out(word)))
    if surname:
        latin = latin.union(*map(declined_latin, latin), *map(_lengthened, latin))
    other = cyrillic_spelling(small) if surname else cyrillic_letters(_folded(word))
    return latin | ({other, *declined(other)} if other else set())


@lru_cache(maxsize=1024)
def in_words(form: str) -> tuple[Person, ...]:
    """Return a form as the persons it may be: none if it is no full name, or made of syllables.

    The first has the whole surname; others a part of a double one, or another word as surname.
    """
    if any(name.surnames for name in names_of(form)):
        return ()
    surname, given = surname_and_given(form)
    if not surname or not (is_alphabetic(_folded(surname)[:1] or "0") or arabic_spelling(surname)):
        return ()
    parts = [(one, given) for one in _halves(surname)]
    others = (*parts, *other_surnames(form))
    return (_person(surname, given, _small(form)), *(_person(*one) for one in others))


def _halves(surname: str) -> list[str]:
    """Return the parts between hyphens of a double surname, those of some length."""
    parts = HYPHENS.split(surname)
    return [one for one in parts if len(parts) > 1 and len(_folded(one)) >= _HALF]


def _small(form: str) -> str:
    """Return the small words of a name in one, as handles have them."""
    parts = particled(words_of(form))
    return "".join(map(_folded, parts[1])) if parts else ""


def _person(surname: str, given: Sequence[str], small: str | None = None) -> Person:
    words = tuple(
        _Word(
            _spelled(one, surname=False), arabic_spelling(plain(one)), arabic_initials(plain(one))
        )
        for one in given
    )
    parts = [_spelled(one, surname=True) for one in HYPHENS.split(surname) if one]
    whole = frozenset(_folded("".join(one)) for one in islice(product(*parts), _MOST))
    lasts = frozenset(map(_folded, parts[-1])) if parts else frozenset[str]()
    runs = RUN.findall(fold(surname).letters)
    if small:
        whole |= {small + one for one in whole}
    return Person(
        whole,
        arabic_spelling(plain(surname)),
        words,
        lasts | whole | frozenset(runs[-1:] if len(runs) > 1 else ()),
        partial=small is None,
    )


@lru_cache(maxsize=1024)
def in_syllables(form: str) -> tuple[Person, ...]:
    """Return a form as Korean or Chinese names of which the surname is in Latin letters."""
    return tuple(
        Person(name.surnames, None, tuple(map(_Word, name.given)))
        for name in names_of(form)
        if name.surnames
    )
