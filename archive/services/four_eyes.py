"""Two people, read off the ledger: who worked on a plan, and who approved its exact copy (T8).

The catalog's columns and the plan's own list of editors are what one member wrote; only the
signatures in the ledger say who did what. Where the signed founding says so, one is enough.
"""

from __future__ import annotations

from archive import policy
from archive.catalog import Snapshot
from archive.ledger import parse_entry
from archive.model.access import Action, Member, Role
from archive.model.ids import MemberId, RecordId
from archive.model.provenance import Entry, EventType
from archive.model.redaction import PlanState
from archive.services.events import checked_signer
from archive.services.persons import one_was_enough_until
from archive.services.session import Session

_WORK = (
    EventType.REDACTION_PROPOSED,
    EventType.REDACTION_MARKED,
    EventType.PLAN_CARRIED_OVER,
    EventType.PLAN_SUBMITTED,
)
_PLAN = (*_WORK, EventType.PLAN_APPROVED)


def _history(snapshot: Snapshot, record: RecordId) -> list[tuple[int, Entry]]:
    """Return what was done to a record's plan, with the indices, oldest first."""
    marks = [f'"type":"{event.value}"'.encode() for event in _PLAN]
    entries = [
        (index, parse_entry(body))
        for index, body in snapshot.ledger.about(record)
        if any(mark in body for mark in marks)
    ]
    return [(index, entry) for index, entry in entries if entry.type in _PLAN]


def _at_work(
    session: Session, snapshot: Snapshot, history: list[tuple[int, Entry]]
) -> frozenset[MemberId]:
    work = [entry for _, entry in history if entry.type in _WORK]
    return frozenset(checked_signer(session, snapshot, entry).id for entry in work)


def workers(session: Session, snapshot: Snapshot, record: RecordId) -> frozenset[MemberId]:
    """Return every member who signed a proposal, mark, carrying over or submission of the plan.

    Raises:
        BindingMismatch: an entry's agent is not a certified member.
        LedgerTampered: an entry is malformed or not signed by its agent.
    """
    return _at_work(session, snapshot, _history(snapshot, record))


def approved_by_another(
    session: Session,
    snapshot: Snapshot,
    record: RecordId,
    copy_digest: str,
    *,
    present: bool = False,
) -> bool:
    """Return whether somebody signed this reading copy's digest who had not worked on the plan.

    Work that comes after an approval is on another copy and takes nothing from it. What is out
    already stays approved when its approver leaves; what is to go out needs one who is `present`:
    active, and in a role that may approve.

    Raises:
        BindingMismatch: an entry's agent is not a certified member.
        LedgerTampered: an entry is malformed or not signed by its agent.
    """
    history = _history(snapshot, record)
    return any(
        _judged_another(session, snapshot, history, one)
        and (not present or _present(snapshot, checked_signer(session, snapshot, one).id))
        for _, one in _approvals(history, copy_digest)
    )


def approved_alone(
    session: Session,
    snapshot: Snapshot,
    record: RecordId,
    copy_digest: str,
    *,
    present: bool = False,
) -> bool:
    """Return whether somebody signed this copy's digest while one person was enough.

    An approval counts that stands below the entry with which it began to take two, and whose
    signer had seen no checkpoint above that.

    Raises:
        BindingMismatch, LedgerTampered: see `approved_by_another` and `one_was_enough_until`.
    """
    until = one_was_enough_until(session, snapshot)
    if not until:
        return False
    return any(
        max(index, one.after_size) < until
        and (signer := checked_signer(session, snapshot, one)) is not None
        and (not present or _present(snapshot, signer.id))
        for index, one in _approvals(_history(snapshot, record), copy_digest)
    )


def _approvals(history: list[tuple[int, Entry]], copy_digest: str) -> list[tuple[int, Entry]]:
    return [
        (index, entry)
        for index, entry in history
        if entry.type is EventType.PLAN_APPROVED
        and entry.links.get("state") == PlanState.APPROVED.value
        and entry.links.get("reading_copy") == copy_digest
    ]


def _judged_another(
    session: Session, snapshot: Snapshot, history: list[tuple[int, Entry]], approval: Entry
) -> bool:
    before = [(index, each) for index, each in history if each.seq < approval.seq]
    signer = checked_signer(session, snapshot, approval)
    return signer.id not in _at_work(session, snapshot, before)


def _present(snapshot: Snapshot, member: MemberId) -> bool:
    row = snapshot.members.get(member)
    if row is None or row.state != "active":
        return False
    return policy.decide(Member(member, Role(row.role)), Action.APPROVE).allowed
