"""Members and the archive itself: the founding, invitations, passphrases, and what is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive import policy
from archive.catalog import Transaction
from archive.catalog.rows import CollectionRow, CompartmentRow, GrantRow, KeySlotRow, MemberRow
from archive.errors import InvalidValue, NameTaken, WeakPassphrase
from archive.ledger import Log
from archive.model.access import Action, Compartment, Member, Role
from archive.model.ids import MemberId, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.codec import encode
from archive.services.events import append, authorise
from archive.services.membership import Certified, Directory, certify, name_tag, normal_name
from archive.services.parts import Archive
from archive.services.session import ANCHOR, LOG, RECIPIENTS, Session, seal_anchor
from keys.age import open_small, seal_small
from keys.errors import KeysError
from keys.identity import HybridIdentity
from keys.keyring import make_grant
from keys.member import MemberSecret
from keys.profiles import DEFAULT, Argon2Profile, by_name
from keys.recovery import RecoverySheet
from keys.signing import key_id
from keys.slots import make_slot

KdfProfile = Argon2Profile
"""Parameters of Argon2id for new key slots (keys.profiles)."""

_MIN_PASSPHRASE = 15
_COMMON = frozenset(
    {
        "passwordpassword",
        "password12345678",
        "123456789012345",
        "1234567890123456",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaa",
        "correcthorsebatterystaple",
        "correct horse battery staple",
    }
)


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as a custodian sees them."""

    id: MemberId
    name: str
    role: Role
    state: str
    created: datetime


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
    """The keys of a new archive, held only while it is founded."""

    custodian: Member
    name: str
    secret: MemberSecret
    identities: dict[Compartment, HybridIdentity]
    recovery: HybridIdentity
    log_seed: bytes
    log: Log


def check_passphrase(passphrase: bytearray) -> None:
    """Refuse a passphrase that is short or common (ASVS 5.0, 6.2.1 and 6.2.4).

    Raises:
        WeakPassphrase: fewer than 15 characters, one repeated character, or on the common list.
    """
    try:
        text = passphrase.decode()
    except UnicodeDecodeError:
        raise WeakPassphrase("The passphrase is not UTF-8 text.") from None
    if len(text) < _MIN_PASSPHRASE or text.casefold() in _COMMON or len(set(text)) < 5:
        raise WeakPassphrase


def found(
    archive: Archive, founding: Founding, passphrase: bytearray, profile: KdfProfile
) -> tuple[RecoverySheet, str]:
    """Write the first custodian, the compartments and the first entries; return sheet and root.

    Raises:
        WeakPassphrase: the passphrase is refused.
    """
    check_passphrase(passphrase)
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
        row = _member_row(archive, session, founding.custodian, founding.name, founding.secret)
        tx.members.add(row)
        _add_slot(archive, tx, founding.custodian.id, founding.secret, passphrase, profile)
        _grant_all(archive, tx, session, founding.custodian, founding.secret, founding.log_seed)
        drafts = [_created(archive, founding), _joined(founding.custodian, founding.secret)]
        checkpoint = append(archive, session, tx, drafts).checkpoint
    return sheet, checkpoint.root.hex()


def _compartment(
    archive: Archive, founding: Founding, compartment: Compartment, identity: HybridIdentity
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
    )


def _created(archive: Archive, founding: Founding) -> EntryDraft:
    public = founding.secret.signer.public
    return EntryDraft(
        type=EventType.ARCHIVE_CREATED,
        object=archive.folder.archive_id,
        outcome=EventOutcome.SUCCESS,
        links={
            "member": founding.custodian.id,
            "role": founding.custodian.role.value,
            "ed25519": public.hex(),
            "kid": key_id(public),
        },
        commitments={},
    )


def _joined(member: Member, secret: MemberSecret) -> EntryDraft:
    public = secret.signer.public
    return EntryDraft(
        type=EventType.MEMBER_ADDED,
        object=member.id,
        outcome=EventOutcome.SUCCESS,
        links={
            "member": member.id,
            "role": member.role.value,
            "ed25519": public.hex(),
            "kid": key_id(public),
        },
        commitments={},
    )


