"""The source matcher: every form of every registered source, found in one pass over a text.

The separators of a folded text are taken out, candidates are looked up by their first letters, and
each candidate is then judged by what stood between its letters and around it. Alphabetic forms and
numbers begin and end where words do; forms in Hangul, Han and other scripts that attach particles
or do without spaces are found inside words too. Rather too much is found than too little
(docs/guides/redaction.md).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from archive.model.ids import SourceRef
from archive.model.sources import SourceForms
from archive.redaction.folding import (
    RUN,
    SOFT_HYPHEN,
    Folded,
    fold,
    invisible,
    is_alphabetic,
    is_mark,
)
from archive.redaction.forms import Gaps, Variant, variants

_HEAD = 5  # letters of an alphabetic or numeric form by which candidates are found
_PIECE = 1 << 20  # code points searched at a time
_OVERLAP = 1 << 16  # code points; a form stretched over more is found only within one piece
_BLANK = re.compile(r"\s")
_SHORT_HANGUL = 2  # letters; interrupted, such a form must stand as a word
_HYPHEN = r"\-\u058a\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_APOSTROPHE = r"'`\u00b4\u02b9-\u02bf\u2018\u2019\u2032\uff07"
_BREAK = r"\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_HYPHENATED = rf"[{_HYPHEN}]+[^\S{_BREAK}]*[{_BREAK}]\s*"
_TIGHT = rf"[._{_APOSTROPHE}]|[{_HYPHEN}]+\s*|[^\S{_BREAK}]*[{_BREAK}]\s*"
_BETWEEN = {
    Gaps.HYPHENATED: re.compile(_HYPHENATED),
    Gaps.TIGHT: re.compile(_TIGHT),
    Gaps.SPACED: re.compile(rf"[\s._\u00b7\u2027\u30fb{_APOSTROPHE}{_HYPHEN}]*"),
}
_AFTER_INITIAL = re.compile(rf"[.\s{_HYPHEN}]*")
_SEAM = re.compile(rf"[.,_\s{_HYPHEN}]+")  # between the words of a derived name
_BEFORE_LAST_INITIAL = re.compile(r",?\s+|[,_]")
_STAND_INS = "\ufffc\ufffd"  # for what canonical text cannot hold (docs/formats/canonical-text.md)
_NEGATION = re.compile(rf"[{_APOSTROPHE}]t\b", re.IGNORECASE)  # don't, won't
_PARTICLES = re.compile(
    "(?:은|는|이|가|을|를|의|에|에게|에게서|께|께서|와|과|도|만|로|으로|랑|이랑|한테|부터|까지|보다|처럼"
    "|하고|라고|이라고|라는|이라는|나|이나|든|야|아|여|이여|씨|님|군|양|옹|네)+"
)


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A registered form in a text: code point offsets, end exclusive, and whose form it is."""

    start: int
    end: int
    source: SourceRef


