"""Signing in with a passkey alone: its PRF extension opens a key slot, its signature is the proof.

A passkey that verified its user is something one has and something one knows or is; so no code is
asked for afterwards. The name is typed, and nothing tells whether there is a member or slot of it.
"""

from __future__ import annotations

import hashlib

from archive.catalog.rows import KeySlotRow
from archive.errors import InvalidValue, RecordNotFound, SecondFactorRefused, WrongPassphrase
from archive.model.provenance import EventType
from archive.services.events import append
from archive.services.granting import about
from archive.services.members import passkeys, unlocking
from archive.services.members.codes import PASSKEY_PRF_SLOT
from archive.services.members.passkeys import Asked, Held
from archive.services.membership import find_member
from archive.services.parts import Archive
from archive.services.session import Session, open_session
from archive.services.unlocked import Here, seed_of
from keys.errors import KeysError, MalformedKey, PasskeyRefused
from keys.member import MemberSecret
from keys.passkeys import CHALLENGE_SIZE, Site, Wish, prf_output, question
from keys.prfslots import PRF_SIZE, make_prf_slot, open_any_slot

_PRF_INPUT = b"strongroom/passkey-prf/v1\0"


def _wish(archive: Archive) -> Wish:
    """Return what a passkey that opens keys is asked beside its signature."""
    input_ = hashlib.sha256(_PRF_INPUT + archive.folder.archive_id.encode()).digest()
    return Wish(verified=True, prf=input_)


def ask_anybody(archive: Archive, site: Site | None) -> Asked | None:
    """Return what a browser is asked at the door, whoever sits there; `None` at an address."""
    if site is None:
        return None
    challenge = archive.random(CHALLENGE_SIZE)
    return Asked(challenge, site, question(site, challenge, [], _wish(archive)))


def ask_to_open(archive: Archive, asked: Asked, held: Held) -> str:
    """Return, as JSON, what one passkey is asked so that it may open keys from then on."""
    known = [bytes.fromhex(held.id)]
    return question(asked.site, asked.challenge, known, _wish(archive))


def opens(archive: Archive, session: Session) -> str | None:
    """Return the id of the passkey that opens the member's keys, if one does."""
    with archive.catalog.read() as snapshot:
        slot = snapshot.slots.get(session.member.id, PASSKEY_PRF_SLOT)
    return None if slot is None else passkeys.credential_of(slot.body)


def let_open(archive: Archive, session: Session, asked: Asked | None, answer: str) -> None:
    """Let the passkey that answered open the member's keys, in place of an earlier one.

    Raises:
        PassphraseNeeded: the session's keys are in a keyholder.
        SecondFactorRefused: the answer does not hold; the refusal is in the ledger.
        InvalidValue: the authenticator or browser has no PRF extension.
    """
    own = MemberSecret(seed_of(session.secret))
    used = passkeys.check(archive, session, asked, answer, _wish(archive))
    try:
        slot = make_prf_slot(
            own,
            prf_output(answer),
            member=session.member.id,
            credential=used,
            random=archive.random,
        )
    except (PasskeyRefused, MalformedKey):
        raise InvalidValue(
            "This passkey, or this browser, gives no secret that could open keys.",
            hint="It still takes the place of a code.",
        ) from None
    with archive.catalog.write() as tx:
        tx.slots.replace(KeySlotRow(session.member.id, PASSKEY_PRF_SLOT, slot.to_json()))
        draft = about(EventType.SECOND_FACTOR_SET, session.member.id, kind="passkey-slot")
        append(archive, session, tx, [draft])


def let_open_no_more(archive: Archive, session: Session) -> None:
    """Take the slot away that a passkey opens.

    Raises:
        RecordNotFound: there is none.
    """
    with archive.catalog.write() as tx:
        if tx.slots.get(session.member.id, PASSKEY_PRF_SLOT) is None:
            raise RecordNotFound("No passkey opens your keys.")
        tx.slots.remove(session.member.id, PASSKEY_PRF_SLOT)
        draft = about(EventType.SECOND_FACTOR_REMOVED, session.member.id, kind="passkey-slot")
        append(archive, session, tx, [draft])


def sign_in(
    archive: Archive, name: str, asked: Asked | None, answer: str, *, keyholders: bool
) -> tuple[Session, bytes | None]:
    """Open a member's keys with a passkey; return the session, and the caller's half if any.

    Raises:
        WrongPassphrase: no such member or slot, another passkey, or the answer does not hold.
        KeysLocked, BindingMismatch: see `unlocking.enter`.
    """
    try:
        secret = bytearray(prf_output(answer))
    except PasskeyRefused:
        raise WrongPassphrase from None
    member, slot = _slot(archive, name)
    if keyholders:
        session, ticket = unlocking.enter_by(archive, name, member, slot, secret, unlocking.WEB)
        half: bytes | None = ticket.half
    else:
        session, half = _here(archive, name, slot, secret), None
    try:
        passkeys.check(archive, session, asked, answer, _wish(archive))
    except SecondFactorRefused:
        forget(session)
        raise WrongPassphrase from None
    return session, half


def forget(session: Session) -> None:
    """End a session that is not let in, wherever its keys are."""
    unlocked = session.unlocked
    session.lock()
    if unlocked is not None:
        unlocked.end()


def _slot(archive: Archive, name: str) -> tuple[str, str]:
    """Return the id of a member and the slot, as JSON, that a passkey opens.

    Where there is none it is a slot that nothing opens, so that as much is done for any name.
    """
    with archive.catalog.read() as snapshot:
        row = find_member(archive, snapshot, name)
        slot = snapshot.slots.get(row.id, PASSKEY_PRF_SLOT) if row else None
    if row is None or row.state != "active" or slot is None:
        secret, output = MemberSecret(bytes(32)), archive.random(PRF_SIZE)
        nothing = make_prf_slot(secret, output, member="", credential="", random=archive.random)
        return "", nothing.to_json()
    return row.id, slot.body


def _here(archive: Archive, name: str, slot: str, secret: bytearray) -> Session:
    try:
        unlocked = Here(open_any_slot(slot, secret))
    except KeysError:
        raise WrongPassphrase from None
    with archive.catalog.read() as snapshot:
        row = find_member(archive, snapshot, name)
        if row is None:
            raise WrongPassphrase
        return open_session(archive, snapshot, row, name, unlocked)
