"""Korean names in small Latin letters: `kim jong chol`, in whatever spelling the writer chose.

Capitals are what tells a name from everyday words in `sounding`. Without them a name must have a
surname and two more syllables, and be spelled so that it reads as a registered name exactly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from archive.naming import canonical, korean_readings
from archive.redaction.characters import ALPHABETIC
from archive.redaction.index import Pile
from archive.redaction.keys import Hashes, hash_runs, hash_strings
from archive.redaction.letters import Places
from archive.redaction.persons import names_of
from archive.redaction.reading import Reading
from archive.redaction.sounding import Sounding

_SEAM = re.compile(r"[\s\-\u2010\u2011]{1,3}")
_SYLLABLES = 2  # of the given name
_FEWEST = 4  # letters of a given name in one word
_KEPT = 1 << 14  # words, and names, of which what they are is kept in memory
T = TypeVar("T")
Marks = NDArray[np.bool_]


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
        self._doubles: dict[int, bool] = {}
        self._numbers: dict[int, frozenset[int]] = {}

    def find(self, reading: Reading) -> Iterator[Sounding]:
        """Yield every place where words without capitals are a name."""
        if not len(self._written) or not reading.letters.has_words:
            return
        runs = reading.runs
        heads = self._surnames.known(runs.hashes)
        if not len(heads):
            return
        small = reading.letters.kind(runs.starts) == ALPHABETIC
        small &= ~reading.letters.capitals(runs.starts)
        beside = np.zeros(len(small) + 3, np.bool_)
        beside[1:-3] = (runs.starts[1:] == runs.stops[:-1]) & small[1:] & small[:-1]
        firsts, lasts = self._windows(reading, heads, beside)
        starts, stops = runs.starts.take(firsts), runs.stops.take(lasts)
        read = _each(
            hash_runs(reading.letters.codes, starts, stops),
            self._numbers,
            lambda at: self._named(reading.letters.string(int(starts[at]), int(stops[at]))),
        )
        for at, numbers in enumerate(read):
            if numbers:
                seams = runs.starts[firsts[at] + 1 : lasts[at] + 1].tolist()
                if all(_SEAM.fullmatch(reading.gap(seam)) for seam in seams):
                    for number in numbers:
                        yield Sounding(int(starts[at]), int(stops[at]), number, True)

    def _windows(self, reading: Reading, heads: Places, beside: Marks) -> tuple[Places, Places]:
        """Return first and last runs of surnames with two syllables, or one word, beside them.

        `beside` says of each run whether the one before it, both without capitals, ends there.
        """
        given = np.zeros(len(beside), np.bool_)
        given[self._given.known(reading.runs.hashes)] = True
        after, before = heads[beside[heads + 1]], heads[beside[heads]]
        two_after = after[given[after + 1] & given[after + 2] & beside[after + 2]]
        two_before = before[given[before - 1] & given[before - 2] & beside[before - 1]]
        one_after = after[self._double(reading, after + 1)]
        one_before = before[self._double(reading, before - 1)]
        firsts = (two_after, two_before - 2, one_after, one_before - 1)
        lasts = (two_after + 2, two_before, one_after + 1, one_before)
        return np.concatenate(firsts), np.concatenate(lasts)

    def _double(self, reading: Reading, places: Places) -> Marks:
        """Return for each run at places whether it is two syllables of given names in one word."""
        runs = reading.runs

        def divides(at: int) -> bool:
            run = places[at]
            return self._divides(
                reading.letters.string(int(runs.starts[run]), int(runs.stops[run]))
            )

        found = _each(runs.hashes.take(places), self._doubles, divides)
        return np.fromiter(found, np.bool_, len(places))

    def _divides(self, word: str) -> bool:
        return len(word) >= _FEWEST and any(
            word[:cut] in self._syllables and word[cut:] in self._syllables
            for cut in range(1, len(word))
        )

    def _named(self, letters: str) -> frozenset[int]:
        ways = sorted(korean_readings(letters))
        if not ways:
            return frozenset()
        hashes = hash_strings(ways)
        known = self._written.known(hashes)
        return frozenset(self._written.owners(hashes.take(known))[1].tolist())


def _each(hashes: Hashes, kept: dict[int, T], judge: Callable[[int], T]) -> list[T]:
    """Return what is said of each hash: what is kept of it, else what is said of its place."""
    if len(kept) >= _KEPT:
        kept.clear()
    for at, key in enumerate(found := hashes.tolist()):
        if key not in kept:
            kept[key] = judge(at)
    return list(map(kept.__getitem__, found))
