"""Second readings of a text side by side: every edit with the words around it, searched at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

import numpy as np

from archive.redaction.letters import letters_of
from archive.redaction.reading import LONGEST_REST, Reading
from archive.redaction.rewriting import Edit, Rewritten

_TOGETHER = 1 << 12  # edits read at a time
_BESIDE = 2  # letters: the one beside a place says whether a word begins there
_APART = "\n"  # ends words, and is nothing that belongs to one


class Reread(NamedTuple):
    """A place in a text that an edit changes: code point offsets, and what it says instead."""

    start: int
    end: int
    said: str
    edit: Edit


class Rereading:
    """Some edits of a text, each applied alone to the words around it, one after another."""

    def __init__(self, others: Sequence[Rewritten]) -> None:
        self._others = others
        sizes = [len(one.text) + len(_APART) for one in others]
        self._firsts = list(accumulate(sizes[:-1], initial=0))
        spans = [
            (first + one.first, first + one.first + len(one.edit.words))
            for first, one in zip(self._firsts, others, strict=True)
        ]
        self.reading = Reading(letters_of(_APART.join(one.text for one in others)), spans)

    def place(self, start: int, end: int) -> Reread | None:
        """Return where in the text the place is; nothing beside an edit, or if it takes two."""
        number = bisect_right(self._firsts, start) - 1
        first, other = self._firsts[number], self._others[number]
        start, end = start - first, end - first
        span = other.span(start, end) if end <= len(other.text) else None
        return Reread(*span, other.text[start:end], other.edit) if span else None


def rereadings(reading: Reading, edits: Iterable[Edit], longest: int) -> Iterator[Rereading]:
    """Yield the edits of a text, many together, with what forms of so many letters may reach."""
    text, letters = reading.letters.text, reading.letters
    several = iter(edits)
    while some := list(islice(several, _TOGETHER)):
        places = np.array([(one.start, one.end) for one in some], np.intp)
        first, last = np.searchsorted(letters.firsts, places).T
        first -= longest + _BESIDE
        last += longest + LONGEST_REST + _BESIDE
        begins = letters.starts(first) * (first > 0)
        ends = np.where(last < letters.size, letters.starts(last), len(text))
        yield Rereading(
            [
                Rewritten.of(text, edit, begin, end)
                for edit, begin, end in zip(some, begins.tolist(), ends.tolist(), strict=True)
            ]
        )
