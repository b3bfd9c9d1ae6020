"""From one input file to sealed objects, a sealed manifest and a ledger draft."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from archive.catalog import Snapshot
from archive.errors import ArchiveError, SandboxError, StorageError, UnreadableFile
from archive.extraction import MAX_INPUT_BYTES, Sandbox, media_type
from archive.ledger import commit
from archive.model.access import Compartment
from archive.model.ids import CollectionId, RecordId, SourceRef, new_uuid
from archive.model.objects import (
    Attachment,
    Extraction,
    Fixity,
    Manifest,
    Outcome,
    Representation,
)
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.sealing import FileKey, SealingWriter, new_header, seal_bytes
from archive.services.codec import encode_manifest, encode_text
from archive.services.intake import Candidate, FileReport, explain
from archive.services.parts import Archive
from archive.services.session import Session
from archive.storage import StagedObject

_BLOCK = 1 << 20
_MAX_DEPTH = 8
_CHANGED = "it changed while it was read"
_EMPTY = "the file is empty"
_DUPLICATE = "the same content is stored already"
_NO_MEMORY = "this machine has too little memory for it"
_DIED = "the process that prepared it was ended, perhaps for want of memory"
_NOT_TRIED = "not tried: "
_TOO_LARGE = "too large to be read for text"
_TOO_DEEP = "attachments are nested too deeply"


@dataclass(slots=True)
class Prepared:
    """A file ready to become a record: its report, and what the batch must write.

    Without a `draft` there is nothing to write: a duplicate, or a file that could not be tried.
    `children` are the attachments, prepared likewise. `halted` says why no file after this one can
    be stored either.
    """

    report: FileReport
    fingerprint: str | None = None
    header: bytes = b""
    manifest: bytes = b""
    objects: tuple[tuple[Representation, Fixity], ...] = ()
    size: int = 0
    draft: EntryDraft | None = None
    source_link: bytes | None = None
    staged: tuple[StagedObject, ...] = ()
    children: tuple[Prepared, ...] = ()
    halted: str | None = None

    def everything(self) -> Iterator[Prepared]:
        """Yield this file and all attachments under it."""
        yield self
        for child in self.children:
            yield from child.everything()

    def discard(self) -> None:
        """Give the space of what was staged back, attachments included."""
        for one in self.everything():
            for handle in one.staged:
                handle.discard()


class Known(Protocol):
    """Where contents that are stored already are looked up."""

    def find(self, fingerprint: str) -> RecordId | None:
        """Return the record with that keyed fingerprint."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a file stands: its path on the receipt, and the record that it was attached to."""

    path: str
    parent: RecordId | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Measured:
    """A file that was read once: its fixity, and its content when that can be held in memory."""

    item: Candidate
    stream: BinaryIO
    original: Fixity
    content: bytes | None
    fingerprint: str


