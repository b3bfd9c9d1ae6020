"""Opening a record at originals level: header, manifest, text; each bound to the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import RawIOBase

from archive import policy
from archive.catalog import Snapshot
from archive.catalog.rows import RecordRow
from archive.errors import BindingMismatch, RecordNotFound
from archive.ledger import parse_entry
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId
from archive.model.objects import DISCARDED, CanonicalText, Manifest, Representation
from archive.model.provenance import EventType
from archive.sealing import FileKey, SealedReader, open_bytes, open_header
from archive.services.codec import decode_manifest, decode_text
from archive.services.events import checked_signer, trusted_entry
from archive.services.parts import Archive
from archive.services.session import Session
from archive.storage import verify

MANIFEST_EVENTS = (EventType.INGESTION, EventType.TEXT_EXTRACTED, EventType.DELETION)
"""What commits a record to a manifest; the newest of them counts."""
_BEFORE_ALL = -1


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record whose header was opened and whose manifest is the one in the ledger."""

    row: RecordRow
    file_key: FileKey
    manifest: Manifest


def open_record(session: Session, snapshot: Snapshot, record: RecordId) -> OpenRecord:
    """Open a record's header and manifest.

    Raises:
        RecordNotFound: no such record.
        NotPermitted: the session holds no identity of `originals`.
        BindingMismatch: the manifest is not the one that the ledger committed to.
        SealedObjectDamaged: header or manifest fail authentication.
    """
    identities = session.opening(Compartment.ORIGINALS)
    row = snapshot.records.get(record)
    if row is None or row.outcome == DISCARDED:
        raise RecordNotFound
    entry = trusted_entry(session, snapshot, row.entry_index, MANIFEST_EVENTS, record)
    digest = hashlib.sha256(row.manifest).hexdigest()
    if entry.links.get("manifest") != digest:
        raise BindingMismatch
    header = snapshot.headers.get(row.header)
    file_key = open_header(header.header, identities)
    manifest = decode_manifest(open_bytes(file_key, row.manifest))
    if (manifest.record, manifest.accession) != (record, row.accession):
        raise BindingMismatch
    return OpenRecord(row, file_key, manifest)


def held_back(session: Session, snapshot: Snapshot, opened: OpenRecord) -> str | None:
    """Return why a record is in quarantine, or `None` when it never was or was accepted.

    The sealed manifest says that it was put there, the ledger that somebody who may accepted it;
    the catalog is not asked.

    Raises:
        BindingMismatch: an entry's agent is not a certified member.
        LedgerTampered: an entry is malformed or not signed by its agent.
    """
    if opened.manifest.quarantine is None:
        return None
    record = opened.manifest.record
    for body in snapshot.ledger.later_bodies(record, _BEFORE_ALL):
        entry = parse_entry(body)
        if (entry.type, entry.object) == (EventType.UNQUARANTINE, record):
            signer = checked_signer(session, snapshot, entry)
            if policy.decide(signer, Action.DECIDE_QUARANTINE).allowed:
                return None
    return opened.manifest.quarantine


def open_object(archive: Archive, opened: OpenRecord, representation: Representation) -> RawIOBase:
    """Return a seekable reader of an object's content.

    Raises:
        RecordNotFound: the record has no such representation.
        ObjectMissing: the sealed object is not in the store.
        BindingMismatch: the stored object is not the one that the manifest names.
    """
    fixity = opened.manifest.objects.get(representation)
    if fixity is None:
        raise RecordNotFound
    if not verify(archive.store, fixity.digest):
        raise BindingMismatch
    return SealedReader(opened.file_key, archive.store.open(fixity.digest))


def canonical_text(
    archive: Archive, opened: OpenRecord, version: int | None = None
) -> CanonicalText | None:
    """Return a version of the record's canonical text, the newest by default.

    `None` when the record has no text at all.

    Raises:
        RecordNotFound: there is no such version.
        ObjectMissing: the sealed object is not in the store.
        BindingMismatch: the stored object is not the one that the manifest names.
    """
    texts = opened.manifest.texts
    if version is not None:
        texts = tuple(one for one in texts if one.version == version)
        if not texts:
            raise RecordNotFound("The record has no text of that version.")
    if not texts:
        return None
    digest = texts[-1].fixity.digest
    with archive.store.open(digest) as stored:
        payload = stored.read()
    if hashlib.sha256(payload).hexdigest() != digest:
        raise BindingMismatch
    return decode_text(open_bytes(opened.file_key, payload))
