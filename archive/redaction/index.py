"""Forms by their letters: compiled once, looked up at all places of a text together."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.redaction.forms import Variant
from archive.redaction.keys import (
    HEAD,
    LONGEST,
    Hashes,
    Keys,
    gathered,
    hash_inside,
    hash_pairs,
    hash_runs,
    hash_strings,
    windows,
    without_last,
)
from archive.redaction.letters import OTHER, Letters, Places, codes_of, kind_of
from archive.redaction.reading import INSIDE_WORDS, Reading

_INSIDE = 3  # letters by which forms of scripts without word spaces are found
_CHUNK = 1 << 16  # keys hashed at a time
_PAIR_BITS = 18  # of the filter of first pairs of letters
_TOGETHER = 1 << 12  # windows that are looked up together at least
_KEPT = 4096  # forms of which what they may look like is kept in memory
_S = np.uint32(ord("s"))
_CODES = 0x110000
_UNKNOWN = -1  # look of a form that its key does not hold whole
Place = tuple[int, int, int]
_Candidate = tuple[int, int, int, int]


class Pile:
    """Keys while they are collected, hashed by and by so that memory stays bounded."""

    def __init__(self) -> None:
        self._strings: list[str] = []
        self._owners, self._looks = array("i"), array("i")
        self._hashes: list[Hashes] = []

    def add(self, key: str, owner: int, look: int = 0) -> None:
        """Add a key of one letter or more."""
        self._strings.append(key)
        self._owners.append(owner)
        self._looks.append(look)
        if len(self._strings) >= _CHUNK:
            self._flush()

    def _flush(self) -> None:
        if self._strings:
            self._hashes.append(hash_strings(self._strings))
            self._strings = []

    def keys(self) -> Keys:
        """Return what was collected."""
        self._flush()
        hashes = np.concatenate([np.empty(0, np.uint64), *self._hashes])
        return Keys(hashes, self._owners, self._looks)


class _Piles(NamedTuple):
    """Keys of words, of words that stand apart, of long forms, and of forms inside words."""

    words: Pile
    apart: Pile
    heads: Pile
    inside: Pile


class FormIndex:
    """Finds forms in readings; forms are numbered as they are given.

    `expand` says what a form may look like. It is asked again when a form may stand in a text, so
    that a large register takes little memory: some tens of bytes for each way to write a form.
    """

    def __init__(self, forms: Sequence[str], expand: Callable[[str], Iterable[Variant]]) -> None:
        self._forms, self._expand = forms, expand
        self._kept: dict[int, dict[int, dict[str, list[Variant]]]] = {}
        self._first = np.zeros(_CODES, np.bool_)
        self._pairs = np.zeros(1 << _PAIR_BITS, np.bool_)
        self._sizes: set[int] = set()
        self._openings: set[str] = set()
        self._shapes: dict[Variant, int] = {}
        piles = _Piles(Pile(), Pile(), Pile(), Pile())
        for number, form in enumerate(forms):
            looks = {(*self._look(variant), variant.apart > 0) for variant in expand(form)}
            for key, look, apart in looks:
                self._add(piles, key, number, look, apart)
        self._words, self._apart, self._heads, self._inside = (pile.keys() for pile in piles)
        self._known = list(self._shapes)
        self._free = list(map(_free_from, self._known))
        codes = codes_of("".join(sorted(self._openings)))
        self._pairs[hash_pairs(codes, np.arange(0, len(codes), 2), _PAIR_BITS)] = True

    def _look(self, variant: Variant) -> tuple[str, int]:
        """Return the key of a variant, and the number of its shape if the key is all of it."""
        key = _key(variant.letters)
        if len(key) < len(variant.letters) or len(key) > LONGEST:
            return key, _UNKNOWN
        shape = replace(variant, letters="")
        return key, self._shapes.setdefault(shape, len(self._shapes))

    def _add(self, piles: _Piles, key: str, number: int, look: int, apart: bool) -> None:
        if kind_of(key[0]) == OTHER:
            self._first[ord(key[0])] = True
            self._sizes.add(len(key))
            if len(key) > 1:
                self._openings.add(key[:2])
            piles.inside.add(key.ljust(_INSIDE, "\0"), number, look)
        elif len(key) <= LONGEST:
            (piles.apart if apart else piles.words).add(key, number, look)
        else:
            piles.heads.add(key[:HEAD], number, look)

    def find(self, reading: Reading) -> Iterator[Place]:
        """Yield first letter, letter after the last, and number of every form that stands there."""
        seen: set[_Candidate] = set()
        for candidate in self._candidates(reading):
            if candidate not in seen:
                seen.add(candidate)
                yield from self._judged(reading, candidate)

    def _candidates(self, reading: Reading) -> Iterator[_Candidate]:
        letters = reading.letters
        if self._sizes:
            yield from self._inner(letters)
        if letters.has_words and any(map(len, (self._words, self._apart, self._heads))):
            yield from self._outer(reading)

    def _inner(self, letters: Letters) -> Iterator[_Candidate]:
        starts = np.flatnonzero(self._first.take(letters.codes[: letters.size]))
        if 1 in self._sizes:
            yield from self._at(letters, starts[letters.opens(starts)], 1)
        if self._openings:
            starts = starts[self._pairs.take(hash_pairs(letters.codes, starts, _PAIR_BITS))]
            for size in sorted(self._sizes - {1}):
                yield from self._at(letters, starts, size)

    def _at(self, letters: Letters, starts: Places, size: int) -> Iterator[_Candidate]:
        starts = starts[: np.searchsorted(starts, letters.size - size, side="right")]
        hashes = hash_inside(letters.codes, starts, size)
        yield from owned(self._inside, hashes, starts, starts + size)

    def _outer(self, reading: Reading) -> Iterator[_Candidate]:
        runs, codes = reading.runs, reading.letters.codes
        found = windows(runs.hashes, runs.starts, runs.stops, LONGEST + 1)
        for first, last, hashes in gathered(found, _TOGETHER):
            starts, stops = runs.starts.take(first), runs.stops.take(last)
            several = last > first
            yield from owned(self._words, hashes, starts, stops)
            yield from _of(self._apart, hashes, starts, stops, several)
            plural = codes.take(stops - 1) == _S
            shorter, stops = without_last(hashes, _S), stops - 1
            yield from _of(self._words, shorter, starts, stops, plural)
            yield from _of(self._apart, shorter, starts, stops, plural & several)
        if len(self._heads):
            starts = runs.starts[runs.starts + HEAD <= reading.letters.size]
            hashes = hash_runs(codes, starts, starts + HEAD)
            yield from owned(self._heads, hashes, starts, starts + HEAD)

    def _judged(self, reading: Reading, candidate: _Candidate) -> Iterator[Place]:
        start, stop, number, look = candidate
        if look != _UNKNOWN:
            if self._stands(reading, start, stop, look):
                yield start, stop, number
            return
        for size, found in self._looks(number).items():
            letters = reading.letters.string(start, start + size)
            for variant in found.get(letters, ()):
                if reading.accepts(variant, start):
                    yield start, start + size, number

    def _stands(self, reading: Reading, start: int, stop: int, look: int) -> bool:
        letters = reading.letters
        if stop - start >= self._free[look] and letters.unbroken(start, stop):
            return True
        return reading.accepts(self._known[look].of(letters.string(start, stop)), start)

    def _looks(self, number: int) -> dict[int, dict[str, list[Variant]]]:
        """Return what a form may look like, by the number of letters and the letters."""
        known = self._kept.get(number)
        if known is None:
            known = defaultdict(lambda: defaultdict(list))
            for variant in self._expand(self._forms[number]):
                known[len(variant.letters)][variant.letters].append(variant)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[number] = known
        return known


def _free_from(shape: Variant) -> int:
    """Return of how many letters on a shape stands wherever its letters are unbroken."""
    if shape.initials or shape.apart or shape.capital:
        return LONGEST + 1
    return INSIDE_WORDS if shape.whole else INSIDE_WORDS - 1


def _key(letters: str) -> str:
    """Return the letters by which a form is found."""
    if kind_of(letters[0]) == OTHER:
        return letters[:_INSIDE]
    for at, letter in enumerate(letters):
        if kind_of(letter) == OTHER:
            return letters[:at]
    return letters


def _of(
    keys: Keys, hashes: Hashes, starts: Places, stops: Places, chosen: NDArray[np.bool_]
) -> Iterator[_Candidate]:
    at = np.flatnonzero(chosen)
    yield from owned(keys, hashes.take(at), starts.take(at), stops.take(at))


def owned(
    keys: Keys, hashes: Hashes, starts: Places, stops: Places
) -> Iterator[tuple[int, int, int, int]]:
    """Yield start, stop, and the numbers of form and look, for each hash that is a key."""
    known = keys.known(hashes)
    places = zip(starts.take(known).tolist(), stops.take(known).tolist(), strict=True)
    for (start, stop), owners in zip(places, keys.owners(hashes.take(known)), strict=True):
        yield from ((start, stop, owner, look) for owner, look in owners)
