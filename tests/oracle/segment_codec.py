"""Whoosh's codec interface: its writer and its searcher on our layout.

Term vectors are not kept. The wish for compound files is turned down: each segment has two files
and one for each column, which the storage seals as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Segment

from archive.search.codec.container import Buffer, Container
from archive.search.codec.integers import Numbers, Row, block_cache
from archive.search.codec.stored import StoredContents
from tests.oracle.segment_reading import FieldTerms, TermsReader
from tests.oracle.segment_writing import (
    DOCUMENTS,
    POSTINGS,
    SIZE,
    DocumentWriter,
    FieldWriter,
    unpack,
)

_COLUMN = ".col"
_CACHE = 1 << 24  # bytes


class SegmentCodec(base.Codec):  # type: ignore[misc]  # whoosh has no types
    """The parts that Whoosh's writer and reader ask for."""

    def per_document_writer(self, storage: Any, segment: Any) -> DocumentWriter:
        """Return what takes documents."""
        return DocumentWriter(storage, segment)

    def field_writer(self, storage: Any, segment: Any) -> FieldWriter:
        """Return what takes postings."""
        return FieldWriter(storage, segment)

    def per_document_reader(self, storage: Any, segment: Any) -> DocumentReader:
        """Return what gives lengths, columns and stored fields."""
        return DocumentReader(storage, segment)

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        """Return what gives terms and postings."""
        container = _container(storage, segment, POSTINGS)
        names = container.attributes["fields"]
        return TermsReader({name: FieldTerms(container, name, SIZE) for name in names})

    def new_segment(self, storage: Any, indexname: str) -> SegmentName:
        """Return a new segment without documents."""
        return SegmentName(self, indexname)


class SegmentName(W3Segment):  # type: ignore[misc]  # whoosh has no types
    """The name of a segment, its count of documents and which of them are deleted."""

    def column_filename(self, fieldname: str) -> str:
        """Return the name of the file of a column."""
        return str(self.make_filename(f".{fieldname}{_COLUMN}"))

    def should_assemble(self) -> bool:
        """Return whether files are to be put together into one: no."""
        return False


def _container(storage: Any, segment: Any, extension: str) -> Container:
    with segment.open_file(storage, extension) as file:
        return Container(Buffer(bytes(file.read())))


class DocumentReader(base.PerDocumentReader):  # type: ignore[misc]  # whoosh has no types
    """What belongs to the documents of a segment."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._storage = storage
        self._segment = segment
        self._container = _container(storage, segment, DOCUMENTS)
        self._blocks = block_cache(_CACHE)
        self._stored = StoredContents(self._container, self._blocks)
        self._lengths: dict[str, Numbers] = {}
        self._files: dict[str, Any] = {}

    def close(self) -> None:
        """Close the files of columns."""
        for file in self._files.values():
            file.close()

    def doc_count(self) -> int:
        """Return how many documents there are."""
        return self.doc_count_all() - int(self._segment.deleted_count())

    def doc_count_all(self) -> int:
        """Return how many documents there are, deleted ones too."""
        return int(self._segment.doc_count_all())

    def has_deletions(self) -> bool:
        """Tell whether a document is deleted."""
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is deleted."""
        return bool(self._segment.is_deleted(docnum))

    def deleted_docs(self) -> Any:
        """Return the deleted documents."""
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        """Tell whether there are columns."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Tell whether there is a column."""
        return bool(self._storage.file_exists(self._segment.column_filename(fieldname)))

    def column_reader(self, fieldname: str, column: Any) -> Any:
        """Return Whoosh's reader of a column."""
        name = self._segment.column_filename(fieldname)
        if name not in self._files:
            self._files[name] = self._storage.open_file(name)
        length = self._storage.file_length(name)
        return column.reader(self._files[name], 0, length, self.doc_count_all())

    def lengths(self, fieldname: str) -> Numbers:
        """Return the length of a field in each document."""
        if fieldname not in self._lengths:
            name = f"{fieldname}.length"
            self._lengths[fieldname] = (
                Row(self._container.section(name), self._blocks).all()
                if name in self._container
                else np.zeros(self.doc_count_all(), np.int64)
            )
        return self._lengths[fieldname]

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the length of a field in one document."""
        return int(self.lengths(fieldname)[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """Return the sum of the lengths of a field."""
        return int(self.lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        """Return the least length of a field in a document that has it."""
        lengths = self.lengths(fieldname)
        return int(lengths[lengths > 0].min(initial=1 << 31))

    def max_field_length(self, fieldname: str) -> int:
        """Return the greatest length of a field."""
        return int(self.lengths(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return the stored fields of a document."""
        return unpack(self._stored.content(docnum))
