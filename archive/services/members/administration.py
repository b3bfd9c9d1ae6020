"""Members and the archive itself: the founding, invitations, passphrases, and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archive.catalog import Transaction
from archive.catalog.rows import CollectionRow, CompartmentRow, MemberRow
from archive.errors import InvalidValue
from archive.ledger import Log
from archive.ledger.persons import ONE, PERSONS
from archive.model.access import Action, Compartment, Member, Role
from archive.model.ids import MemberId, new_uuid
from archive.model.provenance import EntryDraft, EventType
from archive.services.events import append, authorise, look
from archive.services.granting import (
    about,
    grant_anchor,
    grant_role,
    joined,
    key_links,
    member_row,
    put_passphrase,
)
from archive.services.members.codes import (
    INVITATION_SLOT,
    INVITED,
    SECOND_FACTOR_SLOT,
    put_invitation,
    put_recovery_slot,
)
from archive.services.members.passphrases import check_passphrase
from archive.services.members.unlocking import end_all_of
from archive.services.membership import Certified, Directory, name_tag, normal_name
from archive.services.parts import Archive
from archive.services.session import Session, refresh, slot_digest
from archive.services.unlocked import seed_of
from keys.age import open_small, seal_small
from keys.errors import KeysError
from keys.identity import CompartmentKey, HybridIdentity
from keys.member import MemberSecret
from keys.profiles import DEFAULT, Argon2Profile, by_name
from keys.recovery import RecoverySheet

KdfProfile = Argon2Profile
"""Parameters of Argon2id for new key slots (keys.profiles)."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as a custodian sees them: `state` is `invited`, `active` or `disabled`."""

    id: MemberId
    name: str
    role: Role
    state: str
    created: datetime
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """A member to be, the code to hand over, and when it expires."""

    member: MemberView
    code: str = field(repr=False)
    expires: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """Counts that say nothing about content."""

    records: int
    entries: int
    pending: int
    released: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Founding:
    """The keys of a new archive, held only while it is founded; `alone`: it is for one person."""

    custodian: Member
    name: str
    secret: MemberSecret
    identities: Mapping[Compartment, CompartmentKey]
    recovery: HybridIdentity
    log_seed: bytes
    log: Log
    alone: bool = False


def found(
    archive: Archive, founding: Founding, passphrase: bytearray, profile: KdfProfile
) -> tuple[RecoverySheet, str]:
    """Write the first custodian, the compartments and the first entries; return sheet and root.

    Raises:
        WeakPassphrase: the passphrase is refused.
    """
    check_passphrase(passphrase, (founding.name,))
    sheet = RecoverySheet(archive.folder.archive_id, founding.recovery, archive.clock().date())
    with archive.catalog.write() as tx:
        tx.collections.add(
            CollectionRow(
                id=archive.collection,
                name_tag=name_tag(archive.folder.archive_id, "collection", "main"),
                name_sealed=seal_small(
                    b"main",
                    [founding.identities[Compartment.LEDGER].recipient()],
                    random=archive.random,
                ),
            )
        )
        for compartment, identity in founding.identities.items():
            tx.keys.add_compartment(_compartment(archive, founding, compartment, identity))
        session = _founder(founding)
        _enrol(archive, tx, session, (founding.custodian, founding.name), founding.secret)
        me = founding.custodian
        put_passphrase(archive, tx, me.id, founding.secret, passphrase, profile)
        drafts = [_created(archive, founding), joined(me, founding.secret.public)]
        checkpoint = append(archive, session, tx, drafts).checkpoint
    return sheet, checkpoint.root.hex()


def _compartment(
    archive: Archive, founding: Founding, compartment: Compartment, identity: CompartmentKey
) -> CompartmentRow:
    recovery = [founding.recovery.recipient()]
    return CompartmentRow(
        collection=archive.collection,
        compartment=compartment.value,
        epoch=1,
        recipient=identity.recipient().encode(),
        recovery_sealed=seal_small(identity.encode().encode(), recovery, random=archive.random),
        created=archive.clock(),
    )


def _founder(founding: Founding) -> Session:
    anchor = Certified(founding.custodian, founding.secret.public)
    return Session(
        member=founding.custodian,
        name=founding.name,
        secret=founding.secret,
        log=founding.log,
        log_seed=founding.log_seed,
        directory=Directory((), anchor),
        identities={name: [identity] for name, identity in founding.identities.items()},
        recipients={name: one.recipient() for name, one in founding.identities.items()},
        epochs=dict.fromkeys(Compartment, 1),
        recovery=founding.recovery.recipient(),
        founded_alone=founding.alone,
        alone=founding.alone,
    )


