"""Boxes that do not tell how long the words under them are.

The words around a hidden one are known to whoever reads the copy, so a hole between two words of a
line measures what was there, and even spaces stretched to justify a line do. A box therefore covers
the whole run of words that a hidden one stands in, from one edge of the column to the other, and
its ends stand on a coarse grid (docs/adr/0028-lines-not-holes.md).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from archive.model.pages import PageBox

LEAST = 36.0  # points; no box is narrower or, across the line, smaller than a third of it
_COLUMN = 72.0  # points; grid on which the ends of a box along the line stand
_ACROSS = 3.0  # points; grid across the line
_GAP = 2.0  # heights of a line; more space than that separates columns
_LEAST_GAP = 14.0  # points
_SAME_LINE = 0.5  # of the smaller height that two words of a line share
_COLUMN_LETTERS = 3
_NARROW = 1.4  # times the height; a letter with its full stop is not wider
_LIKE = 3.0  # times the height; larger letters are in a line of their own
_EDGE = 0.75  # points around the ink
_BEARING = 3.0  # points; what letters leave free beside them differs by less


def blackened(
    seeds: Iterable[PageBox],
    words: Sequence[PageBox],
    width: float,
    height: float,
    stacked: Collection[PageBox] = (),
) -> tuple[PageBox, ...]:
    """Return the boxes that hide `seeds`, each grown over the run of words that it stands in.

    `words` are the boxes of all words of the page, `width` and `height` its size in points;
    `stacked` are those of words that are read downwards.
    """
    flat, upright = [], []
    turned = [_turned(word) for word in words]
    for one in seeds:
        if one in stacked or _is_vertical(one, words):
            upright.append(_turned(_grown(_turned(one), turned, height, width)))
        else:
            flat.append(_grown(one, words, width, height))
    return (*_joined(flat), *_joined(upright))


def downwards(words: Sequence[tuple[PageBox, int]]) -> frozenset[PageBox]:
    """Return the boxes of words that are read downwards: columns of letters, lines on their side.

    `words` are boxes in the order of reading, with how many characters stand in each. Three or more
    that follow one another from top to bottom, each a letter or taller than wide, are such a line;
    a list is none, whose words are wider.
    """
    found: set[PageBox] = set()
    run: list[PageBox] = []
    for box, characters in words:
        if not _is_narrow(box, characters):
            run = []
            continue
        run = [*run, box] if run and _is_below(box, run[-1]) else [box]
        if len(run) >= _COLUMN_LETTERS:
            found.update(run)
    return frozenset(found)


def _is_narrow(box: PageBox, characters: int) -> bool:
    return characters == 1 or box.right - box.left <= _NARROW * (box.top - box.bottom)


def _is_below(box: PageBox, above: PageBox) -> bool:
    """Return whether a box stands right below another one, in the same column."""
    wide = max(box.right - box.left, above.right - above.left)
    shared = min(box.right, above.right) - max(box.left, above.left)
    gap = above.bottom - box.top
    narrow = min(box.right - box.left, above.right - above.left)
    return shared >= _SAME_LINE * narrow and -_SAME_LINE * wide <= gap <= wide


def whole(box: PageBox, width: float, height: float) -> PageBox:
    """Return a region within the page, not smaller than the least box."""
    middle = (box.bottom + box.top) / 2
    least = LEAST / 3 / 2
    tall = PageBox(
        box.left, min(box.bottom, middle - least), box.right, max(box.top, middle + least)
    )
    return _within(_wide(tall), width, height)


def _is_vertical(one: PageBox, words: Sequence[PageBox]) -> bool:
    """Return whether a word is written downwards: tall, and so are the words that it is among."""
    if _tall(one):
        near = [word for word in words if word.left < one.right and one.left < word.right]
        return sum(map(_tall, near)) * 2 >= len(near)
    return False


def _tall(box: PageBox) -> bool:
    return box.top - box.bottom > 1.8 * (box.right - box.left)


def _turned(box: PageBox) -> PageBox:
    return PageBox(box.bottom, box.left, box.top, box.right)


def _grown(seed: PageBox, words: Sequence[PageBox], width: float, height: float) -> PageBox:
    run = _run(seed, words)
    left, right = _column(run, words)
    below, above = _between(run.line, left, right, words)
    bottom = max(math.floor((run.line.bottom - _EDGE) / _ACROSS) * _ACROSS, below)
    top = min(math.ceil((run.line.top + _EDGE) / _ACROSS) * _ACROSS, above)
    return _within(_wide(PageBox(left, bottom, right, top).around(run.line)), width, height)


def _column(run: _Run, words: Sequence[PageBox]) -> tuple[float, float]:
    """Return where the column of a run begins and ends, as the other lines of the page tell it.

    Where this line reaches further than all others, the grid says no more than that.
    """
    others = [
        word
        for word in words
        if run.floor <= word.left and word.right <= run.ceiling and not _on_line(run.line, word)
    ]
    left = min((word.left for word in others), default=math.inf) - _BEARING
    right = max((word.right for word in others), default=-math.inf) + _BEARING
    if left > run.line.left - _EDGE:
        left = math.floor((run.line.left - _EDGE) / _COLUMN) * _COLUMN
    if right < run.line.right + _EDGE:
        right = math.ceil((run.line.right + _EDGE) / _COLUMN) * _COLUMN
    return max(left, run.floor), min(right, run.ceiling)


def _wide(box: PageBox) -> PageBox:
    missing = LEAST - (box.right - box.left)
    if missing <= 0:
        return box
    return PageBox(box.left - missing / 2, box.bottom, box.right + missing / 2, box.top)


def _within(box: PageBox, width: float, height: float) -> PageBox:
    left, bottom = max(0.0, min(box.left, width)), max(0.0, min(box.bottom, height))
    right, top = max(left, min(box.right, width)), max(bottom, min(box.top, height))
    return PageBox(left, bottom, right, top)


@dataclass(frozen=True, slots=True)
class _Run:
    """The words of a line without a column's gap between, and where its neighbours begin."""

    line: PageBox
    floor: float
    ceiling: float


