"""Names that are given in part or in another guise: a surname, and beside it what belongs to it.

For each name that is not made of syllables this knows how its words are written in Latin and in
Cyrillic letters, and declined. Where a text has the surname, the words and initials beside it are
compared with the rest of the name: `П. Орлову`, `Pyotr S. Orlov`, `Anna "Anya" Lind`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.naming import (
    LONGEST_ENDING,
    is_cyrillic,
    is_inflected,
    plain,
    sound_key,
    sound_keys,
)
from archive.redaction.characters import ALPHABETIC
from archive.redaction.detecting import lexicon
from archive.redaction.everyday import is_everyday, is_frequent
from archive.redaction.index import Pile
from archive.redaction.keys import Hashes, hash_strings, shortened
from archive.redaction.persons import PARTICLES, surname_and_given
from archive.redaction.reading import Reading
from archive.redaction.sounding import Sounding
from archive.redaction.wording import Person, in_syllables, in_words

_CERTAIN = 4  # letters of a surname that is certain with initials
_INITIAL = 3  # letters at most
_REACH = 4  # runs beside a surname
_STRANGE = 2  # words among them that the register does not know
_KEPT = 1024  # forms of which the words are kept in memory
_LINK = re.compile(r"[\s.,;/_|'\u2019\"\u201c-\u201f\u00ab\u00bb()\-\u2010-\u2015]{0,5}")
_TIGHT = re.compile(r"['\u2019\-\u2010-\u2015]?")
_STOP = re.compile(r"[.,]\s|\n\s*\n")
_GLUED = re.compile("^(?:[ae]l|ul)(?=...)")
_STEM = 5  # letters of a surname that is found with a case ending
_SHORT_PARTICLES = frozenset(("v", "d", "vd"))


def _mask(letters: Iterable[str]) -> int:
    """Return a bit for each of these small Latin letters."""
    return sum(1 << (ord(one) - ord("a")) for one in set(letters) if "a" <= one <= "z")


class ShortenedNames:
    """The names among forms, by their surnames."""

    def __init__(self, forms: Sequence[str]) -> None:
        self._forms = forms
        self._heard: dict[str, set[int]] = defaultdict(set)
        self._meant: dict[tuple[str, tuple[str, ...], tuple[str, ...]], tuple[int, ...]] = {}
        pile, initialled = Pile(), Pile()
        for number, form in enumerate(forms):
            for named in in_syllables(form):
                firsts = _mask(one[0] for one in named.given[0].spelled if one)
                for surname in named.surnames:
                    initialled.add(surname, number, firsts)
            persons = in_words(form)
            for last in frozenset[str]().union(*(one.lasts for one in persons)):
                pile.add(last, number)
            if persons and persons[0].heard:
                for key in sound_keys(plain(surname_and_given(form)[0])):
                    self._heard[key].add(number)
        self._keys, self._initialled = pile.keys(), initialled.keys()

    def named(self, words: Sequence[str]) -> Iterator[tuple[int, int, Person, bool]]:
        """Yield, for small Latin words that are surnames: which, form, person, if in syllables."""
        hashes = hash_strings(words)
        for keys, syllabic in ((self._keys, False), (self._initialled, True)):
            known = keys.known(hashes)
            whose, numbers, _ = keys.owners(hashes.take(known))
            for at, number in set(zip(known.take(whose).tolist(), numbers.tolist(), strict=True)):
                form = self._forms[number]
                persons = in_syllables(form) if syllabic else in_words(form)
                for person in persons:
                    if words[at] in person.surnames:
                        yield at, number, person, syllabic
        for at, word in enumerate(words):
            for number in self._heard.get(_heard(word), ()) if self._heard else ():
                for other in in_words(self._forms[number])[:1]:
                    if other.heard and other.heard.fullmatch(word):
                        yield at, number, other, False

    def find(self, reading: Reading, *, endings: bool = True) -> Iterator[Sounding]:
        """Yield surnames with what is beside them; alone and among strange words not certain.

        With `endings`, also those with a plural `s` or a case ending, none of them certain.
        """
        if not reading.letters.has_words or not self._forms:
            return
        line = _Line(reading)
        for run, number, dropped in self._surnames(line, endings):
            for person in in_words(self._forms[number]):
                first = line.first_of(run, person.surnames, dropped)
                if first is not None:
                    yield from line.name(first, run, number, person, whole=not dropped)
        for run, number in self._lettered(line):
            for named in in_syllables(self._forms[number]):
                yield from line.name(run, run, number, named, syllabic=True)
        for run, number in self._arabic(line):
            for person in in_words(self._forms[number])[:1]:
                yield from (
                    replace(one, certain=False) for one in line.name(run, run, number, person)
                )

    def _surnames(self, line: _Line, endings: bool) -> Iterator[tuple[int, int, int]]:
        """Yield run and form for each capitalised word that is a surname, and letters after it.

        These are a plural `s` or a case ending.
        """
        codes, capital = line.reading.letters.codes, np.flatnonzero(line.capitals)
        longest = LONGEST_ENDING + 1 if endings else 0
        ways = shortened(line.runs, codes, capital, longest, _STEM)
        for dropped, places, hashes in ways:
            known = self._keys.known(hashes)
            whose, owners, _ = self._keys.owners(hashes.take(known))
            at = places.take(known.take(whose))
            for run, number in zip(at.tolist(), owners.tolist(), strict=True):
                if not dropped or line.ends(run, dropped):
                    yield run, number, dropped

    def _lettered(self, line: _Line) -> Iterator[tuple[int, int]]:
        """Yield run and form where the surname of a name in syllables has an initial beside it."""
        runs = line.runs
        short = np.zeros(len(line.capitals) + 2, np.bool_)
        short[1:-1] = line.capitals & (runs.stops - runs.starts <= _INITIAL)
        near = np.flatnonzero(line.capitals & (short[:-2] | short[2:]))
        near = near.take(self._initialled.known(runs.hashes.take(near)))
        for run in near.tolist():
            before, after = map(tuple, line.beside(run))
            key = (line.word(run), before, after)
            if key not in self._meant:
                if len(self._meant) >= _KEPT:
                    self._meant.clear()
                self._meant[key] = self._initials(runs.hashes.take([run]), before, after)
            for number in self._meant[key]:
                yield run, number

    def _initials(
        self, surname: Hashes, before: tuple[str, ...], after: tuple[str, ...]
    ) -> tuple[int, ...]:
        """Return the forms that have a surname, by its hash, and initials before or after it."""
        letters = _mask(one[0][0] for one in (before, after) if one)
        _, numbers, firsts = self._initialled.owners(surname)
        some = sorted(set(numbers[(firsts & letters) != 0].tolist())) if letters else ()
        return tuple(
            number
            for number in some
            for person in in_syllables(self._forms[number])
            if any(one and person.initialled(one) is not None for one in (before, after))
        )

    def _arabic(self, line: _Line) -> Iterator[tuple[int, int]]:
        for run in np.flatnonzero(line.capitals).tolist() if self._heard else ():
            word = line.word(run)
            for number in self._heard.get(_heard(word), ()):
                persons = in_words(self._forms[number])
                if persons and persons[0].heard and persons[0].heard.fullmatch(word):
                    yield run, number


@lru_cache(maxsize=1 << 14)
def _heard(word: str) -> str:
    return sound_key(_GLUED.sub("", word))


class _Line:
    """The words of one text, by the numbers of their runs."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.runs = reading.runs
        letters = reading.letters
        words = letters.kind(self.runs.starts) == ALPHABETIC
        self.capitals: NDArray[np.bool_] = letters.capitals(self.runs.starts) & words
        self._starts, self._stops = self.runs.starts.data, self.runs.stops.data

    def word(self, run: int) -> str:
        """Return a word in small letters: Cyrillic as it is, Latin without marks."""
        start, stop = self._starts[run], self._stops[run]
        written = plain(self.reading.word(start, stop))
        return written if is_cyrillic(written) else self.reading.letters.string(start, stop)

    def gap(self, run: int) -> str | None:
        """Return what is before a run, if other letters are not."""
        if not 0 < run < len(self._starts) or self._starts[run] != self._stops[run - 1]:
            return None
        return self.reading.gap(self._starts[run])

    def ends(self, run: int, dropped: int) -> bool:
        """Return whether a word without its last letters is a name with a plural `s` or a case."""
        word = self.reading.letters.string(self._starts[run], self._stops[run])
        name = word[:-dropped]
        if word == f"{name}s":
            return True
        return len(name) >= _STEM and is_inflected(word, name) and not is_everyday(word)

    def first_of(self, last: int, surnames: frozenset[str], dropped: int) -> int | None:
        """Return the first run of the surname that ends with the run `last`; nothing if none.

        So many of the last letters are an ending.
        """
        stop = self._stops[last] - dropped
        found = None
        for first in range(last, max(-1, last - _REACH), -1):
            if self.reading.letters.string(self._starts[first], stop) in surnames:
                found = first
            gap = self.gap(first)
            if gap is None or not _TIGHT.fullmatch(gap):
                break
        return found

    def beside(self, run: int) -> tuple[list[str], list[str]]:
        """Return the initials before a run and after it."""
        before: list[str] = []
        for at in range(run - 1, max(-1, run - 1 - _REACH), -1):
            here = self._initials(at) if self._beside(at, self.gap(at + 1)) else []
            if not here:
                break
            before[:0] = here
        after = self._initials(run + 1) if self._beside(run + 1, self.gap(run + 1)) else []
        return before, after

    def name(
        self,
        first: int,
        last: int,
        number: int,
        person: Person,
        *,
        syllabic: bool = False,
        whole: bool = True,
    ) -> Iterator[Sounding]:
        """Yield a surname together with what belongs to it; a frequent word alone is none.

        A name in syllables is never certain, nor one of two surnames, nor what is not `whole`, and
        nothing alone.
        """
        size = self._stops[last] - self._starts[first]
        while self._linked(first) and self._small(first - 1):
            first -= 1
        ways = [*self._before(first, person)]
        if not (ways and "," in (self.gap(last + 1) or "")):
            ways += self._after(last, person)
        start, stop, certain = first, last, False
        for begin, end, sure in ways:
            start, stop = min(start, begin if begin >= 0 else start), max(stop, end)
            certain |= sure
        while stop > last and self._linked(stop + 1) and self.word(stop + 1) in PARTICLES:
            stop += 1
        alone = not ways
        if alone and (syllabic or is_frequent(self.word(last))):
            return
        sure = certain and whole and not (alone or syllabic or person.partial)
        yield Sounding(self._starts[start], self._stops[stop], number, sure and size >= _CERTAIN)

    def _small(self, run: int) -> bool:
        """Return whether a word is a small one before a surname, or short for one (`v. d.`)."""
        word = self.word(run)
        if word in PARTICLES:
            return True
        return word in _SHORT_PARTICLES and (self.gap(run + 1) or "").startswith(".")

    def _linked(self, run: int) -> bool:
        gap = self.gap(run)
        return gap is not None and _LINK.fullmatch(gap) is not None

    def _initials(self, run: int) -> list[str]:
        """Return the initials that a run is; nothing if it is a word."""
        word = self.word(run)
        if len(word) > _INITIAL or not self.capitals[run] or word in lexicon.words("titles"):
            return []
        written = self.reading.word(self._starts[run], self._stops[run])
        stopped = (self.gap(run + 1) or self._tail(run)).startswith(".")
        if len(word) == 1 or (stopped and not written.isupper()):
            return [word]
        return list(word) if written.isupper() else []

    def _tail(self, run: int) -> str:
        end = self.reading.letters.end(self._stops[run] - 1)
        return self.reading.letters.text[end : end + 1]

    def _beside(self, at: int, gap: str | None) -> bool:
        """Return whether a run may belong to the name that a gap keeps it from."""
        inside = 0 <= at < len(self._starts)
        return inside and gap is not None and bool(_LINK.fullmatch(gap)) and bool(self.capitals[at])

    def _before(self, first: int, person: Person) -> Iterator[tuple[int, int, bool]]:
        strange = 0
        at, letters = self._block(first, person)
        if at < first:
            yield at, at, letters
        for one in range(at - 1, max(-1, at - 1 - _REACH), -1):
            gap = self.gap(one + 1)
            if not self._beside(one, gap) or strange > _STRANGE:
                return
            here = self._initials(one)
            said = person.has(self.word(one))
            if said is not None or (here and strange and person.initialled(here)):
                yield one, one, bool(said) and not strange
            elif not here and _STOP.search(gap or ""):
                return
            else:
                strange += 1

    def _block(self, first: int, person: Person) -> tuple[int, bool]:
        """Return the first of the initials before a run that fit, and whether they are certain."""
        found, certain = first, False
        initials: list[str] = []
        for at in range(first - 1, max(-1, first - 1 - _REACH), -1):
            here = self._initials(at) if self._beside(at, self.gap(at + 1)) else []
            if not here:
                break
            initials[:0] = here
            fits = person.initialled(initials)
            if fits is not None:
                found, certain = at, fits
        return found, certain

    def _after(self, last: int, person: Person) -> Iterator[tuple[int, int, bool]]:
        initials: list[str] = []
        for at in range(last + 1, last + 1 + _REACH):
            gap = self.gap(at)
            if not self._beside(at, gap) or (at == last + 1 and "." in (gap or "")):
                return
            initials += self._initials(at)
            fits = person.initialled(initials) if initials else None
            if fits is not None:
                yield -1, at, fits and self._tail(at) == "."
                continue
            said = person.has(self.word(at))
            if said is None:
                return
            yield -1, at, said
