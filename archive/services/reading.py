"""Released reading copies: the only thing that a researcher's request can ever open."""

from __future__ import annotations

import hashlib

from archive.catalog import Snapshot
from archive.errors import BindingMismatch, RecordNotFound
from archive.ledger import parse_entry
from archive.ledger.persons import ONE, PERSONS
from archive.model.access import Compartment
from archive.model.ids import RecordId
from archive.model.provenance import Entry, EventType
from archive.model.redaction import ReadingCopy
from archive.redaction import decode_reading_copy
from archive.sealing import open_bytes, open_header
from archive.services.events import trusted_entry
from archive.services.four_eyes import approved_alone, approved_by_another
from archive.services.session import Session

RELEASED = "released"
WITHDRAWN = "withdrawn"
_EVENTS = (EventType.RELEASE, EventType.WITHDRAWAL)


def released_copy(session: Session, snapshot: Snapshot, record: RecordId) -> ReadingCopy:
    """Return the released reading copy of a record; see `released`."""
    return released(session, snapshot, record)[0]


def released(session: Session, snapshot: Snapshot, record: RecordId) -> tuple[ReadingCopy, str]:
    """Return the released reading copy of a record, and its SHA-256 (hex) in the release.

    Raises:
        RecordNotFound: nothing is released under that id.
        NotPermitted: the session does not hold the `reading` compartment.
        BindingMismatch: the stored copy is not the one that was approved and released.
    """
    identities = session.opening(Compartment.READING)
    row = snapshot.releases.get(record)
    if row is None or row.state != RELEASED:
        raise RecordNotFound
    entry = trusted_entry(session, snapshot, row.entry_index, _EVENTS, record)
    if entry.type is not EventType.RELEASE:
        raise BindingMismatch
    header = snapshot.headers.get(row.header)
    body = open_bytes(open_header(header.header, identities), row.sealed)
    digest = hashlib.sha256(body).hexdigest()
    if digest != entry.links.get("reading_copy"):
        raise BindingMismatch
    copy = decode_reading_copy(body)
    if copy.record != record or not _by_enough(session, snapshot, record, entry):
        raise BindingMismatch
    return copy, digest


def _by_enough(session: Session, snapshot: Snapshot, record: RecordId, release: Entry) -> bool:
    """Return whether two members signed, or one where that was enough and the release says so.

    Raises:
        BindingMismatch, LedgerTampered: see `approved_by_another` and `approved_alone`.
    """
    about = (session, snapshot, record, release.links["reading_copy"])
    if approved_by_another(*about):
        return True
    return release.links.get(PERSONS) == ONE and approved_alone(*about)


def released_by_one(snapshot: Snapshot, record: RecordId) -> bool:
    """Return whether a copy's release says that one person was enough; `released_copy` trusts it.

    Raises:
        RecordNotFound: nothing is released under that id.
    """
    row = snapshot.releases.get(record)
    if row is None or row.state != RELEASED:
        raise RecordNotFound
    [entry] = list(snapshot.ledger.entries(row.entry_index, row.entry_index + 1))
    return parse_entry(entry.body).links.get(PERSONS) == ONE
