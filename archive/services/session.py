"""Signing in: from a name and a passphrase to the keys that the member's role was granted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from archive import policy
from archive.catalog import Snapshot
from archive.catalog.rows import GrantRow, KeySlotRow, MemberRow
from archive.errors import (
    ArchiveError,
    BindingMismatch,
    NotPermitted,
    SessionEnded,
    WrongPassphrase,
)
from archive.ledger import Log, parse_entry, verify_entry
from archive.model.access import Action, Compartment, Level, Member, Role
from archive.model.ids import MemberId
from archive.model.provenance import Entry, EventType
from archive.services.codec import decode, encode
from archive.services.membership import Certified, Directory, find_member
from archive.services.parts import Archive
from archive.services.unlocked import Here, Unlocked
from keys.errors import KeysError, WrongSecret
from keys.identity import CompartmentKey, HybridRecipient, Recipient, parse_recipient
from keys.keyring import Grant, verify_grant
from keys.member import MemberKeys, MemberPublic, MemberSecret
from keys.primitives import committing_open, committing_seal
from keys.profiles import DEFAULT
from keys.signing import Ed25519Verifier, key_id
from keys.slots import KeySlot, make_slot, open_slot

ANCHOR = "anchor"
LOG = "log-signing"
RECIPIENTS = "recipients"
PASSPHRASE_SLOT = 0
"""Number of a member's passphrase slot; docs/formats/key-slot.md names the others."""

_ANCHOR = "strongroom/anchor/v1"
_RECOVERY = "recovery"
_EPOCHS = "epochs"
_ALONE = "alone"


@dataclass(slots=True)
class Session:
    """A signed-in member with the keys that were granted; forgets them on `lock`.

    `identities` holds, per compartment, the identity of every epoch granted, newest first.
    `recipients` holds the newest public key of every compartment of the collection, `epochs` their
    numbers, `recovery` the public key that recovery shares open, unless the archive is from before
    it was kept. `generation` counts the sets of recipients, `log_epoch` the log's pairs of keys;
    `slot_digest` is the SHA-256 of the passphrase slot as it was at sign-in. `unlocked` is where
    the private keys are; when that is a keyholder, `log_seed` is empty and no seed is in this
    process. Where `within` is set, other acts are refused. `on_lock` is called once, when the
    session is locked. `founded_alone` is whether the member's anchor says that one person runs the
    archive, `alone` whether the newest recipients still do. `kept` is what took long to make.
    """

    member: Member
    name: str
    secret: MemberKeys
    log: Log
    log_seed: bytes = field(repr=False)
    directory: Directory
    identities: dict[Compartment, list[CompartmentKey]] = field(repr=False)
    recipients: dict[Compartment, Recipient] = field(repr=False)
    epochs: dict[Compartment, int] = field(default_factory=dict)
    recovery: HybridRecipient | None = None
    generation: int = 1
    log_epoch: int = 1
    slot_digest: str = ""
    founded_alone: bool = False
    alone: bool = False
    unlocked: Unlocked | None = field(default=None, repr=False)
    within: frozenset[Action] | None = None
    on_lock: list[Callable[[], None]] = field(default_factory=list, repr=False)
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def key_id(self) -> str:
        """Id of the member's Ed25519 key, as entries name the agent."""
        return key_id(self.secret.signer.public)

    def allows(self, action: Action) -> bool:
        """Return whether policy allows the member to do `action`, here."""
        return policy.decide(self.member, action, self.within).allowed

    def opening(self, compartment: Compartment) -> list[CompartmentKey]:
        """Return the identities that open `compartment`.

        Raises:
            NotPermitted: none was granted.
        """
        if not self.identities.get(compartment):
            raise NotPermitted
        return self.identities[compartment]

    def derived_key(self, compartment: Compartment, purpose: str) -> bytes:
        """Return the 32-byte key for `purpose` that holders of `compartment` share.

        Derived by HKDF-SHA-256 (RFC 5869) from the seed of the compartment's first epoch.

        Raises:
            NotPermitted: the compartment was not granted.
        """
        return self.opening(compartment)[-1].derive(f"strongroom/{purpose}/v1")

    def index_key(self, level: Level) -> bytes:
        """Return the key of the search index at `level`: from the compartment's newest epoch.

        Raises:
            NotPermitted: the level's compartment was not granted.
        """
        return self.opening(Compartment(level.value))[0].derive("strongroom/index/v1")

    def lock(self) -> None:
        """Forget every key of this session, here and in the processes that it was given to.

        A second time is fine.
        """
        while self.on_lock:
            self.on_lock.pop()()
        self.identities.clear()
        self.recipients.clear()
        self.kept.clear()
        self.unlocked = None
        if not self.locked:
            del self.secret, self.log, self.log_seed, self.directory

    @property
    def locked(self) -> bool:
        """Whether the keys are forgotten."""
        return not hasattr(self, "secret")


