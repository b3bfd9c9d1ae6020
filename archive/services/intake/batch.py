"""A batch of prepared files made durable at once; its reports come out only afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from archive.catalog import Transaction
from archive.catalog.rows import (
    AttachmentRow,
    HeaderRow,
    ObjectRow,
    OutboxKind,
    OutboxRow,
    RecordRow,
)
from archive.errors import StorageError
from archive.model.access import Compartment
from archive.model.ids import RecordId, new_uuid
from archive.model.objects import QUARANTINED, Outcome
from archive.model.receipt import Near
from archive.services.events import append
from archive.services.headers import header_row
from archive.services.inbox import jobs_of
from archive.services.indexes.documents import Fresh
from archive.services.indexes.near_duplicates import NearDuplicates
from archive.services.intake.handed_in import FileReport
from archive.services.intake.prepared import Prepared, settle
from archive.services.intake.readers import Admission
from archive.services.intake.verification import note_read_back, read_back
from archive.services.parts import Archive
from archive.services.session import Session

_MAX_FILES = 1024
_MAX_BYTES = 64 << 20
_MAX_SECONDS = 10.0  # what a crash can cost in recognition of scans


@dataclass(slots=True)
class _UnderWay:
    """A batch whose objects and headers are being made durable aside: `new` becomes records.

    `stored` comes to the codes of what could not be read back as it was written.
    """

    waiting: list[Prepared]
    new: list[Prepared]
    headers: list[HeaderRow]
    stored: Future[dict[RecordId, str]]


class Batch:
    """Files that wait for their common commit, and those that are on their way to the disk.

    While the disk is at work on one batch, the next one is gathered. `fresh` keeps what became a
    record for the index.
    """

    def __init__(
        self, archive: Archive, session: Session, readers: Admission, fresh: Fresh
    ) -> None:
        self._archive = archive
        self._session = session
        self._epoch = session.epochs[Compartment.ORIGINALS]
        self._readers = readers
        self._near = NearDuplicates(archive, session)
        self._fresh = fresh
        self._aside = ThreadPoolExecutor(1)
        self._under_way: _UnderWay | None = None
        self._lost: set[RecordId] = set()
        self._clear()
        self.failure: StorageError | None = None

    def _clear(self) -> None:
        self._waiting: list[Prepared] = []
        self._bytes = 0
        self._files = 0
        self._since = monotonic()

    @property
    def large(self) -> bool:
        """Whether what waits is enough for the disk to begin."""
        return self._files >= _MAX_FILES or self._bytes >= _MAX_BYTES

    @property
    def old(self) -> bool:
        """Whether what waits must be committed now, however little it is."""
        return monotonic() - self._since > _MAX_SECONDS

    @property
    def stored(self) -> bool:
        """Whether what is under way needs nothing of the disk any more but the catalog."""
        return self._under_way is not None and self._under_way.stored.done()

    def add(self, prepared: Prepared) -> None:
        """Put a file and its attachments into the batch, however it ended."""
        self._waiting.append(prepared)
        for one in prepared.everything():
            self._files += 1
            self._bytes += one.size

    def commit(self) -> Iterator[FileReport]:
        """Make everything durable and yield its reports; on failure each file is `failed`."""
        yield from self.begin()
        yield from self.finish()

    def close(self) -> None:
        """Wait for the disk; what is still under way then never becomes a record."""
        self._aside.shutdown()

    def begin(self) -> Iterator[FileReport]:
        """Send what waits to the disk, then finish what was under way and yield its reports.

        After a failure nothing becomes a record any more; what waits is `failed`.
        """
        if self._under_way is not None and self._under_way.stored.exception() is not None:
            yield from self.finish()
        waiting = self._settled([] if self._under_way is None else self._under_way.new)
        new = [one for item in waiting for one in item.everything() if one.draft is not None]
        headers = [
            header_row(self._archive, Compartment.ORIGINALS, one.header, self._epoch) for one in new
        ]
        self._clear()
        name = new_uuid(self._archive.random)
        stored = self._aside.submit(self._store, new, headers, name)
        yield from self.finish()
        self._under_way = _UnderWay(waiting, new, headers, stored)

    def _compare(self, item: Prepared) -> None:
        """Put similar records on the report of a file and of its attachments."""
        for child in item.children:
            self._compare(child)
        near: tuple[Near, ...] = ()
        if item.report.record is not None and item.signature is not None:
            near = self._near.note(item.report.record, item.signature)
        if near or item.children:
            attachments = tuple(child.report for child in item.children)
            item.report = replace(item.report, near=near, attachments=attachments)

    def finish(self) -> Iterator[FileReport]:
        """Commit what is under way, if anything is, and yield its reports."""
        batch, self._under_way = self._under_way, None
        if batch is None:
            return
        for item in batch.waiting:
            self._compare(item)
        try:
            damaged = batch.stored.result()
            if self.failure is not None:
                raise self.failure
            if batch.new:
                self._readers.write()
                with self._archive.catalog.write() as tx:
                    self._insert(tx, batch.new, batch.headers, damaged)
                self._keep(batch.new)
        except StorageError as error:
            self.failure = error
            self._lost.update(_record(one) for one in batch.new)
            self._take_back(batch.new)
        for item in batch.waiting:
            yield _failed(item.report, self.failure, self._lost) if self.failure else item.report

    def _settled(self, before: Sequence[Prepared]) -> list[Prepared]:
        """Return the files with what another one stored meanwhile turned into duplicates.

        Files are prepared side by side and may hold the same content; under the ingest lock nobody
        else adds records, so that what is looked up here still holds at the commit. `before` will
        be records by then, or nothing will.
        """
        prints = [
            one.fingerprint
            for item in self._waiting
            for one in item.everything()
            if one.fingerprint is not None
        ]
        with self._archive.catalog.read() as snapshot:
            stored = snapshot.records.by_fingerprints(self._archive.collection, prints)
        stored |= {one.fingerprint: _record(one) for one in before if one.fingerprint is not None}
        return [settle(item, stored) for item in self._waiting]

    def _take_back(self, new: Sequence[Prepared]) -> None:
        """Give the space of objects back that no record will name."""
        for one in new:
            for handle in one.staged:
                handle.discard()
            for _, fixity in one.objects:
                with suppress(StorageError):
                    self._archive.store.delete(fixity.digest)

    def _store(
        self, new: Sequence[Prepared], headers: Sequence[HeaderRow], name: str
    ) -> dict[RecordId, str]:
        """Make objects durable, then the copies of their headers as a file of that name.

        The objects are read back; return the codes of those that are not what was written.
        """
        if self.failure is not None:
            raise self.failure
        if not new:
            return {}
        self._archive.store.commit([handle for one in new for handle in one.staged])
        self._archive.folder.write_headers(
            [
                (row.id, one.report.record or "", [f.digest for _, f in one.objects], row.header)
                for one, row in zip(new, headers, strict=True)
            ],
            name=name,
        )
        return read_back(
            self._archive, [(_record(one), f.digest) for one in new for _, f in one.objects]
        )

    def _insert(
        self,
        tx: Transaction,
        new: Sequence[Prepared],
        headers: Sequence[HeaderRow],
        damaged: Mapping[RecordId, str],
    ) -> None:
        drafts = [one.draft for one in new if one.draft is not None]
        first = append(self._archive, self._session, tx, drafts).first_index
        now = self._archive.clock()
        tx.headers.add_many(headers)
        tx.records.add_many(
            [
                self._row(one, header, first + offset, now)
                for offset, (one, header) in enumerate(zip(new, headers, strict=True))
            ]
        )
        tx.objects.add_many([row for one in new for row in _object_rows(one)])
        note_read_back(self._archive, tx, first, first + len(new) - 1, damaged)
        tx.sources.attach_many(
            [
                AttachmentRow(new_uuid(self._archive.random), _record(one), one.source_link)
                for one in new
                if one.source_link is not None
            ]
        )
        self._near.store(tx)
        tx.jobs.add_many(
            [
                row
                for one in new
                for row in jobs_of(self._archive, _record(one), one.found, one.concerns)
            ]
        )
        tx.outbox.add_many(
            [
                OutboxRow(0, OutboxKind.INDEX_ORIGINAL, self._archive.collection, _record(one))
                for one in new
                if one.report.outcome in (Outcome.INGESTED, Outcome.NO_TEXT)
            ]
        )

    def _keep(self, new: Sequence[Prepared]) -> None:
        for one in new:
            if one.document is not None:
                self._fresh.keep(hashlib.sha256(one.manifest).hexdigest(), one.document)

    def _row(self, one: Prepared, header: HeaderRow, index: int, now: datetime) -> RecordRow:
        return RecordRow(
            id=_record(one),
            collection=self._archive.collection,
            header=header.id,
            manifest=one.manifest,
            manifest_digest=hashlib.sha256(one.manifest).hexdigest(),
            entry_index=index,
            fingerprint=one.fingerprint or "",
            size=sum(fixity.size for _, fixity in one.objects),
            outcome=_outcome(one.report),
            created=now,
            accession=one.accession,
        )


def _record(one: Prepared) -> RecordId:
    if one.report.record is None:
        raise ValueError("a file that is stored has a record")
    return one.report.record


def _outcome(report: FileReport) -> str:
    """Return how the record stands: what is rejected and stored all the same is in quarantine."""
    return QUARANTINED if report.outcome is Outcome.REJECTED else report.outcome.value


def _object_rows(one: Prepared) -> list[ObjectRow]:
    return [
        ObjectRow(fixity.digest, _record(one), representation.value, fixity.size)
        for representation, fixity in one.objects
    ]


def _failed(report: FileReport, failure: StorageError, lost: Collection[RecordId]) -> FileReport:
    """Return how a file ends whose batch failed; `lost` are the records that did not come about."""
    if report.record is None or (report.outcome is Outcome.DUPLICATE and report.record not in lost):
        return report
    attachments = tuple(_failed(child, failure, lost) for child in report.attachments)
    return replace(
        report,
        outcome=Outcome.FAILED,
        record=None,
        reason=failure.public_message,
        attachments=attachments,
        near=(),
    )
