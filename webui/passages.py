"""Text cut into passages for the page: plain, hit, or redacted; and into lines with offsets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile

from archive.model.redaction import Marker, Reason, Redaction
from archive.model.search import Snippet
from webui.wording import lazy, say

REASONS: dict[Reason, str] = {
    Reason.SOURCE_IDENTITY: lazy("who a source is"),
    Reason.CONTACT: lazy("a way to reach somebody"),
    Reason.QUASI_IDENTIFIER: lazy("a detail that may identify somebody"),
    Reason.THIRD_PARTY: lazy("somebody else's privacy"),
    Reason.OPERATIONAL: lazy("how the work is done"),
    Reason.LEGAL: lazy("a legal duty"),
}
"""Reason codes in the words that pages use."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text that is shown in one way; `label` is `None` for plain text."""

    text: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of canonical text: code point offsets and its passages."""

    start: int
    end: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A labelled stretch of text: offsets, end exclusive."""

    start: int
    end: int
    label: str


def passages(text: str, stretches: Iterable[Stretch], start: int = 0) -> tuple[Passage, ...]:
    """Cut `text`, whose first code point is at offset `start`, along stretches.

    Where stretches overlap the earlier one wins; what lies outside the text is left out.
    """
    out: list[Passage] = []
    at, end = start, start + len(text)
    for one in sorted(stretches, key=lambda s: (s.start, -s.end)):
        left, right = max(one.start, at), min(one.end, end)
        if left >= right:
            continue
        if left > at:
            out.append(Passage(text[at - start : left - start]))
        out.append(Passage(text[left - start : right - start], one.label))
        at = right
    if at < end:
        out.append(Passage(text[at - start :]))
    return tuple(out)


def snippet_passages(snippet: Snippet) -> tuple[Passage, ...]:
    """Return a snippet with its hits labelled."""
    return passages(snippet.text, [Stretch(start, end, "hit") for start, end in snippet.hits])


def copy_passages(text: str, markers: Iterable[Marker]) -> tuple[Passage, ...]:
    """Return the text of a reading copy with its redaction marks labelled."""
    words = cache(meaning)  # a page has hundreds of marks of a few kinds
    return passages(text, [Stretch(m.start, m.end, words(m.label)) for m in markers])


def lines(text: str, redactions: Iterable[Redaction]) -> tuple[Line, ...]:
    """Return the lines of a canonical text, each with its offsets and redacted passages."""
    marks = sorted(
        (Stretch(r.start, r.end, hidden_as(r)) for r in redactions), key=lambda s: s.start
    )
    out: list[Line] = []
    at = first = 0
    for line in text.split("\n"):
        end = at + len(line)
        while first < len(marks) and marks[first].end <= at:
            first += 1
        here = takewhile(_before(end), islice(marks, first, None))
        out.append(Line(at, end, passages(line, here, at)))
        at = end + 1
    return tuple(out)


def _before(end: int) -> Callable[[Stretch], bool]:
    return lambda stretch: stretch.start < end


def hidden_as(redaction: Redaction) -> str:
    """Return what a redaction hides, in words, for the people who may see it."""
    words = f"{redaction.reason.value}, {REASONS[redaction.reason]}"
    return f"{words}: {redaction.source}" if redaction.source else words


def meaning(label: str) -> str:
    """Return what a mark in a reading copy stands for, in words."""
    for reason, words in REASONS.items():
        if reason.value in label:
            return say("hidden: %(why)s", why=words)
    return say("hidden: %(why)s", why=REASONS[Reason.SOURCE_IDENTITY])
