"""Carrying a plan over to a newer text of the same record: rather too much than too little."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from archive.model.ids import SourceRef
from archive.model.redaction import Redaction, Review
from archive.model.sources import SourceForms
from archive.redaction.alignment import Alignment
from archive.redaction.likeness import alike
from archive.redaction.matcher import SourceMatcher
from archive.redaction.spans import merge

_LETTERS = 3  # a shorter string is looked for as a word, not inside words
_LONGEST_FORM = 200  # code points; a longer stretch is looked for as it stands


def carry_over(
    old_text: str,
    new_text: str,
    redactions: Sequence[Redaction],
    finds: Iterable[Redaction] = (),
) -> tuple[tuple[Redaction, ...], tuple[Redaction, ...]]:
    """Return redactions of the old text as redactions of the new one, and those that were lost.

    A span covers the same characters where they still stand unbroken. What cannot be placed exactly
    is widened to the changed region. Every further place of a hidden string in the new text is
    hidden too, unless it stands unbroken where the old text has it: there the plan has decided. In
    changed text, what is nearly a hidden string is hidden too. Of `finds`, proposals for the new
    text, those are taken that touch changed text.
    Each result says by its `review` what became of it; the lost ones keep their old offsets.
    """
    alignment = Alignment(old_text, new_text)
    carried: list[Redaction] = []
    unplaced: list[Redaction] = []
    for one in redactions:
        placed = _placed(alignment, new_text, one)
        (carried if placed.review is not Review.LOST else unplaced).append(placed)
    covered = _cover(carried)
    strings = _strings(old_text, redactions)
    carried += [
        replace(one, start=start, end=end, review=Review.FOUND)
        for one, start, end in _places(new_text, strings)
        if not covered.holds(start, end) and alignment.origin(start, end) is None
    ]
    covered = _cover(carried)
    carried += [
        replace(one, start=start, end=end, review=Review.FOUND)
        for one, start, end in _alike(new_text, alignment, strings)
        if not covered.touches(start, end) and alignment.origin(start, end) is None
    ]
    carried += _fresh(alignment, finds)
    merged = merge(carried)
    covered = _cover(merged)
    lost = [
        one
        for one in unplaced
        if not any(
            covered.holds(*place)
            for place in _occurrences(new_text, old_text[one.start : one.end].strip())
        )
    ]
    return merged, tuple(lost)


def _cover(redactions: Sequence[Redaction]) -> _Cover:
    return _Cover([(one.start, one.end) for one in merge(redactions)])


class _Cover:
    """Spans in order, none overlapping another."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def holds(self, start: int, end: int) -> bool:
        """Return whether one of the spans covers all of another one."""
        index = bisect_right(self._starts, start) - 1
        return index >= 0 and end <= self._ends[index]

    def touches(self, start: int, end: int) -> bool:
        """Return whether one of the spans overlaps another one."""
        index = bisect_right(self._starts, end - 1) - 1
        return index >= 0 and start < self._ends[index]


def _placed(alignment: Alignment, text: str, one: Redaction) -> Redaction:
    """Place a redaction; beside changed text it takes the rest of its line there with it."""
    place = alignment.place(one.start, one.end)
    if place.start == place.end:
        return replace(one, review=Review.LOST)
    if not place.exact:
        return replace(one, start=place.start, end=place.end, review=Review.WIDENED)
    if not place.beside:
        return replace(one, start=place.start, end=place.end, review=Review.CARRIED)
    left, right = alignment.adjoining(place)
    left = max(left, text.rfind("\n", left, place.start) + 1)
    line_end = text.find("\n", place.end, right)
    right = right if line_end < 0 else line_end
    return replace(one, start=left, end=right, review=Review.BESIDE_CHANGE)


def _strings(old_text: str, redactions: Sequence[Redaction]) -> dict[str, Redaction]:
    """Return each hidden string and the first redaction of it."""
    found: dict[str, Redaction] = {}
    for one in redactions:
        found.setdefault(old_text[one.start : one.end].strip(), one)
    found.pop("", None)
    return found


def _places(text: str, strings: dict[str, Redaction]) -> Iterator[tuple[Redaction, int, int]]:
    """Yield where strings stand in a text: as words however they are written, and as they are."""
    words = list(strings)
    forms = [
        SourceForms(SourceRef(str(number)), (word,))
        for number, word in enumerate(words)
        if len(word) <= _LONGEST_FORM
    ]
    for match in SourceMatcher(forms, derive=False).find(text):
        yield strings[words[int(match.source)]], match.start, match.end
    for word, one in strings.items():
        if sum(map(str.isalnum, word)) >= _LETTERS:
            for start, end in _occurrences(text, word):
                yield one, start, end


def _alike(
    text: str, alignment: Alignment, strings: dict[str, Redaction]
) -> Iterator[tuple[Redaction, int, int]]:
    """Yield places in changed text that say nearly what a hidden string says."""
    words = [word for word in strings if len(word) <= _LONGEST_FORM]
    for number, start, end in alike(text, alignment.changed(), words):
        yield strings[words[number]], start, end


def _occurrences(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Yield what all occurrences of a word cover, overlapping ones as one."""
    start = at = text.find(word) if word else -1
    while at >= 0:
        end = at + len(word)
        at = text.find(word, at + 1)
        if not 0 <= at < end:
            yield start, end
            start = at


def _fresh(alignment: Alignment, finds: Iterable[Redaction]) -> Iterator[Redaction]:
    """Yield finds that touch text which the older version did not have."""
    changed = _Cover(list(alignment.changed()))
    for one in finds:
        if changed.touches(one.start, one.end):
            yield replace(one, review=Review.FOUND)
