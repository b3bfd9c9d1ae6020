"""The second factor at the web door: one-time passwords, and recovery codes for a lost phone.

The key is sealed under the member's own secret, so that only a passphrase that was right already
can ask for the factor. It guards the door and not the disk
(docs/adr/0025-what-a-second-factor-guards.md).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import KeySlotRow
from archive.errors import BindingMismatch, RecordNotFound, SecondFactorRefused
from archive.model.access import Action
from archive.model.ids import MemberId, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.codec import decode, encode
from archive.services.events import append, authorise, record_event
from archive.services.granting import about
from archive.services.members.codes import PASSKEY_PRF_SLOT, PASSKEYS_SLOT, SECOND_FACTOR_SLOT
from archive.services.members.unlocking import end_all_of
from archive.services.membership import find_member
from archive.services.parts import Archive
from archive.services.refusals import tells_refusals
from archive.services.session import Session, refresh
from keys.codes import new_code
from keys.errors import KeysError
from keys.primitives import committing_open, committing_seal
from keys.totp import KEY_SIZE, accept, encode_key, uri

_RECOVERY_CODES = 8
_LABEL = b"strongroom/second-factor/v1\0"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A key that an authenticator app is to take up; nothing is stored before a code proves it."""

    key: bytes = field(repr=False)
    account: str

    @property
    def typed(self) -> str:
        """The key as it is typed into an app."""
        return encode_key(self.key)

    @property
    def uri(self) -> str:
        """The key as a QR code holds it."""
        return uri(self.key, issuer="Strongroom", account=self.account)


def begin(archive: Archive, session: Session) -> Enrolment:
    """Return a fresh key for the session's member."""
    return Enrolment(archive.random(KEY_SIZE), session.name)


def enrolled(archive: Archive, session: Session) -> bool:
    """Return whether the member has a second factor."""
    with archive.catalog.read() as snapshot:
        return snapshot.slots.get(session.member.id, SECOND_FACTOR_SLOT) is not None


def confirm(archive: Archive, session: Session, enrolment: Enrolment, code: str) -> tuple[str, ...]:
    """Store a factor whose app shows the right code; return recovery codes, shown only once.

    Raises:
        SecondFactorRefused: the code is not right.
        SessionEnded: see `refresh`.
    """
    refresh(archive, session)
    step = accept(enrolment.key, _clean(code), archive.clock().timestamp(), after=-1)
    if step is None:
        raise refused(archive, session)
    codes = tuple(new_code(archive.random)[:14] for _ in range(_RECOVERY_CODES))
    state = {"key": enrolment.key.hex(), "last": step, "codes": [_digest(one) for one in codes]}
    with archive.catalog.write() as tx:
        _store(session, tx, state)
        append(archive, session, tx, [about(EventType.SECOND_FACTOR_SET, session.member.id)])
    return codes


def check(archive: Archive, session: Session, code: str) -> None:
    """Take a one-time password or a recovery code, each only once.

    Raises:
        SecondFactorRefused: wrong, or used already; the refusal is in the ledger.
        BindingMismatch: the stored factor is not the member's.
    """
    with archive.catalog.write() as tx:
        state = _load(session, tx)
        now, plain = archive.clock().timestamp(), _clean(code)
        step = accept(bytes.fromhex(state["key"]), plain, now, after=state["last"])
        spent = _digest(plain)
        taken = step is not None or spent in state["codes"]
        if step is not None:
            _store(session, tx, {**state, "last": step})
        elif taken:
            left = [one for one in state["codes"] if one != spent]
            _store(session, tx, {**state, "codes": left})
        if taken:
            passed = about(EventType.SECOND_FACTOR_PASSED, session.member.id)
            append(archive, session, tx, [passed])
    if not taken:
        raise refused(archive, session)


def refused(archive: Archive, session: Session) -> SecondFactorRefused:
    """Return the refusal of a code, once it is in the ledger."""
    links = {"action": "second-factor"}
    obj = new_uuid(archive.ids)
    denied = EntryDraft(EventType.DENIED, obj, EventOutcome.DENIED, links, {})
    record_event(archive, session, denied)
    return SecondFactorRefused()


@tells_refusals(Action.MANAGE_MEMBERS)
def remove(archive: Archive, session: Session, name: str) -> None:
    """Take a member's second factors away, when the phone and the recovery codes are lost.

    The member's sessions end (ASVS 5.0, 7.4.3).

    Raises:
        NotPermitted: only a custodian may.
        RecordNotFound: there is no such active member with a second factor.
    """
    authorise(archive, session, Action.MANAGE_MEMBERS)
    with archive.catalog.write() as tx:
        row = find_member(archive, tx, name)
        if row is None or tx.slots.get(row.id, SECOND_FACTOR_SLOT) is None:
            raise RecordNotFound("There is no active member of that name with a second factor.")
        tx.slots.remove(row.id, SECOND_FACTOR_SLOT)
        tx.slots.remove(row.id, PASSKEYS_SLOT)
        tx.slots.remove(row.id, PASSKEY_PRF_SLOT)
        append(archive, session, tx, [about(EventType.SECOND_FACTOR_REMOVED, row.id)])
    end_all_of(archive, row.id)


def _clean(code: str) -> str:
    return "".join(code.split()).upper()


def _digest(code: str) -> str:
    return hashlib.sha256(_clean(code).replace("-", "").encode()).hexdigest()


def sealing_key(session: Session) -> bytes:
    """Return the 32-byte key that a member's second factors are sealed under."""
    return session.secret.derive("strongroom/second-factor/v1")


def _binding(member: MemberId) -> bytes:
    return _LABEL + member.encode()


def _store(session: Session, tx: Transaction, state: dict[str, Any]) -> None:
    member = session.member.id
    sealed = committing_seal(sealing_key(session), _binding(member), encode(state))
    body = {"version": 1, "kind": "second-factor", "member": member, "sealed": sealed.hex()}
    tx.slots.replace(KeySlotRow(member, SECOND_FACTOR_SLOT, encode(body).decode()))


def _load(session: Session, snapshot: Snapshot) -> dict[str, Any]:
    member = session.member.id
    slot = snapshot.slots.get(member, SECOND_FACTOR_SLOT)
    if slot is None:
        raise SecondFactorRefused
    try:
        sealed = bytes.fromhex(decode(slot.body.encode())["sealed"])
        found: dict[str, Any] = decode(
            committing_open(sealing_key(session), _binding(member), sealed)
        )
    except (KeysError, KeyError, ValueError, TypeError):
        raise BindingMismatch from None
    return found
