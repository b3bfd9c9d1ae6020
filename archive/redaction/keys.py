"""Keys by which forms are found: hashes of letters, computed for all places of a text at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from archive.redaction.characters import Codes, codes_of
from archive.redaction.letters import Places

LONGEST = 24  # letters of which a key is made; of longer forms the first ones
HEAD = 8  # letters by which longer forms are found
_BASE = np.uint64(0xD1342543DE82EF95)  # odd; multiplier of a linear congruential generator
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd; 2^64 divided by the golden ratio
_PAIR = np.uint32(0x9E3779B1)  # prime; 2^32 divided by the golden ratio
_BACK = np.uint64(pow(int(_BASE), -1, 1 << 64))
_POWERS = np.cumprod(np.full(LONGEST + 1, _BASE, np.uint64)) * _BACK
_BITS = range(12, 26)  # of the filter's address
_FEW = 4  # a hash of a run costs as much as finding this many in an array of all
_SHARE = 4  # bits: addresses per key, as a power of two
_BLOCK = 1 << 16  # letters hashed at a time, so that what is made of them stays near
Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int32]


def hash_inside(codes: Codes, starts: Places, size: int) -> Hashes:
    """Return the hashes of the one, two or three letters at places."""
    hashed = codes.take(starts).astype(np.uint64)
    for step in range(1, 3):
        hashed *= _BASE
        if step < size:
            hashed += codes.take(starts + step)
    return hashed


def hash_pairs(codes: Codes, starts: Places, bits: int) -> Places:
    """Return a number of so many bits for the two letters at places."""
    mixed = codes.take(starts) * _PAIR
    mixed += codes.take(starts + 1)
    mixed *= _PAIR
    mixed >>= np.uint32(32 - bits)
    return mixed.astype(np.intp)


def find_pairs(table: NDArray[np.bool_], codes: Codes) -> Places:
    """Return where two letters follow on one another that a table has by their `hash_pairs`."""
    bits = len(table).bit_length() - 1
    found = [np.empty(0, np.intp)]
    for at in range(0, len(codes) - 1, _BLOCK):
        here = codes[at : at + _BLOCK + 1]
        mixed = here[:-1] * _PAIR
        mixed += here[1:]
        mixed *= _PAIR
        mixed >>= np.uint32(32 - bits)
        found.append(np.flatnonzero(table.take(mixed)) + at)
    return np.concatenate(found)


def hash_runs(codes: Codes, starts: Places, stops: Places) -> Hashes:
    """Return the hash of each run of letters; of runs longer than `LONGEST` anything."""
    if not len(starts):
        return np.empty(0, np.uint64)
    sizes = stops - starts
    firsts = np.cumsum(sizes) - sizes
    at = np.arange(sizes.sum()) + np.repeat(starts - firsts, sizes)
    exponents = np.repeat(stops, sizes) - 1 - at
    return np.add.reduceat(codes.take(at) * _POWERS.take(exponents, mode="clip"), firsts)


def hash_strings(strings: Sequence[str]) -> Hashes:
    """Return the hashes of strings of at most `LONGEST` letters, none of them empty."""
    stops = np.cumsum(np.fromiter(map(len, strings), np.intp, len(strings)))
    starts = np.concatenate((np.zeros(1, np.intp), stops[:-1]))
    return hash_runs(codes_of("".join(strings)), starts, stops)


class Runs:
    """Runs of letters: the first letter of each, and where it ends."""

    def __init__(self, codes: Codes, starts: Places, stops: Places) -> None:
        self.starts, self.stops = starts, stops
        self._codes = codes
        self._hashes: Hashes | None = None

    @property
    def hashes(self) -> Hashes:
        """The hash of each run, computed once."""
        if self._hashes is None:
            self._hashes = hash_runs(self._codes, self.starts, self.stops)
        return self._hashes

    def hashed(self, at: Places) -> Hashes:
        """Return the hashes of some runs; where they are few, of these alone."""
        if self._hashes is None and len(at) * _FEW < len(self.starts):
            return hash_runs(self._codes, self.starts.take(at), self.stops.take(at))
        return self.hashes.take(at)


def windows(runs: Runs, first: Places, limit: int) -> Iterator[tuple[Places, Places, Hashes]]:
    """Yield windows of one run, two runs and so on: first run, last run, hash of all letters.

    They begin with the runs `first`. Only runs that follow on one another without other letters
    between, and at most `limit` letters.
    """
    starts, stops = runs.starts, runs.stops
    first = first[stops.take(first) - starts.take(first) <= limit]
    last, hashed = first, runs.hashed(first)
    while len(first):
        yield first, last, hashed
        more = last + 1 < len(starts)
        first, last, hashed = first[more], last[more] + 1, hashed[more]
        begin, stop = starts.take(last), stops.take(last)
        fits = (begin == stops.take(last - 1)) & (stop - starts.take(first) <= limit)
        first, last, begin, stop = first[fits], last[fits], begin[fits], stop[fits]
        hashed = hashed[fits] * _POWERS.take(stop - begin) + runs.hashed(last)


def gathered(
    found: Iterable[tuple[Places, Places, Hashes]], least: int
) -> Iterator[tuple[Places, Places, Hashes]]:
    """Yield windows put together, so that each lookup has this many or is the last one."""
    held: list[tuple[Places, Places, Hashes]] = []
    size = 0
    for one in found:
        held.append(one)
        size += len(one[0])
        if size >= least:
            yield _together(held)
            held, size = [], 0
    if held:
        yield _together(held)


def _together(
    held: Sequence[tuple[Places, Places, Hashes]],
) -> tuple[Places, Places, Hashes]:
    if len(held) == 1:
        return held[0]
    firsts, lasts, hashes = zip(*held, strict=True)
    return np.concatenate(firsts), np.concatenate(lasts), np.concatenate(hashes)


def without_last(hashes: Hashes, letters: np.uint32 | Codes) -> Hashes:
    """Return the hashes of strings without their last letters, which are given."""
    return (hashes - letters) * _BACK


def shortened(
    runs: Runs, codes: Codes, at: Places, longest: int, least: int
) -> Iterator[tuple[int, Places, Hashes]]:
    """Yield runs whole, then without their last letters, of which so many are taken away.

    Up to `longest`; from the second letter on, `least` letters stay. Each time: how many are gone,
    the runs that are long enough, and the hashes of what is left of them.
    """
    hashes = runs.hashes.take(at)
    yield 0, at, hashes
    for gone in range(1, longest + 1):
        sizes = runs.stops.take(at) - runs.starts.take(at)
        long = np.flatnonzero(sizes >= gone + (least if gone > 1 else 1))
        at = at.take(long)
        hashes = without_last(hashes.take(long), codes.take(runs.stops.take(at) - gone))
        yield gone, at, hashes


class Keys:
    """Hashes, each with numbers: of the forms that it may find, and of what those look like."""

    def __init__(self, hashes: Hashes, owners: Sequence[int], looks: Sequence[int] = ()) -> None:
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        self._owners = np.asarray(owners, np.int32)[order]
        self._looks = np.asarray(looks or owners, np.int32)[order]
        bits = min(max(len(hashes).bit_length() + _SHARE, _BITS.start), _BITS.stop - 1)
        self._shift = np.uint64(64 - bits)
        self._filter = np.zeros(1 << bits, np.bool_)
        self._filter[self._address(hashes)] = True

    def __len__(self) -> int:
        return len(self._hashes)

    def _address(self, hashes: Hashes) -> Places:
        return ((hashes * _MIX) >> self._shift).view(np.intp)

    def known(self, hashes: Hashes) -> Places:
        """Return the places in `hashes` of those that are keys."""
        maybe = np.flatnonzero(self._filter.take(self._address(hashes)))
        if not len(maybe):
            return maybe
        wanted = hashes.take(maybe)
        found = np.searchsorted(self._hashes, wanted)
        known: Places = maybe[self._hashes.take(found, mode="clip") == wanted]
        return known

    def owners(self, hashes: Hashes) -> tuple[Places, Numbers, Numbers]:
        """Return the numbers of form and look under each of the keys, and whose they are."""
        firsts = np.searchsorted(self._hashes, hashes)
        counts = np.searchsorted(self._hashes, hashes, side="right") - firsts
        whose = np.repeat(np.arange(len(hashes)), counts)
        at = np.arange(len(whose)) + np.repeat(firsts - (np.cumsum(counts) - counts), counts)
        return whose, self._owners.take(at), self._looks.take(at)
