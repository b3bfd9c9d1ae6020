"""After a new form: what names it is withdrawn first, planned anew second, and readers are told of.

The reading copies are searched for the new forms alone; the register has had its say on the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import OutboxKind, OutboxRow, ReleaseRow
from archive.errors import ArchiveError, BindingMismatch, IntegrityError, ObjectMissing
from archive.ledger import parse_entry
from archive.model.access import Compartment, Level
from archive.model.ids import MemberId, RecordId, new_uuid
from archive.model.jobs import ReviewCode, Stage
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.redaction import ReadingCopy
from archive.redaction import SourceMatcher, decode_reading_copy, merge, propose
from archive.redaction.sweep import sweep
from archive.sealing import open_bytes, open_header
from archive.services.events import append, checked_signer
from archive.services.inbox import job
from archive.services.indexes.indexed_copies import clear_of
from archive.services.indexes.indexing import drain
from archive.services.names import Names
from archive.services.parts import Archive
from archive.services.reading import RELEASED, WITHDRAWN
from archive.services.reading_pages import forget_pages
from archive.services.redaction.plans import blank_plan, open_desk, put_draft
from archive.services.session import Session
from keys.identity import CompartmentKey

_BATCH = 512  # releases fetched at a time
_BEFORE_ALL = -1
_OPENINGS = (EventType.VIEW, EventType.EXPORT)
Made = TypeVar("Made")
Progress = Callable[[int, int], None]
"""Is told how many reading copies were looked at, and of how many."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A member who had a reading copy before them, and when (RFC 3339, UTC)."""

    member: MemberId
    name: str | None
    time: str


