"""Erasure: what is sealed about a record becomes unopenable for ever; the ledger still verifies.

A record's salt key lies in its manifest, and manifest, objects, plans and source link lie under one
header (ADR 32). Destroying the header's every copy therefore destroys them all; what lies under
other headers (reading copy, values beside entries, receipts, similarity, index) is taken out there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from archive import policy
from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import OutboxKind, OutboxRow
from archive.errors import (
    FourEyesRequired,
    IntegrityError,
    InvalidValue,
    ObjectMissing,
    RecordNotFound,
)
from archive.ledger import parse_entry
from archive.model.access import Action, Role
from archive.model.ids import RecordId, new_uuid
from archive.model.objects import DISCARDED
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.events import append, authorise, checked_signer, record_event
from archive.services.indexes.indexing import drain
from archive.services.indexes.near_duplicates import forget_signatures
from archive.services.intake.receipts import reissue_without
from archive.services.parts import Archive
from archive.services.records import OpenRecord, open_record
from archive.services.refusals import tells_refusals
from archive.services.session import Session

_LONGEST = 200  # characters of an authority
_PATIENCE = 60.0  # seconds
_BEFORE_ALL = -1


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure takes: records (the one asked for first), objects, and whether it is done.

    `waits` says that another custodian has to carry it out; `folded` that no deleted byte is left
    in the catalog's write-ahead log.
    """

    records: tuple[RecordId, ...]
    objects: int
    done: bool = False
    waits: bool = False
    folded: bool = False


@tells_refusals(Action.ERASE)
def plan_erasure(archive: Archive, session: Session, record: RecordId) -> Erasure:
    """Say what erasing a record would take, and whether a second custodian; changes nothing.

    That it was looked at is in the ledger first.

    Raises:
        NotPermitted: the member may not erase.
        RecordNotFound: no such record.
        InvalidValue: it was found inside another record.
    """
    authorise(archive, session, Action.ERASE, record)
    links = {"level": "originals"}
    seen = EntryDraft(EventType.LIST, new_uuid(archive.ids), EventOutcome.SUCCESS, links, {})
    record_event(archive, session, seen)
    with archive.catalog.read() as snapshot:
        family = _family(archive, session, snapshot, record)
        return Erasure(_ids(family), len(_digests(snapshot, family)), waits=_needed(snapshot) > 1)


@tells_refusals(Action.ERASE)
def erase(archive: Archive, session: Session, record: RecordId, authority: str) -> Erasure:
    """Destroy everything sealed about a record and what was found inside it; no way back.

    Where there are two custodians or more, the first call of one of them is a request in the
    ledger, and the call of another with the same authority carries it out. `authority` stands in
    the ledger in clear: the order or law, never a person.

    Raises:
        NotPermitted: the member may not erase.
        RecordNotFound: no such record, or it was erased.
        InvalidValue: no authority, a long one, or the record was found inside another one.
        FourEyesRequired: the member asked for it; another custodian has to carry it out.
        ArchiveBusy: an ingest is running.
    """
    authorise(archive, session, Action.ERASE, record)
    authority = " ".join(authority.split())
    if not authority or len(authority) > _LONGEST:
        raise InvalidValue(
            "An authority has 1 to 200 characters.",
            hint="Name the order or the law, such as `Court order 12 C 345/26`, and no person.",
        )
    with archive.folder.lock("ingest", wait=_PATIENCE):
        with archive.catalog.read() as snapshot:
            family = _family(archive, session, snapshot, record)
            if _needed(snapshot) > 1 and not _asked(session, snapshot, record, authority):
                return _ask(archive, session, snapshot, family, authority)
            digests = _digests(snapshot, family)
        archive.folder.forget_headers({one.row.header for one in family})
        with archive.catalog.write() as tx:
            for one in family:
                _destroy(archive, session, tx, one, authority)
            forget_signatures(archive, session, tx, _ids(family))
            reissue_without(archive, session, tx, frozenset(_ids(family)))
        for digest in digests:
            archive.store.delete(digest)
    drain(archive, session, mend=True)
    folded = archive.catalog.fold()
    return Erasure(_ids(family), len(digests), done=True, folded=folded)


