"""From one input file to sealed objects, a sealed manifest and a ledger draft."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from archive.errors import ArchiveError, SandboxError
from archive.extraction import UNKNOWN, Findings, Sandbox, too_large
from archive.extraction.language import detect
from archive.ledger import commit
from archive.model.access import Compartment
from archive.model.ids import AccessionRef, RecordId, SourceRef, new_uuid
from archive.model.objects import (
    Attachment,
    Extraction,
    Fixity,
    Manifest,
    Outcome,
    Representation,
)
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.search import IndexDocument
from archive.sealing import FileKey, seal_bytes
from archive.services.codec import encode_manifest, encode_text
from archive.services.indexes.documents import original_document
from archive.services.indexes.texts import first_text
from archive.services.intake.allowance import TOO_MUCH, Allowance
from archive.services.intake.arrival import UNCHECKED, Arrival, differing, inspect
from archive.services.intake.descriptions import full_date
from archive.services.intake.handed_in import NOTHING, Candidate, FileReport, Supplied
from archive.services.intake.known import Known, Reserved, Stored
from archive.services.intake.measure import Measured, blocks, read_once
from archive.services.intake.prepared import (
    Held,
    Prepared,
    duplicate,
    failure,
    joined,
    not_tried,
)
from archive.services.intake.seal import Beginner, Sealer
from archive.services.parts import Archive
from archive.services.session import Session

if TYPE_CHECKING:
    from archive.extraction.similarity import Signer

_MAX_DEPTH = 8
_MUCH_TEXT = 1 << 16  # letters; to open these once more is little beside reading them
_EMPTY = "the file is empty"
_HELD = "quarantined: "
_DECIDE = "accept or discard it with `strongroom quarantine`"
_TOO_DEEP = "nested too deeply: unpack the outermost file and ingest what is in it"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a file stands: its path on the receipt, and the record that it was attached to.

    `supplied` is what came beside it, `arrival` how its checks came out.
    """

    path: str
    parent: RecordId | None = None
    depth: int = 0
    supplied: Supplied = NOTHING
    arrival: Arrival = UNCHECKED