@dataclass(frozen=True, slots=True)
class Affected:
    """A released record whose reading copy has a new form, and in how many places.

    `replanned` says whether a draft with the new finds is there; `error` is the code of what stood
    in the way. `opened` are those who had opened the copy, as the ledger knows.
    """

    record: RecordId
    places: int
    replanned: bool = False
    error: str | None = None
    opened: tuple[Opened, ...] = ()


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What new forms led to: how many reading copies were looked at, which had to go.

    Copies that the reading index shows to be free of them were not opened. `unreadable` are
    releases whose copy cannot be opened; no researcher can open them either.
    """

    checked: int = 0
    affected: tuple[Affected, ...] = ()
    unreadable: tuple[RecordId, ...] = ()


@dataclass(slots=True)
class _Scan:
    """What was found so far; `seen` is the newest ledger entry of a release that was there."""

    checked: int
    found: dict[RecordId, int]
    unreadable: list[RecordId]
    seen: int = _BEFORE_ALL


def foresee(
    archive: Archive, session: Session, register: SourceMatcher, progress: Progress | None = None
) -> Aftermath:
    """Return what taking in these forms would lead to; nothing is changed.

    Raises:
        NotPermitted: the session does not hold the `reading` compartment.
    """
    scan = _Scan(0, {}, [])
    _look(archive, session, register, scan, progress)
    return _told(archive, session, scan)


def take_in(
    archive: Archive,
    session: Session,
    register: SourceMatcher,
    change: Callable[[Transaction], Made],
    progress: Progress | None = None,
) -> tuple[Made, Aftermath]:
    """Change the register and withdraw, in the same transaction, every copy with the new forms.

    `register` finds the new forms, `change` writes them. What was released while the copies were
    looked at is looked at inside the transaction. Plans are made anew afterwards, one by one.

    Raises:
        NotPermitted: the session does not hold `reading` or `originals`.
    """
    scan = _Scan(0, {}, [])
    _look(archive, session, register, scan, progress)
    with archive.catalog.write() as tx:
        for row in _later(tx, scan.seen):
            _judge(session, tx, [row], register, scan)
        told = _told(archive, session, scan, tx)
        made = change(tx)
        withdraw_all(archive, session, tx, list(scan.found))
    drain(archive, session)
    affected = tuple(_replanned(archive, session, register, one) for one in told.affected)
    return made, replace(told, affected=affected)


def withdraw_all(
    archive: Archive, session: Session, tx: Transaction, records: Sequence[RecordId]
) -> None:
    """Take the reading copies of records out of store and index; one act, an entry for each."""
    rows = [row for row in map(tx.releases.get, records) if row is not None]
    if not rows:
        return
    act = new_uuid(archive.ids)
    drafts = [
        EntryDraft(
            type=EventType.WITHDRAWAL,
            object=row.record,
            outcome=EventOutcome.SUCCESS,
            links={"reading_copy": row.copy_digest, "cause": "register", "act": act},
            commitments={},
        )
        for row in rows
    ]
    first = append(archive, session, tx, drafts).first_index
    for index, row in enumerate(rows, start=first):
        tx.releases.put(replace(row, state=WITHDRAWN, sealed=b"", entry_index=index))
        tx.headers.delete(row.header)
        forget_pages(archive, tx, row.record)
        tx.jobs.resolve(row.record, Stage.REVIEW, ReviewCode.OLDER_COPY.value)
        code = ReviewCode.SOURCE_FOUND.value
        tx.jobs.add_many([job(archive, row.record, Stage.REVIEW, code)])
    kind = OutboxKind.REMOVE_READING
    tx.outbox.add_many([OutboxRow(0, kind, archive.collection, row.record) for row in rows])


def _look(
    archive: Archive,
    session: Session,
    register: SourceMatcher,
    scan: _Scan,
    progress: Progress | None,
) -> None:
    with archive.catalog.read() as snapshot:
        total = snapshot.releases.count(RELEASED)

    def tell(count: int) -> None:
        if progress is not None:
            progress(count, total)

    clear = clear_of(archive, session, register, tell)
    scan.checked = len(clear)
    with archive.catalog.read() as snapshot:
        places = snapshot.releases.places(RELEASED)
    rest = [record for record, entry in places.items() if clear.get(record) != entry]
    for start in range(0, len(rest), _BATCH):
        with archive.catalog.read() as snapshot:
            rows = snapshot.releases.of(rest[start : start + _BATCH])
            released = [row for row in rows if row.state == RELEASED]
            _judge(session, snapshot, released, register, scan)
        tell(scan.checked)
    scan.seen = max(places.values(), default=_BEFORE_ALL)


def _later(snapshot: Snapshot, seen: int) -> Iterator[ReleaseRow]:
    while rows := snapshot.releases.after(seen, RELEASED, _BATCH):
        seen = rows[-1].entry_index
        yield from rows


def _judge(
    session: Session,
    snapshot: Snapshot,
    rows: Sequence[ReleaseRow],
    register: SourceMatcher,
    scan: _Scan,
) -> None:
    copies = _copies(session, snapshot, rows, scan)
    for copy, found in sweep(copies, register):
        scan.found.pop(copy.record, None)
        if found:
            scan.found[copy.record] = len(found)
    scan.checked += len(rows)


def _copies(
    session: Session, snapshot: Snapshot, rows: Sequence[ReleaseRow], scan: _Scan
) -> Iterator[ReadingCopy]:
    """Yield copies as they are stored. Who approved them is not asked: withdrawing needs no proof.

    A copy that was put in the place of the approved one is shown to nobody (`released_copy`).
    """
    identities = session.opening(Compartment.READING)
    headers = snapshot.headers.get_many([row.header for row in rows])
    for row in rows:
        try:
            yield _opened(identities, row, headers[row.header].header)
        except (IntegrityError, ObjectMissing, KeyError):
            scan.unreadable.append(row.record)


def _opened(identities: list[CompartmentKey], row: ReleaseRow, header: bytes) -> ReadingCopy:
    body = open_bytes(open_header(header, identities), row.sealed)
    copy = decode_reading_copy(body)
    if hashlib.sha256(body).hexdigest() != row.copy_digest or copy.record != row.record:
        raise BindingMismatch
    return copy


def _told(
    archive: Archive, session: Session, scan: _Scan, snapshot: Snapshot | None = None
) -> Aftermath:
    if snapshot is None:
        with archive.catalog.read() as fresh:
            return _told(archive, session, scan, fresh)
    names = Names(session, snapshot)
    affected = tuple(
        Affected(record, places, opened=openers(session, snapshot, record, names))
        for record, places in scan.found.items()
    )
    return Aftermath(scan.checked, affected, tuple(scan.unreadable))


def openers(
    session: Session, snapshot: Snapshot, record: RecordId, names: Names | None = None
) -> tuple[Opened, ...]:
    """Return who was shown a record's present reading copy, each once with the first time.

    Counted from the entry of its release on; entries that no certified member signed are left out.
    """
    names = names or Names(session, snapshot)
    row = snapshot.releases.get(record)
    since = _BEFORE_ALL if row is None else row.entry_index
    found: dict[MemberId, Opened] = {}
    for body in snapshot.ledger.later_bodies(record, since):
        entry = parse_entry(body)
        if entry.type not in _OPENINGS or entry.links.get("level") != Level.READING.value:
            continue
        try:
            member = checked_signer(session, snapshot, entry).id
        except ArchiveError:
            continue
        found.setdefault(member, Opened(member, names.of(member), entry.time))
    return tuple(found.values())


def _replanned(
    archive: Archive, session: Session, register: SourceMatcher, one: Affected
) -> Affected:
    """Put the new finds into the record's plan, as a draft; say why where that does not go."""
    try:
        with archive.catalog.write() as tx:
            desk = open_desk(archive, session, tx, one.record)
            plan = blank_plan(desk)
            found = propose(desk.text.text, register, (), hints=True)
            plan = replace(plan, redactions=merge([*plan.redactions, *found]))
            put_draft(archive, session, tx, desk, plan, EventType.REDACTION_PROPOSED)
    except ArchiveError as error:
        return replace(one, error=error.code)
    return replace(one, replanned=True)
