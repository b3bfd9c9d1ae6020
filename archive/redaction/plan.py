"""Plans as values: proposing, marking, unmarking. Nothing here is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from archive.errors import InvalidValue
from archive.model.ids import SourceRef
from archive.model.redaction import Method, Reason, Redaction, RedactionPlan
from archive.model.sources import SourceForms
from archive.redaction.matcher import SourceMatcher

_REGISTER = "register"


class Finder(Protocol):
    """Something that proposes redactions."""

    def find(self, text: str) -> Iterable[Redaction]:
        """Yield proposals; offsets count code points of `text`."""


def register_finds(text: str, matcher: SourceMatcher) -> Iterator[Redaction]:
    """Yield a redaction for every registered form in a text."""
    for match in matcher.find(text):
        yield Redaction(
            match.start,
            match.end,
            Reason.SOURCE_IDENTITY,
            Method.REGISTER,
            _REGISTER,
            match.source,
        )


def propose(
    text: str, matcher: SourceMatcher, detectors: Sequence[Finder]
) -> tuple[Redaction, ...]:
    """Return the union of what the register and every detector find, overlaps merged."""
    found = [*register_finds(text, matcher)]
    for detector in detectors:
        found.extend(detector.find(text))
    return merge(found)


def merge(redactions: Iterable[Redaction]) -> tuple[Redaction, ...]:
    """Join overlapping redactions; a find of the register gives the joined one its label."""
    merged: list[Redaction] = []
    for one in sorted(redactions, key=lambda r: (r.start, -r.end)):
        if merged and one.start < merged[-1].end:
            last = merged[-1]
            lead = one if one.source and not last.source else last
            merged[-1] = replace(lead, start=last.start, end=max(last.end, one.end))
        else:
            merged.append(one)
    return tuple(merged)


def mark_span(plan: RedactionPlan, text: str, redaction: Redaction) -> RedactionPlan:
    """Add one redaction.

    Raises:
        InvalidValue: the span is empty or not inside the text.
    """
    if not 0 <= redaction.start < redaction.end <= len(text):
        raise InvalidValue("The span is not inside the text.")
    return replace(plan, redactions=merge([*plan.redactions, redaction]))


def mark_text(plan: RedactionPlan, text: str, needle: str, reason: Reason) -> RedactionPlan:
    """Hide every occurrence of a text, however it is cased, spaced or composed.

    Raises:
        InvalidValue: it does not occur.
    """
    finder = SourceMatcher([SourceForms(SourceRef("S-0000"), (needle,))])
    exact = _exact(text, needle)
    spans = {(match.start, match.end) for match in finder.find(text)} | exact
    if not spans:
        raise InvalidValue("That text does not occur in the record.")
    marks = [Redaction(start, end, reason, Method.MANUAL, "manual") for start, end in spans]
    return replace(plan, redactions=merge([*plan.redactions, *marks]))


def _exact(text: str, needle: str) -> set[tuple[int, int]]:
    found, at = set(), text.find(needle) if needle else -1
    while at >= 0:
        found.add((at, at + len(needle)))
        at = text.find(needle, at + 1)
    return found


def unmark_span(plan: RedactionPlan, start: int, end: int) -> RedactionPlan:
    """Take back every redaction that touches the span.

    Raises:
        InvalidValue: nothing is marked there.
    """
    kept = tuple(r for r in plan.redactions if r.end <= start or end <= r.start)
    if len(kept) == len(plan.redactions):
        raise InvalidValue("Nothing is marked there.")
    return replace(plan, redactions=kept)
