"""The accession register: what came, from whom, on what terms; sealed, and each change signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from archive import policy
from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import AccessionRow
from archive.errors import (
    AccessionClosed,
    BindingMismatch,
    InvalidValue,
    RecordNotFound,
    SealedObjectDamaged,
    UnderEmbargo,
)
from archive.model.access import Action, Compartment, Level
from archive.model.accessions import Accession, AccessionState, CustodyTransfer
from archive.model.ids import AccessionRef, SourceRef, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.sealing import FileKey, open_bytes, open_header, seal_bytes
from archive.services.codec import decode, encode
from archive.services.events import append_confidential, authorise, record_event, trusted_entry
from archive.services.headers import fresh_header
from archive.services.parts import Archive
from archive.services.register import require_source
from archive.services.session import Session

_MAX_TEXT = 10_000  # characters of one field
_EVENTS = (
    EventType.ACCESSION,
    EventType.ACCESSION_CHANGED,
    EventType.ACCESSION_CLOSED,
    EventType.ACCESSION_REOPENED,
    EventType.CUSTODY_TRANSFERRED,
)


@dataclass(frozen=True, slots=True)
class AccessionView:
    """An accession as an archivist sees it, with the number of its records by outcome.

    `updated` is when it was last changed, closed or opened again.
    """

    accession: Accession
    state: AccessionState
    created: datetime
    updated: datetime
    records: dict[str, int]
    released: int


@dataclass(frozen=True, slots=True)
class _Opened:
    row: AccessionRow
    file_key: FileKey
    accession: Accession


def open_accession(archive: Archive, session: Session, accession: Accession) -> AccessionRef:
    """Enter a new accession under the next reference of the collection; `accession.ref` is ignored.

    Raises:
        NotPermitted: the member may not manage accessions.
        RecordNotFound: there is no such source.
        InvalidValue: a text is too long or not printable, or there is no title.
    """
    authorise(archive, session, Action.MANAGE_ACCESSIONS)
    _check(archive, accession)
    with archive.catalog.write() as tx:
        header, file_key = fresh_header(archive, session, Compartment.ORIGINALS)
        tx.headers.add_many([header])
        ref = AccessionRef(f"A-{tx.accessions.next_number(archive.collection):04d}")
        now = archive.clock()
        row = AccessionRow(
            ref=ref,
            collection=archive.collection,
            id=new_uuid(archive.ids),
            header=header.id,
            sealed=b"",
            digest="",
            entry_index=0,
            state=AccessionState.OPEN.value,
            created=now,
            updated=now,
        )
        opened = _Opened(row, file_key, replace(accession, ref=ref))
        _put(archive, session, tx, opened, EventType.ACCESSION, _values(opened.accession))
    return ref


def _check(archive: Archive, accession: Accession) -> None:
    if accession.source is not None:
        require_source(archive, accession.source)
    texts = [accession.title, accession.donor, accession.agreement, *accession.restrictions]
    for transfer in accession.transfers:
        texts += [transfer.giver, transfer.receiver, transfer.note]
    for text in texts:
        if len(text) > _MAX_TEXT or not text.replace("\n", "").isprintable():
            raise InvalidValue(
                "A text has up to 10,000 printable characters.", hint="Correct it; try again."
            )
    if not accession.title.strip():
        raise InvalidValue("An accession needs a title.", hint="Give --title TEXT.")


def _values(accession: Accession) -> dict[str, str]:
    """Return the confidential fields that an entry commits to, each as text."""
    body = _body(accession)
    return {name: encode(value).decode() for name, value in body.items() if value and name != "ref"}


def _put(
    archive: Archive,
    session: Session,
    tx: Transaction,
    opened: _Opened,
    event: EventType,
    values: dict[str, str],
) -> None:
    """Seal the accession anew and bind it to an entry that commits to what was changed."""
    body = encode(_body(opened.accession))
    sealed = seal_bytes(opened.file_key, body, random=archive.random)
    digest = hashlib.sha256(sealed).hexdigest()
    row = replace(opened.row, sealed=sealed, digest=digest, updated=archive.clock())
    draft = EntryDraft(
        type=event,
        object=row.id,
        outcome=EventOutcome.SUCCESS,
        links={"accession": row.ref, "envelope": digest, "state": row.state},
        commitments={},
    )
    index = append_confidential(archive, session, tx, draft, values)
    tx.accessions.put(replace(row, entry_index=index))


def _body(accession: Accession) -> dict[str, object]:
    body = {field.name: getattr(accession, field.name) for field in fields(accession)}
    transfers = [
        {"date": one.date.isoformat(), "from": one.giver, "to": one.receiver, "note": one.note}
        for one in accession.transfers
    ]
    embargo = accession.embargo.isoformat() if accession.embargo else None
    received = accession.received.isoformat()
    return {**body, "transfers": transfers, "embargo": embargo, "received": received}


def _parse(data: bytes) -> Accession:
    body = decode(data)
    try:
        transfers = tuple(
            CustodyTransfer(date.fromisoformat(one["date"]), one["from"], one["to"], one["note"])
            for one in body["transfers"]
        )
        embargo = date.fromisoformat(body["embargo"]) if body["embargo"] else None
        body |= {"transfers": transfers, "embargo": embargo}
        body |= {"received": date.fromisoformat(body["received"])}
        return Accession(**{**body, "restrictions": tuple(body["restrictions"])})
    except (KeyError, TypeError, ValueError):
        raise SealedObjectDamaged from None


def _open(session: Session, snapshot: Snapshot, row: AccessionRow) -> _Opened:
    digest = hashlib.sha256(row.sealed).hexdigest()
    entry = trusted_entry(session, snapshot, row.entry_index, _EVENTS, row.id)
    signed = (entry.links.get("envelope"), entry.links.get("accession"), entry.links.get("state"))
    if signed != (digest, row.ref, row.state):
        raise BindingMismatch
    header = snapshot.headers.get(row.header).header
    file_key = open_header(header, session.opening(Compartment.ORIGINALS))
    accession = _parse(open_bytes(file_key, row.sealed))
    if accession.ref != row.ref:
        raise BindingMismatch
    return _Opened(row, file_key, accession)


def _find(archive: Archive, session: Session, snapshot: Snapshot, ref: AccessionRef) -> _Opened:
    row = snapshot.accessions.get(archive.collection, ref)
    if row is None:
        raise RecordNotFound
    return _open(session, snapshot, row)


def _view(archive: Archive, snapshot: Snapshot, opened: _Opened) -> AccessionView:
    row = opened.row
    return AccessionView(
        accession=opened.accession,
        state=AccessionState(row.state),
        created=row.created,
        updated=row.updated,
        records=snapshot.accessions.outcomes(archive.collection, row.ref),
        released=snapshot.accessions.released(archive.collection, row.ref),
    )


def _looked_at(archive: Archive, session: Session, event: EventType, obj: str) -> None:
    links = {"level": Level.ORIGINALS.value}
    record_event(archive, session, EntryDraft(event, obj, EventOutcome.SUCCESS, links, {}))


def accessions(archive: Archive, session: Session) -> tuple[AccessionView, ...]:
    """Return the register, oldest first; that it was read is in the ledger first.

    Raises:
        NotPermitted: the member may not manage accessions.
        BindingMismatch: an accession is not what its last editor signed.
    """
    authorise(archive, session, Action.MANAGE_ACCESSIONS)
    _looked_at(archive, session, EventType.LIST, new_uuid(archive.ids))
    with archive.catalog.read() as snapshot:
        return tuple(
            _view(archive, snapshot, _open(session, snapshot, row))
            for row in snapshot.accessions.all(archive.collection)
        )


def taking_in(archive: Archive, session: Session) -> tuple[Accession, ...]:
    """Return the accessions that take files in; that they are read is in the ledger first.

    Where there is none nothing is opened, and nothing entered.

    Raises:
        NotPermitted, BindingMismatch: see `accessions`.
    """
    authorise(archive, session, Action.MANAGE_ACCESSIONS)
    with archive.catalog.read() as snapshot:
        every = snapshot.accessions.all(archive.collection)
        rows = [row for row in every if row.state == AccessionState.OPEN.value]
    if not rows:
        return ()
    _looked_at(archive, session, EventType.LIST, new_uuid(archive.ids))
    with archive.catalog.read() as snapshot:
        return tuple(_open(session, snapshot, row).accession for row in rows)


def accession(archive: Archive, session: Session, ref: AccessionRef) -> AccessionView:
    """Return one accession; that it was read is in the ledger first.

    Raises:
        NotPermitted: the member may not manage accessions.
        RecordNotFound: there is no such accession.
        BindingMismatch: it is not what its last editor signed.
    """
    authorise(archive, session, Action.MANAGE_ACCESSIONS)
    with archive.catalog.read() as snapshot:
        row = snapshot.accessions.get(archive.collection, ref)
    if row is None:
        raise RecordNotFound
    _looked_at(archive, session, EventType.VIEW, row.id)
    with archive.catalog.read() as snapshot:
        return _view(archive, snapshot, _find(archive, session, snapshot, ref))


def _change(
    archive: Archive,
    session: Session,
    ref: AccessionRef,
    event: EventType,
    edit: Callable[[_Opened], tuple[_Opened, dict[str, str]]],
) -> AccessionView:
    authorise(archive, session, Action.MANAGE_ACCESSIONS)
    with archive.catalog.write() as tx:
        changed, values = edit(_find(archive, session, tx, ref))
        _check(archive, changed.accession)
        _put(archive, session, tx, changed, event, values)
        return _view(archive, tx, _find(archive, session, tx, ref))


def transfer(
    archive: Archive, session: Session, ref: AccessionRef, custody: CustodyTransfer
) -> AccessionView:
    """Add a change of hands.

    Raises:
        NotPermitted: the member may not manage accessions.
        RecordNotFound: there is no such accession.
        InvalidValue: a text is too long or not printable.
    """

    def edit(opened: _Opened) -> tuple[_Opened, dict[str, str]]:
        transfers = (*opened.accession.transfers, custody)
        changed = replace(opened.accession, transfers=transfers)
        return replace(opened, accession=changed), _difference(opened.accession, changed)

    return _change(archive, session, ref, EventType.CUSTODY_TRANSFERRED, edit)


def _difference(old: Accession, new: Accession) -> dict[str, str]:
    before, after = _body(old), _body(new)
    return {name: encode(after[name]).decode() for name in after if after[name] != before[name]}


def amend(
    archive: Archive, session: Session, ref: AccessionRef, changes: dict[str, object]
) -> AccessionView:
    """Change fields of an accession; the earlier values stay sealed in the ledger's openings.

    Raises:
        NotPermitted: the member may not manage accessions.
        RecordNotFound: there is no such accession or source.
        InvalidValue: nothing is changed, or a text is too long or not printable.
    """

    def edit(opened: _Opened) -> tuple[_Opened, dict[str, str]]:
        changed = replace(opened.accession, **changes)  # type: ignore[arg-type]
        values = _difference(opened.accession, changed)
        if not values:
            raise InvalidValue("That changes nothing.", hint="See `strongroom accession show`.")
        return replace(opened, accession=changed), values

    return _change(archive, session, ref, EventType.ACCESSION_CHANGED, edit)


def close(archive: Archive, session: Session, ref: AccessionRef) -> AccessionView:
    """Close an accession: no file is taken into it any more.

    Raises:
        NotPermitted: the member may not manage accessions.
        RecordNotFound: there is no such accession.
        AccessionClosed: it is closed already.
        ArchiveBusy: an ingest is running.
    """

    def edit(opened: _Opened) -> tuple[_Opened, dict[str, str]]:
        if opened.row.state == AccessionState.CLOSED.value:
            raise AccessionClosed("The accession is closed already.")
        row = replace(opened.row, state=AccessionState.CLOSED.value)
        return replace(opened, row=row), {}

    with archive.folder.lock("ingest"):
        return _change(archive, session, ref, EventType.ACCESSION_CLOSED, edit)


def reopen(archive: Archive, session: Session, ref: AccessionRef, reason: str) -> AccessionView:
    """Open a closed accession again; the reason is committed and sealed.

    Raises:
        NotPermitted: the member may not manage accessions.
        RecordNotFound: there is no such accession.
        InvalidValue: it is open.
    """

    def edit(opened: _Opened) -> tuple[_Opened, dict[str, str]]:
        if opened.row.state == AccessionState.OPEN.value:
            raise InvalidValue("The accession is open.", hint="Ingest into it with --accession.")
        row = replace(opened.row, state=AccessionState.OPEN.value)
        return replace(opened, row=row), {"reason": reason}

    return _change(archive, session, ref, EventType.ACCESSION_REOPENED, edit)


def require_open(archive: Archive, session: Session, ref: AccessionRef) -> SourceRef | None:
    """Check that files may be taken into an accession; return the source behind it, if any.

    Raises:
        RecordNotFound: there is no such accession.
        AccessionClosed: it is closed.
        BindingMismatch: it is not what its last editor signed.
    """
    with archive.catalog.read() as snapshot:
        opened = _find(archive, session, snapshot, ref)
    if opened.row.state != AccessionState.OPEN.value:
        raise AccessionClosed
    return opened.accession.source


def embargo_of(
    archive: Archive, session: Session, snapshot: Snapshot, ref: str | None
) -> date | None:
    """Return the day on which the embargo of an accession ends, if it has one.

    Raises:
        RecordNotFound: the accession is not in the catalog any more.
        BindingMismatch: it is not what its last editor signed.
    """
    if ref is None:
        return None
    return _find(archive, session, snapshot, AccessionRef(ref)).accession.embargo


def require_no_embargo(
    archive: Archive, session: Session, snapshot: Snapshot, ref: str | None
) -> None:
    """Check that records of an accession may be released today.

    Raises:
        UnderEmbargo: the embargo has not ended.
        RecordNotFound: the accession is not in the catalog any more.
        BindingMismatch: it is not what its last editor signed.
    """
    embargo = embargo_of(archive, session, snapshot, ref)
    if policy.embargoed(embargo, archive.clock().date()):
        raise UnderEmbargo(f"The accession is under embargo until {embargo}; nothing was released.")