class Preparer:
    """Seals and reads files for one ingest run."""

    def __init__(
        self,
        archive: Archive,
        session: Session,
        sandbox: Sandbox,
        source: SourceRef | None,
        accession: AccessionRef | None = None,
    ) -> None:
        self._archive = archive
        self._sandbox = sandbox
        self._source = source
        self._accession = accession
        self._sealers: list[Sealer] = []
        self._allowance = Allowance()
        recipient = session.recipients[Compartment.ORIGINALS]
        self._beginner = Beginner(archive.store, [recipient], archive.random)
        self._signer: Signer | None = None
        self._signer_key = session.derived_key(Compartment.ORIGINALS, "similarity")
        self._fingerprint_key = session.derived_key(Compartment.ORIGINALS, "fingerprint")

    def ahead(self) -> bool:
        """Make a header that the first files will need; return false when there are enough."""
        return self._beginner.ahead()

    def told(self, news: Findings) -> None:
        """Take up what was found out about the sandbox while this process made ready."""
        news.adopt()

    def __call__(self, items: Sequence[Candidate | FileReport]) -> list[Prepared] | Held:
        """Read, seal and extract files; each ends in one `Prepared`, in the order given.

        Contents that are stored already are looked up once for all; the same content twice among
        `items` is left for the batch to see. After a storage failure nothing more is tried. Nothing
        is done where a file may need a reader and nobody has checked the sandbox yet.
        """
        with ExitStack() as streams, self._archive.catalog.read() as snapshot:
            measured = [self._measured(item, streams) for item in items]
            readable = [one for one in measured if isinstance(one, Measured)]
            prints = [one.fingerprint for one in readable]
            known = Stored(snapshot, self._archive.collection, prints)
            streams.callback(self._beginner.forget)
            if self._beginner.look(readable, known) and not self._sandbox.known:
                return Held.READERS
            self._beginner.begin(readable)
            prepared: list[Prepared] = []
            for one in measured:
                halted = prepared[-1].halted if prepared else None
                if isinstance(one, Prepared):
                    prepared.append(replace(one, halted=halted))
                elif halted is not None:
                    prepared.append(not_tried(one.item.label, halted))
                else:
                    prepared.append(self._prepare_safely(one, known))
            return prepared

    def _measured(self, item: Candidate | FileReport, streams: ExitStack) -> Measured | Prepared:
        if isinstance(item, FileReport):
            return Prepared(item)
        try:
            return self._measure(item, streams.enter_context(item.open()))
        except (ArchiveError, OSError, MemoryError) as error:
            return failure(item.label, error)

    def _measure(self, item: Candidate, stream: BinaryIO) -> Measured | Prepared:
        checksums = item.supplied.checksums
        algorithms = {one.algorithm for one in checksums}
        original, content, digests = read_once(stream, item.size, algorithms)
        if original.size == 0:
            reason = joined(_EMPTY, differing(checksums, digests), item.supplied.note)
            report = FileReport(item.label, Outcome.REJECTED, reason=reason, fixity=original)
            return Prepared(report)
        return Measured(item, stream, original, content, digests, self._fingerprint(original))

    def _fingerprint(self, original: Fixity) -> str:
        digest = bytes.fromhex(original.digest)
        return hmac.digest(self._fingerprint_key, digest, hashlib.sha256).hex()

    def _prepare_safely(self, measured: Measured, known: Known) -> Prepared:
        self._sealers = []
        self._allowance = Allowance()
        item = measured.item
        try:
            provenance = Provenance(item.label, supplied=item.supplied)
            return self._prepare(measured, item.name, provenance, known)
        except (ArchiveError, OSError, MemoryError) as error:
            for sealer in self._sealers:
                sealer.discard()
            return failure(item.label, error)

    def enclosed(
        self, attachments: tuple[Attachment, ...], parent: Manifest, depth: int, known: Known
    ) -> tuple[Prepared, ...]:
        """Prepare the attachments of a record that is stored already, `depth` levels down.

        Raises:
            StorageError: the archive's disk is full or failed.
        """
        self._sealers = []
        self._allowance = Allowance()
        provenance = Provenance(parent.path, parent.parent, depth)
        try:
            reserved = Reserved(known, "", parent.record)
            return tuple(self._children(attachments, parent.record, provenance, reserved))
        except BaseException:
            for sealer in self._sealers:
                sealer.discard()
            raise

    def _prepare(
        self, measured: Measured, name: str, provenance: Provenance, known: Known
    ) -> Prepared:
        checksums, digests = provenance.supplied.checksums, measured.digests
        record = known.find(measured.fingerprint)
        if record is not None:
            notes = differing(checksums, digests), provenance.supplied.note
            return duplicate(
                provenance.path, measured.fingerprint, record, measured.original, *notes
            )
        content: bytes | BinaryIO = measured.content or measured.stream
        pieces = blocks(measured.stream) if measured.content is None else iter([measured.content])
        arrival = inspect(self._archive.scanner, pieces, digests, checksums, provenance.arrival)
        if arrival is not provenance.arrival:
            provenance = replace(provenance, arrival=arrival)
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
        begun = self._beginner.take(fingerprint, content, original)
        file_key, sealer, kind = begun.file_key, begun.sealer, begun.kind
        self._sealers.append(sealer)
        found = self._extract(content, kind)
        if found.text is not None:
            text = encode_text(found.text)
            sealer.seal(file_key, Representation.CANONICAL_TEXT, text)
        objects = sealer.objects
        manifest = self._manifest(record, name, provenance, original, objects, kind, found)
        sealed = seal_bytes(file_key, encode_manifest(manifest), random=self._archive.random)
        reserved = Reserved(known, fingerprint, record)
        children = tuple(self._children(found.attachments, record, provenance, reserved))
        outcome, reason = _ending(found, provenance)
        reports = tuple(child.report for child in children)
        return Prepared(
            report=FileReport(provenance.path, outcome, record, reason, reports, original),
            fingerprint=fingerprint,
            header=begun.header,
            manifest=sealed,
            objects=tuple(objects.items()),
            size=original.size,
            draft=_draft(manifest, sealed, provenance.arrival),
            source_link=self._source_link(file_key),
            accession=self._accession,
            signature=self._signature(found),
            found=found.reason,
            concerns=found.concerns,
            document=_document(manifest, found),
            staged=tuple(sealer.staged),
            children=children,
        )

    def _extract(self, content: bytes | BinaryIO, kind: str) -> Extraction:
        if not isinstance(content, bytes):
            return Extraction(None, reason=too_large(kind).value)
        try:
            return self._sandbox.read(kind, content)
        except SandboxError as error:
            return Extraction(None, reason=error.public_message)

    def _children(
        self,
        attachments: tuple[Attachment, ...],
        parent: RecordId,
        provenance: Provenance,
        known: Reserved,
    ) -> Iterator[Prepared]:
        for number, attachment in enumerate(attachments, start=1):
            path = f"{provenance.path}!{number}"
            reason = attachment.reason or self._refusal(attachment, provenance)
            if reason is not None:
                yield Prepared(FileReport(path, Outcome.REJECTED, reason=reason))
                continue
            inherited = provenance.arrival.inside()
            below = Provenance(path, parent, provenance.depth + 1, arrival=inherited)
            name = PurePosixPath(attachment.untrusted_name.replace("\\", "/")).name
            child = self._attached(attachment.data, name or path, below, known)
            known.add(child)
            yield child

    def _attached(
        self, data: bytes, name: str, provenance: Provenance, known: Reserved
    ) -> Prepared:
        stream = BytesIO(data)
        measured = self._measure(Candidate(provenance.path, name, stream), stream)
        if isinstance(measured, Prepared):
            return measured
        return self._prepare(measured, name, provenance, known)

    def _refusal(self, attachment: Attachment, provenance: Provenance) -> str | None:
        if provenance.depth >= _MAX_DEPTH:
            return _TOO_DEEP
        return None if self._allowance.take(len(attachment.data)) else TOO_MUCH

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
        said = provenance.supplied.description
        title = said.get("title") or found.metadata.get("title") or found.metadata.get("subject")
        return Manifest(
            record=record,
            objects={Representation.ORIGINAL: objects[Representation.ORIGINAL]},
            original=original,
            title=title or name,
            name=name,
            path=provenance.path,
            media_type=kind,
            salt=self._archive.random(32).hex(),
            date=full_date(said.get("date")) or found.metadata.get("date"),
            parent=provenance.parent,
            source=self._source,
            metadata=dict(found.metadata),
            reason=found.reason,
            accession=self._accession,
            description=dict(said),
            checks=provenance.arrival.checks,
            quarantine=provenance.arrival.quarantine,
            sandbox=None if kind == UNKNOWN else self._sandbox.tier.value,
            language=None if found.text is None else detect(found.text.text),
            texts=first_text(objects, found.text, self._archive.clock()),
        )

    def _signature(self, found: Extraction) -> bytes | None:
        if found.text is None:
            return None
        from archive.extraction.similarity import Signer  # noqa: PLC0415 - NumPy, 0.1 s

        self._signer = self._signer or Signer(self._signer_key)
        return self._signer.sign(found.text.text)

    def _source_link(self, file_key: FileKey) -> bytes | None:
        if self._source is None:
            return None
        return seal_bytes(file_key, self._source.encode(), random=self._archive.random)


