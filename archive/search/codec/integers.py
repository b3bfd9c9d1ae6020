"""Rows of whole numbers in compressed blocks, any stretch of which can be read.

A block holds up to `BLOCK` numbers as byte planes: all lowest bytes, then all second bytes, as
many planes as its greatest number needs; so counts and gaps, which are small, become runs of like
bytes, and Zstandard (RFC 8878) gets close to their entropy at the price of about a nanosecond a
byte. Its first byte is the number of planes, plus 128 when the planes are compressed.

A row is: count of numbers, count of blocks (8 bytes each), the length in bytes of each block
(4 bytes each), for an ascending row also the number before each block (8 bytes each), the blocks.
All little-endian. In an ascending row the blocks hold the differences.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from archive.search.cache import Cache
from archive.search.codec.compression import compressed, opened
from archive.search.codec.container import Section

BLOCK = 4096  # numbers; about 10 microseconds to open
_FEW = 4  # a stretch so many times shorter than its block is read without the rest
_COMPRESSED = 0x80
_WIDTHS = (1, 1, 2, 4, 4, 8, 8, 8, 8)  # bytes of a number in memory, by its planes
_SUMS = (2, 4, 8)  # bytes of a number in an opened block of an ascending row
_HEAD = struct.Struct("<QQ")

Numbers: TypeAlias = NDArray[np.int64]
Blocks: TypeAlias = Cache[NDArray[np.integer]]
"""Decoded blocks, shared by all rows of an index."""


def block_cache(capacity: int) -> Blocks:
    """Return a cache for `capacity` bytes of decoded blocks."""
    return Cache(capacity, lambda block: block.nbytes)


def concatenated(rows: Iterable[Numbers]) -> Numbers:
    """Return rows one after another; of none, an empty row."""
    joined: Numbers = np.concatenate([np.empty(0, np.int64), *rows])
    return joined


def encode(values: NDArray[np.integer]) -> bytes:
    """Return the block of `values`, none negative."""
    count = len(values)
    planes = (int(values.max()).bit_length() + 7) // 8 if count else 0
    width = _WIDTHS[planes]
    spread = values.astype(f"<u{width}").view(np.uint8).reshape(count, width)[:, :planes]
    plain = spread.T.tobytes()
    packed = compressed(plain) if len(plain) > 16 else plain
    if len(packed) < len(plain):
        return bytes((planes | _COMPRESSED,)) + packed
    return bytes((planes,)) + plain


def narrow(block: bytes, count: int) -> NDArray[np.unsignedinteger]:
    """Return the `count` numbers of a block in as few bytes each as its greatest needs."""
    return _woven(_planes(block, count))


def _planes(block: bytes, count: int) -> NDArray[np.uint8]:
    """Return the bytes of the `count` numbers of a block: a row of the lowest, and so on."""
    planes = block[0] & ~_COMPRESSED
    plain = opened(block[1:]) if block[0] & _COMPRESSED else block[1:]
    return np.frombuffer(plain, np.uint8, planes * count).reshape(planes, count)


def _woven(planes: NDArray[np.uint8]) -> NDArray[np.unsignedinteger]:
    if not len(planes):
        return np.zeros(planes.shape[1], np.uint8)
    values: NDArray[np.unsignedinteger] = planes[-1].astype(f"<u{_WIDTHS[len(planes)]}")
    for plane in planes[-2::-1]:
        values <<= 8
        values |= plane
    return values


def decode(block: bytes, count: int) -> Numbers:
    """Return the `count` numbers of a block."""
    return narrow(block, count).astype(np.int64)


def differences(values: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return how much greater each number is than the one before, the first than 0."""
    found = values.copy()
    found[1:] -= values[:-1]
    return found


def encode_row(values: NDArray[np.integer], *, ascending: bool = False) -> bytes:
    """Return the row of `values`, none negative."""
    starts = range(0, len(values), BLOCK)
    stored = differences(values) if ascending else values
    blocks = [encode(stored[start : start + BLOCK]) for start in starts]
    head = _HEAD.pack(len(values), len(blocks))
    lengths = np.array([len(block) for block in blocks], "<u4").tobytes()
    before = [0, *(int(values[start - 1]) for start in starts[1:])] if ascending else []
    return b"".join((head, lengths, np.array(before[: len(blocks)], "<i8").tobytes(), *blocks))