class SourceMatcher:
    """The whole register, compiled once.

    With `derive` (the default), other orders, initials and ways to dial are found beside the
    registered forms. A form without any letter or digit is found as it stands.
    """

    def __init__(self, sources: Sequence[SourceForms], *, derive: bool = True) -> None:
        self._variants: dict[str, list[tuple[Variant, SourceRef]]] = defaultdict(list)
        self._literals: list[tuple[str, SourceRef]] = []
        for source in sources:
            for form in dict.fromkeys(source.forms):
                self._add(form, source.source, derive)
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._index()

    def _add(self, form: str, source: SourceRef, derive: bool) -> None:
        found = variants(form, derive=derive)
        for variant in found:
            self._variants[variant.letters].append((variant, source))
        if not found and form.strip():
            self._literals.append((form.strip(), source))

    def _index(self) -> None:
        """Prepare what finds candidates: heads of long forms, short forms, pairs inside words."""
        long: dict[str, set[int]] = defaultdict(set)
        short: dict[str, set[int]] = defaultdict(set)
        inside: dict[str, set[int]] = defaultdict(set)
        for letters, found in self._variants.items():
            if len(letters) >= _HEAD:
                long[letters[:_HEAD]].add(len(letters))
            else:
                for size in range(1, max(variant.first for variant, _ in found) + 1):
                    short[letters[:size]].add(len(letters))
            if not is_alphabetic(letters[0]) and not letters[0].isdecimal():
                inside[letters[:2]].add(len(letters))
        self._long, self._short, self._inside = (
            {key: tuple(sorted(sizes)) for key, sizes in one.items()}
            for one in (long, short, inside)
        )
        self._single = {key for key in inside if len(key) == 1}
        pairs = inside.keys() - self._single
        first, second = ("".join(sorted({re.escape(pair[i]) for pair in pairs})) for i in (0, 1))
        self._pairs = re.compile(f"[{first}](?=[{second}])") if pairs else None

    def find(self, text: str) -> tuple[Match, ...]:
        """Return every place of every form in a text, in order.

        Places inside another place of the same source are left out.
        """
        found: set[Match] = set()
        for first, piece in _pieces(text):
            found.update(
                Match(match.start + first, match.end + first, match.source)
                for match in self._find(piece)
            )
        return tuple(_outermost(found))

    def _find(self, text: str) -> Iterator[Match]:
        reading = _Reading(fold(text))
        for start, variant, source in self._placed(reading):
            if reading.accepts(variant, start):
                yield Match(*reading.span(start, start + len(variant.letters)), source)
        for literal, source in self._literals:
            for place in re.finditer(re.escape(literal), text):
                yield Match(*place.span(), source)

    def _candidates(self, reading: _Reading) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield where a form may begin, and of which lengths."""
        squeezed, long, short = reading.squeezed, self._long, self._short
        for start in [at for at in reading.starts if squeezed[at : at + _HEAD] in long]:
            yield start, long[squeezed[start : start + _HEAD]]
        if short:
            pairs = zip(reading.starts, reading.runs, strict=False)
            for start, run in [(at, run) for at, run in pairs if run in short]:
                yield start, short[run]
        if not reading.folded.text.isascii():
            yield from self._inner_candidates(reading)

    def _inner_candidates(self, reading: _Reading) -> Iterator[tuple[int, tuple[int, ...]]]:
        squeezed = reading.squeezed
        if self._single:
            for start in reading.starts:
                if squeezed[start : start + 1] in self._single:
                    yield start, (1,)
        for place in self._pairs.finditer(squeezed) if self._pairs else ():
            start = place.start()
            yield start, self._inside.get(squeezed[start : start + 2], ())

    def _placed(self, reading: _Reading) -> Iterator[tuple[int, Variant, SourceRef]]:
        """Yield every string of letters that is one of the register's, wherever runs end."""
        for start, lengths in self._candidates(reading):
            for length in lengths:
                for variant, source in self._variants.get(
                    reading.squeezed[start : start + length], ()
                ):
                    yield start, variant, source


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield overlapping pieces of a long text with their offsets, so that memory stays bounded.

    A piece begins and ends at white space, as long as there is any.
    """
    start = 0
    while True:
        stop = start + _PIECE + _OVERLAP
        blank = _BLANK.search(text, stop)
        yield start, text[start : blank.start() if blank else len(text)]
        if stop >= len(text) or blank is None:
            return
        blank = _BLANK.search(text, start + _PIECE)
        start = blank.end() if blank else start + _PIECE


def _outermost(found: set[Match]) -> Iterator[Match]:
    reached: dict[SourceRef, int] = {}
    for match in sorted(found, key=lambda m: (m.start, -m.end, m.source)):
        if match.end > reached.get(match.source, -1):
            reached[match.source] = match.end
            yield match


def _bits(mask: int, offset: int) -> list[int]:
    """Return the places of the bits of a mask, each plus `offset`."""
    return [i + offset for i in range(mask.bit_length()) if mask >> i & 1]


class _Reading:
    """One text while it is searched; offsets count letters of `squeezed`, which has no gaps."""

    def __init__(self, folded: Folded) -> None:
        self.folded = folded
        self.runs = RUN.findall(folded.letters)
        self.squeezed = "".join(self.runs)
        self.starts = tuple(accumulate(map(len, self.runs), initial=0))
        self._places: tuple[int, ...] | None = None

    def _place(self, run: int) -> int:
        """Return where a run begins in the folded text."""
        if self._places is None:
            self._places = tuple(m.start() for m in RUN.finditer(self.folded.letters))
        return self._places[run]

    def _letter(self, at: int) -> int:
        run = bisect_right(self.starts, at) - 1
        return self._place(run) + at - self.starts[run]

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Return the span of the original for letters `start` to `stop`, marks included."""
        text = self.folded.text
        end = self.folded.end(self._letter(stop - 1))
        while end < len(text) and is_mark(text[end]):
            end += 1
        return self.folded.start(self._letter(start)), end

    def _gap(self, at: int) -> str:
        """Return what stands in the original before the letter `at`, a run's first."""
        end = self.folded.end(self._letter(at - 1))
        between = self.folded.text[end : self.folded.start(self._letter(at))]
        return "".join(
            c for c in between.replace(SOFT_HYPHEN, "-") if not invisible(c) and c not in _STAND_INS
        )

    def accepts(self, variant: Variant, start: int) -> bool:
        """Return whether a variant, whose letters stand at `start`, stands there as a name."""
        stop = start + len(variant.letters)
        return (
            self._apart(variant, start)
            and self._joined(variant, start, stop)
            and self._initialled(variant, start)
            and self._begins(variant, start, stop)
            and self._ends(variant, start, stop)
        )

    def _breaks(self, start: int, stop: int) -> Iterator[int]:
        """Yield where runs begin between two letters."""
        first = bisect_right(self.starts, start)
        last = bisect_right(self.starts, stop - 1)
        yield from self.starts[first:last]

    def _apart(self, variant: Variant, start: int) -> bool:
        seams = _bits(variant.apart, start)
        return all(map(self._bounded, seams)) and all(
            _SEAM.fullmatch(self._gap(seam)) for seam in seams
        )

    def _joined(self, variant: Variant, start: int, stop: int) -> bool:
        pattern = _BETWEEN[variant.gaps]
        for at in self._breaks(start, stop):
            if variant.opens >> (at - start) & 1:
                continue
            gap = self._gap(at)
            if gap and not pattern.fullmatch(gap):
                return False
        return True

    def _glued(self, at: int) -> bool:
        """Return whether a capital alone begins a new word here, as in `McAdam`."""
        if not 0 < at < len(self.squeezed) or self._gap(at):
            return False
        return is_alphabetic(self.squeezed[at - 1]) and is_alphabetic(self.squeezed[at])

    def _begins(self, variant: Variant, start: int, stop: int) -> bool:
        first = variant.letters[0]
        bounded = self._bounded(start)
        if is_alphabetic(first) or first.isdecimal():
            return bounded and (variant.parts or not self._glued(start))
        if len(variant.letters) > _SHORT_HANGUL:
            return True
        whole = len(variant.letters) > 1 and not any(map(self._gap, self._breaks(start, stop)))
        return whole or bounded

    def _bounded(self, at: int) -> bool:
        """Return whether a run begins here, or the text has ended."""
        return self.starts[bisect_right(self.starts, at) - 1] == at

    def _rest(self, stop: int) -> str:
        """Return the rest of the run to which the last letter before `stop` belongs."""
        run = bisect_right(self.starts, stop - 1)
        return self.squeezed[stop : self.starts[run]]

    def _ends(self, variant: Variant, start: int, stop: int) -> bool:
        last, rest = variant.letters[-1], self._rest(stop)
        if is_alphabetic(last) or last.isdecimal():
            if rest:
                return rest == "s" and variant.parts
            if last == "n" and _NEGATION.match(self.folded.text, self.span(start, stop)[1]):
                return False
            return variant.parts or not self._glued(stop)
        if len(variant.letters) > _SHORT_HANGUL:
            return True
        whole = len(variant.letters) > 1 and not any(map(self._gap, self._breaks(start, stop)))
        return whole or not rest or _PARTICLES.fullmatch(rest) is not None

    def _initialled(self, variant: Variant, start: int) -> bool:
        size = len(variant.letters)
        return all(self._is_initial(variant, start, i, size) for i in _bits(variant.initials, 0))

    def _is_initial(self, variant: Variant, start: int, i: int, size: int) -> bool:
        """Return whether letter `i` is written as an initial: a capital, or with a full stop.

        At the end of a name it needs the stop, and a comma or space before.
        """
        text = self.folded.text
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
        gap = self._gap(at) if self._bounded(at) else ""
        return pattern.fullmatch(gap) is not None
