"""Forms by their letters: compiled once, looked up at all places of a text together."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.redaction.characters import OTHER, Codes, codes_of, kind_of
from archive.redaction.forms import Gaps, Variant
from archive.redaction.keys import (
    HEAD,
    LONGEST,
    Hashes,
    Keys,
    find_pairs,
    gathered,
    hash_inside,
    hash_pairs,
    hash_runs,
    hash_strings,
    windows,
    without_last,
)
from archive.redaction.letters import Letters, Places
from archive.redaction.reading import INSIDE_WORDS, Reading

_INSIDE = 3  # letters by which forms of scripts without word spaces are found
_CHUNK = 1 << 16  # keys hashed at a time
_PAIR_BITS = 18  # of the filter of first pairs of letters
_OPENING, _OPENING_BITS = 5, 20  # letters, and bits of the filter of them
_MIX = np.uint32(0x9E3779B1)  # prime; 2^32 divided by the golden ratio
_TOGETHER = 1 << 12  # windows that are looked up together at least
_KEPT = 4096  # forms of which what they may look like is kept in memory
_S, _N = np.uint32(ord("s")), np.uint32(ord("n"))
_CODES = 0x110000
_UNKNOWN = -1  # look of a form that its key does not hold whole
FormPlaces = NDArray[np.int64]
"""Rows of first letter, letter after the last, number of the form."""

Candidates = NDArray[np.int64]
"""Rows of first letter, letter after the last, number of the form, number of its look."""

_NONE: Candidates = np.empty((0, 4), np.int64)


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
    """Keys of words, of long forms, and of forms inside words."""

    words: Pile
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
        self._alone = np.zeros(_CODES, np.bool_)
        self._pairs = np.zeros(1 << _PAIR_BITS, np.bool_)
        self._sizes: set[int] = set()
        self._firsts: set[str] = set()  # the first two letters of forms inside words
        beginnings: set[str] = set()  # the first letters of all others
        self._shapes: dict[Variant, int] = {}
        self.longest = 0  # letters of a form
        piles = _Piles(Pile(), Pile(), Pile())
        for number, form in enumerate(forms):
            for key, look in set(map(self._look, expand(form))):
                self._add(piles, key, number, look)
                if kind_of(key[0]) != OTHER:
                    beginnings.add(key[:_OPENING])
        self._words, self._heads, self._inside = (pile.keys() for pile in piles)
        self._known = list(self._shapes)
        self._tables = _Tables.of(self._known)
        self._openings = _Openings(beginnings)
        codes = codes_of("".join(self._firsts))
        self._pairs[hash_pairs(codes, np.arange(0, len(codes), 2), _PAIR_BITS)] = True

    def _look(self, variant: Variant) -> tuple[str, int]:
        """Return the key of a variant, and the number of its shape if the key is all of it."""
        self.longest = max(self.longest, len(variant.letters))
        key = _key(variant.letters)
        if len(key) < len(variant.letters) or len(key) > LONGEST:
            return key, _UNKNOWN
        shape = replace(variant, letters="")
        return key, self._shapes.setdefault(shape, len(self._shapes))

    def _add(self, piles: _Piles, key: str, number: int, look: int) -> None:
        if kind_of(key[0]) == OTHER:
            self._sizes.add(len(key))
            if len(key) > 1:
                self._firsts.add(key[:2])
            else:
                self._alone[ord(key)] = True
            piles.inside.add(key.ljust(_INSIDE, "\0"), number, look)
        elif len(key) <= LONGEST:
            piles.words.add(key, number, look)
        else:
            piles.heads.add(key[:HEAD], number, look)

    def find(self, reading: Reading) -> FormPlaces:
        """Return every place where a form stands."""
        found = np.concatenate([_NONE, *self._candidates(reading)])
        if not len(found):
            return found[:, :3]
        stand, open_ones = self._told(reading.letters, found)
        judged = [
            place
            for start, stop, number, look in found[open_ones].tolist()
            for place in self._judged(reading, start, stop, number, look)
        ]
        return np.concatenate((found[stand, :3], as_places(judged)))

    def _told(
        self, letters: Letters, found: Candidates
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which candidates stand as names, and which cannot be told all at once."""
        starts, stops, looks = found[:, 0], found[:, 1], found[:, 3]
        known = self._tables
        breaks, plain, others = letters.joints(starts, np.minimum(stops, starts + LONGEST))
        free, long = stops - starts >= known.free[looks], stops - starts >= INSIDE_WORDS
        spaced = known.spaced[looks] & long & ((breaks & ~plain) == 0)
        bounded = letters.opens_run(starts)
        words = known.worded[looks] & bounded & letters.opens_run(stops)
        words &= ((breaks & ~known.opens[looks]) == 0) & ((known.apart[looks] & ~plain) == 0)
        words &= (letters.codes.take(stops - 1) != _N) | letters.quiet(stops - 1)
        stand = (looks != _UNKNOWN) & ((others & free & ((breaks == 0) | spaced)) | words)
        fails = (known.apart[looks] & ~breaks) != 0
        within = known.whole[looks] | ((breaks & plain) != 0)
        fails |= others & ~long & ~bounded & within & (looks != _UNKNOWN)
        return stand, ~(stand | fails)

    def _candidates(self, reading: Reading) -> Iterator[Candidates]:
        letters = reading.letters
        if self._sizes and letters.has_others:
            yield from self._inner(reading)
        if letters.has_words and any(map(len, (self._words, self._heads))):
            yield from self._outer(reading)

    def _inner(self, reading: Reading) -> Iterator[Candidates]:
        letters = reading.letters
        codes, pairs = letters.codes, self._sizes - {1}
        found: list[tuple[Places, Hashes, int]] = []
        if 1 in self._sizes:
            starts = np.flatnonzero(self._alone.take(codes[: letters.size]))
            starts = reading.near(starts, self.longest)
            found.append(_inside(letters, starts[letters.opens_run(starts)], 1))
        if pairs:
            starts = reading.near(find_pairs(self._pairs, codes), self.longest)
            found += [_inside(letters, starts, size) for size in sorted(pairs)]
        if not any(len(one[0]) for one in found):
            return
        firsts, hashes, sizes = zip(*found, strict=True)
        starts = np.concatenate(firsts)
        stops = starts + np.repeat(np.array(sizes), [len(one) for one in firsts])
        yield owned(self._inside, np.concatenate(hashes), starts, stops)

    def _outer(self, reading: Reading) -> Iterator[Candidates]:
        runs, codes = reading.runs, reading.letters.codes
        opened = reading.near(runs.starts, self.longest + 1)
        opened = opened[self._openings.at(codes, opened)]
        opened = np.searchsorted(runs.starts, opened)
        found = windows(runs, opened, LONGEST + 1)
        for first, last, whole in gathered(found, _TOGETHER):
            starts, stops = runs.starts.take(first), runs.stops.take(last)
            plural = np.flatnonzero(codes.take(stops - 1) == _S)
            hashes = np.concatenate((whole, without_last(whole.take(plural), _S)))
            starts = np.concatenate((starts, starts.take(plural)))
            stops = np.concatenate((stops, stops.take(plural) - 1))
            yield owned(self._words, hashes, starts, stops)
        if len(self._heads):
            starts = runs.starts.take(opened)
            starts = starts[starts + HEAD <= reading.letters.size]
            hashes = hash_runs(codes, starts, starts + HEAD)
            yield owned(self._heads, hashes, starts, starts + HEAD)

    def _judged(
        self, reading: Reading, start: int, stop: int, number: int, look: int
    ) -> Iterator[tuple[int, int, int]]:
        if look != _UNKNOWN:
            letters = reading.letters.string(start, stop)
            if reading.accepts(self._known[look].of(letters), start):
                yield start, stop, number
            return
        looks = self._looks(number)
        letters = reading.letters.string(start, start + max(looks))
        for size, found in looks.items():
            for variant in found.get(letters[:size], ()):
                if reading.accepts(variant, start):
                    yield start, start + size, number

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


