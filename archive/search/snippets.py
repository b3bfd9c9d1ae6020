"""The piece of a text that shows best why it matches; the same text and query, the same piece."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice

from archive.model.search import Snippet
from archive.search.analysis import MAX_TERM, UNPARTED, Piece, stem
from archive.search.folding import fold_with_origins
from archive.search.grammar import Prefix, Words

WIDTH = 240  # code points of a snippet
_LEAD = 60  # code points of a snippet that may stand before its first hit
_MOST_HITS = 500  # of one leaf in one text; a snippet shows a handful
_SLACK = 20  # code points within which an edge is moved to a gap between words

_LETTER = f"[^\\W_{UNPARTED}]"


@dataclass(frozen=True, slots=True, order=True)
class _Hit:
    start: int
    end: int
    leaf: int


def snippet(text: str, leaves: tuple[Words | Prefix, ...]) -> Snippet:
    """Return the window of `text` with the most different leaves, then the most hits, then first.

    Without any hit it is the beginning of the text.
    """
    hits = _hits(text, leaves)
    start = _best_start(hits)
    start, end = _trim(text, start, min(len(text), start + WIDTH))
    return Snippet(text[start:end], _within(hits, start, end))


def _hits(text: str, leaves: tuple[Words | Prefix, ...]) -> list[_Hit]:
    folded = fold_with_origins(text)
    hits = []
    for number, leaf in enumerate(dict.fromkeys(leaves)):
        pattern, stems = _pattern(leaf)
        matches = (m for m in pattern.finditer(folded.text) if _is_match(m, stems))
        for match in islice(matches, _MOST_HITS):
            start, end = folded.original(*match.span())
            hits.append(_Hit(start, end, number))
    return sorted(hits)


def _is_match(match: re.Match[str], stems: tuple[str, ...]) -> bool:
    words = match.groups()
    return all(stem(w[:MAX_TERM]) == s for w, s in zip(words, stems, strict=True))


def _pattern(leaf: Words | Prefix) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return a pattern for candidates, and the stems that its groups must have."""
    if isinstance(leaf, Prefix):
        return re.compile(f"(?<!{_LETTER}){re.escape(leaf.start)}{_LETTER}*"), ()
    stems = tuple(part.terms[0] for part in leaf.parts if part.parted)
    return re.compile("[\\W_]*".join(_part_pattern(part) for part in leaf.parts)), stems


def _part_pattern(part: Piece) -> str:
    if not part.parted:
        return re.escape(part.text)
    term = part.terms[0]
    root = term[:-1] if len(term) > 2 else term  # Porter changes at most the stem's last letter
    return f"(?<!{_LETTER})({re.escape(root)}{_LETTER}*)"


def _best_start(hits: list[_Hit]) -> int:
    best, start = (0, 0), 0
    starts = [hit.start for hit in hits]
    for index, hit in enumerate(hits):
        until = bisect_right(starts, hit.start + WIDTH - _LEAD)
        inside = hits[index:until]
        value = (len({h.leaf for h in inside}), len(inside))
        if value > best:
            best, start = value, max(0, hit.start - _LEAD)
    return start


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Move both edges inwards to a gap between words, when there is one near."""
    if start > 0:
        gap = re.search(r"\s", text[start : start + _SLACK])
        start += gap.end() if gap else 0
    if end < len(text):
        gap = re.search(r"\s\S*\Z", text[end - _SLACK : end])
        end -= _SLACK - gap.start() if gap else 0
    return start, end


def _within(hits: list[_Hit], start: int, end: int) -> tuple[tuple[int, int], ...]:
    shown: list[tuple[int, int]] = []
    for hit in hits:
        if hit.start < start or hit.end > end:
            continue
        one = (hit.start - start, hit.end - start)
        if shown and one[0] < shown[-1][1]:
            one = (shown[-1][0], max(one[1], shown[-1][1]))
            shown.pop()
        shown.append(one)
    return tuple(shown)
