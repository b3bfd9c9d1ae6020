"""Entries of the ledger as services write and trust them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from archive import policy
from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import OpeningRow
from archive.errors import (
    ArchiveError,
    BindingMismatch,
    NotPermitted,
    SealedObjectDamaged,
    StorageError,
)
from archive.ledger import Appended, Growth, Log, commit, parse_entry, verify_entry
from archive.model.access import Action, Compartment, Member, Role
from archive.model.ids import new_uuid
from archive.model.provenance import Agent, Entry, EntryDraft, EventOutcome, EventType
from archive.services.codec import decode, encode
from archive.services.group_commit import Waiting
from archive.services.log_files import LogFiles
from archive.services.parts import Archive
from archive.services.session import Session, refresh, take_up_log
from keys.age import open_small, seal_small
from keys.errors import KeysError
from keys.signing import Ed25519Verifier


@dataclass(frozen=True, slots=True)
class Confidential:
    """Committed fields of one entry: commitments for the log, values sealed beside it."""

    commitments: dict[str, str]
    sealed: bytes

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the sealed values; the entry links to it as `opening`."""
        return hashlib.sha256(self.sealed).hexdigest()


def confide(
    archive: Archive, session: Session, values: dict[str, str], compartment: Compartment
) -> Confidential:
    """Commit to `values` under a fresh salt key and seal both to `compartment`."""
    salt_key = archive.random(32)
    body = encode({"salt_key": salt_key.hex(), "values": values})
    recipients = [session.recipients[compartment]]
    return Confidential(
        {name: commit(name, value, salt_key).hex() for name, value in values.items()},
        seal_small(body, recipients, random=archive.random),
    )


def append(
    archive: Archive,
    session: Session,
    tx: Transaction,
    drafts: Sequence[EntryDraft],
    *,
    successor: Log | None = None,
) -> Appended:
    """Append entries signed by the session's member inside the caller's transaction.

    When it is durable, the new checkpoint is kept outside of the catalog too. `successor` signs it
    beside the log's present keys, when these are handed over.

    Raises:
        SessionEnded: the log's keys were handed over to others than this member.
        LedgerBehind: the catalog is behind a checkpoint that is kept outside of it.
    """
    files = LogFiles(archive.folder)
    take_up_log(archive, tx, session)
    files.require_not_behind(tx.ledger, session.log.keys)
    agent, signer = _agent(session), session.secret.signer
    done = session.log.append(
        tx.ledger, drafts, agent, signer, now=archive.clock(), successor=successor
    )
    tx.afterwards["signed checkpoint"] = partial(files.keep_signed, done.note)
    return done


def record_event(
    archive: Archive,
    session: Session,
    draft: EntryDraft,
    values: dict[str, str] | None = None,
    compartment: Compartment = Compartment.ORIGINALS,
) -> int:
    """Make one event durable in a transaction of its own and return its index.

    `values` are confidential: the entry carries commitments, the values are sealed to
    `compartment`. Events of several threads go into one transaction, under one checkpoint, in the
    order in which they came; one that fails leaves the others as they are.

    Raises:
        SessionEnded, LedgerBehind: see `append`.
        ArchiveBusy, DiskFull, WriteFailed: it is not durable.
    """
    event = _Event(session, *_confided(archive, session, draft, values or {}, compartment))
    return archive.events.run(event, partial(_record_all, archive))


@dataclass(frozen=True, slots=True)
class _Event:
    """An event that is to become durable, and the sealed values beside it."""

    session: Session
    draft: EntryDraft
    sealed: bytes | None


_Waiting = Waiting[_Event]


def _record_all(
    archive: Archive, take: Callable[[], Sequence[_Waiting]], hand_on: Callable[[], None]
) -> None:
    """Make the events of a group durable; the next group begins once this one is committed."""
    with archive.catalog.write() as tx:
        note, indices = _enter(archive, tx, take())
        for one, index in indices.items():
            if one.work.sealed is not None:
                tx.openings.add(OpeningRow(entry_index=index, sealed=one.work.sealed))
        if note is not None:
            tx.afterwards["next group"] = hand_on
            tx.afterwards["signed checkpoint"] = partial(LogFiles(archive.folder).keep_signed, note)
    for one, index in indices.items():
        one.done(index)


def _enter(
    archive: Archive, tx: Transaction, group: Sequence[_Waiting]
) -> tuple[str | None, dict[_Waiting, int]]:
    """Add the entries of a group and return their checkpoint and indices.

    The first whose entry is among them signs the checkpoint; should that fail, its event does, and
    the others are entered without it.
    """
    while left := [one for one in group if one.error is None]:
        growth, indices = _grow(archive, tx, left)
        if growth is None:
            break
        first = next(iter(indices))
        try:
            return growth.finish(first.work.session.log).note, indices
        except StorageError:
            raise
        except Exception as error:
            first.failed(error)
    return None, {}


def _grow(
    archive: Archive, tx: Transaction, group: Sequence[_Waiting]
) -> tuple[Growth | None, dict[_Waiting, int]]:
    """Have every member sign the entry of their event; one that cannot be signed fails alone."""
    growth: Growth | None = None
    indices: dict[_Waiting, int] = {}
    for one in group:
        session = one.work.session
        try:
            take_up_log(archive, tx, session)
            growing = growth or _begin(archive, tx, session)
            indices[one] = growing.add([one.work.draft], _agent(session), session.secret.signer)
            growth = growing
        except StorageError:
            raise
        except Exception as error:
            one.failed(error)
    return growth, indices


