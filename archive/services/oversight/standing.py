"""Where a record and a member stand: what policy is asked with, from what the ledger proves."""

from __future__ import annotations

from archive import policy
from archive.catalog import Snapshot
from archive.catalog.rows import RecordRow
from archive.errors import BindingMismatch, RecordNotFound
from archive.ledger import parse_entry
from archive.model.access import Action, Compartment, Member, Role, State
from archive.model.ids import MemberId, RecordId
from archive.model.objects import DISCARDED, QUARANTINED
from archive.model.provenance import EventType
from archive.policy import Facts, Setting
from archive.services.accessions import embargo_of
from archive.services.events import checked_signer
from archive.services.four_eyes import approved_alone, approved_by_another, workers
from archive.services.parts import Archive
from archive.services.persons import one_is_enough
from archive.services.reading import RELEASED
from archive.services.records import held_back, open_record
from archive.services.redaction.plans import current_plan
from archive.services.session import Session

_BEFORE_ALL = -1


def setting_of(archive: Archive, session: Session, snapshot: Snapshot, member: MemberId) -> Setting:
    """Return what is true of the archive, as the session may believe, and of a member's grants."""
    granted = {grant.purpose for grant in snapshot.keys.grants_for(member)}
    return Setting(
        today=archive.clock().date(),
        custodians=custodians(snapshot),
        grants=frozenset(one for one in Compartment if one.value in granted),
        single=one_is_enough(session, snapshot),
    )


def custodians(snapshot: Snapshot) -> int:
    """Return how many active custodians there are."""
    rows = snapshot.members.all()
    return sum((row.state, row.role) == ("active", Role.CUSTODIAN.value) for row in rows)


def facts_of(archive: Archive, session: Session, snapshot: Snapshot, record: RecordId) -> Facts:
    """Return what the session's member may know of where a record stands.

    Who may read originals learns all of it, who may audit what the ledger says in clear, and others
    only whether a reading copy is out; for them, one that is not is not there.

    Raises:
        RecordNotFound: there is no such record, as far as the member may know.
        BindingMismatch, LedgerTampered: what is stored is not what was signed.
    """
    row, release = snapshot.records.get(record), snapshot.releases.get(record)
    out = release is not None and release.state == RELEASED
    if session.allows(Action.READ_ORIGINALS):
        if row is None:
            raise RecordNotFound
        return _all_facts(archive, session, snapshot, row, out=out)
    if session.allows(Action.AUDIT) and row is not None:
        return Facts(_by_row(row), out)
    if not out:
        raise RecordNotFound
    return Facts(State.HELD, out)


def _by_row(row: RecordRow) -> State:
    return {DISCARDED: State.ERASED, QUARANTINED: State.QUARANTINED}.get(row.outcome, State.HELD)


def _all_facts(
    archive: Archive, session: Session, snapshot: Snapshot, row: RecordRow, *, out: bool
) -> Facts:
    if row.outcome == DISCARDED:
        return Facts(State.ERASED)
    opened = open_record(session, snapshot, row.id)
    if held_back(session, snapshot, opened) is not None:
        return Facts(State.QUARANTINED)
    stored = current_plan(session, snapshot, opened)
    copy = None if stored is None else stored.copy_digest
    return Facts(
        state=State.HELD if stored is None else State(stored.state.value),
        out=out,
        embargo=embargo_of(archive, session, snapshot, opened.manifest.accession),
        worked=workers(session, snapshot, row.id),
        approved=copy is not None and _approved(session, snapshot, row.id, copy),
        asked=_asked(session, snapshot, row.id),
    )


def _approved(session: Session, snapshot: Snapshot, record: RecordId, copy: str) -> bool:
    enough = approved_alone if one_is_enough(session, snapshot) else approved_by_another
    return enough(session, snapshot, record, copy, present=True)


def _asked(session: Session, snapshot: Snapshot, record: RecordId) -> frozenset[MemberId]:
    """Return the custodians who asked that a record be erased."""
    mark = f'"type":"{EventType.ERASURE_REQUESTED.value}"'.encode()
    bodies = snapshot.ledger.later_bodies(record, _BEFORE_ALL)
    signers = [checked_signer(session, snapshot, parse_entry(one)) for one in bodies if mark in one]
    return frozenset(one.id for one in signers if policy.decide(one, Action.ERASE).allowed)


def certified(session: Session, snapshot: Snapshot, member: MemberId) -> Member:
    """Return a member in the role that a custodian certified.

    Raises:
        BindingMismatch: the catalog's row is no custodian's.
    """
    session.directory.learn(snapshot.members.all())
    found = session.directory.member(member).member
    row = snapshot.members.get(member)
    if row is None or row.role != found.role.value:
        raise BindingMismatch
    return found
