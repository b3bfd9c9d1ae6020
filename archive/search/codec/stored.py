"""What is shown of a document, in blocks of several documents compressed together.

A block is compressed by Zstandard: the length in bytes of each document's content (4 bytes each,
little-endian), then the contents one after another. Section `stored` is the blocks in a row; rows
of numbers beside it have, for each block, its documents (`stored.documents`) and its length in
bytes (`stored.lengths`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archive.search.cache import Cache
from archive.search.codec import integers
from archive.search.codec.compression import compressed, opened
from archive.search.codec.container import Container, ContainerWriter
from archive.search.codec.integers import Blocks, Numbers, Row

_FULL = 1 << 15  # bytes of content that make a block; about 30 microseconds to open
_LEVEL = 3  # of Zstandard


@dataclass(frozen=True, slots=True)
class Sealable:
    """A block as it is written, and how many documents are in it."""

    documents: int
    content: bytes


def encode(documents: list[bytes]) -> Sealable:
    """Return the block of these contents."""
    lengths = np.array([len(document) for document in documents], "<u4").tobytes()
    return Sealable(len(documents), compressed(lengths + b"".join(documents), _LEVEL))


def decode(block: Sealable) -> list[bytes]:
    """Return the contents of a block."""
    plain = opened(block.content)
    lengths = np.frombuffer(plain, "<u4", block.documents)
    ends = (4 * block.documents + np.cumsum(lengths, dtype=np.int64)).tolist()
    starts = [4 * block.documents, *ends[:-1]]
    return [plain[start:end] for start, end in zip(starts, ends, strict=True)]


def blocks_of(documents: Iterable[bytes]) -> list[Sealable]:
    """Return the contents of documents in blocks."""
    blocks: list[Sealable] = []
    waiting: list[bytes] = []
    size = 0
    for document in documents:
        waiting.append(document)
        size += len(document)
        if size >= _FULL:
            blocks.append(encode(waiting))
            waiting, size = [], 0
    return [*blocks, encode(waiting)] if waiting else blocks


def kept(blocks: list[Sealable], keep: NDArray[np.bool_]) -> list[Sealable]:
    """Return blocks with the documents of `keep` alone; those that keep all stay as they are."""
    left: list[Sealable] = []
    start = 0
    for block in blocks:
        here = keep[start : start + block.documents]
        start += block.documents
        if here.all():
            left.append(block)
        elif here.any():
            left.append(encode([c for c, k in zip(decode(block), here, strict=True) if k]))
    return left


def write(out: ContainerWriter, blocks: list[Sealable]) -> None:
    """Append what is stored."""
    out.add("stored", b"".join(block.content for block in blocks))
    documents = np.array([block.documents for block in blocks], np.int64)
    lengths = np.array([len(block.content) for block in blocks], np.int64)
    out.add("stored.documents", integers.encode_row(documents))
    out.add("stored.lengths", integers.encode_row(lengths))


class StoredContents:
    """The stored contents of a segment."""

    def __init__(self, container: Container, blocks: Blocks) -> None:
        self._section = container.section("stored")
        self._documents = Row(container.section("stored.documents"), blocks)
        self._lengths = Row(container.section("stored.lengths"), blocks)
        self._opened: Cache[list[bytes]] = Cache(1, lambda _: 1)

    @cached_property
    def _table(self) -> tuple[Numbers, Numbers, Numbers]:
        documents, lengths = self._documents.all(), self._lengths.all()
        return np.cumsum(documents) - documents, documents, np.cumsum(lengths)

    def _block(self, number: int) -> Sealable:
        _, documents, ends = self._table
        start = int(ends[number - 1]) if number else 0
        content = self._section.read(start, int(ends[number]) - start)
        return Sealable(int(documents[number]), content)

    def content(self, document: int) -> bytes:
        """Return the content of a document; the latest block stays open."""
        first = self._table[0]
        number = int(np.searchsorted(first, document, "right")) - 1
        contents = self._opened.get(number, lambda: decode(self._block(number)))
        return contents[document - int(first[number])]

    def load(self) -> list[Sealable]:
        """Return all blocks as they are."""
        return [self._block(number) for number in range(len(self._table[0]))]

    def contents(self) -> Iterator[bytes]:
        """Yield the content of every document in order; one block is open at a time."""
        for number in range(len(self._table[0])):
            yield from decode(self._block(number))
