"""The piece of a text that shows best why it matches; the same text and query, the same piece."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from archive.model.search import Snippet
from archive.search.analysis import MAX_TERM, UNPARTED, Piece, stem
from archive.search.folding import fold_with_origins
from archive.search.query import Expansion, Prefix, Words

WIDTH = 240  # code points of a snippet
_LEAD = 60  # code points of a snippet that may stand before its first hit
_MOST_HITS = 500  # of one leaf in one text; a snippet shows a handful
_SLACK = 20  # code points within which an edge is moved to a gap between words

_LETTERS = re.compile(f"[^\\W_{UNPARTED}]+")
_GAP = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, order=True)
class _Hit:
    start: int
    end: int
    leaf: int


def snippet(text: str, leaves: tuple[Words | Expansion, ...]) -> Snippet:
    """Return the window of `text` with the most different leaves, then the most hits, then first.

    Without any hit it is the beginning of the text.
    """
    hits = _hits(text, leaves)
    start = _best_start(hits)
    start, end = _trim(text, start, min(len(text), start + WIDTH))
    return Snippet(text[start:end], _within(hits, start, end))


def _hits(text: str, leaves: tuple[Words | Expansion, ...]) -> list[_Hit]:
    folded = fold_with_origins(text)
    hits = []
    shown = (leaf for leaf in dict.fromkeys(leaves) if isinstance(leaf, Words | Prefix))
    for number, leaf in enumerate(shown):
        for start, end in islice(_places(folded.text, leaf), _MOST_HITS):
            hits.append(_Hit(*folded.original(start, end), number))
    return sorted(hits)


def _places(text: str, leaf: Words | Prefix) -> Iterator[tuple[int, int]]:
    """Yield the spans of folded `text` where `leaf` stands, from the left, without overlap."""
    root = leaf.start if isinstance(leaf, Prefix) else _root(leaf.parts[0])
    at = text.find(root)
    while at >= 0:
        end = _prefix_end(text, at) if isinstance(leaf, Prefix) else _end(text, at, leaf.parts)
        if end is not None:
            yield at, end
        at = text.find(root, end or at + 1)


def _root(part: Piece) -> str:
    """Return the beginning that all words of one term share: Porter changes a last letter."""
    if not part.parted:
        return part.text
    term = part.terms[0]
    return term[:-1] if len(term) > 2 else term


def _prefix_end(text: str, at: int) -> int | None:
    word = _word(text, at)
    return word.end() if word else None


def _end(text: str, at: int, parts: tuple[Piece, ...]) -> int | None:
    for number, part in enumerate(parts):
        if number:
            at = _gap_end(text, at)
        if part.parted:
            word = _word(text, at)
            if word is None or stem(word.group()[:MAX_TERM]) != part.terms[0]:
                return None
            at = word.end()
        elif text.startswith(part.text, at):
            at += len(part.text)
        else:
            return None
    return at


def _word(text: str, at: int) -> re.Match[str] | None:
    """Return the word that begins at `at`, unless none does."""
    return None if at and _LETTERS.match(text[at - 1]) else _LETTERS.match(text, at)


def _gap_end(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at


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
