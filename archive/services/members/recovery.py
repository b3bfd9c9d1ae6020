"""Recovery: shares of the recovery key, rehearsals, and a lost passphrase made a routine.

The recovery key opens every epoch of every compartment and a slot of every member's seed. It is on
a printed sheet, or in shares of which two custodians at least hold one each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.catalog import Snapshot
from archive.catalog.rows import MemberRow
from archive.errors import InvalidValue, NotPermitted, RecordNotFound, SharesUnusable
from archive.model.access import Action, Compartment, Role
from archive.model.ids import MemberId
from archive.model.provenance import EventType
from archive.services.epochs import rolling
from archive.services.events import append, authorise, record_event
from archive.services.granting import about, grant_recipients
from archive.services.members.codes import (
    HARDWARE_SLOT,
    PASSKEY_PRF_SLOT,
    PASSKEYS_SLOT,
    RECOVERY_SLOT,
    SECOND_FACTOR_SLOT,
    put_invitation,
    put_recovery_slot,
)
from archive.services.members.unlocking import end_all_of
from archive.services.membership import active_member
from archive.services.parts import Archive
from archive.services.refusals import tells_refusals
from archive.services.session import (
    PASSPHRASE_SLOT,
    Session,
    open_session,
)
from archive.services.unlocked import Here, seed_of
from keys.age import open_small
from keys.codes import open_recovery_slot
from keys.errors import KeysError
from keys.identity import HybridIdentity, parse_identity
from keys.member import MemberSecret
from keys.shares import ShareSheet, combine, read_share, split

_IDENTITY = re.compile(r"AGE-SECRET-KEY-PQ-1[0-9A-Z]{58}")
_UNPAIRED = "That is not the recovery sheet of this archive."


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """A recovery identity at hand, and what it came from: `sheet` or `shares`."""

    identity: HybridIdentity = field(repr=False)
    origin: str
    parts: int


@dataclass(frozen=True, slots=True)
class Reset:
    """A one-time code for a member who lost a passphrase, and when it expires."""

    name: str
    code: str = field(repr=False)
    expires: datetime


def from_sheet(text: str) -> RecoveryKey:
    """Return the recovery key of a sheet's text.

    Raises:
        SharesUnusable: there is no identity in it, or it is mistyped.
    """
    found = _IDENTITY.search(text)
    try:
        if found is not None:
            return RecoveryKey(HybridIdentity.parse(found[0]), "sheet", 1)
    except KeysError:
        pass
    raise SharesUnusable(_UNPAIRED, hint="Check the line that begins with AGE-SECRET-KEY-PQ-1.")


def from_shares(texts: Sequence[str]) -> RecoveryKey:
    """Return the recovery key of as many shares as their threshold says.

    Raises:
        SharesUnusable: too few, of different sets, or mistyped.
    """
    try:
        words = [read_share(text) for text in texts]
        return RecoveryKey(combine(words), "shares", len(set(words)))
    except KeysError:
        raise SharesUnusable from None


def _require_ours(session: Session, key: RecoveryKey) -> None:
    if session.recovery is None or key.identity.recipient() != session.recovery:
        raise SharesUnusable(_UNPAIRED)


def _opens_all(archive: Archive, snapshot: Snapshot, key: RecoveryKey) -> None:
    """Check that a key opens every epoch of every compartment.

    Raises:
        SharesUnusable: it does not.
    """
    try:
        for compartment in Compartment:
            for row in snapshot.keys.all_epochs(archive.collection, compartment.value):
                inside = open_small(row.recovery_sealed, [key.identity]).decode()
                if parse_identity(inside).recipient().encode() != row.recipient:
                    raise SharesUnusable(_UNPAIRED)
    except (KeysError, UnicodeDecodeError):
        raise SharesUnusable(_UNPAIRED) from None


@tells_refusals(Action.MANAGE_MEMBERS)
def adopt(archive: Archive, session: Session, key: RecoveryKey) -> None:
    """Tell every member the public recovery key of an archive from before it was kept.

    Raises:
        NotPermitted: only a custodian may.
        InvalidValue: the archive knows its recovery key.
        SharesUnusable: the key does not open every epoch of every compartment.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    if session.recovery is not None:
        raise InvalidValue("The archive knows its recovery key already.")
    with rolling(archive, session) as tx:
        _opens_all(archive, tx, key)
        session.recovery = key.identity.recipient()
        session.generation += 1
        session.directory.learn(tx.members.all())
        for row in list(tx.members.all()):
            if row.state == "active":
                public = session.directory.member(row.id).public
                grant_recipients(archive, tx, session, (MemberId(row.id), public.recipient))
        own = MemberSecret(seed_of(session.secret))
        put_recovery_slot(archive, tx, session.recovery, session.member.id, own)
        append(archive, session, tx, [about(EventType.RECOVERY_ADOPTED, archive.folder.archive_id)])


