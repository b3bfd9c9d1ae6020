"""Compartment keys that roll: a new epoch when a key holder leaves, headers re-wrapped to it.

A roll is one transaction; re-wrapping is many small ones and can stop anywhere. No object is
touched: a header holds a file key, and the file key stays.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import CompartmentRow, HeaderRow, OutboxKind, OutboxRow
from archive.errors import PassphraseNeeded, RecoveryUnknown
from archive.ledger import parse_entry
from archive.model.access import Action, Compartment, Level, Role
from archive.model.ids import MemberId
from archive.model.provenance import EventType
from archive.policy import OPENS
from archive.sealing import rewrap_header
from archive.services.events import append, authorise, look, record_event
from archive.services.granting import about, grant_recipients, put_grant
from archive.services.names import Names
from archive.services.parts import Archive
from archive.services.refusals import tells_refusals
from archive.services.session import Session, recipient_digest
from archive.services.unlocked import payload_of
from keys.age import seal_small
from keys.identity import HybridIdentity

_BATCH = 500  # headers in one transaction
_LEVELS = {
    Compartment.ORIGINALS: (Level.ORIGINALS, OutboxKind.INDEX_ORIGINAL),
    Compartment.READING: (Level.READING, OutboxKind.INDEX_READING),
}
_LOCK = "rewrap"
_INGEST = "ingest"
_PATIENCE = 60.0  # seconds
_BEFORE_ALL = -1
_PLAIN = frozenset("0123456789abcdef-")

Progress = Callable[[int, int], None]
"""Is told how many headers are re-wrapped, and of how many."""


@dataclass(frozen=True, slots=True)
class EpochView:
    """The newest epoch of a compartment and how many headers are still of older ones."""

    compartment: Compartment
    epoch: int
    older: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What rolling a compartment would do: its next epoch, headers to re-wrap, members who get it.

    `records` is how many are indexed anew.
    """

    compartment: Compartment
    epoch: int
    headers: int
    members: int
    records: int


@dataclass(frozen=True, slots=True)
class Holder:
    """A member by id who holds keys, which, and how many headers are re-wrapped if they leave."""

    member: MemberId
    name: str | None
    role: Role
    compartments: tuple[Compartment, ...]
    headers: int


@contextmanager
def rolling(archive: Archive, session: Session) -> Iterator[Transaction]:
    """Give a transaction; when it fails, the session has the keys that it had before."""
    before = (dict(session.identities), dict(session.recipients), dict(session.epochs))
    log = (session.log, session.log_seed, session.log_epoch)
    generation, alone = session.generation, session.alone
    try:
        with archive.catalog.write() as tx:
            yield tx
    except BaseException:
        session.identities, session.recipients, session.epochs = before
        session.log, session.log_seed, session.log_epoch = log
        session.generation, session.alone = generation, alone
        raise


def roll(
    archive: Archive, session: Session, tx: Transaction, compartments: Iterable[Compartment]
) -> None:
    """Begin a new epoch of these compartments for every active member whose role opens them.

    The search indexes of the compartments are dropped, since their keys come from the newest epoch.

    Raises:
        RecoveryUnknown: there is no recovery key to seal the new identities to.
        PassphraseNeeded: the session's keys are in a keyholder.
        BindingMismatch: an active member is not certified.
    """
    chosen = sorted(set(compartments), key=lambda one: one.value)
    if not chosen:
        return
    if session.recovery is None:
        raise RecoveryUnknown
    if not session.log_seed:
        raise PassphraseNeeded
    session.directory.learn(tx.members.all())
    for compartment in chosen:
        _begin_epoch(archive, session, tx, compartment)
    session.generation += 1
    for row in list(tx.members.all()):
        if row.state != "active":
            continue
        public = session.directory.member(row.id).public
        to = (MemberId(row.id), public.recipient)
        grant_recipients(archive, tx, session, to)
        for compartment in chosen:
            if compartment in OPENS[Role(row.role)]:
                payload = payload_of(session.identities[compartment][0])
                what = (compartment.value, session.epochs[compartment], payload)
                put_grant(archive, tx, session, to, what)


