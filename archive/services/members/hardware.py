"""A member's key in hardware, through an age plugin: one more slot of the seed, without passphrase.

It opens what the passphrase opens, on the command line alone, wherever the plugin's program and
the hardware are. The passphrase stays: without it a lost token would lose the seed.
"""

from __future__ import annotations

from collections.abc import Callable

from archive.catalog.rows import KeySlotRow
from archive.errors import HardwareKeyFailed, InvalidValue, RecordNotFound, WrongPassphrase
from archive.model.provenance import EventType
from archive.services.events import append
from archive.services.granting import about
from archive.services.members.codes import HARDWARE_SLOT
from archive.services.members.entering import entered, watched
from archive.services.membership import find_member
from archive.services.parts import Archive
from archive.services.session import Session, open_session, refresh
from archive.services.unlocked import Here, seed_of
from keys.codes import make_sealed_slot, open_sealed_slot
from keys.errors import KeysError, MalformedKey, PluginFailed
from keys.member import MemberSecret
from keys.plugins import Person, PluginIdentity, PluginRecipient

_KIND = "plugin"


def add(archive: Archive, session: Session, recipient: str, person: Person) -> None:
    """Seal the member's seed to a key in hardware, in place of an earlier one.

    Raises:
        InvalidValue: that is not the recipient of a plugin.
        PassphraseNeeded: the session's keys are in a keyholder.
        HardwareKeyFailed: the plugin is not there, or refused.
        SessionEnded: see `refresh`.
    """
    refresh(archive, session)
    own = MemberSecret(seed_of(session.secret))
    try:
        to = PluginRecipient(recipient, person)
    except MalformedKey:
        raise InvalidValue("That is not the recipient of an age plugin.", hint="age1...") from None
    try:
        body = make_sealed_slot(own, to, _KIND, member=session.member.id, random=archive.random)
    except PluginFailed as error:
        raise _failed(error) from None
    with archive.catalog.write() as tx:
        tx.slots.replace(KeySlotRow(session.member.id, HARDWARE_SLOT, body))
        links = {"plugin": to.plugin}
        append(
            archive, session, tx, [about(EventType.HARDWARE_KEY_SET, session.member.id, **links)]
        )


def remove(archive: Archive, session: Session) -> None:
    """Take the member's slot for hardware away.

    Raises:
        RecordNotFound: there is none.
        SessionEnded: see `refresh`.
    """
    refresh(archive, session)
    with archive.catalog.write() as tx:
        if tx.slots.get(session.member.id, HARDWARE_SLOT) is None:
            raise RecordNotFound("You have no key in hardware.")
        tx.slots.remove(session.member.id, HARDWARE_SLOT)
        append(archive, session, tx, [about(EventType.HARDWARE_KEY_REMOVED, session.member.id)])


def sign_in(archive: Archive, name: str, identity: str, person: Person, door: str) -> Session:
    """Open a member's keys with a key in hardware; the ledger knows before they are handed out.

    Raises:
        InvalidValue: that is not the identity of a plugin.
        WrongPassphrase: no such member or slot, or the hardware is not the slot's.
        HardwareKeyFailed: the plugin is not there, or refused.
        StorageError, LedgerBehind: the ledger cannot be written; nobody is signed in.
    """
    try:
        key = PluginIdentity(identity, person)
    except MalformedKey:
        raise InvalidValue("That file holds no identity of an age plugin.") from None
    with watched(archive, name):
        session = _opened(archive, name, lambda body, me: open_sealed_slot(body, key, _KIND, me))
    return entered(archive, session, door, key="hardware")


def _opened(archive: Archive, name: str, opening: Callable[[str, str], MemberSecret]) -> Session:
    with archive.catalog.read() as snapshot:
        row = find_member(archive, snapshot, name)
        slot = snapshot.slots.get(row.id, HARDWARE_SLOT) if row else None
    if row is None or row.state != "active" or slot is None:
        raise WrongPassphrase
    try:
        secret = opening(slot.body, row.id)
    except PluginFailed as error:
        raise _failed(error) from None
    except KeysError:
        raise WrongPassphrase from None
    with archive.catalog.read() as snapshot:
        return open_session(archive, snapshot, row, name, Here(secret))


def _failed(error: PluginFailed) -> HardwareKeyFailed:
    return HardwareKeyFailed(f"The hardware key did not work: {error}.")
