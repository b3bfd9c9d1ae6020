"""Unsealing a source: one custodian asks with a purpose, another one agrees, for a time.

Each step is in the ledger before anything is opened, each refusal too. The second custodian's
share goes to the first, sealed; only the first can put the two together, and only for that source.
That the time is over is this program's word, not the key's: who has opened an identity knows it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from archive.catalog import Snapshot
from archive.catalog.rows import SourceRow, UnsealingRow
from archive.errors import (
    BindingMismatch,
    FourEyesRequired,
    InvalidValue,
    RecordNotFound,
    SealedObjectDamaged,
    UnsealingRefused,
)
from archive.ledger import parse_entry
from archive.model.access import Action, Role
from archive.model.ids import MemberId, SourceRef, new_uuid
from archive.model.provenance import Entry, EntryDraft, EventOutcome, EventType
from archive.services.events import (
    append_confidential,
    authorise,
    checked_signer,
    confided,
    look,
    record_event,
    trusted_entry,
)
from archive.services.parts import Archive
from archive.services.register import require_row
from archive.services.session import Session
from archive.services.sources.dossiers import granted, open_dossier, own_share, purpose

_LONGEST = timedelta(days=7)
_SHORTEST = timedelta(minutes=1)
_MOST_WORDS = 1000  # code points of a purpose
_BEFORE_ALL = -1
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Unsealing:
    """A request to open a dossier. `approved` says whether another custodian agreed.

    `purpose` is `None` where it cannot be opened any more.
    """

    request: str
    source: SourceRef
    requester: MemberId
    approved: bool
    expires: datetime
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a source is, for whom it was unsealed, until when."""

    source: SourceRef
    name: str = field(repr=False)
    notes: str = field(repr=False)
    expires: datetime


def request(
    archive: Archive, session: Session, ref: SourceRef, why: str, lasting: timedelta
) -> Unsealing:
    """Ask to open the dossier of a source.

    Raises:
        NotPermitted: only a custodian may.
        RecordNotFound: there is no such source.
        InvalidValue: no purpose, a time that is too short or too long, or the member has no share.
    """
    authorise(archive, session, Action.UNSEAL)
    if not why.strip() or len(why) > _MOST_WORDS:
        raise InvalidValue(f"Say what for, in at most {_MOST_WORDS} characters.")
    if not _SHORTEST <= lasting <= _LONGEST:
        raise InvalidValue("An identity is unsealed for a minute to seven days.")
    now = archive.clock()
    expires = (now + lasting).replace(microsecond=0)
    with archive.catalog.write() as tx:
        require_row(archive, tx, ref)
        if tx.unsealings.share(archive.collection, ref, session.member.id) is None:
            raise InvalidValue(
                "You hold no share of this source.",
                hint="It was registered for other custodians; see the custodian's guide.",
            )
        number = new_uuid(archive.ids)
        links = {"source": str(ref), "expires": expires.strftime(_TIME)}
        draft = _event(EventType.UNSEALING_REQUESTED, number, links)
        index = append_confidential(archive, session, tx, draft, {"purpose": why})
        row = UnsealingRow(
            number, archive.collection, ref, session.member.id, None, index, now, expires
        )
        tx.unsealings.put(row)
    return Unsealing(number, ref, session.member.id, False, expires, why)


def approve(archive: Archive, session: Session, number: str) -> Unsealing:
    """Agree to a request of another custodian: their share is passed on, sealed to them.

    Raises:
        NotPermitted: only a custodian may.
        RecordNotFound: there is no such request.
        FourEyesRequired: it is one's own.
        UnsealingRefused: its time is over, or another custodian agreed before.
        InvalidValue: the member holds no share.
    """
    authorise(archive, session, Action.UNSEAL)
    with archive.catalog.read() as snapshot:
        row, asked = _request(session, snapshot, number)
        source = require_row(archive, snapshot, row.ref)
        mine = snapshot.unsealings.share(archive.collection, row.ref, session.member.id)
        requester = session.directory.member(row.requester).public.recipient
    if row.requester == session.member.id:
        _refused(archive, session, number)
        raise FourEyesRequired("Another custodian than the one who asked must approve.")
    if archive.clock() >= row.expires:
        _refused(archive, session, number)
        raise UnsealingRefused
    if mine is None:
        raise InvalidValue("You hold no share of this source.")
    words = own_share(archive, session, mine.body, purpose(source.dossier_header))
    label = _passed(number, source)
    body = granted(archive, session, words.encode(), label, (row.requester, requester))
    links = {"source": str(row.ref), "share": hashlib.sha256(body.encode()).hexdigest()}
    with archive.catalog.write() as tx:
        now = tx.unsealings.get(number)
        if now is not None and now.body is not None:
            raise UnsealingRefused(
                "Another custodian agreed already.", hint="Nothing is left to do."
            )
        if now != row:
            raise BindingMismatch
        draft = _event(EventType.UNSEALING_APPROVED, number, links)
        append_confidential(archive, session, tx, draft, {})
        tx.unsealings.put(replace(row, body=body))
    why = _purpose(archive, session, asked)
    return Unsealing(number, row.ref, row.requester, True, row.expires, why)


