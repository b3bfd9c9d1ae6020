"""Retention of records: set, changed, lifted, listed; nothing is ever destroyed by itself.

The term is sealed under the header of its record and goes with it (ADR 54).
"""

from __future__ import annotations

import hashlib
from datetime import date

from archive.catalog import Snapshot
from archive.catalog.rows import RetentionRow
from archive.errors import (
    BindingMismatch,
    InvalidValue,
    NotPermitted,
    RecordNotFound,
    SealedObjectDamaged,
)
from archive.ledger import parse_entry
from archive.model.access import Action, Compartment, Level
from archive.model.ids import RecordId
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.retention import Retained, Retention
from archive.sealing import open_bytes, seal_bytes
from archive.services.codec import decode, encode
from archive.services.events import (
    append_confidential,
    authorise,
    checked_signer,
    look,
    trusted_entry,
)
from archive.services.parts import Archive
from archive.services.records import OpenRecord, open_record
from archive.services.refusals import tells_refusals
from archive.services.session import Session

MAX_REASON = 1_000  # characters
_EVENTS = (EventType.RETENTION_SET, EventType.RETENTION_LIFTED)
_MARKS = tuple(f'"type":"{event.value}"'.encode() for event in _EVENTS)
_BEFORE_ALL = -1


@tells_refusals(Action.SET_RETENTION)
def set_retention(
    archive: Archive, session: Session, record: RecordId, review: date, reason: str
) -> Retention:
    """Set or change when a record is decided about, and why; both are committed and sealed.

    A day that has come already makes the record due at once.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        RecordNotFound: no such record, or it was erased.
        InvalidValue: no reason, a long one, or the term stands like that already.
    """
    _require(archive, session, record)
    made = Retention(review, _checked(reason))
    with archive.catalog.write() as tx:
        opened = open_record(session, tx, record)
        if retention_of(session, tx, opened) == made:
            raise InvalidValue("That changes nothing.", hint="See `strongroom retention list`.")
        values = {"review": review.isoformat(), "reason": made.reason}
        sealed = seal_bytes(opened.file_key, encode(values), random=archive.random)
        digest = hashlib.sha256(sealed).hexdigest()
        draft = _draft(EventType.RETENTION_SET, record, envelope=digest)
        index = append_confidential(archive, session, tx, draft, values)
        row = RetentionRow(record, archive.collection, review.isoformat(), sealed, digest, index)
        tx.retentions.put(row)
    return made


@tells_refusals(Action.SET_RETENTION)
def lift_retention(archive: Archive, session: Session, record: RecordId, reason: str) -> None:
    """Take the term of a record away: it is kept without a day; the reason is sealed.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        RecordNotFound: no such record, or it has no term.
        InvalidValue: no reason, or a long one.
    """
    _require(archive, session, record)
    reason = _checked(reason)
    with archive.catalog.write() as tx:
        if retention_of(session, tx, open_record(session, tx, record)) is None:
            raise RecordNotFound("The record has no retention date.")
        draft = _draft(EventType.RETENTION_LIFTED, record)
        append_confidential(archive, session, tx, draft, {"reason": reason})
        tx.retentions.forget(record)


def retained(archive: Archive, session: Session) -> tuple[Retained, ...]:
    """Return every record with a retention, the next day first; that is in the ledger first.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        BindingMismatch: a term is not what its last editor signed.
    """
    _require(archive, session)
    look(archive, session, EventType.LIST, of="retentions", level=Level.ORIGINALS.value)
    today = archive.clock().date()
    with archive.catalog.read() as snapshot:
        found = []
        for row in snapshot.retentions.all(archive.collection):
            opened = open_record(session, snapshot, row.record)
            term = _opened(session, snapshot, opened, row)
            due = term.review <= today
            found.append(Retained(row.record, opened.manifest.title, term, due))
        return tuple(found)


def retention_of(session: Session, snapshot: Snapshot, opened: OpenRecord) -> Retention | None:
    """Return the term of a record, if it has one.

    Raises:
        BindingMismatch: it is not what its last editor signed, or was taken out of the catalog.
        SealedObjectDamaged: it fails authentication.
    """
    record = opened.manifest.record
    row = snapshot.retentions.get(record)
    if row is not None:
        return _opened(session, snapshot, opened, row)
    _require_none(session, snapshot, record)
    return None


def _require(archive: Archive, session: Session, record: RecordId | None = None) -> None:
    authorise(archive, session, Action.SET_RETENTION, record)
    if not session.identities.get(Compartment.ORIGINALS):
        raise NotPermitted


def _require_none(session: Session, snapshot: Snapshot, record: RecordId) -> None:
    """Check that no term was ever set, or that the newest entry about one lifted it."""
    newest = None
    for body in snapshot.ledger.later_bodies(record, _BEFORE_ALL):
        if any(mark in body for mark in _MARKS):
            newest = parse_entry(body)
    if newest is None:
        return
    checked_signer(session, snapshot, newest)
    if newest.type is not EventType.RETENTION_LIFTED:
        raise BindingMismatch


def _opened(
    session: Session, snapshot: Snapshot, opened: OpenRecord, row: RetentionRow
) -> Retention:
    entry = trusted_entry(session, snapshot, row.entry_index, _EVENTS, row.record)
    digest = hashlib.sha256(row.sealed).hexdigest()
    if (entry.type, entry.links.get("envelope")) != (EventType.RETENTION_SET, digest):
        raise BindingMismatch
    body = decode(open_bytes(opened.file_key, row.sealed))
    if body.get("review") != row.review:
        raise BindingMismatch
    try:
        return Retention(date.fromisoformat(body["review"]), body["reason"])
    except (KeyError, TypeError, ValueError):
        raise SealedObjectDamaged from None


def _draft(event: EventType, record: RecordId, **links: str) -> EntryDraft:
    return EntryDraft(event, record, EventOutcome.SUCCESS, links, {})


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        raise InvalidValue(
            "A reason has 1 to 1,000 printable characters.",
            hint="Name the law, the agreement or the case that sets the day.",
        )
    return reason
