"""What makes a member: the certified row, the grants of a role, the entries that say so."""

from __future__ import annotations

from archive import policy
from archive.catalog import Transaction
from archive.catalog.rows import GrantRow, KeySlotRow, MemberRow
from archive.errors import PassphraseNeeded
from archive.model.access import Compartment, Member
from archive.model.ids import MemberId
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.membership import certify, name_tag
from archive.services.parts import Archive
from archive.services.session import (
    ANCHOR,
    LOG,
    PASSPHRASE_SLOT,
    RECIPIENTS,
    Session,
    recipients_payload,
    seal_anchor,
)
from archive.services.unlocked import payload_of
from keys.age import seal_small
from keys.identity import HybridRecipient
from keys.keyring import make_grant
from keys.member import MemberPublic, MemberSecret
from keys.profiles import Argon2Profile
from keys.signing import key_id
from keys.slots import make_slot


def member_row(
    archive: Archive, granter: Session, member: Member, name: str, public: MemberPublic
) -> MemberRow:
    """Return the row of a new member, certified by `granter`."""
    readers = [granter.recipients[c] for c in (Compartment.LEDGER, Compartment.ORIGINALS)]
    return MemberRow(
        id=member.id,
        name_tag=name_tag(archive.folder.archive_id, "member", name),
        role=member.role.value,
        state="active",
        name_sealed=seal_small(name.encode(), readers, random=archive.random),
        public_json=certify(granter.secret, granter.member.id, member, public),
        created=archive.clock(),
    )


def put_passphrase(
    archive: Archive,
    tx: Transaction,
    member: MemberId,
    secret: MemberSecret,
    passphrase: bytearray,
    profile: Argon2Profile,
) -> KeySlotRow:
    """Put a passphrase slot in place of the member's present one and return its row."""
    slot = make_slot(
        secret,
        passphrase,
        member=member,
        slot=PASSPHRASE_SLOT,
        profile=profile,
        random=archive.random,
    )
    row = KeySlotRow(member=member, slot=PASSPHRASE_SLOT, body=slot.to_json())
    tx.slots.replace(row)
    return row


def put_grant(
    archive: Archive,
    tx: Transaction,
    granter: Session,
    to: tuple[MemberId, HybridRecipient],
    what: tuple[str, int, bytes],
) -> None:
    """Seal one payload to a member; `what` is purpose, epoch and payload."""
    (member, recipient), (purpose, epoch, payload) = to, what
    grant = make_grant(
        payload,
        collection=archive.collection,
        purpose=purpose,
        epoch=epoch,
        member=member,
        recipient=recipient,
        granter=granter.secret,
        random=archive.random,
    )
    tx.keys.put_grant(GrantRow(archive.collection, purpose, epoch, member, grant.to_json()))


def grant_role(
    archive: Archive,
    tx: Transaction,
    granter: Session,
    member: Member,
    recipient: HybridRecipient,
) -> None:
    """Give a member what the role opens, every epoch of it, and take what it does not open.

    The anchor stays: it is sealed under the member's own secret.
    """
    to = (member.id, recipient)
    if not granter.log_seed:
        raise PassphraseNeeded
    tx.keys.remove_grants(member.id, [LOG, RECIPIENTS, *(one.value for one in Compartment)])
    put_grant(archive, tx, granter, to, (LOG, granter.log_epoch, granter.log_seed))
    grant_recipients(archive, tx, granter, to)
    for compartment in policy.OPENS[member.role]:
        identities = granter.opening(compartment)
        for age, identity in enumerate(identities):
            epoch = granter.epochs[compartment] - age
            put_grant(archive, tx, granter, to, (compartment.value, epoch, payload_of(identity)))


def grant_recipients(
    archive: Archive, tx: Transaction, granter: Session, to: tuple[MemberId, HybridRecipient]
) -> None:
    """Give a member the public keys as the granter's session has them, in place of older ones."""
    tx.keys.remove_grants(to[0], [RECIPIENTS])
    payload = recipients_payload(granter)
    put_grant(archive, tx, granter, to, (RECIPIENTS, granter.generation, payload))


def grant_anchor(
    archive: Archive, tx: Transaction, granter: Session, member: MemberId, secret: MemberSecret
) -> None:
    """Tell a member whom to believe: the one whom the granter believes."""
    anchor, alone = granter.directory.anchor, granter.founded_alone
    sealed = seal_anchor(secret, archive.folder.archive_id, anchor, alone=alone)
    tx.keys.put_grant(GrantRow(archive.collection, ANCHOR, 1, member, sealed))


def joined(member: Member, public: MemberPublic, **links: str) -> EntryDraft:
    """Return the entry that registers a member's key."""
    return about(EventType.MEMBER_ADDED, member.id, **key_links(member, public), **links)


def key_links(member: Member, public: MemberPublic) -> dict[str, str]:
    """Return what an entry says of a member: id, role, public key and its id."""
    return {
        "member": member.id,
        "role": member.role.value,
        "ed25519": public.ed25519.hex(),
        "kid": key_id(public.ed25519),
    }


def about(event: EventType, obj: str, **links: str) -> EntryDraft:
    """Return the entry of an act that succeeded."""
    return EntryDraft(
        type=event, object=obj, outcome=EventOutcome.SUCCESS, links=links, commitments={}
    )