class Preparer:
    """Seals and reads files for one ingest run."""

    def __init__(
        self, archive: Archive, session: Session, sandbox: Sandbox, source: SourceRef | None
    ) -> None:
        self._archive = archive
        self._sandbox = sandbox
        self._source = source
        self._staged: list[StagedObject] = []
        self._recipient = session.recipients[Compartment.ORIGINALS]
        self._fingerprint_key = session.derived_key(Compartment.ORIGINALS, "fingerprint")

    def prepare_all(self, items: Sequence[Candidate | FileReport]) -> list[Prepared]:
        """Read, seal and extract files; each ends in one `Prepared`, in the order given.

        Contents that are stored already are looked up once for all; the same content twice among
        `items` is left for the batch to see. After a storage failure nothing more is tried.
        """
        with ExitStack() as streams, self._archive.catalog.read() as snapshot:
            measured = [self._measured(item, streams) for item in items]
            prints = [one.fingerprint for one in measured if isinstance(one, _Measured)]
            known = _Stored(snapshot, self._archive.collection, prints)
            prepared: list[Prepared] = []
            for one in measured:
                halted = prepared[-1].halted if prepared else None
                if isinstance(one, Prepared) or halted:
                    prepared.append(_not_tried(one, halted))
                else:
                    prepared.append(self._prepare_safely(one, known))
            return prepared

    def _measured(self, item: Candidate | FileReport, streams: ExitStack) -> _Measured | Prepared:
        if isinstance(item, FileReport):
            return Prepared(item)
        try:
            return self._measure(item, streams.enter_context(item.open()))
        except (ArchiveError, OSError, MemoryError) as error:
            return _failure(item.label, error)

    def _measure(self, item: Candidate, stream: BinaryIO) -> _Measured | Prepared:
        original, content = _fixity(stream, item.size)
        if original.size == 0:
            return Prepared(FileReport(item.label, Outcome.REJECTED, reason=_EMPTY))
        return _Measured(item, stream, original, content, self._fingerprint(original))

    def _fingerprint(self, original: Fixity) -> str:
        digest = bytes.fromhex(original.digest)
        return hmac.digest(self._fingerprint_key, digest, hashlib.sha256).hex()

    def _prepare_safely(self, measured: _Measured, known: Known) -> Prepared:
        self._staged = []
        item = measured.item
        try:
            return self._prepare(measured, item.name, Provenance(item.label), known)
        except (ArchiveError, OSError, MemoryError) as error:
            for handle in self._staged:
                handle.discard()
            return _failure(item.label, error)

    def _prepare(
        self, measured: _Measured, name: str, provenance: Provenance, known: Known
    ) -> Prepared:
        record = known.find(measured.fingerprint)
        if record is not None:
            return duplicate(provenance.path, measured.fingerprint, record)
        content = measured.stream if measured.content is None else measured.content
        original, fingerprint = measured.original, measured.fingerprint
        return self._store(content, name, provenance, original, fingerprint, known)

    def _store(
        self,
        content: bytes | BinaryIO,
        name: str,
        provenance: Provenance,
        original: Fixity,
        fingerprint: str,
        known: Known,
    ) -> Prepared:
        record = RecordId(new_uuid(self._archive.ids))
        header, file_key = new_header([self._recipient], random=self._archive.random)
        staged = [self._seal(file_key, Representation.ORIGINAL, content, original)]
        kind, found = self._extract(content)
        if found.text is not None:
            text = encode_text(found.text)
            staged.append(self._seal(file_key, Representation.CANONICAL_TEXT, text, None))
        objects = {representation: fixity for representation, fixity, _ in staged}
        manifest = self._manifest(record, name, provenance, original, objects, kind, found)
        sealed = seal_bytes(file_key, encode_manifest(manifest), random=self._archive.random)
        reserved = _Reserved(known, fingerprint, record)
        children = tuple(self._children(found.attachments, record, provenance, reserved))
        outcome = Outcome.NO_TEXT if found.text is None else Outcome.INGESTED
        reports = tuple(child.report for child in children)
        return Prepared(
            report=FileReport(provenance.path, outcome, record, found.reason, reports),
            fingerprint=fingerprint,
            header=header,
            manifest=sealed,
            objects=tuple(objects.items()),
            size=original.size,
            draft=_draft(manifest, sealed),
            source_link=self._source_link(file_key),
            staged=tuple(handle for _, _, handle in staged),
            children=children,
        )

    def _seal(
        self,
        file_key: FileKey,
        representation: Representation,
        content: bytes | BinaryIO,
        expected: Fixity | None,
    ) -> tuple[Representation, Fixity, StagedObject]:
        handle = self._archive.store.stage()
        self._staged.append(handle)
        sealed = self._write(file_key, handle, content, expected)
        handle.seal(sealed.digest)
        return representation, sealed, handle

    def _write(
        self,
        file_key: FileKey,
        handle: StagedObject,
        content: bytes | BinaryIO,
        expected: Fixity | None,
    ) -> Fixity:
        if isinstance(content, bytes) and len(content) <= _BLOCK:
            payload = seal_bytes(file_key, content, random=self._archive.random)
            handle.write(payload)
            return Fixity(hashlib.sha256(payload).hexdigest(), len(payload))
        writer = SealingWriter(file_key, handle, random=self._archive.random)
        if isinstance(content, bytes):
            writer.write(content)
            return writer.finish()
        seen = hashlib.sha256()
        for block in _blocks(content):
            seen.update(block)
            writer.write(block)
        if expected is not None and seen.hexdigest() != expected.digest:
            raise UnreadableFile(_CHANGED)
        return writer.finish()

    def _extract(self, content: bytes | BinaryIO) -> tuple[str, Extraction]:
        if not isinstance(content, bytes):
            content.seek(0)
            return media_type(content.read(_BLOCK)), Extraction(None, reason=_TOO_LARGE)
        kind = media_type(content[:_BLOCK])
        try:
            return kind, self._sandbox.read(kind, content)
        except SandboxError as error:
            return kind, Extraction(None, reason=error.public_message)

    def _children(
        self,
        attachments: tuple[Attachment, ...],
        parent: RecordId,
        provenance: Provenance,
        known: _Reserved,
    ) -> Iterator[Prepared]:
        for number, attachment in enumerate(attachments, start=1):
            path = f"{provenance.path}!{number}"
            reason = attachment.reason or (_TOO_DEEP if provenance.depth >= _MAX_DEPTH else None)
            if reason is not None:
                yield Prepared(FileReport(path, Outcome.REJECTED, reason=reason))
                continue
            below = Provenance(path, parent, provenance.depth + 1)
            name = PurePosixPath(attachment.untrusted_name.replace("\\", "/")).name
            child = self._attached(attachment.data, name or path, below, known)
            known.add(child)
            yield child

    def _attached(
        self, data: bytes, name: str, provenance: Provenance, known: _Reserved
    ) -> Prepared:
        stream = BytesIO(data)
        measured = self._measure(Candidate(provenance.path, name, stream), stream)
        if isinstance(measured, Prepared):
            return measured
        return self._prepare(measured, name, provenance, known)

    def _manifest(
        self,
        record: RecordId,
        name: str,
        provenance: Provenance,
        original: Fixity,
        objects: dict[Representation, Fixity],
        kind: str,
        found: Extraction,
    ) -> Manifest:
        title = found.metadata.get("title") or found.metadata.get("subject") or name
        return Manifest(
            record=record,
            objects=objects,
            original=original,
            title=title,
            name=name,
            path=provenance.path,
            media_type=kind,
            salt=self._archive.random(32).hex(),
            date=found.metadata.get("date"),
            parent=provenance.parent,
            source=self._source,
            metadata=dict(found.metadata),
            reason=found.reason,
        )

    def _source_link(self, file_key: FileKey) -> bytes | None:
        if self._source is None:
            return None
        return seal_bytes(file_key, self._source.encode(), random=self._archive.random)