@tells_refusals(Action.MANAGE_MEMBERS)
def share(
    archive: Archive, session: Session, key: RecoveryKey, threshold: int, count: int
) -> tuple[ShareSheet, ...]:
    """Split the recovery key into `count` sheets, of which `threshold` give it.

    Raises:
        NotPermitted: only a custodian may.
        SharesUnusable: the key is not this archive's.
        InvalidValue: not 2 <= threshold <= count <= 16.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    _require_ours(session, key)
    try:
        parts = split(key.identity, threshold, count)
    except KeysError:
        raise InvalidValue("Shares need 2 <= threshold <= count <= 16.") from None
    archive_id, today = archive.folder.archive_id, archive.clock().date()
    sheets = tuple(
        ShareSheet(archive_id, words, number, count, threshold, today)
        for number, words in enumerate(parts, start=1)
    )
    links = {"threshold": str(threshold), "shares": str(count), "set": sheets[0].set_id}
    record_event(archive, session, about(EventType.RECOVERY_SHARED, archive_id, **links))
    return sheets


@tells_refusals(Action.MANAGE_MEMBERS)
def rehearse(archive: Archive, session: Session, key: RecoveryKey) -> None:
    """Check that a recovery key would open everything; opens no document.

    Raises:
        NotPermitted: only a custodian may.
        SharesUnusable: it would not.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    with archive.catalog.read() as snapshot:
        _opens_all(archive, snapshot, key)
    links = {"by": key.origin, "parts": str(key.parts)}
    draft = about(EventType.RECOVERY_REHEARSED, archive.folder.archive_id, **links)
    record_event(archive, session, draft)


def reset(archive: Archive, session: Session | None, name: str, key: RecoveryKey) -> Reset:
    """Give a member who lost a passphrase a one-time code; keys and grants stay as they are.

    The old passphrase and the second factor go at once, and with them every session. Without
    `session` the member must be a custodian, and their own recovered key signs the event.

    Raises:
        NotPermitted: only a custodian may.
        RecordNotFound: there is no such active member, or none with a recovery slot.
        SharesUnusable: the recovery key is not this archive's.
        BindingMismatch: the catalog was changed outside Strongroom.
    """
    if session is not None:
        authorise(archive, session, Action.MANAGE_MEMBERS)
        _require_ours(session, key)
    with archive.catalog.write() as tx:
        row = active_member(archive, tx, name)
        secret = _recovered(tx, row, key)
        own = open_session(archive, tx, row, name, Here(secret))
        if session is None:
            if own.member.role is not Role.CUSTODIAN:
                raise NotPermitted("A custodian must sign in to reset another member.")
            _require_ours(own, key)
        tx.slots.remove(row.id, PASSPHRASE_SLOT)
        tx.slots.remove(row.id, SECOND_FACTOR_SLOT)
        tx.slots.remove(row.id, PASSKEYS_SLOT)
        tx.slots.remove(row.id, PASSKEY_PRF_SLOT)
        tx.slots.remove(row.id, HARDWARE_SLOT)
        code, expires = put_invitation(archive, tx, row.id, secret)
        links = {"member": row.id, "by": key.origin, "parts": str(key.parts)}
        draft = about(EventType.MEMBER_RESET, row.id, **links)
        append(archive, session or own, tx, [draft])
    end_all_of(archive, row.id)
    return Reset(name, code, expires)


def _recovered(snapshot: Snapshot, row: MemberRow, key: RecoveryKey) -> MemberSecret:
    slot = snapshot.slots.get(row.id, RECOVERY_SLOT)
    if slot is None:
        raise RecordNotFound(
            "That member has no recovery slot; one is made when they change their passphrase.",
            hint="Disable the member and invite them again.",
        )
    try:
        return open_recovery_slot(slot.body, key.identity, member=row.id)
    except KeysError:
        raise SharesUnusable from None