class Row:
    """A row of numbers in a section."""

    def __init__(self, section: Section, blocks: Blocks, *, ascending: bool = False) -> None:
        self._section = section
        self._blocks = blocks
        self._ascending = ascending

    @cached_property
    def _head(self) -> tuple[int, int]:
        count, blocks = _HEAD.unpack(self._section.read(0, _HEAD.size))
        return count, blocks

    def __len__(self) -> int:
        return self._head[0]

    @cached_property
    def _offsets(self) -> Numbers:
        count = self._head[1]
        lengths = np.frombuffer(self._section.read(_HEAD.size, 4 * count), "<u4")
        start = _HEAD.size + (12 if self._ascending else 4) * count
        return np.concatenate(([start], start + np.cumsum(lengths, dtype=np.int64)))

    @cached_property
    def before(self) -> Numbers:
        """Of an ascending row, the number before each block: all of the block's are greater."""
        count = self._head[1]
        content = self._section.read(_HEAD.size + 4 * count, 8 * count)
        return np.frombuffer(content, "<i8").astype(np.int64, copy=False)

    def block(self, number: int) -> NDArray[np.integer]:
        """Return the numbers of one block in few bytes each; of an ascending row, less `before`."""
        return self._blocks.get((self._section.serial, number), lambda: self._decode(number))

    def _spread(self, number: int) -> NDArray[np.uint8]:
        start, end = int(self._offsets[number]), int(self._offsets[number + 1])
        count = min(BLOCK, len(self) - number * BLOCK)
        return _planes(self._section.read(start, end - start), count)

    def _decode(self, number: int) -> NDArray[np.integer]:
        values = _woven(self._spread(number))
        if not self._ascending:
            return values
        total = int(values.sum(dtype=np.uint64))
        width = next(one for one in _SUMS if total >> (8 * one) == 0)
        return np.cumsum(values, dtype=f"<u{width}")

    def _few(self, number: int, start: int, stop: int) -> Numbers:
        """Return the numbers from `start` to before `stop` of a block that is not kept."""
        planes = self._spread(number)
        values = _woven(planes[:, start:stop]).astype(np.int64)
        if self._ascending and stop > start:
            before = [int(plane[:start].sum(dtype=np.int64)) for plane in planes]
            values[0] += sum(part << (8 * n) for n, part in enumerate(before))
            values[0] += self.before[number]
            np.cumsum(values, out=values)
        return values

    def _part(self, number: int, places: slice | Numbers) -> NDArray[np.integer]:
        """Return the numbers at some places of one block."""
        part = self.block(number)[places]
        return part + self.before[number] if self._ascending else part

    def stretch(self, start: int, stop: int) -> Numbers:
        """Return the numbers from `start` to before `stop`."""
        if start >= stop:
            return np.empty(0, np.int64)
        first, last = start // BLOCK, (stop - 1) // BLOCK
        if first == last:
            return self._within(first, start, stop)
        return np.concatenate([self._within(n, start, stop) for n in range(first, last + 1)])

    def _within(self, number: int, start: int, stop: int) -> Numbers:
        """Return those of the numbers from `start` to before `stop` that are in one block."""
        offset = number * BLOCK
        start, stop = max(start - offset, 0), min(stop - offset, BLOCK)
        if (stop - start) * _FEW < BLOCK and not self._blocks.holds((self._section.serial, number)):
            return self._few(number, start, stop)
        return self._part(number, slice(start, stop)).astype(np.int64, copy=False)

    def at(self, places: Numbers) -> Numbers:
        """Return the numbers at ascending `places`, opening only the blocks that hold them."""
        if not len(places):
            return places
        numbers = places // BLOCK
        wanted, first = np.unique(numbers, return_index=True)
        pieces = np.split(places, first[1:])
        found = [
            self._part(int(number), piece - number * BLOCK)
            for number, piece in zip(wanted, pieces, strict=True)
        ]
        return np.concatenate(found).astype(np.int64, copy=False)

    def all(self) -> Numbers:
        """Return all numbers, leaving the cache alone."""
        stored = self.stored()
        return np.cumsum(stored, dtype=np.int64) if self._ascending else stored.astype(np.int64)

    def stored(self) -> NDArray[np.unsignedinteger]:
        """Return what the blocks hold, in few bytes each; of an ascending row, the differences."""
        blocks = [_woven(self._spread(number)) for number in range(self._head[1])]
        return np.concatenate(blocks) if blocks else np.empty(0, np.uint8)