def _ids(family: Sequence[OpenRecord]) -> tuple[RecordId, ...]:
    return tuple(one.manifest.record for one in family)


def _digests(snapshot: Snapshot, family: Sequence[OpenRecord]) -> list[str]:
    return [row.digest for one in _ids(family) for row in snapshot.objects.for_record(one)]


def _needed(snapshot: Snapshot) -> int:
    rows = snapshot.members.all()
    active = [row for row in rows if (row.state, row.role) == ("active", Role.CUSTODIAN.value)]
    return policy.erasers(len(active))


def _everything(archive: Archive, session: Session, snapshot: Snapshot) -> Iterator[OpenRecord]:
    """Yield every record that can be opened; what cannot is left to verification."""
    for rows in (snapshot.records.list, snapshot.records.quarantined):
        for row in rows(archive.collection):
            with suppress(IntegrityError, ObjectMissing):
                yield open_record(session, snapshot, row.id)


def _family(
    archive: Archive, session: Session, snapshot: Snapshot, record: RecordId
) -> list[OpenRecord]:
    """Return a record and those that were found inside it, at any depth."""
    outer = open_record(session, snapshot, record)
    parent = outer.manifest.parent
    if parent is not None:
        row = snapshot.records.get(parent)
        if row is not None and row.outcome != DISCARDED:
            raise InvalidValue(
                "The record was found inside another one, whose original still holds it.",
                hint=f"Erase {parent}; what was found inside it goes with it.",
            )
    family = {record: outer}
    others = {one.manifest.record: one for one in _everything(archive, session, snapshot)}
    while more := {
        found: one
        for found, one in others.items()
        if one.manifest.parent in family and found not in family
    }:
        family |= more
    return list(family.values())


def _asked(session: Session, snapshot: Snapshot, record: RecordId, authority: str) -> bool:
    """Return whether another custodian asked for this very erasure.

    Raises:
        FourEyesRequired: nobody but the member did.
    """
    mark = f'"type":"{EventType.ERASURE_REQUESTED.value}"'.encode()
    own = False
    for body in snapshot.ledger.later_bodies(record, _BEFORE_ALL):
        if mark not in body:
            continue
        entry = parse_entry(body)
        if entry.links.get("authority") != authority:
            continue
        signer = checked_signer(session, snapshot, entry)
        if signer.id != session.member.id and policy.decide(signer, Action.ERASE).allowed:
            return True
        own = True
    if own:
        raise FourEyesRequired(
            "An erasure must be carried out by another custodian than the one who asked for it.",
            hint="Ask another custodian to run the same command, with the same authority.",
        )
    return False


def _ask(
    archive: Archive,
    session: Session,
    snapshot: Snapshot,
    family: Sequence[OpenRecord],
    authority: str,
) -> Erasure:
    links = {"authority": authority}
    about = family[0].manifest.record
    draft = EntryDraft(EventType.ERASURE_REQUESTED, about, EventOutcome.SUCCESS, links, {})
    record_event(archive, session, draft)
    return Erasure(_ids(family), len(_digests(snapshot, family)), waits=True)


def _destroy(
    archive: Archive, session: Session, tx: Transaction, one: OpenRecord, authority: str
) -> None:
    record = one.manifest.record
    row = tx.records.get(record)
    if row is None or row.outcome == DISCARDED:
        raise RecordNotFound
    links = {"authority": authority}
    draft = EntryDraft(EventType.DELETION, record, EventOutcome.SUCCESS, links, {})
    index = append(archive, session, tx, [draft]).first_index
    tx.headers.delete(row.header)
    tx.sources.detach(record)
    tx.plans.forget(record)
    tx.jobs.forget(record)
    tx.retentions.forget(record)
    tx.objects.forget(record)
    tx.openings.forget([place for place, _ in tx.ledger.about(record)])
    tx.outbox.forget(record)
    tx.outbox.add_many([OutboxRow(0, OutboxKind.REMOVE_ORIGINAL, archive.collection, record)])
    release = tx.releases.get(record)
    if release is not None:
        tx.headers.delete(release.header)
        tx.releases.forget(record)
        gone = OutboxRow(0, OutboxKind.REMOVE_READING, archive.collection, record)
        tx.outbox.add_many([gone])
    tx.records.discard(record, index)
