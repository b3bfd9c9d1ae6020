"""A registered name as its words, and all the ways in which each of them may be written.

Latin, Cyrillic and Arabic words have their spellings in the other scripts, Cyrillic ones are
declined; of a Korean or Chinese name the words are syllables in Latin letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from archive.naming import (
    arabic_initials,
    arabic_spelling,
    cyrillic_letters,
    cyrillic_spelling,
    declined,
    declined_latin,
    is_cyrillic,
    latin_spellings,
    plain,
    sound_key,
)
from archive.redaction.folding import RUN, fold, is_alphabetic
from archive.redaction.persons import names_of, spelled_out, surname_and_given
from archive.redaction.sounding import alike


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
        key = _key(word)
        return any(key == _key(one) and alike(word, one) for one in self.spelled)

    def begins(self, letters: str) -> bool:
        """Return whether these may be its initial."""
        return letters in self.firsts or any(one.startswith(letters) for one in self.spelled)


@dataclass(frozen=True, slots=True)
class Person:
    """A name in words: ways to write the surname, folded; and the other words, in order."""

    surnames: frozenset[str]
    heard: re.Pattern[str] | None
    given: tuple[_Word, ...]

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
        latin = latin.union(*map(declined_latin, latin))
    other = cyrillic_spelling(small) if surname else cyrillic_letters(_folded(word))
    return latin | ({other, *declined(other)} if other else set())


@lru_cache(maxsize=1024)
def in_words(form: str) -> Person | None:
    """Return a form as a person; nothing if it is no full name, or made of syllables."""
    if any(name.surnames for name in names_of(form)):
        return None
    surname, given = surname_and_given(form)
    if not surname or not (is_alphabetic(_folded(surname)[:1] or "0") or arabic_spelling(surname)):
        return None
    spelled = _spelled(surname, surname=True)
    words = tuple(
        _Word(
            _spelled(one, surname=False), arabic_spelling(plain(one)), arabic_initials(plain(one))
        )
        for one in given
    )
    return Person(frozenset(map(_folded, spelled)), arabic_spelling(plain(surname)), words)


@lru_cache(maxsize=1024)
def in_syllables(form: str) -> tuple[Person, ...]:
    """Return a form as Korean or Chinese names of which the surname is in Latin letters."""
    return tuple(
        Person(name.surnames, None, tuple(map(_Word, name.given)))
        for name in names_of(form)
        if name.surnames
    )
