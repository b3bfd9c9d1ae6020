"""Characters that fold to no letter, to several, or together with others: of a whole text at once.

What stands for each is what `folding` says; here it is asked once for each kind that a text has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.redaction.characters import KINDS, Codes, Flags, codes_of, flags_of_letter
from archive.redaction.folding import fold_cluster

_BITS = 21  # of a code point
_LEADS = (range(0x1100, 0x115F), range(0xA960, 0xA97D))  # conjoining jamo, Unicode 3.12
_VOWELS = (range(0x1161, 0x11A8), range(0xD7B0, 0xD7C7))
_TAILS = (range(0x11A8, 0x1200), range(0xD7CB, 0xD7FC))
_SYLLABLES = (range(0xAC00, 0xD7A4),)
Places = NDArray[np.intp]


class Clusters(NamedTuple):
    """Where clusters begin and end in a text, and the number of folded characters for each.

    `codes` and `kinds` are of all these, one after another; `present` is all that any of them is.
    """

    firsts: Places
    stops: Places
    sizes: Places
    codes: Codes
    kinds: Flags
    present: int

    @classmethod
    def of(cls, written: Codes, odd: Places) -> Clusters:
        """Return the clusters of a text that has odd characters at these places."""
        firsts, stops = _divided(written, odd)
        keys = written.take(firsts).astype(np.uint64)
        for step in range(1, 3):
            more = np.flatnonzero(stops - firsts > step)
            keys[more] |= written.take(firsts.take(more) + step).astype(np.uint64) << (_BITS * step)
        kinds_of, which = np.unique(keys, return_inverse=True)
        folded = [fold_cluster(_characters(key)) for key in kinds_of.tolist()]
        flags = np.array([flags_of_letter(one) for one in "".join(folded)], np.uint8)
        lengths = np.array(list(map(len, folded)), np.intp)
        sizes = lengths.take(which)
        at = _counted(np.cumsum(lengths).take(which) - sizes, sizes)
        codes = codes_of("".join(folded)).take(at)
        present = int(np.bitwise_or.reduce(flags, initial=0))
        return cls(firsts, stops, sizes, codes, (flags & KINDS).take(at), present)

    def places(self) -> tuple[Places, Places]:
        """Return for each folded character the number of its cluster, and its place there."""
        whose = np.repeat(np.arange(len(self.sizes)), self.sizes)
        return whose, _counted(np.zeros(len(self.sizes), np.intp), self.sizes)


def _counted(starts: Places, sizes: Places) -> Places:
    """Return so many numbers from each start on."""
    found: Places = np.arange(sizes.sum())
    found += np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return found


def _characters(key: int) -> str:
    first, rest = key & ((1 << _BITS) - 1), key >> _BITS
    return chr(first) + (_characters(rest) if rest else "")


def _divided(written: Codes, odd: Places) -> tuple[Places, Places]:
    """Return where clusters begin and end: syllables of jamo, and each other odd character."""
    here = written.take(odd)
    tails = _within(here, _TAILS)
    leads = _within(here, _LEADS)
    if not (tails.any() or leads.any()):
        return odd, odd + 1
    two = leads & _within(written.take(odd + 1, mode="clip"), _VOWELS)
    three = two & _within(written.take(odd + 2, mode="clip"), _TAILS)
    closed = tails & _within(written.take(odd - 1, mode="clip"), _SYLLABLES)
    inner = np.zeros(len(odd), np.bool_)
    inner[1:] |= two[:-1]
    inner[2:] |= three[:-2]
    firsts, stops = odd - closed, odd + 1 + two + three
    return firsts[~inner], stops[~inner]


def _within(codes: Codes, ranges: tuple[range, ...]) -> NDArray[np.bool_]:
    found = np.zeros(len(codes), np.bool_)
    for one in ranges:
        found |= codes - np.uint32(one.start) < len(one)
    return found