class _Stored:
    """What the catalog holds; contents of a whole chunk are looked up at once."""

    def __init__(
        self, snapshot: Snapshot, collection: CollectionId, fingerprints: Sequence[str]
    ) -> None:
        self._snapshot = snapshot
        self._collection = collection
        self._asked = frozenset(fingerprints)
        self._found = snapshot.records.by_fingerprints(collection, fingerprints)

    def find(self, fingerprint: str) -> RecordId | None:
        """Return the record with that fingerprint."""
        if fingerprint in self._asked:
            return self._found.get(fingerprint)
        return self._snapshot.records.by_fingerprint(self._collection, fingerprint)


class _Reserved:
    """What is known, and what this file and its attachments will add when they are committed."""

    def __init__(self, known: Known, fingerprint: str, record: RecordId) -> None:
        self._known = known
        self._own = {fingerprint: record}

    def find(self, fingerprint: str) -> RecordId | None:
        """Return the record with that fingerprint, committed or not yet."""
        return self._own.get(fingerprint) or self._known.find(fingerprint)

    def add(self, prepared: Prepared) -> None:
        """Remember the contents of a prepared attachment."""
        for one in prepared.everything():
            if one.fingerprint is not None and one.report.record is not None:
                self._own[one.fingerprint] = one.report.record


def duplicate(path: str, fingerprint: str, record: RecordId) -> Prepared:
    """Return the end of a file whose content is stored as `record`."""
    return Prepared(FileReport(path, Outcome.DUPLICATE, record, _DUPLICATE), fingerprint)


def _failure(label: str, error: ArchiveError | OSError | MemoryError) -> Prepared:
    """Return the end of a file that could not be prepared; a storage failure ends the run."""
    if isinstance(error, OSError):
        error = UnreadableFile(explain(error))
    elif isinstance(error, MemoryError):
        error = UnreadableFile(_NO_MEMORY)
    reason = f"{error.public_message} {error.next_step}"
    failed = isinstance(error, (UnreadableFile, StorageError))
    outcome = Outcome.FAILED if failed else Outcome.REJECTED
    halted = error.public_message if isinstance(error, StorageError) else None
    return Prepared(FileReport(label, outcome, reason=reason), halted=halted)


def _not_tried(one: _Measured | Prepared, halted: str | None) -> Prepared:
    """Return the end of a file that comes after a storage failure, or that had ended before."""
    if isinstance(one, Prepared):
        return replace(one, halted=one.halted or halted)
    return not_tried(one.item.label, halted or "")


def given_up(item: Candidate | FileReport) -> Prepared:
    """Return the end of a file over which a process died."""
    if isinstance(item, FileReport):
        return Prepared(item)
    return _failure(item.label, UnreadableFile(_DIED))


def not_tried(label: str, halted: str) -> Prepared:
    """Return the end of a file that was not tried because storing failed before it."""
    return Prepared(FileReport(label, Outcome.FAILED, reason=_NOT_TRIED + halted), halted=halted)


def _fixity(stream: BinaryIO, likely: int) -> tuple[Fixity, bytes | None]:
    """Return the fixity of a stream and its content, or no content when it is too large to hold.

    `likely` is the size that it probably has, in bytes.
    """
    digest, size = hashlib.sha256(), 0
    held: list[bytes] | None = []
    for block in _blocks(stream, likely + 1 if likely else _BLOCK):
        digest.update(block)
        size += len(block)
        if size > MAX_INPUT_BYTES:
            held = None
        if held is not None:
            held.append(block)
    content = None if held is None else held[0] if len(held) == 1 else b"".join(held)
    return Fixity(digest.hexdigest(), size), content


def _blocks(content: BinaryIO, first: int = _BLOCK) -> Iterator[bytes]:
    """Yield a stream from its start; `first` is how many bytes to ask for at once at first."""
    content.seek(0)
    size = min(first, _BLOCK)
    while block := content.read(size):
        yield block
        size = _BLOCK


def _draft(manifest: Manifest, sealed: bytes) -> EntryDraft:
    salt_key = bytes.fromhex(manifest.salt)
    links = {"manifest": hashlib.sha256(sealed).hexdigest()}
    links |= {kind.value: fixity.digest for kind, fixity in manifest.objects.items()}
    return EntryDraft(
        type=EventType.INGESTION,
        object=manifest.record,
        outcome=EventOutcome.SUCCESS,
        links=links,
        commitments={
            "fixity": commit("fixity", manifest.original.digest, salt_key).hex(),
            "name": commit("name", manifest.name, salt_key).hex(),
        },
    )
