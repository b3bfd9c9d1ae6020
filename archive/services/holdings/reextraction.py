"""A better reader makes a new text version beside the old one; nothing is edited in place.

Order of writing: attachments that are new become records as at ingest; the new text is a durable
object; then one catalog transaction writes the manifest that names it, the ledger's entry, the plan
that was carried over, the jobs and the outbox. Cut off anywhere, the record has its old text or its
new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum

from archive.catalog import Transaction
from archive.catalog.rows import ObjectRow, OutboxKind, OutboxRow
from archive.errors import (
    ArchiveBusy,
    ArchiveError,
    IntegrityError,
    ObjectMissing,
    RecordNotFound,
    SandboxError,
    StorageError,
    WrongPlanState,
)
from archive.extraction import MAX_INPUT_BYTES, NoText, Sandbox, media_type
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId, SourceRef, new_uuid
from archive.model.jobs import Stage
from archive.model.objects import (
    CanonicalText,
    Extraction,
    Fixity,
    Manifest,
    Outcome,
    Representation,
    TextVersion,
)
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.sealing import seal_bytes
from archive.services.codec import encode_manifest, encode_text
from archive.services.events import append, authorise, record_event
from archive.services.inbox import extract_code, job, settle
from archive.services.indexes.documents import Fresh
from archive.services.indexes.indexing import drain
from archive.services.indexes.texts import text_version
from archive.services.intake.batch import Batch
from archive.services.intake.handed_in import FileReport
from archive.services.intake.known import Stored
from archive.services.intake.prepare import Preparer
from archive.services.intake.readers import Admission
from archive.services.intake.verification import verify_new
from archive.services.leftovers import storing
from archive.services.parts import Archive
from archive.services.records import OpenRecord, canonical_text, open_object, open_record
from archive.services.redaction.carrying import CarriedPlan, carry_plan, put_carried
from archive.services.redaction.plans import current_plan
from archive.services.session import Session

_HEAD = 1 << 20  # bytes that a media type is told from


class Change(str, Enum):
    """How reading a record anew ended."""

    NEW_TEXT = "new-text"
    NOTED = "noted"
    UNCHANGED = "unchanged"
    STILL_NO_TEXT = "no-text"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Extracted:
    """What reading a record anew gave.

    `new-text`: another text, now the newest; `noted`: the same text, and what else the reader found
    or who it was is written down; `kept`: the new reading was worse, the old text stays the newest;
    `failed`: the original could not be opened. `error` is a stable code, `reason` its words.
    `plan_to_review` tells that a redaction plan was carried over and is a draft again.
    """

    record: RecordId
    change: Change
    version: int | None = None
    reader: str | None = None
    error: str | None = None
    reason: str | None = None
    plan_to_review: bool = False
    attachments: tuple[FileReport, ...] = ()


def extract_again(
    archive: Archive, session: Session, record: RecordId, *, password: bytearray | None = None
) -> Extracted:
    """Read one record's original anew, with the readers that are installed now.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        RecordNotFound: no such record.
        ArchiveBusy: another process stores objects.
    """
    [found] = extract_all(archive, session, [record], password=password)
    return found


def extract_all(
    archive: Archive,
    session: Session,
    records: Iterable[RecordId],
    *,
    password: bytearray | None = None,
) -> Iterator[Extracted]:
    """Read the originals of records anew and yield how each ended, after it is durable.

    A record whose objects are damaged is `failed` and holds up no other.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        RecordNotFound: no such record.
        ArchiveBusy: another process stores objects.
        SandboxMissing: readers cannot be confined on this machine.
        StorageError: the archive's disk is full or failed; what was yielded is safe.
    """
    authorise(archive, session, Action.EXTRACT)
    session.opening(Compartment.ORIGINALS)
    fresh = Fresh()
    with storing(archive), archive.sandbox() as sandbox:
        readers = Admission(archive, session, sandbox, accept_unsandboxed=False)
        readers.grant()
        run = _Run(archive, session, sandbox, readers, bytes(password or b""), fresh)
        for record in records:
            try:
                yield run.extract(record)
            except (IntegrityError, ObjectMissing) as error:
                with archive.catalog.write() as tx:
                    tx.jobs.add_many([job(archive, record, Stage.VERIFY, error.code)])
                yield _failed(record, error)
            except (ArchiveBusy, WrongPlanState) as error:
                yield _failed(record, error)
    with suppress(StorageError):
        verify_new(archive)
        drain(archive, session, fresh=fresh)


def _failed(record: RecordId, error: ArchiveError) -> Extracted:
    return Extracted(record, Change.FAILED, error=error.code, reason=error.public_message)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A record, what was found in its original now, and its newest text so far."""

    opened: OpenRecord
    kind: str
    found: Extraction
    text: CanonicalText | None

    @property
    def newest(self) -> TextVersion | None:
        """The newest text version so far."""
        return self.opened.manifest.texts[-1] if self.opened.manifest.texts else None

    @property
    def is_new(self) -> bool:
        """Whether there is a text, and another one than before."""
        if self.found.text is None:
            return False
        return self.text is None or replace(self.found.text, reader=self.text.reader) != self.text

    @property
    def is_locked_again(self) -> bool:
        """Whether a document that was opened with its password is tried without it."""
        return self.text is not None and self.found.reason == NoText.PROTECTED.value

    @property
    def change(self) -> Change:
        """What it comes to, if anything is written at all."""
        if self.found.text is None:
            return Change.STILL_NO_TEXT if self.text is None else Change.KEPT
        return Change.NEW_TEXT if self.is_new else Change.NOTED


