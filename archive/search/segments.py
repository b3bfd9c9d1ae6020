"""Reading one segment of an index: postings, positions and columns by document number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from whoosh.columns import EmptyColumnReader
from whoosh.reading import TermNotFound

from archive.model.ids import RecordId
from archive.search.schema import TermPositions


class Segment:
    """A segment without removed documents; documents are numbered from 0 to `size` - 1."""

    def __init__(self, reader: Any) -> None:
        """`reader` is a Whoosh `SegmentReader`."""
        self._reader = reader
        self._columns: dict[str, Any] = {}
        self._facets: dict[str, tuple[Sequence[int], list[str]]] = {}
        self.size: int = reader.doc_count_all()

    def frequency(self, field: str, term: str) -> int:
        """Return how many documents have `term`."""
        return int(self._reader.doc_frequency(field, term.encode()))

    def _blocks(self, field: str, term: str) -> Iterator[Any]:
        # Whoosh's matcher gives one posting a call; its blocks are five times as fast to take whole
        try:
            matcher = self._reader.postings(field, term.encode())
        except TermNotFound:
            return
        while matcher.is_active():
            matcher.id()
            yield matcher
            matcher._next_block()

    def weights(self, field: str, term: str) -> dict[int, float]:
        """Return how often each document has `term`."""
        weights: dict[int, float] = {}
        for block in self._blocks(field, term):
            block.weight()
            weights.update(zip(block._ids, block._weights, strict=True))
        return weights

    def documents(self, field: str, term: str) -> set[int]:
        """Return the documents that have `term`."""
        documents: set[int] = set()
        for block in self._blocks(field, term):
            documents.update(block._ids)
        return documents

    def occurrences(self, terms: tuple[str, ...]) -> dict[int, float]:
        """Return how often each document has `terms` of the text in a row."""
        values: dict[str, dict[int, bytes]] = {}
        documents: set[int] | None = None
        for term in sorted(set(terms), key=lambda t: (self.frequency("text", t), t)):
            found = values[term] = {}
            for block in self._blocks("text", term):
                block.value()
                found.update(zip(block._ids, block._values, strict=True))
            documents = set(found) if documents is None else documents & found.keys()
            if not documents:
                return {}
        counts = {document: _count(terms, values, document) for document in documents or ()}
        return {document: float(count) for document, count in counts.items() if count}

    def words(self, prefix: str) -> Iterator[str]:
        """Yield the words that begin with `prefix`, in order."""
        for word in self._reader.expand_prefix("words", prefix.encode()):
            yield word.decode()

    def column(self, field: str) -> Any:
        """Return the column of `field`, to be asked for the bytes or number of a document."""
        if field not in self._columns:
            self._columns[field] = self._reader.column_reader(field, translate=False)
        return self._columns[field]

    def value(self, field: str, document: int) -> str:
        """Return the text that a column holds for a document."""
        return str(self.column(field)[document], "utf-8")

    def record(self, document: int) -> RecordId:
        """Return the record of a document."""
        return RecordId(self.value("record", document))

    def stored(self, document: int) -> dict[str, str]:
        """Return the stored fields of a document: record, title, text."""
        fields: dict[str, str] = self._reader.stored_fields(document)
        return fields

    @cached_property
    def lengths(self) -> list[int]:
        """Length of title and text of every document, in words and characters of runs."""
        return self._numbers("length")

    @cached_property
    def title_lengths(self) -> list[int]:
        """Length of the title of every document."""
        return self._numbers("title_length")

    def _numbers(self, field: str) -> list[int]:
        column = self.column(field)
        if isinstance(column, EmptyColumnReader):
            return [0] * self.size
        stored = column._dbfile.get_array(column._basepos, "I", column._count).tolist()
        return [*stored, *[0] * (self.size - len(stored))]

    def facet(self, field: str) -> tuple[Sequence[int], list[str]]:
        """Return, for each document, which of the values that follow it has; the first is none."""
        if field not in self._facets:
            column = self.column(field)
            if isinstance(column, EmptyColumnReader):
                self._facets[field] = bytes(self.size), [""]
            else:
                which = column._dbfile.get_array(column._basepos, column._typecode, self.size)
                self._facets[field] = which, [str(value, "utf-8") for value in column._uniques]
        return self._facets[field]

    def close(self) -> None:
        """Close the segment's files."""
        self._reader.close()


def _count(terms: tuple[str, ...], values: dict[str, dict[int, bytes]], document: int) -> int:
    starts: set[int] | None = None
    for offset, term in enumerate(terms):
        positions = TermPositions.decode_positions(values[term][document])
        here = {position - offset for position in positions}
        starts = here if starts is None else starts & here
        if not starts:
            return 0
    return len(starts or ())