def passphrase_slot(
    archive: Archive, name: str, passphrase: bytearray
) -> tuple[MemberRow, KeySlotRow]:
    """Return an active member's row and the slot that their passphrase opens.

    Raises:
        WrongPassphrase: there is none; one Argon2id run was spent, as on one that exists.
    """
    with archive.catalog.read() as snapshot:
        row = find_member(archive, snapshot, name)
        slot = snapshot.slots.get(row.id, PASSPHRASE_SLOT) if row else None
    if row is None or row.state != "active" or slot is None:
        spend_as_much(archive, passphrase)
        raise WrongPassphrase
    return row, slot


def sign_in(archive: Archive, name: str, passphrase: bytearray) -> Session:
    """Open the member's key slot and every grant in it.

    Raises:
        WrongPassphrase: no such member, disabled, or the passphrase opens no slot; the time taken
            is that of one Argon2id run in each case.
        BindingMismatch: the catalog's grants were not made by a custodian that the member trusts.
    """
    row, slot = passphrase_slot(archive, name, passphrase)
    unlocked = Here(_open_slot(slot, passphrase))
    with archive.catalog.read() as snapshot:
        return open_session(archive, snapshot, row, name, unlocked)


def spend_as_much(archive: Archive, passphrase: bytearray) -> None:
    """Spend one Argon2id run so that an unknown name takes as long as a wrong passphrase."""
    with archive.catalog.read() as snapshot:
        for member in snapshot.members.all():
            slot = snapshot.slots.get(member.id, PASSPHRASE_SLOT)
            if slot is not None:
                with suppress(WrongPassphrase, BindingMismatch):
                    _open_slot(slot, bytearray(passphrase) + b"\0")
                return
    make_slot(
        MemberSecret(bytes(32)),
        passphrase,
        member="",
        slot=0,
        profile=DEFAULT,
        random=archive.random,
    )


def _open_slot(slot: KeySlotRow, passphrase: bytearray) -> MemberSecret:
    try:
        return open_slot(KeySlot.from_json(slot.body), bytearray(passphrase))
    except WrongSecret:
        raise WrongPassphrase from None
    except KeysError:
        raise BindingMismatch from None


def slot_digest(slot: KeySlotRow | None) -> str:
    """Return the SHA-256 (hex) of a slot, empty when there is none."""
    return _digest_of(None if slot is None else slot.body)


def _digest_of(body: str | None) -> str:
    return "" if body is None else hashlib.sha256(body.encode()).hexdigest()


def seal_anchor(secret: MemberSecret, archive_id: str, anchor: Certified, *, alone: bool) -> str:
    """Return the anchor: the one custodian to believe, sealed under the member's secret.

    With `alone` it says that the archive was founded for one person.
    """
    body = {
        "archive": archive_id,
        "id": anchor.member.id,
        "role": anchor.member.role.value,
        "public": anchor.public.to_json(),
    }
    told = {**body, _ALONE: True} if alone else body
    return committing_seal(secret.derive(_ANCHOR), _ANCHOR.encode(), encode(told)).hex()


