"""The piece of a text that shows best why it matches; the same text and query, the same piece.

A text is folded in blocks and no further than a bound, so that a large one costs no more than many
small ones; what stands after it is found by the index and not marked.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from archive.model.search import Snippet
from archive.search import effort
from archive.search.folding import fold_with_origins
from archive.search.places import Passage
from archive.search.query import Expansion, Words

WIDTH = 240  # code points of a snippet
_LEAD = 60  # code points of a snippet that may stand before its first hit
_MOST_HITS = 500  # of one leaf in one text; a snippet shows a handful
_SLACK = 20  # code points within which an edge is moved to a gap between words
_BLOCK = 1 << 15  # code points that are folded at a time
_OVERLAP = 1 << 10  # code points beyond a block in which a hit that begins in it may end
_BOUND = 1 << 18  # code points that are looked at: 0.03 s to fold
_ASCII_BOUND = 1 << 22  # the same for a text that folds thirty times as fast
_LOOKS = 1 << 23  # code points that are looked at times leaves that are looked for
_FOLDING = 12  # steps to fold a code point (`effort`)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a leaf of the query stands: offsets into the text, end exclusive; leaf by number."""

    start: int
    end: int
    leaf: int


def places(text: str, leaves: tuple[Words | Expansion, ...]) -> list[Place]:
    """Return where the leaves stand in `text`, in order: of each leaf the first 500."""
    different = tuple(dict.fromkeys(leaves))
    left = dict.fromkeys(range(len(different)), _MOST_HITS)
    found: list[Place] = []
    for start, end in _blocks(text, len(different)):
        wanted = [number for number, most in left.items() if most]
        if not wanted:
            break
        block = text[start : end + _OVERLAP]
        effort.spend(len(block) * (len(wanted) + (0 if block.isascii() else _FOLDING)))
        folded = fold_with_origins(block)
        passage = Passage(folded.text)
        for number in wanted:
            spans = (
                (start + first, start + last)
                for first, last in (
                    folded.original(*span) for span in passage.places(different[number])
                )
                if start + first < end
            )
            taken = [Place(*span, number) for span in islice(spans, left[number])]
            left[number] -= len(taken)
            found += taken
    return sorted(found)


def apart(found: list[Place]) -> list[Place]:
    """Return places, in order, without those that overlap an earlier one.

    Different spellings of one word stand at the same place; that is one hit.
    """
    kept: list[Place] = []
    end = 0
    for place in found:
        if place.start >= end or not kept:
            kept.append(place)
        end = max(end, place.end)
    return kept


def _blocks(text: str, leaves: int) -> Iterator[tuple[int, int]]:
    """Yield stretches that the text is looked at in, cut at white space where there is some."""
    bound = min(len(text), _ASCII_BOUND if text.isascii() else _BOUND, _LOOKS // max(leaves, 1))
    start = 0
    while start < bound:
        end = min(start + _BLOCK, bound)
        if end < bound:
            gap = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = gap + 1 if gap >= start else end
        yield start, end
        start = end


def snippet(text: str, found: list[Place]) -> Snippet:
    """Return the window of `text` with the most different leaves, then the most hits, then first.

    `found` is of `places`; without any it is the beginning of the text.
    """
    start = _best_start(found)
    start, end = _trim(text, start, min(len(text), start + WIDTH))
    return Snippet(text[start:end], _within(found, start, end), start)


def _best_start(found: list[Place]) -> int:
    best, start = (0, 0), 0
    starts = [one.start for one in found]
    counts: dict[int, int] = {}
    until = 0
    for index, one in enumerate(found):
        reach = bisect_right(starts, one.start + WIDTH - _LEAD)
        while until < reach:
            counts[found[until].leaf] = counts.get(found[until].leaf, 0) + 1
            until += 1
        value = (sum(1 for count in counts.values() if count), until - index)
        if value > best:
            best, start = value, max(0, one.start - _LEAD)
        counts[one.leaf] -= 1
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


def _within(found: list[Place], start: int, end: int) -> tuple[tuple[int, int], ...]:
    inside = [(p.start - start, p.end - start) for p in found if start <= p.start and p.end <= end]
    return tuple(joined(inside))


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ascending `spans` with those that overlap made one."""
    out: list[tuple[int, int]] = []
    for one in spans:
        if out and one[0] < out[-1][1]:
            out[-1] = (out[-1][0], max(one[1], out[-1][1]))
        else:
            out.append(one)
    return out
