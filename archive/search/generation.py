"""The segments of one generation as one row of documents, with the statistics they share."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from archive.search.codec.columns import Column
from archive.search.codec.integers import Numbers
from archive.search.codec.postings import Field
from archive.search.codec.segment import Segment
from archive.search.ranking import Ranking, Scores, Statistics
from archive.search.schema import FIELDS
from archive.search.segments import OpenSegment


class Part:
    """One segment in its place: its document 0 is document `offset` of the generation."""

    def __init__(self, segment: Segment, offset: int, statistics: Statistics) -> None:
        self.segment = segment
        self.offset = offset
        self.size = segment.size
        self._statistics = statistics
        self._numbers: dict[str, Numbers] = {}
        self._columns: dict[str, Column] = {}
        self._norms: dict[tuple[str, Ranking], Scores] = {}

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

    def inverse_norms(self, field: str, ranking: Ranking) -> Scores:
        """Return what a count in each document is multiplied by, for the lengths of all."""
        if (field, ranking) not in self._norms:
            lengths = self.segment.numbers(f"{field}.length")
            mean = self._statistics.lengths[field]
            self._norms[field, ranking] = ranking.inverse_norms(lengths, mean)
        return self._norms[field, ranking]


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
        statistics = Statistics.of(self.documents, totals)
        self.parts = tuple(
            Part(segment.content, offset, statistics)
            for segment, offset in zip(segments, self.offsets.tolist(), strict=False)
        )

    def frequency(self, field: str, term: str) -> int:
        """Return how many documents have `term`."""
        key = term.encode()
        entries = (part.field(field).dictionary.find(key) for part in self.parts)
        return sum(entry.documents for entry in entries if entry)

    @cached_property
    def latest(self) -> int:
        """The last day of any document's date, -1 when none has one."""
        return max((int(p.numbers("last").max()) for p in self.parts if p.size), default=-1)

    def place(self, document: int) -> tuple[Part, int]:
        """Return the segment of a document, and its number there."""
        number = int(np.searchsorted(self.offsets, document, "right")) - 1
        return self.parts[number], document - self.parts[number].offset