def _open_anchor(archive: Archive, secret: MemberKeys, sealed: str) -> tuple[Certified, bool]:
    body = decode(committing_open(secret.derive(_ANCHOR), _ANCHOR.encode(), bytes.fromhex(sealed)))
    if body["archive"] != archive.folder.archive_id:
        raise BindingMismatch
    member = Member(MemberId(body["id"]), Role(body["role"]))
    return Certified(member, MemberPublic.from_json(body["public"])), body.get(_ALONE) is True


def open_session(
    archive: Archive, snapshot: Snapshot, row: MemberRow, name: str, unlocked: Unlocked
) -> Session:
    """Open every grant of a member whose keys are unlocked.

    Raises:
        BindingMismatch: the catalog's grants were not made by a custodian that the member trusts,
            or older ones than the ledger knows of were put back.
    """
    grants = tuple(snapshot.keys.grants_for(row.id))
    try:
        anchors = [grant.body for grant in grants if grant.purpose == ANCHOR]
        secret = unlocked.keys
        anchor, founded_alone = _open_anchor(archive, secret, anchors[0])
        directory = Directory(snapshot.members.all(), anchor)
        me = directory.member(row.id)
        if me.public != secret.public:
            raise BindingMismatch
        verified = _verified_grants(archive, me, directory, grants)
        keys = _open_grants(unlocked, verified)
        log, seed = unlocked.log(archive.origin, verified[LOG][0])
        session = Session(me.member, name, secret, log, seed, directory, **keys)
        session.unlocked, session.founded_alone = unlocked, founded_alone
        session.log_epoch = verified[LOG][0].epoch
        _check_rolls(archive, snapshot, session)
    except (KeysError, KeyError, ValueError, IndexError, TypeError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise BindingMismatch from None
    session.slot_digest = slot_digest(snapshot.slots.get(row.id, PASSPHRASE_SLOT))
    return session


def _open_grants(unlocked: Unlocked, grants: dict[str, list[Grant]]) -> dict[str, Any]:
    """Return what a session holds of verified grants, by the names of its fields."""
    newest = grants[RECIPIENTS][0]
    told: dict[str, Any] = decode(unlocked.reveal(newest))
    epochs = told.pop(_EPOCHS, {})
    recovery = told.pop(_RECOVERY, None)
    alone = told.pop(_ALONE, False) is True
    return {
        "identities": {
            compartment: [unlocked.identity(grant) for grant in grants[compartment.value]]
            for compartment in Compartment
            if compartment.value in grants
        },
        "recipients": {Compartment(name): parse_recipient(text) for name, text in told.items()},
        "epochs": {one: int(epochs.get(one.value, 1)) for one in Compartment},
        "recovery": None if recovery is None else HybridRecipient.parse(recovery),
        "generation": newest.epoch,
        "alone": alone,
    }


def recipients_payload(session: Session) -> bytes:
    """Return what a `recipients` grant holds: public keys, epochs, whether one is enough."""
    body: dict[str, object] = {one.value: key.encode() for one, key in session.recipients.items()}
    body[_EPOCHS] = {one.value: epoch for one, epoch in session.epochs.items()}
    if session.recovery is not None:
        body[_RECOVERY] = session.recovery.encode()
    if session.alone:
        body[_ALONE] = True
    return encode(body)


def _check_rolls(archive: Archive, snapshot: Snapshot, session: Session) -> None:
    """Compare the newest roll of each compartment's key in the ledger with what was granted.

    Raises:
        BindingMismatch: an older public key was put back, or a roll is not a custodian's.
    """
    mark = f'"type":"{EventType.KEY_ROLLED.value}"'.encode()
    newest: dict[str, Entry] = {}
    for body in snapshot.ledger.later_bodies(archive.collection, -1):
        if mark in body:
            entry = parse_entry(body)
            newest[entry.links.get("compartment", "")] = entry
    for name, entry in newest.items():
        granter = session.directory.by_key_id(entry.agent.key_id)
        if entry.agent.role != Role.CUSTODIAN or not granter.held(Role.CUSTODIAN):
            raise BindingMismatch
        verify_entry(entry, Ed25519Verifier(granter.public.ed25519))
        if entry.links.get("recipient") != recipient_digest(session.recipients[Compartment(name)]):
            raise BindingMismatch


def recipient_digest(recipient: Recipient) -> str:
    """Return the SHA-256 (hex) of a compartment's public key in age's text form."""
    return hashlib.sha256(recipient.encode().encode()).hexdigest()


def refresh(archive: Archive, session: Session) -> None:
    """Take up keys that were rolled since; end the session of whom its rights were taken.

    Raises:
        SessionEnded: the member was disabled, or has another role or passphrase now; the session's
            keys are forgotten.
        BindingMismatch: see `open_session`.
    """
    if session.locked:
        raise SessionEnded
    with archive.catalog.read() as snapshot:
        now = snapshot.members.standing(session.member.id, PASSPHRASE_SLOT, RECIPIENTS)
        if (
            now is None
            or now.state != "active"
            or now.role != session.member.role.value
            or _digest_of(now.slot) != session.slot_digest
        ):
            session.lock()
            raise SessionEnded
        if now.epoch != session.generation:
            take_up(session, _reopened(archive, snapshot, session))


def _reopened(archive: Archive, snapshot: Snapshot, session: Session) -> Session:
    row = snapshot.members.get(session.member.id)
    if row is None or session.unlocked is None:
        raise SessionEnded
    return open_session(archive, snapshot, row, session.name, session.unlocked)


def take_up_log(archive: Archive, snapshot: Snapshot, session: Session) -> None:
    """Take up the log's keys if they were handed over since: the old ones sign nothing more.

    Within a transaction this is the last word on whether the member may still sign: who was
    disabled or given another role while an act was under way finishes none.

    Raises:
        SessionEnded: the member was disabled or has another role now, or has no grant of them.
        BindingMismatch: see `open_session`.
    """
    now = snapshot.members.standing(session.member.id, PASSPHRASE_SLOT, LOG)
    if now is not None and (now.state != "active" or now.role != session.member.role.value):
        raise SessionEnded
    newest = 0 if now is None else now.epoch
    if newest == session.log_epoch:
        return
    if not newest:
        raise SessionEnded
    take_up(session, _reopened(archive, snapshot, session))


def take_up(session: Session, newer: Session) -> None:
    """Give a session the keys of a newer one of the same member."""
    session.directory = newer.directory
    session.identities, session.recipients = newer.identities, newer.recipients
    session.epochs, session.recovery = newer.epochs, newer.recovery
    session.generation, session.alone = newer.generation, newer.alone
    session.log, session.log_seed, session.log_epoch = newer.log, newer.log_seed, newer.log_epoch


def _verified_grants(
    archive: Archive, me: Certified, directory: Directory, rows: tuple[GrantRow, ...]
) -> dict[str, list[Grant]]:
    """Return grants that believed custodians signed, by purpose, newest epoch first."""
    verified: dict[str, list[Grant]] = {}
    for row in sorted((r for r in rows if r.purpose != ANCHOR), key=lambda r: -r.epoch):
        grant = Grant.from_json(row.body)
        granter = directory.by_key_id(grant.granter)
        named = (grant.collection, grant.purpose, grant.epoch, grant.member)
        if named != (archive.collection, row.purpose, row.epoch, me.member.id):
            raise BindingMismatch
        if not granter.held(Role.CUSTODIAN):
            raise BindingMismatch
        verify_grant(grant, granter.public)
        verified.setdefault(row.purpose, []).append(grant)
    return verified
