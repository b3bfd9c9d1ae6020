"""What changes a membership: leaving, another role, grants made anew. Each is one transaction.

Keys that somebody held and holds no more are rolled in the same transaction; headers are re-wrapped
afterwards (`archive.services.epochs.rewrap`).
"""

from __future__ import annotations

from archive import policy
from archive.catalog import Transaction
from archive.catalog.rows import MemberRow
from archive.errors import InvalidValue, LastCustodian
from archive.model.access import Action, Compartment, Member, Role
from archive.model.ids import MemberId
from archive.model.provenance import EventType
from archive.services.epochs import roll, rolling
from archive.services.events import append, authorise
from archive.services.granting import about, grant_role, key_links
from archive.services.members.unlocking import end_all_of
from archive.services.membership import active_member, certify, retired_tag
from archive.services.parts import Archive
from archive.services.refusals import tells_refusals
from archive.services.session import LOG, RECIPIENTS, Session
from keys.signing import key_id

_EVERY_GRANT = (LOG, RECIPIENTS, *(one.value for one in Compartment))


def _other(archive: Archive, session: Session, tx: Transaction, name: str) -> MemberRow:
    """Return another member than the acting one.

    Raises:
        RecordNotFound: there is no such active member.
        LastCustodian: it is oneself.
    """
    session.directory.learn(tx.members.all())
    row = active_member(archive, tx, name)
    if row.id == session.member.id:
        raise LastCustodian
    return row


@tells_refusals(Action.MANAGE_MEMBERS)
def disable(archive: Archive, session: Session, name: str) -> tuple[Compartment, ...]:
    """Take a member's grants and slots, retire the key, roll what the member held; return that.

    The name is free for another member afterwards; the key never comes back.

    Raises:
        NotPermitted: only a custodian may.
        RecordNotFound: there is no such active member.
        LastCustodian: nobody disables themselves.
        RecoveryUnknown: see `roll`; nothing was changed.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    with rolling(archive, session) as tx:
        row = _other(archive, session, tx, name)
        public = session.directory.member(row.id).public
        tx.members.retire(row.id, retired_tag(archive.folder.archive_id, row.id))
        tx.keys.remove_grants(row.id, _EVERY_GRANT)
        tx.slots.remove_all(row.id)
        kid = key_id(public.ed25519)
        append(
            archive,
            session,
            tx,
            [about(EventType.MEMBER_DISABLED, row.id, member=row.id, kid=kid)],
        )
        held = tuple(sorted(policy.OPENS[Role(row.role)], key=lambda one: one.value))
        roll(archive, session, tx, held)
    end_all_of(archive, row.id)
    return held


@tells_refusals(Action.MANAGE_MEMBERS)
def change_role(
    archive: Archive, session: Session, name: str, role: Role
) -> tuple[Compartment, ...]:
    """Certify a member in another role, grant what it opens, roll what it does not; return that.

    Raises:
        NotPermitted: only a custodian may.
        RecordNotFound: there is no such active member.
        InvalidValue: the member has that role already.
        LastCustodian: nobody changes their own role.
        RecoveryUnknown: see `roll`; nothing was changed.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    with rolling(archive, session) as tx:
        row = _other(archive, session, tx, name)
        if row.role == role.value:
            raise InvalidValue("The member has that role already.")
        public = session.directory.member(row.id).public
        member = Member(MemberId(row.id), role)
        certificate = certify(session.secret, session.member.id, member, public, row)
        tx.members.set_role(row.id, role.value, certificate)
        links = key_links(member, public)
        append(archive, session, tx, [about(EventType.MEMBER_ROLE_CHANGED, row.id, **links)])
        lost = policy.OPENS[Role(row.role)] - policy.OPENS[role]
        roll(archive, session, tx, lost)
        grant_role(archive, tx, session, member, public.recipient)
    end_all_of(archive, row.id)
    return tuple(sorted(lost, key=lambda one: one.value))


@tells_refusals(Action.MANAGE_MEMBERS)
def grant_again(archive: Archive, session: Session, name: str) -> None:
    """Make every grant of a member anew, signed by the acting custodian.

    Raises:
        NotPermitted: only a custodian may.
        RecordNotFound: there is no such active member.
        LastCustodian: nobody grants to themselves.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    with rolling(archive, session) as tx:
        row = _other(archive, session, tx, name)
        found = session.directory.member(row.id)
        grant_role(archive, tx, session, found.member, found.public.recipient)
        append(archive, session, tx, [about(EventType.MEMBER_GRANTED, row.id, member=row.id)])