def _begin_epoch(
    archive: Archive, session: Session, tx: Transaction, compartment: Compartment
) -> None:
    identity = HybridIdentity.generate(archive.random)
    recipient, epoch = identity.recipient(), session.epochs[compartment] + 1
    recovery = [session.recovery] if session.recovery is not None else []
    tx.keys.add_compartment(
        CompartmentRow(
            collection=archive.collection,
            compartment=compartment.value,
            epoch=epoch,
            recipient=recipient.encode(),
            recovery_sealed=seal_small(identity.encode().encode(), recovery, random=archive.random),
            created=archive.clock(),
        )
    )
    session.identities[compartment] = [identity, *session.opening(compartment)]
    session.recipients[compartment], session.epochs[compartment] = recipient, epoch
    links = {"compartment": compartment.value, "epoch": str(epoch)}
    links["recipient"] = recipient_digest(recipient)
    links |= _index_anew(archive, tx, compartment)
    append(archive, session, tx, [about(EventType.KEY_ROLLED, archive.collection, **links)])


def _index_anew(archive: Archive, tx: Transaction, compartment: Compartment) -> dict[str, str]:
    """Let the index of a compartment be built anew; return which one may go, for the ledger."""
    if compartment not in _LEVELS:
        return {}
    level, kind = _LEVELS[compartment]
    old = tx.indexes.get(archive.collection, level.value)
    tx.indexes.remove(archive.collection, level.value)
    records = (
        [row.id for row in tx.records.list(archive.collection)]
        if level is Level.ORIGINALS
        else [row.record for row in tx.releases.all() if row.state == "released"]
    )
    tx.outbox.add_many([OutboxRow(0, kind, archive.collection, record) for record in records])
    return {} if old is None else {"index": old.index_id}


@tells_refusals(Action.MANAGE_MEMBERS)
def roll_keys(archive: Archive, session: Session, compartments: Iterable[Compartment]) -> None:
    """Roll compartments whose keys may have got out.

    Raises:
        NotPermitted: only a custodian may, and only what custodians hold.
        RecoveryUnknown: see `roll`.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    held = {one for one in compartments if session.opening(one)}
    with rolling(archive, session) as tx:
        roll(archive, session, tx, held)


def epochs(archive: Archive, session: Session) -> tuple[EpochView, ...]:
    """Return the epochs of all compartments.

    Raises:
        NotPermitted: only a custodian may.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    look(archive, session, of="epochs")
    with archive.catalog.read() as snapshot:
        return tuple(
            EpochView(
                one,
                session.epochs[one],
                snapshot.headers.count_older(archive.collection, one.value, session.epochs[one]),
            )
            for one in Compartment
        )


def foresee_roll(
    archive: Archive, session: Session, compartments: Iterable[Compartment]
) -> tuple[Foreseen, ...]:
    """Return what `roll_keys` would do to these compartments; nothing is changed.

    Raises:
        NotPermitted: only a custodian may.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    look(archive, session, of="epochs")
    with archive.catalog.read() as snapshot:
        roles = [Role(row.role) for row in snapshot.members.all() if row.state == "active"]
        return tuple(
            Foreseen(
                one,
                session.epochs[one] + 1,
                _headers(archive, session, snapshot, one),
                sum(one in OPENS[role] for role in roles),
                _indexed(archive, snapshot, one),
            )
            for one in sorted(set(compartments), key=lambda one: one.value)
        )


def holders(archive: Archive, session: Session) -> tuple[Holder, ...]:
    """Return who holds keys of compartments, and what their leaving would re-wrap.

    Raises:
        NotPermitted: only a custodian may.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    look(archive, session, of="grants")
    with archive.catalog.read() as snapshot:
        names = Names(session, snapshot)
        counts = {one: _headers(archive, session, snapshot, one) for one in Compartment}
        rows = [row for row in snapshot.members.all() if row.state == "active"]
        return tuple(
            Holder(
                MemberId(row.id),
                names.of(row.id),
                Role(row.role),
                tuple(sorted(OPENS[Role(row.role)], key=lambda one: one.value)),
                sum(counts[one] for one in OPENS[Role(row.role)]),
            )
            for row in rows
        )


