"""Folded letters of a text as arrays: what is searched, and where in the text each came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

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
    flags_of_letter,
)
from archive.redaction.folding import Origins, Replacement, clusters

_SMALL_A, _BIG_A = np.uint32(ord("a")), np.uint32(ord("A"))
_PLAIN = np.zeros(0x80, np.bool_)
_PLAIN[[ord(c) for c in " -\n"]] = True
_HYPHEN = np.uint32(ord("-"))
_SETTLED = 1 << 24  # bytes
_QUIET = np.ones(0x80, np.bool_)
_QUIET[-1] = _QUIET[ord("'")] = _QUIET[ord("`")] = False
_LATIN = 26  # letters
_FEW = 16  # a binary search costs as much as this many letters that are only looked at
_HYPHENS = re.compile("\u00ad\u00ad{0,63}(?=[A-Z])")  # soft, which nobody sees before a capital
_ARABIC_FIRST = np.uint32(ARABIC_LETTERS.start)
_SYLLABLE, _SYLLABLES = np.uint32(0xAC00), 11172  # Hangul
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

    `codes` are the folded letters; `at` is where each stands in the folded text, of which `kinds`
    are the kinds of the characters. `written` and `flags` are those of the text itself, `present`
    is all that any character is. Without `origins` the folded text is as long as the text.
    """

    text: str
    codes: Codes
    kinds: Flags
    at: Places
    written: Codes
    flags: Flags
    present: int
    origins: Origins | None

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
        """Return where in the text letters begin."""
        at = self.at.take(letters, mode="clip")
        return self.origins.starts(at) if self.origins else at

    def ends(self, letters: Places) -> Places:
        """Return where in the text letters end, without marks on them."""
        at = self.at.take(letters, mode="clip")
        return self.origins.ends(at) if self.origins else at + 1

    def start(self, letter: int) -> int:
        """Return where in the text a letter begins."""
        at = int(self.at[letter])
        return self.origins.start(at) if self.origins else at

    def end(self, letter: int) -> int:
        """Return where in the text a letter ends, without marks on it."""
        at = int(self.at[letter])
        return self.origins.end(at) if self.origins else at + 1

    def string(self, start: int, stop: int) -> str:
        """Return the folded letters from `start` to `stop`."""
        return self.codes[start:stop].tobytes().decode("utf-32-le", "surrogatepass")

    def odd(self, places: Places) -> NDArray[np.bool_]:
        """Return whether what stands at places of the text folds oddly, as every mark does."""
        if not self.origins:
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
        if not 0 < letter < self.size:
            return True
        at = int(self.at[letter])
        if at != self.at[letter - 1] + 1 or self.kinds[at] != self.kinds[at - 1]:
            return True
        return self.origins is None and self._camel(at)

    def _camel(self, at: int) -> bool:
        return "A" <= self.text[at] <= "Z" and "a" <= self.text[at - 1] <= "z"

    def breaks(self, start: int, stop: int) -> list[int]:
        """Return the letters between `start` and `stop`, both exclusive, at which runs begin."""
        places = self.at[start:stop].tolist()
        first = places[0]
        kinds = self.kinds[first : places[-1] + 1].tobytes()
        found = []
        before, kind = first, kinds[0]
        for letter, at in enumerate(places[1:], start + 1):
            here = kinds[at - first]
            if at != before + 1 or here != kind or (self.origins is None and self._camel(at)):
                found.append(letter)
            before, kind = at, here
        return found

    def kind(self, places: Places) -> Flags:
        """Return the kind of the letter at each place."""
        return self.kinds.take(self.at.take(places))

    def opens_run(self, places: Places) -> NDArray[np.bool_]:
        """Return for each place whether a run begins there, or the text has ended."""
        ends = (places <= 0) | (places >= self.size)
        here = self.at.take(places, mode="clip")
        before = self.at.take(places - 1, mode="clip")
        begins: NDArray[np.bool_] = ends | (here != before + 1)
        begins |= self.kinds.take(here) != self.kinds.take(before)
        if not self.origins:
            big, small = self.written.take(here) - _BIG_A, self.written.take(before) - _SMALL_A
            begins |= (big < _LATIN) & (small < _LATIN)
        return begins

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
        found, at = self._of(kinds)
        if not len(at):
            return found, found
        kind = self.kinds.take(at)
        new = (np.diff(at) != 1) | (kind[1:] != kind[:-1])
        if not self.origins:
            new |= _camels(self.written.take(at))
        first = np.concatenate((np.zeros(1, np.intp), np.flatnonzero(new) + 1))
        last = np.append(first[1:], len(found)) - 1
        return found.take(first), found.take(last) + 1

    def _of(self, kinds: np.uint8) -> tuple[Places, Places]:
        """Return the letters of these kinds, and where they stand."""
        wanted = (self.kinds & kinds) != 0
        if _FEW * np.count_nonzero(wanted) < self.size:
            at = np.flatnonzero(wanted)
            return np.searchsorted(self.at, at), at
        found = np.flatnonzero(wanted.take(self.at))
        return found, self.at.take(found)


