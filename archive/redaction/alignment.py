"""What two versions of a text have in common, in order: long stretches, found in linear time.

Anchors are long lines, then runs of `_GRAM` code points, that stand exactly once in both texts
(patience diff); the longest increasing chain of them is kept and each is grown as far as the texts
agree. Short accidental matches are left out on purpose: whatever lies between two anchors is one
changed region, so that a span there grows rather than slips.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_GRAM = 16  # code points; long enough that two texts do not share one by chance
_STRIDE = 4  # code points; of the old text every so many grams are looked up
_ROUNDS = 8  # in each, what repeats in the whole may be single in its region
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch that both texts have: offsets in the old and in the new one, and its length."""

    old: int
    new: int
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span of the old text lies in the new one.

    `exact`: the same characters, unbroken. `beside`: they are, but what adjoins them changed.
    An empty place means that nothing is left of the span's surroundings.
    """

    start: int
    end: int
    exact: bool
    beside: bool


@dataclass(frozen=True, slots=True)
class _Region:
    old: int
    old_end: int
    new: int
    new_end: int


class Alignment:
    """Two texts, aligned once."""

    def __init__(self, old: str, new: str) -> None:
        self._sizes = len(old), len(new)
        self.blocks = tuple(_Aligner(old, new).blocks())
        self._starts = [block.old for block in self.blocks]
        self._new_starts = [block.new for block in self.blocks]

    def place(self, start: int, end: int) -> Place:
        """Return where the span from `start` to `end` (not empty) of the old text lies now.

        What is not found unbroken is widened to the whole changed region, never narrowed.
        """
        first, last = self._block(start), self._block(end - 1)
        if first is not None and first == last:
            moved = first.new - first.old
            return Place(start + moved, end + moved, True, self._beside(first, start, end))
        left = self._before(start) if first is None else start - first.old + first.new
        right = self._behind(end - 1) if last is None else end - last.old + last.new
        return Place(left, max(left, right), False, True)

    def adjoining(self, place: Place) -> tuple[int, int]:
        """Return how far changed text reaches that adjoins an exact place, on both sides."""
        index = bisect_right(self._new_starts, place.start) - 1
        block = self.blocks[index]
        left, right = place.start, place.end
        if left == block.new:
            left = self.blocks[index - 1].new + self.blocks[index - 1].size if index else 0
        if right == block.new + block.size:
            following = self.blocks[index + 1 : index + 2]
            right = following[0].new if following else self._sizes[1]
        return left, right

    def origin(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the span of the old text that a span of the new one is, when it is unbroken."""
        index = bisect_right(self._new_starts, start) - 1
        if index < 0 or end > self.blocks[index].new + self.blocks[index].size:
            return None
        moved = self.blocks[index].old - self.blocks[index].new
        return start + moved, end + moved

    def changed(self) -> Iterator[tuple[int, int]]:
        """Yield the spans of the new text that the old one does not have there, in order."""
        at = 0
        for block in self.blocks:
            if at < block.new:
                yield at, block.new
            at = block.new + block.size
        if at < self._sizes[1]:
            yield at, self._sizes[1]

    def _index(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def _block(self, at: int) -> Block | None:
        index = self._index(at)
        if index < 0 or at >= self.blocks[index].old + self.blocks[index].size:
            return None
        return self.blocks[index]

    def _before(self, at: int) -> int:
        index = self._index(at)
        return self.blocks[index].new + self.blocks[index].size if index >= 0 else 0

    def _behind(self, at: int) -> int:
        index = self._index(at) + 1
        return self.blocks[index].new if index < len(self.blocks) else self._sizes[1]

    def _beside(self, block: Block, start: int, end: int) -> bool:
        at_start = start == block.old and (block.old, block.new) != (0, 0)
        ends = block.old + block.size, block.new + block.size
        return at_start or (end == ends[0] and ends != self._sizes)


class _Aligner:
    """Finds the blocks of two texts."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks in order, neighbours on one diagonal joined."""
        shorter = min(len(self._old), len(self._new))
        head = self._agree(0, 0, shorter)
        tail = self._agree_back(len(self._old), len(self._new), shorter - head)
        found = [Block(0, 0, head)] if head else []
        if tail:
            found.append(Block(len(self._old) - tail, len(self._new) - tail, tail))
        whole = _Region(head, len(self._old) - tail, head, len(self._new) - tail)
        waiting = [(whole, 0)]
        while waiting:
            region, rounds = waiting.pop()
            inside = list(self._inside(region, rounds))
            found += inside
            if inside or rounds == 0:
                waiting += [(gap, rounds + 1) for gap in _gaps(region, inside)]
        yield from _joined(sorted(found, key=lambda block: block.old))

    def _inside(self, region: _Region, rounds: int) -> Iterator[Block]:
        """Yield blocks of a region: the first round looks at lines, the later ones at grams."""
        shorter = min(region.old_end - region.old, region.new_end - region.new)
        if rounds > _ROUNDS or shorter < _GRAM:
            return
        anchors = self._lines(region) if rounds == 0 else self._grams(region)
        reached = Block(region.old, region.new, 0)
        for old, new in _rising(sorted(anchors)):
            behind = reached.old + reached.size, reached.new + reached.size
            if old < behind[0] or new < behind[1]:
                continue
            back = self._agree_back(old, new, min(old - behind[0], new - behind[1]))
            limit = min(region.old_end - old, region.new_end - new)
            reached = Block(old - back, new - back, back + self._agree(old, new, limit))
            yield reached

    def _lines(self, region: _Region) -> list[tuple[int, int]]:
        """Return where lines begin that stand once in both texts."""
        old = _single_lines(self._old, region.old, region.old_end)
        new = _single_lines(self._new, region.new, region.new_end)
        return [(old[line], new[line]) for line in old.keys() & new.keys()]

    def _grams(self, region: _Region) -> list[tuple[int, int]]:
        """Return where runs of characters begin that stand once in both texts."""
        old, new = self._old, self._new
        last = region.old_end - _GRAM + 1
        wanted = {old[at : at + _GRAM] for at in range(region.old, last, _STRIDE)}
        there = _single_grams(new, region.new, region.new_end, wanted)
        here = _single_grams(old, region.old, region.old_end, set(there))
        return [(at, there[gram]) for gram, at in here.items()]

    def _agree(self, old: int, new: int, limit: int) -> int:
        """Return how many code points agree from two offsets on, `limit` at most."""
        size, step = 0, _GRAM
        while size < limit and step:
            step = min(step, limit - size)
            a, b = old + size, new + size
            if self._old[a : a + step] == self._new[b : b + step]:
                size, step = size + step, step * 2
            else:
                step //= 2
                limit = min(limit, size + 2 * step + 1)
        return size

    def _agree_back(self, old: int, new: int, limit: int) -> int:
        """Return how many code points agree before two offsets, `limit` at most."""
        size, step = 0, _GRAM
        while size < limit and step:
            step = min(step, limit - size)
            a, b = old - size, new - size
            if self._old[a - step : a] == self._new[b - step : b]:
                size, step = size + step, step * 2
            else:
                step //= 2
                limit = min(limit, size + 2 * step + 1)
        return size


def _single_lines(text: str, start: int, end: int) -> dict[str, int]:
    seen: dict[str, int] = {}
    for line in _LINE.finditer(text, start, end):
        if line.end() - line.start() >= _GRAM:
            seen[line.group()] = -1 if line.group() in seen else line.start()
    return {line: at for line, at in seen.items() if at >= 0}


def _single_grams(text: str, start: int, end: int, wanted: set[str]) -> dict[str, int]:
    seen: dict[str, int] = {}
    for at in range(start, end - _GRAM + 1):
        gram = text[at : at + _GRAM]
        if gram in wanted:
            seen[gram] = -1 if gram in seen else at
    return {gram: at for gram, at in seen.items() if at >= 0}


def _rising(anchors: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest chain of anchors that rises in both texts (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    below: list[int] = []
    for number, (_, new) in enumerate(anchors):
        pile = bisect_left(tops, new)
        below.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [new]
        piles[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    at = piles[-1] if piles else -1
    while at >= 0:
        chain.append(anchors[at])
        at = below[at]
    return chain[::-1]


def _gaps(region: _Region, inside: list[Block]) -> Iterator[_Region]:
    first = Block(region.old, region.new, 0)
    last = Block(region.old_end, region.new_end, 0)
    for one, other in pairwise([first, *inside, last]):
        yield _Region(one.old + one.size, other.old, one.new + one.size, other.new)


def _joined(blocks: list[Block]) -> Iterator[Block]:
    held: Block | None = None
    for block in blocks:
        if held and (held.old + held.size, held.new + held.size) == (block.old, block.new):
            held = Block(held.old, held.new, held.size + block.size)
            continue
        if held:
            yield held
        held = block
    if held:
        yield held