def _headers(
    archive: Archive, session: Session, snapshot: Snapshot, compartment: Compartment
) -> int:
    after = session.epochs[compartment] + 1
    return snapshot.headers.count_older(archive.collection, compartment.value, after)


def _indexed(archive: Archive, snapshot: Snapshot, compartment: Compartment) -> int:
    if compartment is Compartment.ORIGINALS:
        return snapshot.records.count(archive.collection)
    return snapshot.releases.count("released") if compartment is Compartment.READING else 0


def rewrap(archive: Archive, session: Session, progress: Progress | None = None) -> int:
    """Re-wrap every header of an older epoch that the session opens; return how many there were.

    Takes memory for one batch only. What a run that was cut off has done stays done; the copies
    beside the objects are compared with the catalog at the end of every run.

    Raises:
        NotPermitted: only a custodian may.
        ArchiveBusy: another process is at it.
        SealedObjectDamaged: a header is not what was written; those before it are done.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    held = [one for one in Compartment if session.identities.get(one)]
    with archive.folder.lock(_LOCK):
        with archive.catalog.read() as snapshot:
            left = sum(
                snapshot.headers.count_older(archive.collection, one.value, session.epochs[one])
                for one in held
            )
        done = 0
        for compartment in held:
            for count in _rewrap_all(archive, session, compartment):
                done += count
                if progress is not None:
                    progress(done, left)
        with archive.folder.lock(_INGEST, wait=_PATIENCE):
            copies = archive.folder.renew_headers(_stored(archive))
        _remove_dropped_indexes(archive)
        links = {"headers": str(done), "copies": str(copies)}
        draft = about(EventType.HEADERS_REWRAPPED, archive.collection, **links)
        record_event(archive, session, draft)
    return done


def _rewrap_all(archive: Archive, session: Session, compartment: Compartment) -> Iterator[int]:
    epoch, recipient = session.epochs[compartment], session.recipients[compartment]
    identities, last = session.opening(compartment), ""
    while rows := _older(archive, compartment, epoch, last):
        last = rows[-1].id
        made = [
            (row, rewrap_header(row.header, identities, [recipient], random=archive.random))
            for row in rows
        ]
        with archive.catalog.write() as tx:
            count = sum(tx.headers.rewrap(row, epoch, header) for row, header in made)
        yield count


def _older(archive: Archive, compartment: Compartment, epoch: int, last: str) -> list[HeaderRow]:
    with archive.catalog.read() as snapshot:
        return snapshot.headers.older(
            archive.collection, compartment.value, epoch, after=last, limit=_BATCH
        )


def _stored(archive: Archive) -> Callable[[list[str]], dict[str, bytes]]:
    """Return what looks headers up in the catalog by their ids."""

    def look(ids: list[str]) -> dict[str, bytes]:
        with archive.catalog.read() as snapshot:
            return {one: row.header for one, row in snapshot.headers.get_many(ids).items()}

    return look


def _remove_dropped_indexes(archive: Archive) -> None:
    """Remove what is left of indexes that a roll dropped; the ledger names them."""
    with archive.catalog.read() as snapshot:
        entries = [
            parse_entry(body)
            for body in snapshot.ledger.later_bodies(archive.collection, _BEFORE_ALL)
            if b"key-rolled" in body
        ]
    for entry in entries:
        name = entry.links.get("index", "")
        if name and set(name) <= _PLAIN:
            shutil.rmtree(archive.folder.index / name, ignore_errors=True)
