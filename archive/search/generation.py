"""The segments of one generation as one row of documents, with the statistics they share."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archive.search.cache import Cache
from archive.search.codec.columns import Column
from archive.search.codec.integers import Numbers, concatenated
from archive.search.codec.postings import Field
from archive.search.codec.segment import Segment
from archive.search.ranking import Ranking, Scores, Statistics
from archive.search.schema import FIELDS
from archive.search.segments import OpenSegment

Postings = tuple[NDArray[np.int32], NDArray[np.unsignedinteger]]
"""The documents that have a term, over all segments, ascending, and how often each has it."""

_POSTINGS = 10 << 20  # bytes of those that were asked for last; mostly 5 for each document
_SHARE = 16  # of a larger index one byte in so many


class Part:
    """One segment in its place: its document 0 is document `offset` of the generation."""

    def __init__(self, segment: Segment, offset: int) -> None:
        self.segment = segment
        self.offset = offset
        self.size = segment.size
        self._numbers: dict[str, Numbers] = {}
        self._columns: dict[str, Column] = {}

    def field(self, name: str) -> Field:
        """Return a field of the segment."""
        return self.segment.field(name)

    def numbers(self, name: str) -> Numbers:
        """Return a number for each document."""
        if name not in self._numbers:
            self._numbers[name] = self.segment.numbers(name)
        return self._numbers[name]

    def column(self, name: str) -> Column:
        """Return a column of the segment."""
        if name not in self._columns:
            self._columns[name] = self.segment.column(name)
        return self._columns[name]


class Generation:
    """All segments of an index; documents are numbered from 0 to `documents` - 1."""

    def __init__(self, segments: tuple[OpenSegment, ...]) -> None:
        sizes = [segment.content.size for segment in segments]
        self.offsets = np.cumsum([0, *sizes])
        self.documents = int(self.offsets[-1])
        totals = {
            field: sum(segment.content.totals[f"{field}.length"] for segment in segments)
            for field in FIELDS
        }
        self._statistics = Statistics.of(self.documents, totals)
        self.parts = tuple(
            Part(segment.content, offset)
            for segment, offset in zip(segments, self.offsets.tolist(), strict=False)
        )
        share = sum(segment.stored.length for segment in segments) // _SHARE
        self._postings: Cache[Postings] = Cache(
            max(_POSTINGS, share), lambda row: row[0].nbytes + row[1].nbytes
        )
        self._norms: dict[tuple[str, Ranking], Scores] = {}

    def frequency(self, field: str, term: str) -> int:
        """Return how many documents have `term`."""
        key = term.encode()
        entries = (part.field(field).dictionary.find(key) for part in self.parts)
        return sum(entry.documents for entry in entries if entry)

    def postings(self, field: str, term: str) -> Postings:
        """Return the documents that have `term`, and how often; neither is to be changed."""
        return self._postings.get((field, term), lambda: self._read(field, term.encode()))

    def _read(self, field: str, key: bytes) -> Postings:
        documents, counts = [], []
        for part in self.parts:
            here = part.field(field)
            entry = here.dictionary.find(key)
            if entry is not None:
                documents.append(here.documents(entry) + part.offset)
                counts.append(here.counts(entry))
        often = concatenated(counts)
        narrow = np.min_scalar_type(int(often.max(initial=0)))
        return concatenated(documents).astype(np.int32), often.astype(narrow)

    def inverse_norms(self, field: str, ranking: Ranking) -> Scores:
        """Return what a count in each document is multiplied by, for the length of it."""
        if (field, ranking) not in self._norms:
            lengths = concatenated(part.segment.numbers(f"{field}.length") for part in self.parts)
            mean = self._statistics.lengths[field]
            self._norms[field, ranking] = ranking.inverse_norms(lengths, mean)
        return self._norms[field, ranking]

    def numbers(self, name: str) -> Numbers:
        """Return a number for each document."""
        return concatenated(part.numbers(name) for part in self.parts)

    @cached_property
    def latest(self) -> int:
        """The last day of any document's date, -1 when none has one."""
        return max((int(p.numbers("last").max()) for p in self.parts if p.size), default=-1)

    def place(self, document: int) -> tuple[Part, int]:
        """Return the segment of a document, and its number there."""
        number = int(np.searchsorted(self.offsets, document, "right")) - 1
        return self.parts[number], document - self.parts[number].offset
