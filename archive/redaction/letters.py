"""Folded letters of a text as arrays: what is searched, and where in the text each came from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from archive.redaction.characters import (
    ALPHABETIC,
    ARABIC,
    ARABIC_LETTERS,
    DIGIT,
    HAN,
    KINDS,
    MOVED,
    NUMERAL,
    ODD,
    OTHER,
    Characters,
    Codes,
    Flags,
    codes_of,
)
from archive.redaction.clusters import Clusters

_SMALL_A, _BIG_A = np.uint32(ord("a")), np.uint32(ord("A"))
_PLAIN = np.zeros(0x80, np.bool_)
_PLAIN[[ord(c) for c in " -\n"]] = True
_HYPHEN = np.uint32(ord("-"))
_SETTLED = 1 << 24  # bytes
_QUIET = np.ones(0x80, np.bool_)
_QUIET[-1] = _QUIET[ord("'")] = _QUIET[ord("`")] = False
_LATIN = 26  # letters
_HYPHENS = re.compile("\u00ad\u00ad{0,63}(?=[A-Z])")  # soft, which nobody sees before a capital
_ARABIC_FIRST = np.uint32(ARABIC_LETTERS.start)
_PADDING = 2  # zeros after the last letter, so that three letters can be taken from every place

Places = NDArray[np.intp]


class Link(IntEnum):
    """How a run follows on the one before, as words of a name do.

    `SURE` after one hyphen, or with a capital after one space or line feed; `SMALL` without a
    capital there. Other letters before it leave none, other gaps must be looked at.
    """

    NONE = 0
    SURE = 1
    SMALL = 2
    UNCLEAR = 3


def _settle() -> None:
    """Make the allocator of the C library keep what arrays of this size give back.

    When a large block is freed, glibc serves later ones of its size from the heap, mallopt(3);
    until then each of them is mapped, cleared and unmapped anew.
    """
    np.empty(_SETTLED, np.uint8)


_settle()
_CHARACTERS = Characters()


@dataclass(frozen=True)
class Letters:
    """A text without what separates its letters.

    `codes` are the folded letters, of `kinds`; `at` is where each stands in the folded text;
    `firsts` and `stops` are where each begins in the text and ends. `written` and `flags` are those
    of the text itself, `present` is all that any character is. Without `stops` the folded text is
    as long as the text: then every letter is one character, and no space stands before capitals.
    """

    text: str
    codes: Codes
    kinds: Flags
    at: Places
    written: Codes
    flags: Flags
    present: int
    firsts: Places
    stops: Places | None = None

    @property
    def size(self) -> int:
        """How many letters there are."""
        return len(self.at)

    @property
    def has_words(self) -> bool:
        """Whether there are letters of scripts with word spaces, or digits."""
        return bool(self.present & (ALPHABETIC | DIGIT))

    @property
    def has_others(self) -> bool:
        """Whether there are letters of scripts without word spaces."""
        return bool(self.present & OTHER)

    @property
    def has_han(self) -> bool:
        """Whether there are Chinese characters."""
        return bool(self.present & HAN)

    @property
    def has_arabic(self) -> bool:
        """Whether there are Arabic letters, whose words have no capitals."""
        return bool(self.present & ARABIC)

    @property
    def numerals(self) -> NDArray[np.bool_]:
        """For each character of the text, whether it may stand for a digit in Hangul or Han."""
        found: NDArray[np.bool_] = (self.flags & NUMERAL) != 0
        return found if self.present & NUMERAL else found[:0]

    def capitals(self, places: Places) -> NDArray[np.bool_]:
        """Return for each place whether its letter is a capital or Arabic."""
        capitals = _CHARACTERS.capitals.take(self.written.take(self.starts(places)))
        if self.has_arabic:
            capitals |= (self.codes.take(places) - _ARABIC_FIRST) < len(ARABIC_LETTERS)
        return capitals

    def starts(self, letters: Places) -> Places:
        """Return where in the text letters begin; 0 if it has none."""
        return self.firsts.take(letters, mode="clip") if self.size else np.zeros_like(letters)

    def ends(self, letters: Places) -> Places:
        """Return where in the text letters end, without marks on them."""
        if self.stops is None:
            return self.firsts.take(letters, mode="clip") + 1
        return self.stops.take(letters, mode="clip")

    def start(self, letter: int) -> int:
        """Return where in the text a letter begins."""
        return int(self.firsts[letter])

    def end(self, letter: int) -> int:
        """Return where in the text a letter ends, without marks on it."""
        return int(self.firsts[letter]) + 1 if self.stops is None else int(self.stops[letter])

    def string(self, start: int, stop: int) -> str:
        """Return the folded letters from `start` to `stop`."""
        return self.codes[start:stop].tobytes().decode("utf-32-le", "surrogatepass")

    def odd(self, places: Places) -> NDArray[np.bool_]:
        """Return whether what stands at places of the text folds oddly, as every mark does."""
        if self.stops is None:
            return np.zeros(len(places), np.bool_)
        found: NDArray[np.bool_] = (self.flags.take(places, mode="clip") & ODD) != 0
        return found & (places < len(self.flags))

    def links(self, starts: Places, stops: Places, capitals: NDArray[np.bool_]) -> Flags:
        """Return how each run of words follows on the one before, as `Link`."""
        beside = np.zeros(len(starts), np.bool_)
        beside[1:] = starts[1:] == stops[:-1]
        here = self.starts(starts)
        gap = self.written.take(here - 1, mode="clip")
        one = here == self.ends(starts - 1) + 1
        hyphen, plain = one & (gap == _HYPHEN), one & _PLAIN.take(gap, mode="clip")
        links = np.full(len(starts), Link.UNCLEAR, np.uint8)
        links[plain] = Link.SMALL
        links[hyphen | (plain & capitals)] = Link.SURE
        links[~beside] = Link.NONE
        return links

    def begins(self, letter: int) -> bool:
        """Return whether a run begins at this letter, or the text has ended."""
        return not 0 < letter < self.size or bool(self.breaks(letter - 1, letter + 1))

    def breaks(self, start: int, stop: int) -> list[int]:
        """Return the letters between `start` and `stop`, both exclusive, at which runs begin."""
        places, kinds = self.at[start:stop].tolist(), self.kinds[start:stop].tobytes()
        return [
            start + step
            for step in range(1, len(places))
            if places[step] != places[step - 1] + 1
            or kinds[step] != kinds[step - 1]
            or (self.stops is None and self._camel(places[step]))
        ]

    def _camel(self, at: int) -> bool:
        return "A" <= self.text[at] <= "Z" and "a" <= self.text[at - 1] <= "z"

    def kind(self, places: Places) -> Flags:
        """Return the kind of the letter at each place."""
        return self.kinds.take(places)

    def opens_run(self, places: Places) -> NDArray[np.bool_]:
        """Return for each place whether a run begins there, or the text has ended."""
        return (places <= 0) | (places >= self.size) | self._new(places)

    def _new(self, places: Places) -> NDArray[np.bool_]:
        """Return for each letter whether it does not go on with the run of the one before it."""
        here, before = self.at.take(places, mode="clip"), self.at.take(places - 1, mode="clip")
        new: NDArray[np.bool_] = here != before + 1
        new |= self.kinds.take(places, mode="clip") != self.kinds.take(places - 1, mode="clip")
        if self.stops is None:
            big, small = self.written.take(here) - _BIG_A, self.written.take(before) - _SMALL_A
            new |= (big < _LATIN) & (small < _LATIN)
        return new

    def quiet(self, places: Places) -> NDArray[np.bool_]:
        """Return for each letter whether no apostrophe can stand after it."""
        after = self.ends(places)
        found: NDArray[np.bool_] = _QUIET.take(self.written.take(after, mode="clip"), mode="clip")
        return found | (after >= len(self.written))

    def joints(self, starts: Places, stops: Places) -> tuple[Places, Places, NDArray[np.bool_]]:
        """Return where runs begin between the letters of each stretch of at most 63: bit by letter.

        Then, as the same bits, where one space, hyphen or line feed stands before such a run; and
        whether all letters are of scripts without word spaces.
        """
        sizes = stops - starts
        firsts = np.cumsum(sizes) - sizes
        offsets = np.arange(sizes.sum()) - np.repeat(firsts, sizes)
        at = offsets + np.repeat(starts, sizes)
        bits = np.left_shift(1, offsets) * ((offsets > 0) & self.opens_run(at))
        here = self.starts(at)
        gap = _PLAIN.take(self.written.take(here - 1, mode="clip"), mode="clip")
        plain = (here == self.ends(at - 1) + 1) & gap
        others = np.logical_and.reduceat(self.kind(at) == OTHER, firsts)
        return np.add.reduceat(bits, firsts), np.add.reduceat(bits * plain, firsts), others

    def runs(self, kinds: np.uint8) -> tuple[Places, Places]:
        """Return the first letters of all runs of these kinds, and where each ends."""
        found = np.flatnonzero((self.kinds & kinds) != 0)
        if not len(found):
            return found, found
        at, kind = self.at.take(found), self.kinds.take(found)
        new = (np.diff(at) != 1) | (kind[1:] != kind[:-1])
        if self.stops is None:
            new |= _camels(self.written.take(at))
        first = np.concatenate((np.zeros(1, np.intp), np.flatnonzero(new) + 1))
        last = np.append(first[1:], len(found)) - 1
        return found.take(first), found.take(last) + 1


def _camels(codes: Codes) -> NDArray[np.bool_]:
    return ((codes[:-1] - _SMALL_A) < _LATIN) & ((codes[1:] - _BIG_A) < _LATIN)


def letters_of(text: str) -> Letters:
    """Return the folded letters of a text. A capital after a small letter begins a new run."""
    written = codes_of(text)
    flags, present = _CHARACTERS.flags_of(written)
    if present & ODD:
        return _oddly(text, written, flags, present)
    kinds = flags & KINDS
    at = np.flatnonzero(kinds != 0)
    codes = _folded(written, flags, at, present)
    return Letters(text, codes, kinds.take(at), at, written, flags, present, at)


def _folded(written: Codes, flags: Flags, at: Places, present: int) -> Codes:
    """Return the letters to which characters at places fold, each of them to one, and padding."""
    letters = np.zeros(len(at) + _PADDING, np.uint32)
    written.take(at, out=letters[: len(at)], mode="clip")
    if present & MOVED:
        moved = np.searchsorted(at, np.flatnonzero((flags & MOVED) != 0))
        letters[moved] = _CHARACTERS.folds.take(letters.take(moved))
    return letters


def _oddly(text: str, written: Codes, flags: Flags, present: int) -> Letters:
    """Return the letters of a text of which some character folds to none or several."""
    odd = Clusters.of(written, np.flatnonzero((flags & ODD) != 0))
    kinds = flags & KINDS
    kinds[odd.firsts] = 0
    firsts = np.flatnonzero(kinds != 0)
    codes = _folded(written, flags & (kinds != 0) * MOVED, firsts, present)
    moves = _Moves(_divisions(text, written), odd)
    at = firsts + moves.of_all(firsts)
    kinds = kinds.take(firsts)
    stops = firsts + 1
    whose, step = odd.places()
    more = np.flatnonzero(odd.kinds)
    if len(more):
        whose = whose.take(more)
        begins = odd.firsts.take(whose)
        after = np.searchsorted(firsts, begins)
        codes = np.insert(codes, after, odd.codes.take(more))
        kinds = np.insert(kinds, after, odd.kinds.take(more))
        at = np.insert(at, after, begins + moves.of(begins) + step.take(more))
        stops = np.insert(stops, after, odd.stops.take(whose))
        firsts = np.insert(firsts, after, begins)
    return Letters(text, codes, kinds, at, written, flags, present | odd.present, firsts, stops)


def _divisions(text: str, written: Codes) -> Places:
    """Return the places of a text at which capitals, or soft hyphens before them, divide words."""
    unseen = [
        found.start()
        for found in _HYPHENS.finditer(text)
        if "a" <= text[found.start() - 1 : found.start()] <= "z"
    ]
    camels = np.flatnonzero(_camels(written)) + 1
    return np.sort(np.append(camels, np.array(unseen, np.intp)))


class _Moves:
    """How much further on than in its text a character stands in the folded text."""

    def __init__(self, divisions: Places, odd: Clusters) -> None:
        at = np.concatenate((divisions, odd.stops))
        by = np.concatenate((np.ones(len(divisions), np.intp), odd.sizes - odd.stops + odd.firsts))
        order = np.argsort(at, kind="stable")
        self._at = at.take(order)
        self._by = np.append(0, np.cumsum(by.take(order)))

    def of(self, places: Places) -> Places:
        """Return it for some places."""
        return self._by.take(np.searchsorted(self._at, places, side="right"))

    def of_all(self, places: Places) -> Places:
        """Return it for many places in order."""
        edges = np.concatenate(([0], np.searchsorted(places, self._at), [len(places)]))
        return np.repeat(self._by, np.diff(edges))