def _enrol(
    archive: Archive,
    tx: Transaction,
    granter: Session,
    who: tuple[Member, str],
    secret: MemberSecret,
) -> MemberRow:
    """Add a member with the grants of the role and, where it is known, a recovery slot.

    Raises:
        NameTaken: a member of that name exists.
    """
    member, name = who
    row = member_row(archive, granter, member, name, secret.public)
    tx.members.add(row)
    grant_role(archive, tx, granter, member, secret.identity.recipient())
    grant_anchor(archive, tx, granter, member.id, secret)
    put_recovery_slot(archive, tx, granter.recovery, member.id, secret)
    return row


def _created(archive: Archive, founding: Founding) -> EntryDraft:
    links = key_links(founding.custodian, founding.secret.public)
    persons = {PERSONS: ONE} if founding.alone else {}
    return about(EventType.ARCHIVE_CREATED, archive.folder.archive_id, **links, **persons)


def add_member(
    archive: Archive,
    session: Session,
    name: str,
    role: Role,
    passphrase: bytearray,
    profile: KdfProfile,
) -> MemberView:
    """Make a member of a role with the grants that the role opens.

    Raises:
        NotPermitted: only a custodian may.
        NameTaken: a member of that name exists.
        WeakPassphrase: the passphrase is refused.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    check_passphrase(passphrase, (name,))
    name = normal_name(name)
    member = Member(MemberId(new_uuid(archive.ids)), role)
    secret = MemberSecret.generate(archive.random)
    with archive.catalog.write() as tx:
        row = _enrol(archive, tx, session, (member, name), secret)
        put_passphrase(archive, tx, member.id, secret, passphrase, profile)
        append(archive, session, tx, [joined(member, secret.public)])
    return MemberView(member.id, name, role, row.state, row.created)


def invite(archive: Archive, session: Session, name: str, role: Role) -> Invited:
    """Make a member who has no passphrase yet, and the one-time code to choose one with.

    Raises:
        NotPermitted: only a custodian may.
        NameTaken: a member of that name exists.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    name = normal_name(name)
    member = Member(MemberId(new_uuid(archive.ids)), role)
    secret = MemberSecret.generate(archive.random)
    with archive.catalog.write() as tx:
        row = _enrol(archive, tx, session, (member, name), secret)
        code, expires = put_invitation(archive, tx, member.id, secret)
        entry = joined(member, secret.public, invited="yes")
        append(archive, session, tx, [entry])
    view = MemberView(member.id, name, role, INVITED, row.created)
    return Invited(view, code, expires)


def members(archive: Archive, session: Session) -> tuple[MemberView, ...]:
    """List the members with their names.

    Raises:
        NotPermitted: only a custodian may.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    identities = session.opening(Compartment.LEDGER)
    look(archive, session, of="members")
    with archive.catalog.read() as snapshot:
        rows = tuple(snapshot.members.all())
        slots = {row.id: {one.slot for one in snapshot.slots.for_member(row.id)} for row in rows}
    return tuple(
        MemberView(
            MemberId(row.id),
            open_small(row.name_sealed, identities).decode(),
            Role(row.role),
            INVITED if row.state == "active" and INVITATION_SLOT in slots[row.id] else row.state,
            row.created,
            SECOND_FACTOR_SLOT in slots[row.id],
        )
        for row in rows
    )


def change_passphrase(
    archive: Archive, session: Session, new: bytearray, profile: KdfProfile
) -> None:
    """Replace the signed-in member's own passphrase slot; their other sessions end.

    Raises:
        WeakPassphrase: `new` is refused.
        SessionEnded: see `refresh`.
    """
    check_passphrase(new, (session.name,))
    refresh(archive, session)
    own = MemberSecret(seed_of(session.secret))
    with archive.catalog.write() as tx:
        slot = put_passphrase(archive, tx, session.member.id, own, new, profile)
        put_recovery_slot(archive, tx, session.recovery, session.member.id, own)
        changed = about(EventType.MEMBER_PASSPHRASE_CHANGED, session.member.id)
        append(archive, session, tx, [changed])
    session.slot_digest = slot_digest(slot)
    end_all_of(archive, session.member.id)


def kdf_profile(name: str | None) -> KdfProfile:
    """Return the Argon2id profile of that name, or the default.

    Raises:
        InvalidValue: there is none of that name.
    """
    if name is None:
        return DEFAULT
    try:
        return by_name(name)
    except (KeysError, KeyError, ValueError):
        raise InvalidValue("There is no key derivation profile of that name.") from None


def status(archive: Archive) -> Status:
    """Return counts that say nothing about content; needs no key."""
    with archive.catalog.read() as snapshot:
        released = sum(1 for row in snapshot.releases.all() if row.state == "released")
        return Status(
            records=snapshot.records.count(archive.collection),
            entries=snapshot.ledger.count(),
            pending=snapshot.outbox.count(),
            released=released,
            quarantined=sum(1 for _ in snapshot.records.quarantined(archive.collection)),
        )