class _Run:
    """Reads records anew with one sandbox."""

    def __init__(
        self,
        archive: Archive,
        session: Session,
        sandbox: Sandbox,
        readers: Admission,
        password: bytes,
        fresh: Fresh,
    ) -> None:
        self._archive = archive
        self._session = session
        self._sandbox = sandbox
        self._readers = readers
        self._fresh = fresh
        self._password = password

    def extract(self, record: RecordId) -> Extracted:
        """Read one record anew; the ledger knows before the original is opened."""
        with self._archive.catalog.read() as snapshot:
            if snapshot.records.get(record) is None:
                raise RecordNotFound
        record_event(self._archive, self._session, _draft(EventType.EXTRACTION_BEGUN, record, {}))
        with self._archive.catalog.read() as snapshot:
            opened = open_record(self._session, snapshot, record)
            stored = current_plan(self._session, snapshot, opened)
        kind, found = self._read(opened)
        reading = _Reading(opened, kind, found, canonical_text(self._archive, opened))
        attachments = self._attachments(reading)
        carried = None
        if found.text is not None and reading.is_new:
            carried = carry_plan(self._archive, self._session, opened, stored, found.text.text)
        change = self._write(reading, carried)
        with self._archive.catalog.read() as snapshot:
            newest = open_record(self._session, snapshot, record).manifest.texts[-1:]
        return Extracted(
            record,
            change,
            version=newest[0].version if newest else None,
            reader=_reader(newest[0], reading) if newest else None,
            error=extract_code(found.reason),
            reason=found.reason,
            plan_to_review=carried is not None,
            attachments=attachments,
        )

    def _read(self, opened: OpenRecord) -> tuple[str, Extraction]:
        with open_object(self._archive, opened, Representation.ORIGINAL) as stream:
            if opened.manifest.original.size > MAX_INPUT_BYTES:
                head = stream.read(_HEAD) or b""
                return media_type(head), Extraction(None, reason=NoText.TOO_LARGE.value)
            content = stream.readall() or b""
        kind = media_type(content[:_HEAD])
        try:
            return kind, self._sandbox.read(kind, content, self._password)
        except SandboxError as error:
            return kind, Extraction(None, reason=error.public_message)

    def _attachments(self, reading: _Reading) -> tuple[FileReport, ...]:
        """Make records of attachments that are not stored yet, as at ingest."""
        manifest = reading.opened.manifest
        if not reading.found.attachments:
            return ()
        source = SourceRef(manifest.source) if manifest.source else None
        preparer = Preparer(self._archive, self._session, self._sandbox, source)
        batch = Batch(self._archive, self._session, self._readers, self._fresh)
        depth = self._depth(manifest)
        with self._archive.catalog.read() as snapshot:
            known = Stored(snapshot, self._archive.collection, ())
            for one in preparer.enclosed(reading.found.attachments, manifest, depth, known):
                batch.add(one)
        reports = tuple(batch.commit())
        if batch.failure is not None:
            raise batch.failure
        return tuple(one for one in reports if one.outcome is not Outcome.DUPLICATE)

    def _depth(self, manifest: Manifest) -> int:
        depth = 0
        with self._archive.catalog.read() as snapshot:
            while manifest.parent is not None:
                manifest = open_record(self._session, snapshot, manifest.parent).manifest
                depth += 1
        return depth

    def _write(self, reading: _Reading, carried: CarriedPlan | None) -> Change:
        """Make what changed durable and return what it came to."""
        opened, text = reading.opened, reading.found.text
        sealed: Fixity | None = None
        if text is not None and reading.is_new:
            sealed = self._seal(opened, text)
        try:
            return self._commit(reading, carried, sealed)
        except BaseException:
            if sealed is not None:
                with suppress(StorageError):
                    self._archive.store.delete(sealed.digest)
            raise

    def _commit(
        self, reading: _Reading, carried: CarriedPlan | None, sealed: Fixity | None
    ) -> Change:
        """Write everything that changes in one transaction."""
        opened, text = reading.opened, reading.found.text
        manifest = _manifest(self._archive, reading, sealed)
        with self._archive.catalog.write() as tx:
            row = tx.records.get(opened.row.id)
            if row is None or row.entry_index != opened.row.entry_index:
                raise ArchiveBusy("Somebody else changed the record meanwhile.")
            if not reading.is_locked_again:
                settle(
                    self._archive, tx, opened.row.id, reading.found.reason, reading.found.concerns
                )
            if manifest == opened.manifest:
                return reading.change if text is None else Change.UNCHANGED
            self._put(tx, opened, manifest)
            if sealed is not None:
                tx.objects.add_many([_object_row(manifest)])
                tx.records.grow(opened.row.id, sealed.size, Outcome.INGESTED.value)
            if text is not None and text.text != (reading.text.text if reading.text else None):
                put_carried(self._archive, self._session, tx, opened.row.id, carried)
        return reading.change

    def _seal(self, opened: OpenRecord, text: CanonicalText) -> Fixity:
        """Store a text as an object under the record's file key, and its header beside it."""
        payload = seal_bytes(opened.file_key, encode_text(text), random=self._archive.random)
        fixity = Fixity(hashlib.sha256(payload).hexdigest(), len(payload))
        handle = self._archive.store.stage()
        try:
            handle.write(payload)
            handle.seal(fixity.digest)
            self._archive.store.commit([handle])
        except StorageError:
            handle.discard()
            raise
        with self._archive.catalog.read() as snapshot:
            header = snapshot.headers.get(opened.row.header)
        line = (header.id, opened.row.id, [fixity.digest], header.header)
        self._archive.folder.write_headers([line], name=new_uuid(self._archive.random))
        return fixity

    def _put(self, tx: Transaction, opened: OpenRecord, manifest: Manifest) -> None:
        body = encode_manifest(manifest)
        sealed = seal_bytes(opened.file_key, body, random=self._archive.random)
        digest = hashlib.sha256(sealed).hexdigest()
        links = {"manifest": digest}
        if manifest.texts:
            newest = manifest.texts[-1]
            links |= {"version": str(newest.version)}
            links |= {Representation.CANONICAL_TEXT.value: newest.fixity.digest}
        draft = _draft(EventType.TEXT_EXTRACTED, manifest.record, links)
        index = append(self._archive, self._session, tx, [draft]).first_index
        tx.records.replace_manifest(manifest.record, sealed, digest, index)
        row = OutboxRow(0, OutboxKind.INDEX_ORIGINAL, self._archive.collection, manifest.record)
        if manifest.texts:
            tx.outbox.add_many([row])