def _ending(found: Extraction, provenance: Provenance) -> tuple[Outcome, str | None]:
    """Return how a file that is stored ends on the receipt."""
    note = provenance.supplied.note
    if provenance.arrival.quarantine is not None:
        return Outcome.REJECTED, joined(_HELD + provenance.arrival.quarantine, _DECIDE, note)
    outcome = Outcome.NO_TEXT if found.text is None else Outcome.INGESTED
    return outcome, joined(found.reason, note)


def _document(manifest: Manifest, found: Extraction) -> IndexDocument | None:
    """Return what the index needs of a record; nothing of one in quarantine, or with much text."""
    text = found.text.text if found.text else ""
    if manifest.quarantine is not None or len(text) > _MUCH_TEXT:
        return None
    return original_document(manifest, text)


def _draft(manifest: Manifest, sealed: bytes, arrival: Arrival) -> EntryDraft:
    salt_key = bytes.fromhex(manifest.salt)
    links = {"manifest": hashlib.sha256(sealed).hexdigest()}
    links |= {kind.value: fixity.digest for kind, fixity in manifest.objects.items()}
    if manifest.texts:
        links[Representation.CANONICAL_TEXT.value] = manifest.texts[-1].fixity.digest
    links |= arrival.flags
    if manifest.accession is not None:
        links["accession"] = manifest.accession
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
