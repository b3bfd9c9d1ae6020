"""What failed a check on arrival: listed, accepted into the holdings, or destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import OutboxKind, OutboxRow
from archive.errors import InvalidValue, RecordNotFound
from archive.model.access import Action, Level
from archive.model.ids import RecordId, new_uuid
from archive.model.objects import Outcome, Representation
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.events import append_confidential, authorise, record_event
from archive.services.indexes.indexing import drain
from archive.services.parts import Archive
from archive.services.records import OpenRecord, held_back, open_record
from archive.services.session import Session

_MAX_REASON = 1000  # characters


@dataclass(frozen=True, slots=True)
class HeldView:
    """A record in quarantine: what it is called, why it is held, and how its checks came out."""

    record: RecordId
    title: str
    name: str
    path: str
    media_type: str
    size: int
    reason: str
    checks: dict[str, str]
    accession: str | None
    parent: RecordId | None
    arrived: datetime


def held(archive: Archive, session: Session) -> tuple[HeldView, ...]:
    """Return what is in quarantine, oldest first; that it was looked at is in the ledger first.

    Raises:
        NotPermitted: the member may not decide on it.
        BindingMismatch: a record is not what was taken in.
    """
    authorise(archive, session, Action.DECIDE_QUARANTINE)
    links = {"level": Level.ORIGINALS.value}
    seen = EntryDraft(EventType.LIST, new_uuid(archive.ids), EventOutcome.SUCCESS, links, {})
    record_event(archive, session, seen)
    with archive.catalog.read() as snapshot:
        return tuple(
            HeldView(
                record=opened.manifest.record,
                title=opened.manifest.title,
                name=opened.manifest.name,
                path=opened.manifest.path,
                media_type=opened.manifest.media_type,
                size=opened.manifest.original.size,
                reason=opened.manifest.quarantine or "",
                checks=opened.manifest.checks,
                accession=opened.manifest.accession,
                parent=opened.manifest.parent,
                arrived=opened.row.created,
            )
            for opened in _all_held(archive, session, snapshot)
        )


def _all_held(archive: Archive, session: Session, snapshot: Snapshot) -> Iterator[OpenRecord]:
    for row in snapshot.records.quarantined(archive.collection):
        opened = open_record(session, snapshot, row.id)
        if held_back(session, snapshot, opened) is not None:
            yield opened


def _family(
    archive: Archive, session: Session, snapshot: Snapshot, record: RecordId
) -> list[OpenRecord]:
    """Return a held record and those held ones that were found inside it, at any depth."""
    everything = list(_all_held(archive, session, snapshot))
    inside = {record}
    while more := {one.manifest.record for one in everything if one.manifest.parent in inside}:
        if more <= inside:
            break
        inside |= more
    family = [one for one in everything if one.manifest.record in inside]
    if record not in {one.manifest.record for one in family}:
        raise RecordNotFound
    return family


def _decided(
    archive: Archive,
    session: Session,
    tx: Transaction,
    event: EventType,
    opened: OpenRecord,
    reason: str,
) -> int:
    draft = EntryDraft(event, opened.manifest.record, EventOutcome.SUCCESS, {}, {})
    return append_confidential(archive, session, tx, draft, {"reason": reason})


def _check(archive: Archive, session: Session, record: RecordId, reason: str) -> None:
    authorise(archive, session, Action.DECIDE_QUARANTINE, record)
    if not reason.strip() or len(reason) > _MAX_REASON:
        raise InvalidValue("A reason has 1 to 1,000 characters.", hint="Say why; try again.")


def accept(
    archive: Archive, session: Session, record: RecordId, reason: str
) -> tuple[RecordId, ...]:
    """Take a record, and what was found inside it, out of quarantine and make it findable.

    The reason is committed and sealed. Returns the records that were accepted.

    Raises:
        NotPermitted: the member may not decide on it.
        RecordNotFound: no such record in quarantine.
        InvalidValue: there is no reason.
    """
    _check(archive, session, record, reason)
    with archive.catalog.write() as tx:
        family = _family(archive, session, tx, record)
        for one in family:
            _decided(archive, session, tx, EventType.UNQUARANTINE, one, reason)
            readable = Representation.CANONICAL_TEXT in one.manifest.objects
            outcome = Outcome.INGESTED if readable else Outcome.NO_TEXT
            tx.records.set_outcome(one.manifest.record, outcome.value)
        accepted = tuple(one.manifest.record for one in family)
        kind = OutboxKind.INDEX_ORIGINAL
        tx.outbox.add_many([OutboxRow(0, kind, archive.collection, one) for one in accepted])
    drain(archive, session)
    return accepted


def discard(
    archive: Archive, session: Session, record: RecordId, reason: str
) -> tuple[RecordId, ...]:
    """Destroy a record in quarantine, and what was found inside it: headers first, then objects.

    Without its header nobody can open an object, wherever a copy of it may be; a crash in between
    leaves at most such an object, until the next ingest that cleans up. What stays is the
    row with its size and time, and the ledger. The reason is committed and sealed, to the key of
    the archive and not of the record. Returns the records that were destroyed.

    Raises:
        NotPermitted: the member may not decide on it.
        RecordNotFound: no such record in quarantine.
        InvalidValue: there is no reason.
        ArchiveBusy: an ingest is running.
    """
    _check(archive, session, record, reason)
    with archive.folder.lock("ingest"):
        with archive.catalog.read() as snapshot:
            family = _family(archive, session, snapshot, record)
        archive.folder.forget_headers({one.row.header for one in family})
        with archive.catalog.write() as tx:
            digests = [
                row.digest for one in family for row in tx.objects.for_record(one.manifest.record)
            ]
            for one in family:
                index = _decided(archive, session, tx, EventType.DELETION, one, reason)
                tx.headers.delete(one.row.header)
                tx.sources.detach(one.manifest.record)
                tx.objects.forget(one.manifest.record)
                tx.records.discard(one.manifest.record, index)
        for digest in digests:
            archive.store.delete(digest)
    return tuple(one.manifest.record for one in family)
