"""Judging a place: whether letters that are a form's stand there as a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from archive.redaction.characters import ALPHABETIC, DIGIT, OTHER
from archive.redaction.folding import DOTS, SOFT_HYPHEN, invisible, is_alphabetic, is_mark
from archive.redaction.forms import Gaps, Variant
from archive.redaction.keys import Runs
from archive.redaction.letters import Letters, Places
from archive.redaction.persons import KIN, TITLES

INSIDE_WORDS = 3
"""Letters of a form without word spaces that is found inside words, interrupted or not."""

LONGEST_REST = 16
"""Letters of a word after a form in it that are looked at; no chain of particles is longer."""

_HYPHEN = r"\-\u058a\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_APOSTROPHE = r"'`\u00b4\u02b9-\u02bf\u2018\u2019\u2032\uff07"
_BREAK = r"\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_HYPHENATED = rf"[{_HYPHEN}]+[^\S{_BREAK}]*[{_BREAK}]\s*"
_TIGHT = rf"[._{_APOSTROPHE}]|[{_HYPHEN}]+\s*|[^\S{_BREAK}]*[{_BREAK}]\s*"
_BETWEEN = {
    Gaps.HYPHENATED: re.compile(_HYPHENATED),
    Gaps.TIGHT: re.compile(_TIGHT),
    Gaps.SPACED: re.compile(rf"[\s._{DOTS}{_APOSTROPHE}{_HYPHEN}]*"),
}
_AFTER_INITIAL = re.compile(rf"[.\s{_HYPHEN}]*")
_SEAM = re.compile(rf"[.,;/_|\u060c\u3001\s{_HYPHEN}]+")  # between the words of a derived name
_BEFORE_LAST_INITIAL = re.compile(r",?\s+|[,_]")
_LAST_ASCII = "\x7f"
_STAND_INS = "\ufffc\ufffd"  # for what canonical text cannot hold (docs/formats/canonical-text.md)
_NEGATION = re.compile(rf"[{_APOSTROPHE}]t\b", re.IGNORECASE)  # don't, won't
_PARTICLES = re.compile(
    "(?:은|는|이|가|을|를|의|에|에게|에게서|께|께서|와|과|도|만|로|으로|랑|이랑|한테|부터|까지|보다|처럼"
    "|하고|라고|이라고|라는|이라는|나|이나|든|야|아|여|이여|씨|님|군|양|옹|네"
    f"|{'|'.join((*TITLES, *KIN))})+"
)


def _bits(mask: int, offset: int) -> list[int]:
    """Return the places of the bits of a mask, each plus `offset`."""
    return [i + offset for i in range(mask.bit_length()) if mask >> i & 1]


class Reading:
    """One text while it is searched; places count its letters.

    Where `spans` of the text are given, in order, only what touches them is looked for.
    """

    def __init__(self, letters: Letters, spans: Sequence[tuple[int, int]] | None = None) -> None:
        self.letters = letters
        self._spans = spans
        self._text = letters.text
        self._runs: Runs | None = None

    @property
    def runs(self) -> Runs:
        """The runs of alphabetic letters and digits, computed once."""
        if self._runs is None:
            starts, stops = self.letters.runs(ALPHABETIC | DIGIT)
            self._runs = Runs(self.letters.codes, starts, stops)
        return self._runs

    def near(self, starts: Places, longest: int) -> Places:
        """Return those of the letters from which so many may reach what is looked for."""
        if self._spans is None or not len(starts):
            return starts
        size = self.letters.size
        first, last = np.searchsorted(self.letters.firsts, np.array(self._spans, np.intp)).T
        edges = np.zeros(size + 1, np.intp)
        np.add.at(edges, np.maximum(first - longest, 0), 1)
        np.add.at(edges, last, -1)
        near: Places = starts[np.cumsum(edges).take(starts) > 0]
        return near

    @property
    def word_runs(self) -> tuple[Places, Places]:
        """First and last letters of the words in scripts that are written with spaces."""
        if self.letters.has_arabic:
            return self.letters.runs(ALPHABETIC | OTHER)
        runs = self.runs
        words = self.letters.kind(runs.starts) == ALPHABETIC
        return runs.starts[words], runs.stops[words]

    def word(self, start: int, stop: int) -> str:
        """Return what the text has for the letters of one run, as it is written."""
        return self._text[self.letters.start(start) : self.letters.end(stop - 1)]

    def spans(self, starts: Places, stops: Places) -> tuple[list[int], list[int]]:
        """Return where stretches of letters begin in the text and end, marks included."""
        ends = self.letters.ends(stops - 1)
        for at in np.flatnonzero(self.letters.odd(ends)).tolist():
            ends[at] = self._with_marks(int(ends[at]))
        return self.letters.starts(starts).tolist(), ends.tolist()

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Return the span of the text for letters `start` to `stop`, marks included."""
        return self.letters.start(start), self._with_marks(self.letters.end(stop - 1))

    def _with_marks(self, end: int) -> int:
        while self._text[end : end + 1] > _LAST_ASCII and is_mark(self._text[end]):
            end += 1
        return end

    def gap(self, at: int) -> str:
        """Return what stands in the text before the letter `at`, a run's first."""
        between = self._text[self.letters.end(at - 1) : self.letters.start(at)]
        if between.isascii() and (between.isspace() or not between or between in "-.,'"):
            return between
        return "".join(
            c for c in between.replace(SOFT_HYPHEN, "-") if not invisible(c) and c not in _STAND_INS
        )

    def accepts(self, variant: Variant, start: int) -> bool:
        """Return whether a variant, whose letters stand at `start`, stands there as a name."""
        stop = start + len(variant.letters)
        breaks = self.letters.breaks(start, stop)
        return (
            self._apart(variant, start, breaks)
            and self._joined(variant, start, breaks)
            and self._initialled(variant, start)
            and (not variant.capital or self.capital(start))
            and self._begins(variant, start, stop)
            and self._ends(variant, start, stop)
        )

    def capital(self, at: int) -> bool:
        """Return whether a letter is a capital, or of a script that has none."""
        letter = self._text[self.letters.start(at) : self.letters.end(at)]
        return letter != letter.lower() or letter == letter.upper()

    def _apart(self, variant: Variant, start: int, breaks: Sequence[int]) -> bool:
        seams = _bits(variant.apart, start)
        return all(seam in breaks and _SEAM.fullmatch(self.gap(seam)) for seam in seams)

    def _joined(self, variant: Variant, start: int, breaks: Sequence[int]) -> bool:
        pattern = _BETWEEN[variant.gaps]
        for at in breaks:
            if variant.opens >> (at - start) & 1:
                continue
            gap = self.gap(at)
            if gap and not pattern.fullmatch(gap):
                return False
        return True

    def _glued(self, at: int) -> bool:
        """Return whether a capital alone begins a new word here, as in `McAdam`."""
        if not 0 < at < self.letters.size or self.gap(at):
            return False
        return all(map(is_alphabetic, self.letters.string(at - 1, at + 1)))

    def _begins(self, variant: Variant, start: int, stop: int) -> bool:
        first = variant.letters[0]
        bounded = self._bounded(start)
        if is_alphabetic(first) or first.isdecimal():
            return bounded and (variant.parts or not self._glued(start))
        if len(variant.letters) >= INSIDE_WORDS and not variant.whole:
            return True
        return bounded or (not variant.whole and self._unbroken(variant, start, stop))

    def _bounded(self, at: int) -> bool:
        """Return whether a run begins here, or the text has ended."""
        return self.letters.begins(at)

    def _rest(self, stop: int) -> str:
        """Return what follows in the run to which the last letter before `stop` belongs."""
        end = stop
        while end - stop < LONGEST_REST and not self.letters.begins(end):
            end += 1
        return self.letters.string(stop, end)

    def _ends(self, variant: Variant, start: int, stop: int) -> bool:
        last, rest = variant.letters[-1], self._rest(stop)
        if is_alphabetic(last) or last.isdecimal():
            if rest:
                return rest == "s" and variant.parts
            if last == "n" and _NEGATION.match(self._text, self.span(start, stop)[1]):
                return False
            return variant.parts or not self._glued(stop)
        if len(variant.letters) >= INSIDE_WORDS:
            return True
        if not variant.whole and self._unbroken(variant, start, stop):
            return True
        return not rest or _PARTICLES.fullmatch(rest) is not None

    def _unbroken(self, variant: Variant, start: int, stop: int) -> bool:
        return len(variant.letters) > 1 and not any(map(self.gap, self.letters.breaks(start, stop)))

    def _initialled(self, variant: Variant, start: int) -> bool:
        size = len(variant.letters)
        places = _bits(variant.initials, 0) if variant.initials else []
        return all(self._is_initial(variant, start, i, size) for i in places)

    def _is_initial(self, variant: Variant, start: int, i: int, size: int) -> bool:
        """Return whether letter `i` is written as an initial: a capital, or with a full stop.

        At the end of a name it needs the stop, and a comma or space before.
        """
        text = self._text
        left, right = self.span(start + i, start + i + 1)
        capital, stopped = (
            text[left:right] != text[left:right].lower(),
            text[right : right + 1] == ".",
        )
        if not (capital or stopped):
            return False
        if i and not variant.initials >> (i - 1) & 1:
            pattern = _SEAM if variant.initials >> (size - 1) == 0 else _BEFORE_LAST_INITIAL
            if not self._set_off(start + i, pattern):
                return False
        if i + 1 == size:
            return stopped
        both = variant.initials >> (i + 1) & 1
        return self._set_off(start + i + 1, _AFTER_INITIAL if both else _SEAM)

    def _set_off(self, at: int, pattern: re.Pattern[str]) -> bool:
        gap = self.gap(at) if self._bounded(at) else ""
        return pattern.fullmatch(gap) is not None
