"""An archive of one person: what the signed founding says, and how it becomes one of two.

A member believes that one person is enough if three things say so: their own anchor, which nobody
else can seal; the public keys that a custodian signed to them; and the founding in the ledger. The
catalog's columns say nothing about it (ADR 0033).
"""

from __future__ import annotations

from archive import policy
from archive.catalog import Snapshot
from archive.errors import InvalidValue
from archive.ledger import parse_entry
from archive.ledger.persons import FOREVER, alone_until, tells_persons
from archive.model.access import Action, Member, Role
from archive.model.ids import MemberId
from archive.model.provenance import Entry, EventType
from archive.services.epochs import rolling
from archive.services.events import append, authorise, checked_signer
from archive.services.granting import about, grant_recipients
from archive.services.parts import Archive
from archive.services.refusals import tells_refusals
from archive.services.session import Session

STAMP = "This archive is run by one person: nobody else checked what was released."
"""What stands on everything that comes out of an archive of one person."""


def one_was_enough_until(session: Session, snapshot: Snapshot) -> int:
    """Return the index of the ledger below which one person's approval counts; 0: nowhere.

    Raises:
        BindingMismatch, LedgerTampered: what says so was not signed by a certified custodian.
    """
    if not session.founded_alone:
        return 0
    entries = list(_told(snapshot))
    for _, entry in entries:
        checked_signer(session, snapshot, entry)
    until = alone_until(entries)
    return 0 if until == FOREVER and not session.alone else until


def one_is_enough(session: Session, snapshot: Snapshot) -> bool:
    """Return whether one person's approval counts today; raises as `one_was_enough_until`."""
    return one_was_enough_until(session, snapshot) == FOREVER


def said_in_public(archive: Archive) -> bool:
    """Return whether the ledger says that one person is enough: for pages before anybody's keys."""
    with archive.catalog.read() as snapshot:
        return alone_until(_told(snapshot)) == FOREVER


def _told(snapshot: Snapshot) -> list[tuple[int, Entry]]:
    """Return the entries that say how many persons the archive takes; custodians' alone."""
    first = next(iter(snapshot.ledger.entries(0, 1)), None)
    if first is None:
        return []
    founding = parse_entry(first.body)
    if alone_until([(0, founding)]) == 0:
        return []
    told = [
        (index, parse_entry(body))
        for index, body in snapshot.ledger.about(founding.object)
        if tells_persons(body)
    ]
    return [(index, one) for index, one in told if one.agent.role == Role.CUSTODIAN.value]


@tells_refusals(Action.MANAGE_MEMBERS)
def require_two(archive: Archive, session: Session) -> None:
    """Let plans be approved by another from now on, as in every other archive; no way back.

    Every member is told by new grants. What was released before stays out, with its stamp.

    Raises:
        NotPermitted: only a custodian may.
        InvalidValue: it takes two already, or there is nobody else who may approve.
        PassphraseNeeded: the session's keys are in a keyholder.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    with rolling(archive, session) as tx:
        if not one_is_enough(session, tx):
            raise InvalidValue("It takes two persons already.")
        rows = [row for row in tx.members.all() if row.state == "active"]
        staff = [one for one in rows if _may_approve(MemberId(one.id), one.role)]
        if len(staff) < 2:
            hint = "Invite another custodian or archivist first."
            raise InvalidValue("There is nobody else who may approve a plan.", hint=hint)
        session.alone = False
        session.generation += 1
        session.directory.learn(tx.members.all())
        for row in rows:
            public = session.directory.member(row.id).public
            grant_recipients(archive, tx, session, (MemberId(row.id), public.recipient))
        draft = about(EventType.TWO_PERSONS_BEGUN, archive.folder.archive_id)
        append(archive, session, tx, [draft])


def _may_approve(member: MemberId, role: str) -> bool:
    return policy.decide(Member(member, Role(role)), Action.APPROVE).allowed
