"""Writing a generation: documents in, documents out, segments kept few and free of what is gone.

A removed document leaves nothing behind: every segment that held one is written again without it,
so neither its words nor their counts can be found, suggested or felt in a score. Segments are
bounded so that this stays cheap. A document goes to the shard that its record's id says.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from archive.model.ids import RecordId
from archive.model.search import IndexDocument
from archive.search.bulk import Bulk
from archive.search.codec import merging, segment
from archive.search.codec.merging import Keep
from archive.search.codec.segment import Content, record_bytes, record_id
from archive.search.files import SealedFiles
from archive.search.inversion import Batch
from archive.search.memory import reused
from archive.search.schema import check_facets
from archive.search.segments import OpenSegment, SegmentOpener, segment_name

SEGMENT_LIMIT = 1 << 14
"""Documents of a segment: writing one again without a document takes about half a second."""

_TOGETHER = 2  # segments that are written again at the same time, in 150 MB of memory each
_GROWTH = 3  # a segment is merged when at most this many times as large as what is new
_CHARACTERS = 1 << 25  # of text, beyond which a segment is written though it has few documents


def shard_of(record: RecordId, shards: int) -> int:
    """Return the shard of a record: the last 8 hex digits of its id, modulo the shards."""
    return int(record[-8:], 16) % shards


class _Load:
    """Documents on their way into a segment; of two with one record the later stays."""

    def __init__(self) -> None:
        self.documents: dict[RecordId, IndexDocument] = {}
        self.characters = 0

    def add(self, document: IndexDocument) -> None:
        self.documents[document.record] = document
        self.characters += len(document.text)

    def content(self) -> Content:
        batch = Batch()
        for document in self.documents.values():
            batch.add(document)
        return batch.content()


class Writer:
    """Writes the next generation of an index into `files`.

    Raises:
        OSError: from any method, when the disk refuses.
    """

    def __init__(
        self,
        files: SealedFiles,
        segments: tuple[OpenSegment, ...],
        opener: SegmentOpener,
        shards: int,
    ) -> None:
        """`segments` are those of the generation before; the caller goes on owning them."""
        self._files = files
        self._opener = opener
        self._shards = shards
        self._segments = [one.share() for one in segments]
        self._keep: dict[str, Keep] = {}
        self._loads: dict[int, _Load] = {}
        self._bulk = Bulk(files)
        self._pending: set[RecordId] = set()
        self._serial = 0

    def write(self, add: Iterable[IndexDocument], remove: Iterable[RecordId]) -> None:
        """Take the records of `remove` out, then put those of `add` in or in place of their own.

        When a record is added twice, the later document stays.

        Raises:
            InvalidValue: a document has a facet that no index keeps.
        """
        try:
            self._remove(list(remove))
            for document in add:
                self._add(document)
            self._adopt(self._bulk.finish())
            with reused():
                for shard in range(self._shards):
                    self._settle(shard)
        finally:
            self._bulk.stop()
            for one in self._segments:
                one.close()

    def _add(self, document: IndexDocument) -> None:
        check_facets(document.facets)
        shard = shard_of(document.record, self._shards)
        load = self._loads.setdefault(shard, _Load())
        load.add(document)
        if len(load.documents) >= SEGMENT_LIMIT or load.characters >= _CHARACTERS:
            del self._loads[shard]
            self._write_load(shard, load)

    def _write_load(self, shard: int, load: _Load) -> None:
        """Write a segment of its own, in another process where there is another processor."""
        # what another process still writes may hold an older document of a record
        if any(record in self._pending for record in load.documents):
            self._adopt(self._bulk.finish())
        self._remove(list(load.documents))
        if self._bulk.worthwhile:
            self._pending.update(load.documents)
            self._adopt(self._bulk.put(self._name(shard), list(load.documents.values())))
        else:
            self._put(shard, load.content())

    def _adopt(self, names: list[str]) -> None:
        for name in names:
            self._segments.append(self._opener.open(self._files, name))
            held = self._segments[-1].content.records
            self._pending.difference_update(record_id(record) for record in held)

    def _remove(self, records: list[RecordId]) -> None:
        """Note in each segment which documents go."""
        if not records:
            return
        gone = {bytes.fromhex(record.replace("-", "")) for record in records}
        beginnings = np.sort(record_bytes(records)["high"])
        for one in self._segments:
            held = one.content.records
            place = np.searchsorted(beginnings, held["high"])
            place[place == len(beginnings)] = 0
            likely = np.flatnonzero(beginnings[place] == held["high"])
            hits = [n for n in likely.tolist() if held[n].tobytes() in gone]
            if hits:
                keep = self._keep.setdefault(one.stored.name, np.ones(one.content.size, np.bool_))
                keep[hits] = False

    def _name(self, shard: int) -> str:
        self._serial += 1
        return segment_name(shard, self._files.generation, self._serial)

    def _put(self, shard: int, content: Content) -> None:
        name = self._name(shard)
        self._write(name, content)
        self._segments.append(self._opener.open(self._files, name))

    def _write(self, name: str, content: Content) -> None:
        out = self._files.writer(name)
        segment.write(out, content)
        out.close()

    def _settle(self, shard: int) -> None:
        """Write what is left of a shard's batch, with what is small beside it or has lost some."""
        load = self._loads.pop(shard, _Load())
        self._remove(list(load.documents))
        total = len(load.documents)
        merged: list[OpenSegment] = []
        alone: list[OpenSegment] = []
        for one in sorted(self._of(shard), key=self._left):
            left = self._left(one)
            changed = left[0] < one.content.size
            small = changed or left[0] <= _GROWTH * total
            if small and total + left[0] <= SEGMENT_LIMIT:
                merged.append(one)
                total += left[0]
            elif changed:
                alone.append(one)
        if not load.documents and len(merged) == 1:
            alone.append(merged.pop())
        self._rewrite(shard, alone)
        merged.sort(key=lambda one: one.stored.generation)
        contents = [self._taken(one) for one in merged]
        if load.documents:
            contents.append(load.content())
        contents = [content for content in contents if content.size]
        if contents:
            self._put(shard, merging.joined(contents))

    def _rewrite(self, shard: int, changed: list[OpenSegment]) -> None:
        """Write segments again, each by itself, without what goes; some at the same time."""
        left = [one for one in changed if self._left(one)[0]]
        names = [self._name(shard) for _ in left]
        kept = [self._keep[one.stored.name] for one in left]
        with ThreadPoolExecutor(min(_TOGETHER, len(os.sched_getaffinity(0)))) as pool:
            list(pool.map(self._write_kept, names, left, kept))
        for one in changed:
            self._take(one)
        self._segments += [self._opener.open(self._files, name) for name in names]

    def _write_kept(self, name: str, one: OpenSegment, keep: Keep) -> None:
        self._write(name, merging.thinned(one.content.load(), keep))

    def _of(self, shard: int) -> list[OpenSegment]:
        return [one for one in self._segments if one.shard == shard]

    def _left(self, one: OpenSegment) -> tuple[int, str]:
        """Return how many documents of a segment stay, and its name."""
        keep = self._keep.get(one.stored.name)
        return one.content.size if keep is None else int(keep.sum()), one.stored.name

    def _taken(self, one: OpenSegment) -> Content:
        """Return what stays of a segment, and take it out of the generation."""
        content = one.content.load()
        keep = self._take(one)
        return content if keep is None else merging.thinned(content, keep)

    def _take(self, one: OpenSegment) -> Keep | None:
        """Take a segment out of the generation; return which of its documents stay, if not all."""
        self._segments.remove(one)
        one.close()
        del self._files.files[one.stored.name]
        return self._keep.pop(one.stored.name, None)