def _camels(codes: Codes) -> NDArray[np.bool_]:
    return ((codes[:-1] - _SMALL_A) < _LATIN) & ((codes[1:] - _BIG_A) < _LATIN)


def letters_of(text: str) -> Letters:
    """Return the folded letters of a text. A capital after a small letter begins a new run."""
    written = codes_of(text)
    flags, present = _CHARACTERS.flags_of(written)
    kinds = flags & KINDS
    if present & ODD:
        return _oddly(text, written, flags, present)
    at = np.flatnonzero(kinds != 0)
    letters = _taken(written, at)
    if present & MOVED:
        moved = np.searchsorted(at, np.flatnonzero((flags & MOVED) != 0))
        letters[moved] = _CHARACTERS.folds.take(letters.take(moved))
    return Letters(text, letters, kinds, at, written, flags, present, None)


def _oddly(text: str, written: Codes, flags: Flags, present: int) -> Letters:
    """Return the letters of a text of which some character folds to none or several."""
    codes = written.copy()
    moved = np.flatnonzero((flags & MOVED) != 0)
    codes[moved] = _CHARACTERS.folds.take(codes.take(moved))
    replacements = sorted(_replacements(text, written, codes, flags))
    codes, kinds, more = _replaced(codes, flags & KINDS, replacements)
    at = np.flatnonzero(kinds != 0)
    origins = Origins(replacements)
    return Letters(text, _taken(codes, at), kinds, at, written, flags, present | more, origins)


def _taken(codes: Codes, at: Places) -> Codes:
    letters = np.zeros(len(at) + _PADDING, np.uint32)
    codes.take(at, out=letters[: len(at)], mode="clip")
    return letters


def _replacements(text: str, written: Codes, codes: Codes, flags: Flags) -> Iterator[Replacement]:
    """Yield what folds the odd characters of a text, and what divides its words at capitals."""
    yield from ((at, at, " ") for at in (np.flatnonzero(_camels(written)) + 1).tolist())
    for unseen in _HYPHENS.finditer(text):
        at = unseen.start()
        if at and "a" <= text[at - 1] <= "z":
            yield at, at, " "
    odd = np.flatnonzero((flags & ODD) != 0)
    new = np.diff(odd) != 1
    firsts, stops = odd[np.append(True, new)], odd[np.append(new, True)] + 1
    before = (firsts > 0) & (codes.take(firsts - 1, mode="clip") - _SYLLABLE < _SYLLABLES)
    for first, stop in zip((firsts - before).tolist(), stops.tolist(), strict=True):
        yield from clusters(text, first, stop)


def _replaced(
    codes: Codes, kinds: Flags, replacements: Sequence[Replacement]
) -> tuple[Codes, Flags, int]:
    """Return codes and kinds after replacements, and all that any new letter is."""
    pieces: list[Codes] = []
    sorts: list[Flags] = []
    done = present = 0
    for start, end, folded in replacements:
        letters, flags, more = _piece(folded)
        pieces += (codes[done:start], letters)
        sorts += (kinds[done:start], flags)
        present |= more
        done = end
    pieces.append(codes[done:])
    sorts.append(kinds[done:])
    return np.concatenate(pieces), np.concatenate(sorts), present


@lru_cache(maxsize=1024)
def _piece(folded: str) -> tuple[Codes, Flags, int]:
    flags = np.fromiter(map(flags_of_letter, folded), np.uint8, len(folded))
    return codes_of(folded), flags & KINDS, int(np.bitwise_or.reduce(flags))