class _Openings:
    """The first letters of forms: five, or all where there are fewer."""

    def __init__(self, openings: Iterable[str]) -> None:
        self._known = np.zeros(1 << _OPENING_BITS, np.bool_)
        self._sizes = frozenset(map(len, openings))
        for size in self._sizes:
            codes = codes_of("".join(one for one in openings if len(one) == size))
            self._known[self._addresses(codes, np.arange(0, len(codes), size))[size - 1]] = True

    def _addresses(self, codes: Codes, starts: Places) -> list[Codes]:
        """Return where in the table the first letter is at places, the first two, and so on."""
        hashed = np.zeros(len(starts), np.uint32)
        found = []
        for step in range(max(self._sizes, default=0)):
            hashed += codes.take(starts + step, mode="clip")
            hashed *= _MIX
            found.append(hashed >> np.uint32(32 - _OPENING_BITS))
        return found

    def at(self, codes: Codes, starts: Places) -> NDArray[np.bool_]:
        """Return for each place whether it may be where a form begins."""
        begins = np.zeros(len(starts), np.bool_)
        for size, address in enumerate(self._addresses(codes, starts), 1):
            if size in self._sizes:
                begins |= self._known.take(address)
        return begins


class _Tables(NamedTuple):
    """Of each shape: letters from which on it stands inside words; what may stand between them.

    A `worded` one may be told by its runs alone: it has parts, and no initials. A short one that is
    `whole` begins where a word does.
    """

    free: NDArray[np.int64]
    spaced: NDArray[np.bool_]
    worded: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    opens: NDArray[np.int64]
    apart: NDArray[np.int64]

    @classmethod
    def of(cls, shapes: Sequence[Variant]) -> _Tables:
        """Return the tables of shapes, with one more at the end that allows nothing."""
        strict = [bool(one.initials or one.capital) for one in shapes]
        free = [
            LONGEST + 1 if hard or one.apart or one.whole else INSIDE_WORDS - 1
            for one, hard in zip(shapes, strict, strict=True)
        ]
        worded = [one.parts and not hard for one, hard in zip(shapes, strict, strict=True)]
        opens, apart = [one.opens for one in shapes], [one.apart for one in shapes]
        return cls(
            np.array([*free, LONGEST + 1]),
            np.array([*(one.gaps is Gaps.SPACED for one in shapes), False]),
            np.array([*worded, False]),
            np.array([*(one.whole for one in shapes), False]),
            np.array([*opens, 0], np.int64),
            np.array([*apart, 0], np.int64),
        )


def _key(letters: str) -> str:
    """Return the letters by which a form is found."""
    if kind_of(letters[0]) == OTHER:
        return letters[:_INSIDE]
    for at, letter in enumerate(letters):
        if kind_of(letter) == OTHER:
            return letters[:at]
    return letters


def _inside(letters: Letters, starts: Places, size: int) -> tuple[Places, Hashes, int]:
    """Return the places that have so many letters, the hashes of these, and how many they are."""
    starts = starts[: np.searchsorted(starts, letters.size - size, side="right")]
    return starts, hash_inside(letters.codes, starts, size), size


def as_places(found: Sequence[tuple[int, int, int]]) -> FormPlaces:
    """Return rows of first letter, letter after the last, and number of the form."""
    return np.array(found, np.int64).reshape(-1, 3)


def owned(keys: Keys, hashes: Hashes, starts: Places, stops: Places) -> Candidates:
    """Return start, stop, and the numbers of form and look, for each hash that is a key."""
    known = keys.known(hashes)
    whose, owners, looks = keys.owners(hashes.take(known))
    places = known.take(whose)
    return np.stack((starts.take(places), stops.take(places), owners, looks), axis=1)
