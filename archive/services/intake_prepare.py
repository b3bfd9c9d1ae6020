"""From one input file to sealed objects, a sealed manifest and a ledger draft."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from archive.errors import SandboxError, UnreadableFile
from archive.extraction import MAX_INPUT_BYTES, Sandbox, media_type
from archive.ledger import commit
from archive.model.access import Compartment
from archive.model.ids import RecordId, SourceRef, new_uuid
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
from archive.services.texts import first_text
from archive.storage import StagedObject

_BLOCK = 1 << 20
_MAX_DEPTH = 8
_CHANGED = "it changed while it was read"
_EMPTY = "the file is empty"
_TOO_LARGE = "too large to be read for text"
_TOO_DEEP = "attachments are nested too deeply"


@dataclass(slots=True)
class Prepared:
    """A file ready to become a record: its report, and what the batch must write.

    `staged` is empty for a duplicate; `children` are the attachments, prepared likewise.
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

    def everything(self) -> Iterator[Prepared]:
        """Yield this file and all attachments under it."""
        yield self
        for child in self.children:
            yield from child.everything()


class Known(Protocol):
    """Where contents that are stored already, or wait in the same batch, are looked up."""

    def find(self, fingerprint: str) -> RecordId | None:
        """Return the record with that keyed fingerprint."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a file stands: its path on the receipt, and the record that it was attached to."""

    path: str
    parent: RecordId | None = None
    depth: int = 0


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

    def prepare(self, item: Candidate, known: Known) -> Prepared:
        """Read, seal and extract one file.

        Raises:
            UnreadableFile: it could not be read to its end, or changed meanwhile.
            StorageError: the archive's disk is full or failed.
        """
        self._staged = []
        try:
            with item.open() as stream:
                return self._prepare(stream, item.name, Provenance(item.label), known)
        except BaseException as error:
            for handle in self._staged:
                handle.discard()
            if isinstance(error, OSError):
                raise UnreadableFile(explain(error)) from None
            raise

    def enclosed(
        self, attachments: tuple[Attachment, ...], parent: Manifest, depth: int, known: Known
    ) -> tuple[Prepared, ...]:
        """Prepare the attachments of a record that is stored already, `depth` levels down.

        Raises:
            StorageError: the archive's disk is full or failed.
        """
        self._staged = []
        provenance = Provenance(parent.path, parent.parent, depth)
        try:
            reserved = _Reserved(known, "", parent.record)
            return tuple(self._children(attachments, parent.record, provenance, reserved))
        except BaseException:
            for handle in self._staged:
                handle.discard()
            raise

    def _prepare(
        self, stream: BinaryIO, name: str, provenance: Provenance, known: Known
    ) -> Prepared:
        original, content = _measure(stream)
        if original.size == 0:
            report = FileReport(provenance.path, Outcome.REJECTED, reason=_EMPTY)
            return Prepared(report)
        fingerprint = hmac.digest(
            self._fingerprint_key, bytes.fromhex(original.digest), hashlib.sha256
        ).hex()
        record = known.find(fingerprint)
        if record is not None:
            reason = "the same content is stored already"
            return Prepared(FileReport(provenance.path, Outcome.DUPLICATE, record, reason))
        return self._store(content or stream, name, provenance, original, fingerprint, known)

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
            if provenance.depth >= _MAX_DEPTH:
                yield Prepared(FileReport(path, Outcome.REJECTED, reason=_TOO_DEEP))
                continue
            below = Provenance(path, parent, provenance.depth + 1)
            name = PurePosixPath(attachment.untrusted_name.replace("\\", "/")).name
            child = self._prepare(BytesIO(attachment.data), name or path, below, known)
            known.add(child)
            yield child

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
            objects={Representation.ORIGINAL: objects[Representation.ORIGINAL]},
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
            texts=first_text(objects, found.text, self._archive.clock()),
        )

    def _source_link(self, file_key: FileKey) -> bytes | None:
        if self._source is None:
            return None
        return seal_bytes(file_key, self._source.encode(), random=self._archive.random)


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


def _measure(stream: BinaryIO) -> tuple[Fixity, bytes | None]:
    """Return the fixity of a stream and its content, or no content when it is too large to hold."""
    digest, size = hashlib.sha256(), 0
    held: list[bytes] | None = []
    for block in _blocks(stream):
        digest.update(block)
        size += len(block)
        if size > MAX_INPUT_BYTES:
            held = None
        if held is not None:
            held.append(block)
    content = None if held is None else held[0] if len(held) == 1 else b"".join(held)
    return Fixity(digest.hexdigest(), size), content


def _blocks(content: bytes | BinaryIO) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    content.seek(0)
    read: Callable[[int], bytes] = content.read
    while block := read(_BLOCK):
        yield block


def _draft(manifest: Manifest, sealed: bytes) -> EntryDraft:
    salt_key = bytes.fromhex(manifest.salt)
    links = {"manifest": hashlib.sha256(sealed).hexdigest()}
    links |= {kind.value: fixity.digest for kind, fixity in manifest.objects.items()}
    if manifest.texts:
        links[Representation.CANONICAL_TEXT.value] = manifest.texts[-1].fixity.digest
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
