"""Names whose parts stand as values by themselves: in cells of one row, in fields of one record."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from archive.redaction.characters import OTHER
from archive.redaction.folding import RUN, fold
from archive.redaction.keys import LONGEST, Keys, Runs, hash_strings
from archive.redaction.letters import Places
from archive.redaction.persons import heads, names_of, words_of
from archive.redaction.reading import Reading

_BEFORE = re.compile(r"(?:\A|[\n\t|;,:=\"'>(\[])[ ]{0,4}\Z")
_VALUE = re.compile(r"[^\n\t|;,:=\"'<>()\[\]{}&]{1,40}")
_LABELS = frozenset(":=>\"'")  # what stands between the name of a field and its value
_REACH = 5  # code points before a value that are looked at
_FAR = 400  # code points from one part of a name to the other, at most
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")

_Part = tuple[int, int, bool]
"""Number of the form, which division of it, whether the first part."""


class _Value(NamedTuple):
    start: int
    end: int
    parts: tuple[_Part, ...]
    labelled: bool


class SeparateValues:
    """The forms of a register that have two parts, by these parts."""

    def __init__(self, forms: Sequence[str]) -> None:
        found: dict[str, dict[_Part, None]] = defaultdict(dict)
        for number, form in enumerate(forms):
            for division, parts in enumerate(sorted(_divisions(form))):
                for first, part in zip((True, False), parts, strict=True):
                    found[part][number, division, first] = None
        self._parts = {part: tuple(owners) for part, owners in found.items()}
        openings = sorted({RUN.match(part)[0] for part in self._parts})  # type: ignore[index]
        openings = [one for one in openings if len(one) < LONGEST]
        self._keys = Keys(hash_strings(openings), [0] * len(openings)) if openings else None

    def find(self, reading: Reading) -> Iterator[tuple[int, int, int, bool]]:
        """Yield start and end in the text of each part, form, and whether it is certain.

        It is within one line, and in a record of several lines where each part has a name of its
        own; else two values may be of two people.
        """
        text = reading.letters.text
        near: list[_Value] = []
        for value in self._values(reading):
            near = [one for one in near if value.start - one.end <= _FAR]
            for other in near:
                between = text[other.end : value.start]
                for number in _together(other, value) if not _EMPTY_LINE.search(between) else ():
                    certain = "\n" not in between or (other.labelled and value.labelled)
                    yield other.start, other.end, number, certain
                    yield value.start, value.end, number, certain
            near.append(value)

    def _values(self, reading: Reading) -> Iterator[_Value]:
        if self._keys is None:
            return
        text = reading.letters.text
        runs = [reading.runs]
        if reading.letters.has_others:
            runs.append(Runs(reading.letters.codes, *reading.letters.runs(OTHER)))
        known = [one.starts.take(self._keys.known(one.hashes)) for one in runs if len(one.starts)]
        starts: Places = np.concatenate(known) if known else np.empty(0, np.intp)
        for start in np.sort(reading.letters.starts(starts)).tolist():
            before = _BEFORE.search(text, max(0, start - _REACH), start)
            if before is None:
                continue
            words = _VALUE.match(text, start)
            value = words[0].rstrip() if words else ""
            parts = self._parts.get(_folded(value), ())
            if parts:
                labelled = before[0].strip() in _LABELS
                yield _Value(start, start + len(value), parts, labelled)


def _together(first: _Value, second: _Value) -> set[int]:
    """Return the forms of which two values are the parts."""
    wanted = {(number, division, not begins) for number, division, begins in first.parts}
    return {one[0] for one in second.parts if one in wanted}


def _divisions(form: str) -> set[tuple[str, str]]:
    """Return the ways to divide a full name into a first and a second part, folded."""
    words = words_of(form)
    divided = {(words[:1], words[1:]), (words[:-1], words[-1:]), (words[:1], words[-1:])}
    found = {(_folded(" ".join(a)), _folded(" ".join(b))) for a, b in divided if a and b}
    for name in names_of(form):
        size = len(name.given)
        whole = {one for one in name.written if one[:-size] in heads(name)}
        found |= {(one[:-size], one[-size:]) for one in whole}
    return {(a, b) for a, b in found if a and b}


def _folded(words: str) -> str:
    return "".join(RUN.findall(fold(words).letters))
