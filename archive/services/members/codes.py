"""Slots beside the passphrase: one-time codes, the recovery slot, the second factor."""

from __future__ import annotations

from datetime import datetime, timedelta

from archive.catalog import Transaction
from archive.catalog.rows import KeySlotRow, MemberRow
from archive.errors import CodeRefused
from archive.model.ids import MemberId
from archive.model.provenance import EventType
from archive.services.events import append
from archive.services.granting import about, put_passphrase
from archive.services.members.passphrases import check_passphrase
from archive.services.membership import find_member
from archive.services.parts import Archive
from archive.services.session import Session, open_session, slot_digest
from archive.services.unlocked import Here
from keys.codes import CodeSlot, make_code_slot, make_recovery_slot, new_code, open_code_slot
from keys.errors import KeysError
from keys.identity import HybridRecipient
from keys.member import MemberSecret
from keys.profiles import Argon2Profile

RECOVERY_SLOT = 1
INVITATION_SLOT = 2
SECOND_FACTOR_SLOT = 3
PASSKEYS_SLOT = 4
HARDWARE_SLOT = 5
PASSKEY_PRF_SLOT = 6
"""Numbers of a member's slots; the passphrase has 0 (docs/formats/key-slot.md)."""

INVITED = "invited"
"""State of a member who has a one-time code that is not used yet."""

VALID = timedelta(days=7)
"""How long a one-time code can be used."""


def put_invitation(
    archive: Archive, tx: Transaction, member: MemberId, secret: MemberSecret
) -> tuple[str, datetime]:
    """Give a member a one-time code in place of an older one; return it and when it expires."""
    code, expires = new_code(archive.random), archive.clock() + VALID
    slot = make_code_slot(
        secret, code, member=member, expires=expires.isoformat(), random=archive.random
    )
    tx.slots.replace(KeySlotRow(member, INVITATION_SLOT, slot.to_json()))
    return code, expires


def put_recovery_slot(
    archive: Archive,
    tx: Transaction,
    recovery: HybridRecipient | None,
    member: MemberId,
    secret: MemberSecret,
) -> None:
    """Let the recovery key open a member's seed; without a known key there is no such slot."""
    if recovery is not None:
        body = make_recovery_slot(secret, recovery, member=member, random=archive.random)
        tx.slots.replace(KeySlotRow(member, RECOVERY_SLOT, body))


def join(
    archive: Archive, name: str, code: bytearray, passphrase: bytearray, profile: Argon2Profile
) -> Session:
    """Choose a passphrase with a one-time code, which is used up; return the member's session.

    Raises:
        CodeRefused: no such member, no such code, used up or expired: all read the same.
        WeakPassphrase: the passphrase is refused; the code can still be used.
    """
    check_passphrase(passphrase, (name,))
    with archive.catalog.write() as tx:
        row = find_member(archive, tx, name)
        secret = _open(archive, tx, row, code)
        if row is None or secret is None:
            raise CodeRefused
        session = open_session(archive, tx, row, name, Here(secret))
        slot = put_passphrase(archive, tx, row.id, secret, passphrase, profile)
        tx.slots.remove(row.id, INVITATION_SLOT)
        append(archive, session, tx, [about(EventType.MEMBER_JOINED, row.id)])
    session.slot_digest = slot_digest(slot)
    return session


def _open(
    archive: Archive, tx: Transaction, row: MemberRow | None, code: bytearray
) -> MemberSecret | None:
    """Return the secret behind a code; the same steps are taken when there is no such member."""
    stored = tx.slots.get(row.id, INVITATION_SLOT) if row is not None else None
    spare = CodeSlot("", archive.clock().isoformat(), bytes(16), bytes(104))
    try:
        slot = CodeSlot.from_json(stored.body) if stored is not None else spare
        secret = open_code_slot(slot, code)
        late = datetime.fromisoformat(slot.expires) <= archive.clock()
    except (KeysError, ValueError):
        return None
    active = row is not None and row.state == "active" and slot.member == row.id
    return secret if active and not late else None
