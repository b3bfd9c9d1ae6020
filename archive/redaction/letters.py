"""Folded letters of a text as arrays: what is searched, and where in the text each came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archive.redaction.folding import (
    Folded,
    fold,
    fold_character,
    folds_oddly,
    is_alphabetic,
)

ALPHABETIC, DIGIT, OTHER = np.uint8(1), np.uint8(2), np.uint8(4)
"""Kinds of letters: of scripts that put spaces between words, digits, and all other scripts."""

_ODD, _MOVED, _NUMERAL, _UNKNOWN = np.uint8(8), np.uint8(16), np.uint8(32), np.uint8(128)
_KINDS = ALPHABETIC | DIGIT | OTHER | _ODD
_SMALL_A, _BIG_A = np.uint32(ord("a")), np.uint32(ord("A"))
_PLAIN = np.zeros(0x80, np.bool_)
_PLAIN[[ord(c) for c in " -\n"]] = True
_HYPHEN = np.uint32(ord("-"))
_SETTLED = 1 << 24  # bytes
_QUIET = np.ones(0x80, np.bool_)
_QUIET[-1] = _QUIET[ord("'")] = _QUIET[ord("`")] = False
_LATIN = 26  # letters
_FEW = 16  # a binary search costs as much as this many letters that are only looked at
NUMERALS = dict(
    zip(
        "공영일이삼사오육륙칠팔구零〇一二三四五六七八九幺",
        "001234566789001234567891",
        strict=True,
    )
)
"""Syllables and characters that stand for digits when a number is read out."""

_PADDING = 2  # zeros after the last letter, so that three letters can be taken from every place
_SIZE = 0x110000  # code points
_ARABIC, _ARABIC_SIZE = np.uint32(0x620), np.uint32(0xE0)  # first letter; letters and marks
Codes = NDArray[np.uint32]
Places = NDArray[np.intp]


class _Characters:
    """What each character is and folds to; learnt when a character is first met."""

    def __init__(self, *, folded: bool = False) -> None:
        self._folded = folded
        self.flags = np.full(_SIZE, _UNKNOWN)
        self.folds = np.arange(_SIZE, dtype=np.uint32)
        self.capitals = np.zeros(_SIZE, np.bool_)
        for first, last in ((0xAC00, 0xD7A3), (0x4E00, 0x9FFF)):
            self.flags[first : last + 1] = OTHER
        self.flags[[ord(one) for one in NUMERALS]] = OTHER | _NUMERAL
        self._learn(range(0x80))

    def _learn(self, codes: range | list[int]) -> None:
        for code in codes:
            character = chr(code)
            folded = character if self._folded else fold_character(character)
            if not self._folded and folds_oddly(character, folded):
                self.flags[code] = _ODD
            else:
                self.folds[code] = ord(folded)
                self.flags[code] = kind = kind_of(folded)
                if kind and folded != character:
                    self.flags[code] |= _MOVED
                self.capitals[code] = character.isupper()

    def flags_of(self, codes: Codes) -> NDArray[np.uint8]:
        """Return what is known of each character."""
        flags = self.flags.take(codes)
        unknown = flags >= _UNKNOWN
        if unknown.any():
            self._learn(np.unique(codes[unknown]).tolist())
            flags = self.flags.take(codes)
        return flags


def kind_of(letter: str) -> np.uint8:
    """Return the kind of a folded letter; 0 for a separator."""
    if not letter.isalnum():
        return np.uint8(0)
    if letter.isascii() and letter.isdigit():
        return DIGIT
    return ALPHABETIC if is_alphabetic(letter) else OTHER


def _settle() -> None:
    """Make the allocator of the C library keep what arrays of this size give back.

    When a large block is freed, glibc serves later ones of its size from the heap, mallopt(3);
    until then each of them is mapped, cleared and unmapped anew.
    """
    np.empty(_SETTLED, np.uint8)


_settle()
_CHARACTERS = _Characters()
_FOLDED = _Characters(folded=True)


def codes_of(text: str) -> Codes:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@dataclass(frozen=True)
class Letters:
    """A text without what separates its letters.

    `codes` are the folded letters; `at` is where each stands in the text or, when there is a
    `folded` text, in that: in `written`, of which `kinds` are the kinds of the characters.
    `numerals` are places of Hangul and Han letters there that may stand for digits.
    """

    text: str
    codes: Codes
    kinds: NDArray[np.uint8]
    at: Places
    folded: Folded | None
    written: Codes
    numerals: Places

    @property
    def size(self) -> int:
        """How many letters there are."""
        return len(self.at)

    @cached_property
    def has_words(self) -> bool:
        """Whether there are letters of scripts with word spaces, or digits."""
        return bool((self.kinds & (ALPHABETIC | DIGIT)).any())

    @cached_property
    def has_arabic(self) -> bool:
        """Whether there are Arabic letters, whose words have no capitals."""
        return bool(((self.codes - _ARABIC) < _ARABIC_SIZE).any())

    def capitals(self, places: Places) -> NDArray[np.bool_]:
        """Return for each place whether its letter is a capital or Arabic."""
        folded = self.codes.take(places)
        arabic = (folded - _ARABIC) < _ARABIC_SIZE
        first = [self.text[self.start(at)] for at in places.tolist()] if self.folded else None
        if first is not None:
            return arabic | np.fromiter(map(str.isupper, first), np.bool_, len(first))
        codes = self.written.take(self.at.take(places))
        _CHARACTERS.flags_of(codes)
        return arabic | _CHARACTERS.capitals.take(codes)

    def start(self, letter: int) -> int:
        """Return where in the text a letter begins."""
        at = int(self.at[letter])
        return self.folded.start(at) if self.folded else at

    def end(self, letter: int) -> int:
        """Return where in the text a letter ends, without marks on it."""
        at = int(self.at[letter])
        return self.folded.end(at) if self.folded else at + 1

    def string(self, start: int, stop: int) -> str:
        """Return the folded letters from `start` to `stop`."""
        return self.codes[start:stop].tobytes().decode("utf-32-le", "surrogatepass")

    def spans(self, starts: Places, stops: Places) -> tuple[list[int], list[int]]:
        """Return where stretches of letters begin in the text and end, without marks at the end."""
        lasts = stops - 1
        if self.folded:
            return list(map(self.start, starts.tolist())), list(map(self.end, lasts.tolist()))
        return self.at.take(starts).tolist(), (self.at.take(lasts) + 1).tolist()

    def follow(
        self, starts: Places, stops: Places, capitals: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which runs follow on the one before as words of a name; which must be looked at.

        A run follows after one hyphen, or with a capital after one space or line feed. What has
        other letters before it does not.
        """
        beside = np.zeros(len(starts), np.bool_)
        beside[1:] = starts[1:] == stops[:-1]
        if self.folded:
            return beside, beside
        here = self.at.take(starts)
        gap = self.written.take(here - 1, mode="clip")
        one = here == self.at.take(starts - 1, mode="clip") + 2
        sure = beside & one & ((gap == _HYPHEN) | (capitals & _PLAIN.take(gap, mode="clip")))
        return sure, beside & ~sure

    def begins(self, letter: int) -> bool:
        """Return whether a run begins at this letter, or the text has ended."""
        if not 0 < letter < self.size:
            return True
        at = int(self.at[letter])
        if at != self.at[letter - 1] + 1 or self.kinds[at] != self.kinds[at - 1]:
            return True
        return self.folded is None and self._camel(at)

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
            if at != before + 1 or here != kind or (self.folded is None and self._camel(at)):
                found.append(letter)
            before, kind = at, here
        return found

    def kind(self, places: Places) -> NDArray[np.uint8]:
        """Return the kind of the letter at each place."""
        return self.kinds.take(self.at.take(places))

    def opens_run(self, places: Places) -> NDArray[np.bool_]:
        """Return for each place whether a run begins there, or the text has ended."""
        ends = (places <= 0) | (places >= self.size)
        here = self.at.take(places, mode="clip")
        before = self.at.take(places - 1, mode="clip")
        begins: NDArray[np.bool_] = ends | (here != before + 1)
        begins |= self.kinds.take(here) != self.kinds.take(before)
        if not self.folded:
            big, small = self.written.take(here) - _BIG_A, self.written.take(before) - _SMALL_A
            begins |= (big < _LATIN) & (small < _LATIN)
        return begins

    def quiet(self, places: Places) -> NDArray[np.bool_]:
        """Return for each letter whether no apostrophe can stand after it."""
        if self.folded:
            return np.zeros(len(places), np.bool_)
        after = self.at.take(places) + 1
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
        here = self.at.take(at)
        gap = _PLAIN.take(self.written.take(here - 1), mode="clip")
        plain = (here == self.at.take(at - 1) + 2) & gap & (self.folded is None)
        others = np.logical_and.reduceat(self.kinds.take(here) == OTHER, firsts)
        return np.add.reduceat(bits, firsts), np.add.reduceat(bits * plain, firsts), others

    def runs(self, kinds: np.uint8) -> tuple[Places, Places]:
        """Return the first letters of all runs of these kinds, and where each ends."""
        found, at = self._of(kinds)
        if not len(at):
            return found, found
        kind = self.kinds.take(at)
        new = (np.diff(at) != 1) | (kind[1:] != kind[:-1])
        if not self.folded:
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
    codes = codes_of(text)
    flags = _CHARACTERS.flags_of(codes)
    folded = None
    if (flags & _ODD).any():
        folded = fold(text)
        codes = codes_of(folded.letters)
        flags = _FOLDED.flags_of(codes)
    kinds = flags & _KINDS
    at = np.flatnonzero(kinds != 0)
    plain = codes
    moved = np.flatnonzero((flags & _MOVED) != 0)
    if len(moved):
        plain = codes.copy()
        plain[moved] = _CHARACTERS.folds.take(codes.take(moved))
    found = np.zeros(len(at) + _PADDING, np.uint32)
    plain.take(at, out=found[: len(at)], mode="clip")
    numerals = np.flatnonzero((flags & _NUMERAL) != 0)
    return Letters(text, found, kinds, at, folded, codes, numerals)
