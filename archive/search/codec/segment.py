"""A segment: documents that were written together, in one file, and its content in memory.

`Content` is all of a segment in memory: what is inverted, joined, thinned out and written.
`Segment` is a segment on disk, read bit by bit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archive.model.ids import RecordId
from archive.search.codec import columns, integers, postings, stored
from archive.search.codec.columns import Column
from archive.search.codec.container import Container, ContainerWriter, Sink, Source
from archive.search.codec.integers import Blocks, Numbers, Row
from archive.search.codec.postings import Field, Postings
from archive.search.codec.stored import Sealable, StoredContents
from archive.search.codec.terms import Terms

RECORD = np.dtype([("high", ">u8"), ("low", ">u8")])
"""The 16 bytes of a record's id as two numbers that sort as the bytes do."""

Records = NDArray[np.void]
_TITLE = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Stored:
    """What is shown of a document."""

    title: str
    text: str

    def content(self) -> bytes:
        """Return it as bytes: the length of the title (4 bytes), the title, the text."""
        title = self.title.encode("utf-8", "surrogatepass")
        return _TITLE.pack(len(title)) + title + self.text.encode("utf-8", "surrogatepass")

    @staticmethod
    def of(content: bytes) -> Stored:
        """Return what `content` made these bytes from."""
        cut = _TITLE.size + _TITLE.unpack_from(content)[0]
        return Stored(
            content[_TITLE.size : cut].decode("utf-8", "surrogatepass"),
            content[cut:].decode("utf-8", "surrogatepass"),
        )


def record_bytes(records: list[RecordId]) -> Records:
    """Return the ids of records as an array of `RECORD`."""
    joined = bytes.fromhex("".join(records).replace("-", ""))
    return np.frombuffer(joined, RECORD)


def record_id(record: np.void) -> RecordId:
    """Return the id that an element of an array of `RECORD` is."""
    digits = record.tobytes().hex()
    parts = digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]
    return RecordId("-".join(parts))


@dataclass(frozen=True)
class Content:
    """All of a segment in memory; `numbers` has one number for each document, at least -1."""

    records: Records
    fields: dict[str, Postings]
    columns: dict[str, Column]
    numbers: Mapping[str, NDArray[np.integer]]
    stored: list[Sealable] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Count of documents."""
        return len(self.records)


def write(sink: Sink, content: Content) -> None:
    """Write the segment that holds `content`."""
    out = ContainerWriter(sink)
    out.add("records", content.records.tobytes())
    for name, field_ in content.fields.items():
        postings.write(out, name, field_, max(1, content.size))
    for name, column in content.columns.items():
        columns.write(out, name, column)
    for name, numbers in content.numbers.items():
        out.add(f"{name}.numbers", integers.encode_row(numbers + 1))
    stored.write(out, content.stored)
    out.finish(
        documents=content.size,
        fields=list(content.fields),
        columns=list(content.columns),
        numbers={name: int(numbers.sum()) for name, numbers in content.numbers.items()},
    )


class Segment:
    """A segment on disk; its documents are numbered from 0 to `size` - 1."""

    def __init__(self, source: Source, blocks: Blocks, terms: Terms) -> None:
        """`blocks` and `terms` are caches, shared by all segments of an index."""
        self._container = Container(source)
        self._blocks = blocks
        self._terms = terms
        self._fields: dict[str, Field] = {}
        self.size: int = self._container.attributes["documents"]
        self.totals: Mapping[str, int] = self._container.attributes["numbers"]
        self._stored = StoredContents(self._container, blocks)

    def field(self, name: str) -> Field:
        """Return the field `name`."""
        if name not in self._fields:
            size = max(1, self.size)
            self._fields[name] = Field(self._container, name, size, self._blocks, self._terms)
        return self._fields[name]

    @cached_property
    def records(self) -> Records:
        """The ids of the records of all documents."""
        return np.frombuffer(self._container.section("records").all(), RECORD)

    def numbers(self, name: str) -> Numbers:
        """Return a number for each document."""
        return Row(self._container.section(f"{name}.numbers"), self._blocks).all() - 1

    def column(self, name: str) -> Column:
        """Return the column `name`."""
        return columns.read(self._container, name, self._blocks)

    def stored(self, document: int) -> Stored:
        """Return what is shown of a document."""
        return Stored.of(self._stored.content(document))

    def all_stored(self) -> Iterator[Stored]:
        """Yield what is shown of every document, in order."""
        return map(Stored.of, self._stored.contents())

    def load(self) -> Content:
        """Return the whole segment."""
        attributes = self._container.attributes
        return Content(
            self.records,
            {name: self.field(name).load() for name in attributes["fields"]},
            {name: self.column(name) for name in attributes["columns"]},
            {name: self.numbers(name) for name in attributes["numbers"]},
            self._stored.load(),
        )