def _begin(archive: Archive, tx: Transaction, session: Session) -> Growth:
    LogFiles(archive.folder).require_not_behind(tx.ledger, session.log.keys)
    return session.log.begin(tx.ledger, now=archive.clock())


def _agent(session: Session) -> Agent:
    return Agent(session.key_id, session.member.role.value)


def look(
    archive: Archive,
    session: Session,
    event: EventType = EventType.LIST,
    obj: str | None = None,
    **links: str,
) -> None:
    """Make durable that a member is about to see something: call it before the first byte goes out.

    `obj` is the record or other object, if it is one; `links` say what it is.
    """
    about = obj or new_uuid(archive.ids)
    record_event(archive, session, EntryDraft(event, about, EventOutcome.SUCCESS, links, {}))


def append_confidential(
    archive: Archive,
    session: Session,
    tx: Transaction,
    draft: EntryDraft,
    values: dict[str, str],
    compartment: Compartment = Compartment.ORIGINALS,
    *,
    after: Sequence[EntryDraft] = (),
) -> int:
    """Append one entry with committed values inside the caller's transaction; return its index.

    The entries `after` it are appended with it, under one checkpoint.
    """
    full, sealed = _confided(archive, session, draft, values, compartment)
    index = append(archive, session, tx, [full, *after]).first_index
    if sealed is not None:
        tx.openings.add(OpeningRow(entry_index=index, sealed=sealed))
    return index


def confided(session: Session, snapshot: Snapshot, index: int, entry: Entry) -> Mapping[str, str]:
    """Return the values that lie sealed to `originals` beside an entry (`append_confidential`).

    Raises:
        BindingMismatch: they are not those that the entry names.
        SealedObjectDamaged: they are gone, or cannot be opened.
    """
    opening = snapshot.openings.get(index)
    if opening is None:
        raise SealedObjectDamaged
    if hashlib.sha256(opening.sealed).hexdigest() != entry.links.get("opening"):
        raise BindingMismatch
    try:
        body = decode(open_small(opening.sealed, session.opening(Compartment.ORIGINALS)))
        values: Mapping[str, str] = body["values"]
    except (KeysError, KeyError, TypeError, ValueError):
        raise SealedObjectDamaged from None
    return values


def _confided(
    archive: Archive,
    session: Session,
    draft: EntryDraft,
    values: dict[str, str],
    compartment: Compartment,
) -> tuple[EntryDraft, bytes | None]:
    """Return a draft that commits to values, and the values sealed, if there are any."""
    if not values:
        return draft, None
    secret = confide(archive, session, values, compartment)
    full = replace(
        draft,
        links={**draft.links, "opening": secret.digest},
        commitments={**draft.commitments, **secret.commitments},
    )
    return full, secret.sealed


def authorise(
    archive: Archive, session: Session, action: Action, record: str | None = None
) -> None:
    """Ask policy; a refusal is written to the ledger before it is raised.

    A session whose member was disabled, got another role or another passphrase meanwhile ends here;
    one whose keys were rolled takes up the new ones.

    Raises:
        NotPermitted: the role does not allow the act.
        SessionEnded: the member's rights changed since the session began.
    """
    refresh(archive, session)
    try:
        policy.require(session.member, action, session.within)
    except NotPermitted:
        draft = EntryDraft(
            type=EventType.DENIED,
            object=record or new_uuid(archive.ids),
            outcome=EventOutcome.DENIED,
            links={"action": action.value},
            commitments={},
        )
        with suppress(ArchiveError):
            record_event(archive, session, draft)
        raise


def checked_signer(session: Session, snapshot: Snapshot, entry: Entry) -> Member:
    """Return the certified member who signed an entry, in the role that the entry names.

    Members who were added or given another role after the session began are taken up from the
    catalog, certificates and all.

    Raises:
        BindingMismatch: the agent is not a certified member in that role.
        LedgerTampered: the signature is not the agent's.
    """
    try:
        signer = session.directory.by_key_id(entry.agent.key_id)
        known = signer.held(entry.agent.role)
    except BindingMismatch:
        known = False
    if not known:
        session.directory.learn(snapshot.members.all())
        signer = session.directory.by_key_id(entry.agent.key_id)
    if not signer.held(entry.agent.role):
        raise BindingMismatch
    verify_entry(entry, Ed25519Verifier(signer.public.ed25519))
    return Member(signer.member.id, Role(entry.agent.role))


def trusted_entry(
    session: Session, snapshot: Snapshot, index: int, events: Sequence[EventType], obj: str
) -> Entry:
    """Return an entry that a certified member signed: the newest of these types about an object.

    Raises:
        BindingMismatch: the entry is another one, an older one, or not a certified member's.
    """
    for row in snapshot.ledger.entries(index, index + 1):
        entry = parse_entry(row.body)
        checked_signer(session, snapshot, entry)
        if entry.type not in events or entry.object != obj:
            raise BindingMismatch
        if superseded(snapshot, index, events, obj):
            raise BindingMismatch
        return entry
    raise BindingMismatch


def superseded(snapshot: Snapshot, index: int, events: Sequence[EventType], obj: str) -> bool:
    """Return whether a later entry of these types exists: then an older state was put back."""
    marks = [f'"type":"{event.value}"'.encode() for event in events]
    return any(mark in body for body in snapshot.ledger.later_bodies(obj, index) for mark in marks)
