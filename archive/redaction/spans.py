"""Spans of redactions: what they cover, how they join, how they grow over part-words.

Nothing here looks at the characters inside a span, so that what is hidden cannot show in what is
left (docs/formats/reading-copy.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from archive.model.ids import SourceRef
from archive.model.redaction import Method, Redaction, Review

MARKER = re.compile(r"\[(?:Source [0-9]{4,9}|redacted: S[1-6])\]")
"""Every marker that a reading copy may hold."""

READ_BEFORE = "read-before"
"""The finder of what researchers could read in an earlier copy of the record; see ADR 0061."""

_BETWEEN = re.compile(r"[\s,.;:\-\u2010-\u2015'\u2019\u00ad\u200b-\u200f]*")
_HYPHENS = "-\u2010\u2011"
_JOINERS = "_'\u2019"
_UNSPACED = re.compile(  # scripts whose words follow on one another without a space
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_EMOJI = "\U0001f000"  # from here on symbols join to others: flags, families, skins (UAX 29, GB11)
_RANK = {Method.REGISTER: 0, Method.MANUAL: 1, Method.DETECTOR: 2}
_WEIGHT = {review: weight for weight, review in enumerate(Review)}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of canonical text that one marker replaces; code points, end exclusive."""

    start: int
    end: int
    label: str


def label_of(source: SourceRef) -> str:
    """Return the marker of a source: `[Source 0042]`."""
    return f"[Source {source.removeprefix('S-')}]"


def label(redaction: Redaction) -> str:
    """Return the marker of a redaction: `[Source 0042]` or `[redacted: S2]`.

    What an earlier copy of the record showed has no pseudonym in it: whoever kept that copy would
    know whose it is, here and everywhere.
    """
    if redaction.source is not None and redaction.detector != READ_BEFORE:
        return label_of(redaction.source)
    return f"[redacted: {redaction.reason.value}]"


def merge(redactions: Iterable[Redaction]) -> tuple[Redaction, ...]:
    """Join overlapping redactions into one over all of them, in order.

    The joined one keeps reason and source of what could be read before, else of the register's
    find, else of what a person marked, else of the longest; and the gravest reason for a review,
    unless a person accepted one that covers the others.
    """
    merged: list[Redaction] = []
    leads: list[Redaction] = []
    for one in sorted(redactions, key=_order):
        if merged and one.start < merged[-1].end:
            leads[-1] = min(leads[-1], one, key=_lead)
            start, end = merged[-1].start, max(merged[-1].end, one.end)
            review = _joint_review(merged[-1], one)
            merged[-1] = replace(leads[-1], start=start, end=end, review=review)
        else:
            merged.append(one)
            leads.append(one)
    return tuple(merged)


def _joint_review(first: Redaction, second: Redaction) -> Review:
    """Return why a person has to look at two marks that become one."""
    for one, other in ((first, second), (second, first)):
        covers = one.start <= other.start and other.end <= one.end
        if one.review is Review.ACCEPTED and other.review is Review.NONE and covers:
            return Review.ACCEPTED
    return max(first.review, second.review, key=_WEIGHT.__getitem__)


def _order(one: Redaction) -> tuple[int, int, tuple[int | str, ...], bool, int]:
    accepted = one.review is Review.ACCEPTED
    return one.start, -one.end, _lead(one), not accepted, _WEIGHT[one.review]


def unlinked(
    text: str, redactions: Iterable[Redaction], earlier: Iterable[Sequence[Redaction]]
) -> tuple[Redaction, ...]:
    """Return redactions of which those have no pseudonym in sight that a copy did not hide.

    `earlier` are the redactions of copies of the same text that were released before.
    """
    covers = [hidden_spans(text, ones) for ones in earlier]

    def readable(one: Redaction) -> bool:
        return one.source is not None and not all(
            any(span.start <= one.start and one.end <= span.end for span in spans)
            for spans in covers
        )

    return tuple(replace(one, detector=READ_BEFORE) if readable(one) else one for one in redactions)


def _lead(one: Redaction) -> tuple[int | str, ...]:
    """Return a key by which the redaction that gives a joined one its label comes first."""
    named, rank = one.source is None, _RANK[one.method]
    return (
        one.detector != READ_BEFORE,
        named,
        rank,
        one.start - one.end,
        one.source or "",
        one.reason.value,
        one.detector,
    )


def subtract(redactions: Iterable[Redaction], start: int, end: int) -> tuple[Redaction, ...]:
    """Return redactions without the stretch from `start` to `end`; what sticks out is kept."""
    kept: list[Redaction] = []
    for one in redactions:
        pieces = ((one.start, min(one.end, start)), (max(one.start, end), one.end))
        if one.end <= start or end <= one.start:
            kept.append(one)
        else:
            kept += [replace(one, start=a, end=b) for a, b in pieces if a < b]
    return tuple(kept)


def hidden_spans(text: str, redactions: Sequence[Redaction]) -> tuple[Span, ...]:
    """Return what markers replace: redactions merged and grown over the part-words around them.

    Neighbours of one label with nothing but spaces and punctuation between become one.
    """
    merged = merge(redactions)
    joined: list[Span] = []
    for i, one in enumerate(merged):
        floor = joined[-1].end if joined else 0
        ceiling = merged[i + 1].start if i + 1 < len(merged) else len(text)
        span = Span(_back(text, one.start, floor), _forth(text, one.end, ceiling), label(one))
        last = joined[-1] if joined else None
        if last and last.label == span.label and _BETWEEN.fullmatch(text, last.end, span.start):
            joined[-1] = replace(last, end=span.end)
        else:
            joined.append(span)
    return tuple(joined)


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the text with spaces in place of spans (in order); offsets stay as they are."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def is_unspaced(character: str) -> bool:
    """Return whether words of a character's script follow on one another without a space."""
    return _UNSPACED.match(character) is not None


def _wordlike(character: str) -> bool:
    if is_unspaced(character):
        return False
    if character.isalnum() or character in _JOINERS:
        return True
    category = unicodedata.category(character)
    part = category in ("So", "Sk") and character >= _EMOJI
    return part or category in ("Mn", "Mc", "Me", "Cf")


def _back(text: str, at: int, floor: int) -> int:
    while at > floor and (
        _wordlike(text[at - 1])
        or (text[at - 1] in _HYPHENS and at - 1 > floor and _wordlike(text[at - 2]))
    ):
        at -= 1
    return at


def _forth(text: str, at: int, ceiling: int) -> int:
    while at < ceiling and (
        _wordlike(text[at])
        or (text[at] in _HYPHENS and at + 1 < ceiling and _wordlike(text[at + 1]))
    ):
        at += 1
    return at
