"""Writing a generation: documents in, documents out, segments kept few and free of what is gone.

A removed document leaves nothing behind: every segment that held one is written again without it,
so neither its words nor their counts can be found, suggested or felt in a score. Segments are
bounded so that this stays cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.writing import SegmentWriter

from archive.model.ids import RecordId
from archive.model.search import IndexDocument
from archive.search.schema import SCHEMA, row
from archive.search.storage import SealedStorage

SEGMENT_LIMIT = 1024
"""Documents up to which segments are merged; a larger one comes from one large update only.

Merging takes longer than indexing anew (4 ms a document against 2.5), and removing one document
takes as long as writing its segment; each further segment costs a query about 0.1 ms a word.
"""

_GROWTH = 3  # a segment is merged when at most this many times as large as what is new
_POOL = 192  # MiB of postings that are sorted in memory before a run is sealed to disk

_Merge = Callable[[Any, list[Any]], list[Any]]


def found(storage: SealedStorage) -> None:
    """Write an index without documents to an empty storage."""
    FileIndex.create(storage, SCHEMA)


def open_index(storage: SealedStorage) -> Any:
    """Return Whoosh's index on `storage`; its schema is ours, not one unpickled from a file."""
    return FileIndex(storage, SCHEMA)


def write(storage: SealedStorage, add: Iterable[IndexDocument], remove: Iterable[RecordId]) -> None:
    """Take the records of `remove` out, then put those of `add` in or in the place of their own.

    When a record is added twice, the later document stays.

    Raises:
        InvalidValue: a document has a facet that no index keeps.
        OSError: the disk refused.
    """
    index = open_index(storage)
    batch = _Batch(index)
    try:
        for record in remove:
            batch.remove(record)
        for document in add:
            if document.record in batch.added:
                batch.commit()
                batch = _Batch(index)
            batch.add(document)
    except BaseException:
        with suppress(OSError, ValueError):  # Whoosh writes even then; a full disk refuses that too
            batch.cancel()
        raise
    batch.commit()
    _expunge(index)


class _Batch:
    """One Whoosh writer, and a reader of what was there before it."""

    def __init__(self, index: Any) -> None:
        self._writer = _writer(index)
        self._reader = self._writer.reader()
        self.added: set[RecordId] = set()

    def remove(self, record: RecordId) -> None:
        for leaf, offset in _leaves(self._reader):
            try:
                matcher = leaf.postings("record", str(record))
            except TermNotFound:
                continue
            if matcher.is_active():  # not when this batch has removed it before
                self._writer.delete_document(offset + matcher.id())

    def add(self, document: IndexDocument) -> None:
        fields = row(document)
        self.remove(document.record)
        self._writer.add_document(**fields)
        self.added.add(document.record)

    def commit(self) -> None:
        self._reader.close()
        self._writer.commit(mergetype=_merge_small)

    def cancel(self) -> None:
        self._reader.close()
        self._writer.cancel()


def _leaves(reader: Any) -> list[tuple[Any, int]]:
    return list(reader.leaf_readers()) if reader.doc_count_all() else []


def _writer(index: Any) -> Any:
    codec = W3Codec()
    codec.length_stats = False  # lengths are columns of ours; Whoosh's cost a tenth of the time
    return SegmentWriter(index, codec=codec, limitmb=_POOL)


def _take(writer: Any, segment: Any) -> None:
    reader = SegmentReader(writer.storage, writer.schema, segment)
    writer.add_reader(reader)
    reader.close()


def _merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Whoosh merge policy: take up segments that are small beside what is new; drop empty ones."""
    kept = []
    total = writer.doc_count()
    for segment in sorted(segments, key=lambda s: (s.doc_count(), s.segment_id())):
        count = segment.doc_count()
        if count == 0:
            continue
        if count <= _GROWTH * total and total + count <= SEGMENT_LIMIT:
            _take(writer, segment)
            total += count
        else:
            kept.append(segment)
    return kept


def _only(segment_id: str) -> _Merge:
    def merge(writer: Any, segments: list[Any]) -> list[Any]:
        for segment in segments:
            if segment.segment_id() == segment_id:
                _take(writer, segment)
        return [s for s in segments if s.segment_id() != segment_id]

    return merge


def _expunge(index: Any) -> None:
    """Write every segment that holds a removed document again, without it."""
    for segment in index._read_toc().segments:
        if segment.has_deletions():
            _writer(index).commit(mergetype=_only(segment.segment_id()))
