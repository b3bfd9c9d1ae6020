"""The term dictionary of a field: sorted bytes in blocks, each term without what it shares.

A block holds up to `BLOCK` terms: a block of numbers (`integers`) with, one row after another, the
bytes that each term shares with the one before, the bytes of its own, its documents, and its
occurrences; then its own bytes, all in a row, compressed by Zstandard. The index beside the blocks
has the first term of each block and what its postings and positions begin at, so that a term, a
prefix or a range costs one block at each end.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from archive.search.cache import Cache
from archive.search.codec import integers
from archive.search.codec.compression import compressed, opened
from archive.search.codec.container import ContainerWriter, Section
from archive.search.codec.integers import Numbers

BLOCK = 128  # terms; about 40 microseconds to open
_TOGETHER = 32 * BLOCK  # terms that are parted or rejoined at a time
_LATEST = 1024  # terms that were looked for last, which a query looks for again
_HEAD = struct.Struct("<II")  # of a block: length of its numbers, length of its own bytes


class Entry(NamedTuple):
    """Where a term's postings are: `documents` of them from `start`; positions from `position`.

    `occurrences` is the sum of the counts of all its postings.
    """

    ordinal: int
    start: int
    documents: int
    position: int
    occurrences: int


class Block(NamedTuple):
    """Terms of one block; `starts` and `positions` have one more, the end of the last."""

    terms: list[bytes]
    starts: Numbers
    positions: Numbers

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return sum(map(len, self.terms)) + 60 * len(self.terms)


Terms: TypeAlias = Cache[Block]
"""Opened blocks of terms, shared by all dictionaries of an index."""


def term_cache(capacity: int) -> Terms:
    """Return a cache for about `capacity` bytes of opened blocks."""
    return Cache(capacity, lambda block: block.size)


def _parted(terms: list[bytes]) -> tuple[Numbers, Numbers, bytes]:
    """Return how many bytes each term shares with the one before and has of its own, and those.

    `terms` are sorted; the first of each block shares nothing.
    """
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    width = max(1, int(lengths.max(initial=0)))
    table = np.array(terms, f"S{width}").view(np.uint8).reshape(len(terms), width)
    shared = np.zeros(len(terms), np.int64)
    differ = table[1:] != table[:-1]
    shared[1:] = np.where(differ.any(axis=1), differ.argmax(axis=1), width)
    shared[1:] = np.minimum(shared[1:], np.minimum(lengths[1:], lengths[:-1]))
    shared[::BLOCK] = 0
    return shared, lengths - shared, table[_own(shared, lengths, width)].tobytes()


def _own(shared: Numbers, lengths: Numbers, width: int) -> NDArray[np.bool_]:
    """Return which bytes of a table of terms are not shared with the term before."""
    columns = np.arange(width)
    return (columns >= shared[:, None]) & (columns < lengths[:, None])


def _rejoined(shared: Numbers, own: Numbers, content: bytes) -> list[bytes]:
    """Return the terms that `_parted` made these of."""
    lengths = shared + own
    width = max(1, int(lengths.max(initial=0)))
    table = np.zeros((len(lengths), width), np.uint8)
    table[_own(shared, lengths, width)] = np.frombuffer(content, np.uint8)
    columns = np.arange(width)
    # a byte that is shared comes from the latest term before that has it of its own
    rows = np.where(columns >= shared[:, None], np.arange(len(lengths))[:, None], 0)
    np.maximum.accumulate(rows, axis=0, out=rows)
    joined = table[rows, columns][columns < lengths[:, None]].tobytes()
    ends = np.cumsum(lengths).tolist()
    return [joined[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _sought(numbers: Numbers, content: bytes, term: bytes) -> int | None:
    """Return the place in a block of `term`, without making the terms before it."""
    alike = at = 0  # bytes that `term` has in common with the term before
    for place, (shared, own) in enumerate(zip(*numbers[:2].tolist(), strict=True)):
        if shared < alike:
            return None  # it differs where `term` goes on as the one before, so it is greater
        if shared == alike:
            here, rest = content[at : at + own], term[alike:]
            if here >= rest:
                return place if here == rest else None
            differ = (n for n, (a, b) in enumerate(zip(here, rest, strict=False)) if a != b)
            alike += next(differ, own)
        at += own
    return None


def _encode(terms: list[bytes], documents: Numbers, occurrences: Numbers) -> list[bytes]:
    """Return the blocks of some terms."""
    shared, own, content = _parted(terms)
    ends = np.cumsum(own).tolist()
    blocks, start = [], 0
    for at in range(0, len(terms), BLOCK):
        here = slice(at, at + BLOCK)
        numbers = integers.encode(
            np.concatenate((shared[here], own[here], documents[here], occurrences[here]))
        )
        end = ends[min(at + BLOCK, len(terms)) - 1]
        packed = compressed(content[start:end])
        blocks.append(_HEAD.pack(len(numbers), len(packed)) + numbers + packed)
        start = end
    return blocks


def write(
    out: ContainerWriter,
    name: str,
    terms: list[bytes],
    documents: Numbers,
    occurrences: Numbers,
) -> None:
    """Append the dictionary of field `name`: sorted terms, each with its counts."""
    cuts = range(0, len(terms), BLOCK)
    blocks = [
        block
        for i in range(0, len(terms), _TOGETHER)
        for block in _encode(
            terms[i : i + _TOGETHER], documents[i : i + _TOGETHER], occurrences[i : i + _TOGETHER]
        )
    ]
    out.add(f"{name}.terms", b"".join(blocks))
    first = [terms[i] for i in cuts]
    table = np.array(
        [
            [len(term) for term in first],
            np.cumsum([0, *(len(block) for block in blocks[:-1])])[: len(first)],
            np.concatenate(([0], np.cumsum(documents)))[: len(terms) : BLOCK],
            np.concatenate(([0], np.cumsum(occurrences)))[: len(terms) : BLOCK],
        ],
        "<i8",
    )
    head = struct.pack("<QQ", len(terms), len(first))
    out.add(f"{name}.index", head + compressed(table.tobytes() + b"".join(first)))


class Dictionary:
    """The terms of a field, by place (`ordinal`, from 0) or by their bytes."""

    def __init__(self, blocks: Section, index: Section, cache: Terms) -> None:
        self._blocks = blocks
        self._index = index
        self._cache = cache
        self._found: dict[bytes, Entry | None] = {}

    @cached_property
    def _table(self) -> tuple[int, list[bytes], NDArray[np.int64]]:
        content = self._index.all()
        count, blocks = struct.unpack_from("<QQ", content)
        plain = opened(content[16:])
        table = np.frombuffer(plain, "<i8", 4 * blocks).reshape(4, blocks)
        ends = (32 * blocks + np.cumsum(table[0])).tolist()
        starts = [32 * blocks, *ends[:-1]]
        first = [plain[a:b] for a, b in zip(starts, ends, strict=True)] if blocks else []
        return count, first, table

    def __len__(self) -> int:
        return self._table[0]

    def _block(self, number: int) -> Block:
        return self._cache.get((self._blocks.serial, number), lambda: self._decode(number))

    def _read(self, number: int) -> tuple[Numbers, bytes]:
        """Return the numbers of a block, four rows, and the bytes of its terms' own."""
        total, first, table = self._table
        count = min(BLOCK, total - number * BLOCK)
        start = int(table[1][number])
        end = int(table[1][number + 1]) if number + 1 < len(first) else self._blocks.length
        content = self._blocks.read(start, end - start)
        length, _ = _HEAD.unpack_from(content)
        numbers = integers.decode(content[_HEAD.size : _HEAD.size + length], 4 * count)
        return numbers.reshape(4, count), opened(content[_HEAD.size + length :])

    def _decode(self, number: int) -> Block:
        numbers, content = self._read(number)
        terms, term, at = [], b"", 0
        for shared, own in numbers[:2].T.tolist():
            term = term[:shared] + content[at : at + own]
            at += own
            terms.append(term)
        ends = np.cumsum(numbers[2:], axis=1)
        bases = self._table[2][2:, number : number + 1]
        starts, positions = np.concatenate((bases, ends + bases), axis=1)
        return Block(terms, starts, positions)

    def find(self, term: bytes) -> Entry | None:
        """Return where the postings of `term` are, or `None` when the field does not have it."""
        if term not in self._found:
            if len(self._found) >= _LATEST:
                self._found.clear()
            self._found[term] = self._search(term)
        return self._found[term]

    def _search(self, term: bytes) -> Entry | None:
        number = bisect_right(self._table[1], term) - 1
        if number < 0:
            return None
        numbers, content = self._read(number)
        place = _sought(numbers, content, term)
        if place is None:
            return None
        start, position = self._table[2][2:, number] + numbers[2:, :place].sum(axis=1)
        documents, occurrences = numbers[2:, place].tolist()
        return Entry(number * BLOCK + place, int(start), documents, int(position), occurrences)

    @staticmethod
    def _entry(block: Block, number: int, place: int) -> Entry:
        start, end = block.starts[place : place + 2].tolist()
        position, last = block.positions[place : place + 2].tolist()
        return Entry(number * BLOCK + place, start, end - start, position, last - position)

    def place(self, term: bytes) -> int:
        """Return how many terms of the field come before `term`."""
        number = bisect_right(self._table[1], term) - 1
        if number < 0:
            return 0
        return number * BLOCK + bisect_left(self._block(number).terms, term)

    def entry(self, ordinal: int) -> Entry:
        """Return where the postings of the term at `ordinal` are."""
        number, place = divmod(ordinal, BLOCK)
        return self._entry(self._block(number), number, place)

    def terms(self, start: int, stop: int) -> list[bytes]:
        """Return the terms at ordinals from `start` to before `stop`."""
        found: list[bytes] = []
        for number in range(start // BLOCK, -(-min(stop, len(self)) // BLOCK)):
            offset = number * BLOCK
            found += self._block(number).terms[max(0, start - offset) : max(0, stop - offset)]
        return found

    def all(self) -> tuple[list[bytes], Numbers]:
        """Return all terms and how many documents each has, leaving the cache alone."""
        terms: list[bytes] = []
        counts = [np.empty(0, np.int64)]
        blocks = -(-len(self) // BLOCK)
        for at in range(0, blocks, _TOGETHER // BLOCK):
            read = [self._read(n) for n in range(at, min(at + _TOGETHER // BLOCK, blocks))]
            numbers = np.concatenate([numbers for numbers, _ in read], axis=1)
            terms += _rejoined(numbers[0], numbers[1], b"".join(own for _, own in read))
            counts.append(numbers[2])
        return terms, np.concatenate(counts)