def _member_row(
    archive: Archive, granter: Session, member: Member, name: str, secret: MemberSecret
) -> MemberRow:
    readers = [granter.recipients[c] for c in (Compartment.LEDGER, Compartment.ORIGINALS)]
    return MemberRow(
        id=member.id,
        name_tag=name_tag(archive.folder.archive_id, "member", name),
        role=member.role.value,
        state="active",
        name_sealed=seal_small(name.encode(), readers, random=archive.random),
        public_json=certify(granter.secret, granter.member.id, member, secret.public),
        created=archive.clock(),
    )


def _add_slot(
    archive: Archive,
    tx: Transaction,
    member: MemberId,
    secret: MemberSecret,
    passphrase: bytearray,
    profile: KdfProfile,
) -> None:
    slot = make_slot(
        secret, passphrase, member=member, slot=0, profile=profile, random=archive.random
    )
    tx.slots.replace(KeySlotRow(member=member, slot=0, body=slot.to_json()))


def _grant_all(
    archive: Archive,
    tx: Transaction,
    granter: Session,
    member: Member,
    secret: MemberSecret,
    log_seed: bytes,
) -> None:
    recipients = {name.value: one.encode() for name, one in granter.recipients.items()}
    payloads = [(LOG, 1, log_seed), (RECIPIENTS, 1, encode(recipients))]
    for compartment in policy.OPENS[member.role]:
        epochs = granter.opening(compartment)
        for age, identity in enumerate(epochs):
            payloads.append((compartment.value, len(epochs) - age, identity.seed))
    for purpose, epoch, payload in payloads:
        grant = make_grant(
            payload,
            collection=archive.collection,
            purpose=purpose,
            epoch=epoch,
            member=member.id,
            recipient=secret.identity.recipient(),
            granter=granter.secret,
            random=archive.random,
        )
        tx.keys.add_grant(GrantRow(archive.collection, purpose, epoch, member.id, grant.to_json()))
    anchor = Certified(granter.member, granter.secret.public)
    sealed = seal_anchor(secret, archive.folder.archive_id, anchor)
    tx.keys.add_grant(GrantRow(archive.collection, ANCHOR, 1, member.id, sealed))


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
    check_passphrase(passphrase)
    name = normal_name(name)
    member = Member(MemberId(new_uuid(archive.ids)), role)
    secret = MemberSecret.generate(archive.random)
    row = _member_row(archive, session, member, name, secret)
    with archive.catalog.write() as tx:
        if tx.members.by_tag(row.name_tag) is not None:
            raise NameTaken
        tx.members.add(row)
        _add_slot(archive, tx, member.id, secret, passphrase, profile)
        _grant_all(archive, tx, session, member, secret, session.log_seed)
        append(archive, session, tx, [_joined(member, secret)])
    return MemberView(member.id, name, role, row.state, row.created)


def members(archive: Archive, session: Session) -> tuple[MemberView, ...]:
    """List the members with their names.

    Raises:
        NotPermitted: only a custodian may.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    identities = session.opening(Compartment.LEDGER)
    with archive.catalog.read() as snapshot:
        rows = tuple(snapshot.members.all())
    return tuple(
        MemberView(
            MemberId(row.id),
            open_small(row.name_sealed, identities).decode(),
            Role(row.role),
            row.state,
            row.created,
        )
        for row in rows
    )


def change_passphrase(
    archive: Archive, session: Session, new: bytearray, profile: KdfProfile
) -> None:
    """Replace the signed-in member's own passphrase slot.

    Raises:
        WeakPassphrase: `new` is refused.
    """
    check_passphrase(new)
    with archive.catalog.write() as tx:
        _add_slot(archive, tx, session.member.id, session.secret, new, profile)
        append(archive, session, tx, [_changed(session)])


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


def _changed(session: Session) -> EntryDraft:
    return EntryDraft(
        type=EventType.MEMBER_PASSPHRASE_CHANGED,
        object=session.member.id,
        outcome=EventOutcome.SUCCESS,
        links={},
        commitments={},
    )


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