def _run(seed: PageBox, words: Sequence[PageBox]) -> _Run:
    line = sorted(word for word in words if _on_line(seed, word))
    run, floor, ceiling = seed, -math.inf, math.inf
    gap = max(_GAP * (seed.top - seed.bottom), _LEAST_GAP)
    for word in line:  # rightwards
        if word.right <= run.right:
            continue
        if word.left - run.right > gap:
            ceiling = word.left - _EDGE
            break
        if word.right > run.left:
            run = run.around(word)
    for word in sorted(line, key=lambda one: -one.right):  # leftwards
        if word.left >= run.left:
            continue
        if run.left - word.right > gap:
            floor = word.right + _EDGE
            break
        run = run.around(word)
    return _Run(run, min(floor, run.left), max(ceiling, run.right))


def _on_line(seed: PageBox, word: PageBox) -> bool:
    tall, other = seed.top - seed.bottom, word.top - word.bottom
    if not (0 < other <= _LIKE * tall and tall <= _LIKE * other):
        return False
    shared = min(seed.top, word.top) - max(seed.bottom, word.bottom)
    return shared >= _SAME_LINE * min(tall, other)


def _between(
    line: PageBox, left: float, right: float, words: Sequence[PageBox]
) -> tuple[float, float]:
    """Return how far a box may reach down and up without covering words of other lines."""
    below, above = -math.inf, math.inf
    for word in words:
        if word.right <= left or right <= word.left:
            continue
        if word.top <= line.bottom:
            below = max(below, word.top)
        elif word.bottom >= line.top:
            above = min(above, word.bottom)
    return below, above


def _joined(boxes: Sequence[PageBox]) -> tuple[PageBox, ...]:
    """Return boxes of which no two are on one line and touch."""
    joined: list[PageBox] = []
    for box in sorted(set(boxes)):
        one = box
        touching = [other for other in joined if other.meets(one) and _on_line(one, other)]
        for other in touching:
            joined.remove(other)
            one = one.around(other)
        joined.append(one)
    return tuple(sorted(joined, key=lambda box: (-box.top, box.left)))
