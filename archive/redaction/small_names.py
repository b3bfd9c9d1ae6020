"""Korean names in small Latin letters: `kim jong chol`, in whatever spelling the writer chose.

Capitals are what tells a name from everyday words in `sounding`. Without them a name must have a
surname and two more syllables, and be spelled so that it reads as a registered name exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from archive.naming import canonical, korean_readings
from archive.redaction.characters import ALPHABETIC
from archive.redaction.index import Pile
from archive.redaction.keys import Runs, hash_strings
from archive.redaction.letters import Places
from archive.redaction.persons import names_of
from archive.redaction.reading import Reading
from archive.redaction.sounding import Sounding

_SEAM = re.compile(r"[\s\-\u2010\u2011]{1,3}")
_SYLLABLES = 2  # of the given name
_FEWEST = 4  # letters of a given name in one word
_KEPT = 1 << 14  # words, and names, of which what they are is kept in memory
T = TypeVar("T")


class SmallNames:
    """The names among forms that have a surname and a given name of two syllables."""

    def __init__(self, forms: Sequence[str]) -> None:
        surnames, given, written = Pile(), Pile(), Pile()
        known: tuple[set[str], set[str]] = set(), set()
        for number, form in enumerate(forms):
            for name in names_of(form):
                if name.surnames and len(name.given) == _SYLLABLES:
                    known[0].update(name.surnames)
                    known[1].update(*name.given)
                    for one in set(map(canonical, name.written)):
                        written.add(one, number)
        for pile, spellings in ((surnames, known[0]), (given, known[1])):
            for spelling in spellings:
                pile.add(spelling, 0)
        self._surnames, self._given, self._written = surnames.keys(), given.keys(), written.keys()
        self._syllables = frozenset(known[1])
        self._doubles: dict[str, bool] = {}
        self._numbers: dict[str, frozenset[int]] = {}

    def find(self, reading: Reading) -> Iterator[Sounding]:
        """Yield every place where words without capitals are a name."""
        if not len(self._written) or not reading.letters.has_words:
            return
        runs = reading.runs
        small = reading.letters.kind(runs.starts) == ALPHABETIC
        small &= ~reading.letters.capitals(runs.starts)
        beside = np.zeros(len(small) + 1, np.bool_)
        beside[1:-1] = (runs.starts[1:] == runs.stops[:-1]) & small[1:] & small[:-1]
        heads = self._surnames.known(runs.hashes)
        for first, last in self._windows(reading, heads, beside):
            yield from self._read(reading, runs, first, last)

    def _windows(
        self,
        reading: Reading,
        heads: Places,
        beside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    ) -> Iterator[tuple[int, int]]:
        """Yield first and last run of a surname with two syllables, or one word, beside it."""
        runs = reading.runs
        given = np.zeros(len(beside) + 1, np.bool_)
        given[self._given.known(runs.hashes)] = True
        for at in heads[beside.take(heads) | beside.take(heads + 1)].tolist():
            if beside[at + 1]:
                if given[at + 1] and given[at + 2] and beside[at + 2 : at + 3].any():
                    yield at, at + 2
                if self._double(reading, at + 1):
                    yield at, at + 1
            if beside[at]:
                if at > 1 and given[at - 1] and given[at - 2] and beside[at - 1]:
                    yield at - 2, at
                if self._double(reading, at - 1):
                    yield at - 1, at

    def _double(self, reading: Reading, at: int) -> bool:
        """Return whether a run is two syllables of given names in one word."""
        runs = reading.runs
        word = reading.letters.string(int(runs.starts[at]), int(runs.stops[at]))
        found = self._doubles.get(word)
        if found is None:
            found = len(word) >= _FEWEST and any(
                word[:cut] in self._syllables and word[cut:] in self._syllables
                for cut in range(1, len(word))
            )
            _keep(self._doubles, word, found)
        return found

    def _read(self, reading: Reading, runs: Runs, first: int, last: int) -> Iterator[Sounding]:
        start, stop = int(runs.starts[first]), int(runs.stops[last])
        letters = reading.letters.string(start, stop)
        numbers = self._numbers.get(letters)
        if numbers is None:
            numbers = self._named(letters)
            _keep(self._numbers, letters, numbers)
        seams = runs.starts[first + 1 : last + 1].tolist()
        if numbers and all(_SEAM.fullmatch(reading.gap(seam)) for seam in seams):
            yield from (Sounding(start, stop, number, True) for number in numbers)

    def _named(self, letters: str) -> frozenset[int]:
        ways = sorted(korean_readings(letters))
        if not ways:
            return frozenset()
        hashes = hash_strings(ways)
        known = self._written.known(hashes)
        return frozenset(self._written.owners(hashes.take(known))[1].tolist())


def _keep(kept: dict[str, T], key: str, value: T) -> None:
    """Remember a value, and forget all others when there are too many."""
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value