def _reader(newest: TextVersion, reading: _Reading) -> str | None:
    """Return who read the newest text last; of a text from before versions, itself knows."""
    return newest.confirmed or newest.reader or (reading.text.reader if reading.text else None)


def _object_row(manifest: Manifest) -> ObjectRow:
    newest = manifest.texts[-1]
    kind = Representation.CANONICAL_TEXT.value
    fixity = newest.fixity
    return ObjectRow(fixity.digest, manifest.record, kind, fixity.size, newest.version)


def _manifest(archive: Archive, reading: _Reading, sealed: Fixity | None) -> Manifest:
    """Return the manifest as it has to be now; the old one when the new reading is worse."""
    manifest, found, newest = reading.opened.manifest, reading.found, reading.newest
    if found.text is None and newest is not None:
        return manifest
    texts: Sequence[TextVersion] = manifest.texts
    if found.text is not None and sealed is not None:
        number = newest.version + 1 if newest else 1
        texts = (*texts, text_version(number, found.text, sealed, archive.clock()))
    elif found.text is not None and newest is not None and reading.text is not None:
        same = found.text.reader == (newest.confirmed or reading.text.reader)
        noted = newest.confirmed if same else found.text.reader
        texts = (*texts[:-1], replace(newest, confirmed=noted))
    return _described(replace(manifest, texts=tuple(texts)), reading.kind, found)


def _described(manifest: Manifest, kind: str, found: Extraction) -> Manifest:
    """Return a manifest with the description that the reader found; a person's own words stay."""
    embedded = manifest.metadata
    title, date = manifest.title, manifest.date
    if title in (_title(embedded), manifest.name):
        title = _title(found.metadata) or manifest.name
    if date == embedded.get("date"):
        date = found.metadata.get("date")
    return replace(
        manifest,
        title=title,
        date=date,
        media_type=kind,
        metadata=dict(found.metadata),
        reason=found.reason,
    )


def _title(metadata: dict[str, str]) -> str | None:
    return metadata.get("title") or metadata.get("subject")


def _draft(event: EventType, record: RecordId, links: dict[str, str]) -> EntryDraft:
    return EntryDraft(
        type=event, object=record, outcome=EventOutcome.SUCCESS, links=links, commitments={}
    )
