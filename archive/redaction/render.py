"""Rendering a text reading copy: what is hidden leaves a fixed marker and no other trace.

A span grows over the rest of the word that it touches (a Korean particle tells how the name before
it ends), and neighbouring spans of one label become one marker, so that neither length nor number
of the hidden words is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archive.model.ids import SourceRef
from archive.model.redaction import Marker, Method, ReadingCopy, Redaction, RedactionPlan
from archive.model.sources import SourceForms
from archive.redaction.matcher import SourceMatcher
from archive.redaction.plan import Finder, merge, propose

UNTITLED = "Untitled record"
_MAX_TITLE = 120  # code points
_PASSED = ("kind",)
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_GAP = re.compile(r"[\s,.;:\-\u2010-\u2015'\u2019\u00ad\u200b-\u200f]*")


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a record besides its text; `date` is ISO 8601, `language` BCP 47."""

    title: str
    date: str | None = None
    language: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


def label(redaction: Redaction) -> str:
    """Return the marker of a redaction: `[Source 0042]` or `[redacted: S2]`."""
    if redaction.source is not None:
        return f"[Source {redaction.source.removeprefix('S-')}]"
    return f"[redacted: {redaction.reason.value}]"


def _wordlike(character: str) -> bool:
    return character.isalnum() or character in "_'\u2019\u00ad\u200b\u200c\u200d"


def _grown(text: str, redaction: Redaction) -> tuple[int, int, str]:
    start, end = redaction.start, redaction.end
    while start > 0 and _wordlike(text[start - 1]):
        start -= 1
    while end < len(text) and _wordlike(text[end]):
        end += 1
    return start, end, label(redaction)


def _spans(text: str, redactions: Sequence[Redaction]) -> list[tuple[int, int, str]]:
    joined: list[tuple[int, int, str]] = []
    for start, end, words in (_grown(text, r) for r in merge(redactions)):
        if joined and (
            start < joined[-1][1]
            or (words == joined[-1][2] and _GAP.fullmatch(text, joined[-1][1], start))
        ):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), joined[-1][2])
        else:
            joined.append((start, end, words))
    return joined


def redact_text(text: str, redactions: Sequence[Redaction]) -> tuple[str, tuple[Marker, ...]]:
    """Return the text with markers in place of what is hidden, and where the markers stand."""
    parts: list[str] = []
    markers: list[Marker] = []
    at = length = 0
    for start, end, words in _spans(text, redactions):
        length += start - at
        parts += [text[at:start], words]
        markers.append(Marker(length, length + len(words), words))
        length += len(words)
        at = end
    parts.append(text[at:])
    return "".join(parts), tuple(markers)


def _hidden_words(text: str, plan: RedactionPlan) -> SourceMatcher:
    """Return a matcher of what the plan hides, for places outside the text."""
    words = {text[r.start : r.end] for r in plan.redactions}
    return SourceMatcher([SourceForms(SourceRef("S-0000"), tuple(sorted(words)))])


def _redact_line(
    line: str,
    plan: RedactionPlan,
    hidden: SourceMatcher,
    matcher: SourceMatcher,
    detectors: Sequence[Finder],
) -> str:
    line = " ".join(line.split())
    found = list(propose(line, matcher, detectors))
    reasons = [r.reason for r in plan.redactions]
    found += [
        Redaction(m.start, m.end, reasons[0], Method.MANUAL, "manual") for m in hidden.find(line)
    ]
    return redact_text(line, merge(found))[0]


def render(
    plan: RedactionPlan,
    text: str,
    description: Description,
    *,
    matcher: SourceMatcher,
    detectors: Sequence[Finder],
    salt: str,
) -> ReadingCopy:
    """Return the reading copy of a record.

    Title and metadata go through register, detectors and the plan's hidden words; with no title
    the first line of the redacted text stands in. Only metadata on an allow-list passes; file
    names, paths and mail headers never do.
    """
    body, markers = redact_text(text, plan.redactions)
    hidden = _hidden_words(text, plan)
    clean = _redact_line(description.title, plan, hidden, matcher, detectors)
    if not clean:
        first = next((line for line in body.splitlines() if line.strip()), "")
        clean = _redact_line(first, plan, hidden, matcher, detectors)
    passed = {
        name: _redact_line(description.metadata[name], plan, hidden, matcher, detectors)
        for name in _PASSED
        if name in description.metadata
    }
    date = description.date
    return ReadingCopy(
        record=plan.record,
        title=clean[:_MAX_TITLE] or UNTITLED,
        text=body,
        salt=salt,
        date=date if date and _DATE.fullmatch(date) else None,
        language=description.language,
        markers=markers,
        metadata=passed,
    )