def _passed(number: str, source: SourceRow) -> str:
    """Return the purpose of a share that is passed on: for one request, of one dossier."""
    return f"unseal/{number}/{source.dossier_header}"


def _request(session: Session, snapshot: Snapshot, number: str) -> tuple[UnsealingRow, Entry]:
    """Return a request as its requester signed it.

    Raises:
        RecordNotFound: there is none.
        BindingMismatch: the catalog says something else than the ledger.
    """
    row = snapshot.unsealings.get(number)
    if row is None:
        raise RecordNotFound("There is no such request.")
    events = (EventType.UNSEALING_REQUESTED,)
    entry = trusted_entry(session, snapshot, row.entry_index, events, number)
    signer = checked_signer(session, snapshot, entry)
    said = (entry.links.get("source"), entry.links.get("expires"))
    if said != (row.ref, row.expires.strftime(_TIME)) or signer.id != row.requester:
        raise BindingMismatch
    if signer.role is not Role.CUSTODIAN:
        raise BindingMismatch
    return row, entry


def requests(archive: Archive, session: Session) -> tuple[Unsealing, ...]:
    """Return the requests whose time is not over, oldest first, with their purposes.

    Raises:
        NotPermitted: only a custodian may.
    """
    authorise(archive, session, Action.UNSEAL)
    look(archive, session, of="unsealing")
    now = archive.clock()
    with archive.catalog.read() as snapshot:
        numbers = [one.id for one in snapshot.unsealings.all(archive.collection)]
        found = [_request(session, snapshot, number) for number in numbers]
    return tuple(
        Unsealing(
            row.id,
            row.ref,
            row.requester,
            row.body is not None,
            row.expires,
            _purpose(archive, session, entry),
        )
        for row, entry in found
        if now < row.expires
    )


def _purpose(archive: Archive, session: Session, entry: Entry) -> str | None:
    with archive.catalog.read() as snapshot:
        row = snapshot.unsealings.get(entry.object)
        if row is None:
            return None
        try:
            return str(confided(session, snapshot, row.entry_index, entry)["purpose"])
        except SealedObjectDamaged:
            return None


def identity(archive: Archive, session: Session, ref: SourceRef) -> Identity:
    """Return who a source is, to the custodian for whom it was unsealed; the ledger knows first.

    Raises:
        NotPermitted: only a custodian may.
        RecordNotFound: there is no such source.
        UnsealingRefused: nobody else approved it, or the time is over.
        BindingMismatch: shares or entries are not what two custodians signed.
    """
    authorise(archive, session, Action.UNSEAL)
    with archive.catalog.read() as snapshot:
        source = require_row(archive, snapshot, ref)
        mine = snapshot.unsealings.share(archive.collection, ref, session.member.id)
        row = _granted(archive, session, snapshot, ref)
    if row is None or row.body is None or mine is None:
        _refused(archive, session, row.id if row else new_uuid(archive.ids))
        raise UnsealingRefused
    record_event(archive, session, _event(EventType.SOURCE_UNSEALED, row.id, {"source": str(ref)}))
    shares = (
        own_share(archive, session, mine.body, purpose(source.dossier_header)),
        own_share(archive, session, row.body, _passed(row.id, source)),
    )
    dossier = open_dossier(source, shares)
    return Identity(ref, dossier.name, dossier.notes, row.expires)


def _granted(
    archive: Archive, session: Session, snapshot: Snapshot, ref: SourceRef
) -> UnsealingRow | None:
    """Return the newest request of the member that another custodian approved and that holds."""
    now = archive.clock()
    for row in reversed(list(snapshot.unsealings.all(archive.collection))):
        if (row.ref, row.requester) != (ref, session.member.id) or row.body is None:
            continue
        checked, _ = _request(session, snapshot, row.id)
        if now < checked.expires and _approved(session, snapshot, checked):
            return checked
    return None


def _approved(session: Session, snapshot: Snapshot, row: UnsealingRow) -> bool:
    """Return whether another custodian's entry names the share that was passed on."""
    digest = hashlib.sha256((row.body or "").encode()).hexdigest()
    for body in snapshot.ledger.later_bodies(row.id, row.entry_index):
        entry = parse_entry(body)
        if entry.type is not EventType.UNSEALING_APPROVED or entry.links.get("share") != digest:
            continue
        signer = checked_signer(session, snapshot, entry)
        if signer.role is Role.CUSTODIAN and signer.id != row.requester:
            return True
    return False


def _refused(archive: Archive, session: Session, number: str) -> None:
    draft = EntryDraft(
        type=EventType.DENIED,
        object=number,
        outcome=EventOutcome.DENIED,
        links={"action": Action.UNSEAL.value},
        commitments={},
    )
    record_event(archive, session, draft)


def _event(event: EventType, number: str, links: dict[str, str]) -> EntryDraft:
    return EntryDraft(
        type=event, object=number, outcome=EventOutcome.SUCCESS, links=links, commitments={}
    )
