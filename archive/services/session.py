"""Signing in: from a name and a passphrase to the keys that the member's role was granted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from archive import policy
from archive.catalog.rows import GrantRow, KeySlotRow, MemberRow
from archive.errors import (
    ArchiveError,
    BindingMismatch,
    InvalidValue,
    NotPermitted,
    WrongPassphrase,
)
from archive.ledger import Log
from archive.model.access import Action, Compartment, Level, Member, Role
from archive.model.ids import MemberId
from archive.services.codec import decode, encode
from archive.services.membership import Certified, Directory, name_tag
from archive.services.parts import Archive
from keys.errors import KeysError, WrongSecret
from keys.identity import HybridIdentity, HybridRecipient
from keys.keyring import Grant, open_grant
from keys.member import MemberPublic, MemberSecret
from keys.primitives import committing_open, committing_seal, hkdf
from keys.profiles import DEFAULT
from keys.signing import Ed25519Signer, MlDsa44Signer, key_id
from keys.slots import KeySlot, make_slot, open_slot

ANCHOR = "anchor"
LOG = "log-signing"
RECIPIENTS = "recipients"


@dataclass(slots=True)
class Session:
    """A signed-in member with the keys that were granted; forgets them on `lock`.

    `identities` holds, per compartment, the identity of every epoch granted, newest first.
    `recipients` holds the newest public key of every compartment of the collection. What is in
    `on_lock` is called once, when the session is locked.
    """

    member: Member
    name: str
    secret: MemberSecret
    log: Log
    log_seed: bytes = field(repr=False)
    directory: Directory
    identities: dict[Compartment, list[HybridIdentity]] = field(repr=False)
    recipients: dict[Compartment, HybridRecipient] = field(repr=False)
    on_lock: list[Callable[[], None]] = field(default_factory=list, repr=False)

    @property
    def key_id(self) -> str:
        """Id of the member's Ed25519 key, as entries name the agent."""
        return key_id(self.secret.signer.public)

    def allows(self, action: Action) -> bool:
        """Return whether policy allows the member to do `action`."""
        return policy.decide(self.member, action).allowed

    def opening(self, compartment: Compartment) -> list[HybridIdentity]:
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
        seed = self.opening(compartment)[-1].seed
        return hkdf(seed, salt=b"", info=f"strongroom/{purpose}/v1".encode())

    def index_key(self, level: Level) -> bytes:
        """Return the key of the search index at `level`.

        Raises:
            NotPermitted: the level's compartment was not granted.
        """
        return self.derived_key(Compartment(level.value), "index")

    def lock(self) -> None:
        """Forget every key of this session, here and in the processes that it was given to."""
        while self.on_lock:
            self.on_lock.pop()()
        self.identities.clear()
        self.recipients.clear()
        del self.secret, self.log, self.log_seed, self.directory


def sign_in(archive: Archive, name: str, passphrase: bytearray) -> Session:
    """Open the member's key slot and every grant in it.

    Raises:
        WrongPassphrase: no such member, disabled, or the passphrase opens no slot; the time taken
            is that of one Argon2id run in each case.
        BindingMismatch: the catalog's grants were not made by a custodian that the member trusts.
    """
    with archive.catalog.read() as snapshot:
        try:
            tag = name_tag(archive.folder.archive_id, "member", name)
            row = snapshot.members.by_tag(tag)
        except InvalidValue:
            row = None
        slots = tuple(snapshot.slots.for_member(row.id)) if row else ()
        grants = tuple(snapshot.keys.grants_for(row.id)) if row else ()
        members = tuple(snapshot.members.all())
    if row is None or row.state != "active" or not slots:
        _burn(archive, passphrase)
        raise WrongPassphrase
    secret = _open_any(slots, passphrase)
    return _session(archive, row, name, secret, grants, members)


def _burn(archive: Archive, passphrase: bytearray) -> None:
    """Spend one Argon2id run so that an unknown name takes as long as a wrong passphrase."""
    with archive.catalog.read() as snapshot:
        for member in snapshot.members.all():
            for slot in snapshot.slots.for_member(member.id):
                try:
                    open_slot(KeySlot.from_json(slot.body), bytearray(passphrase) + b"\0")
                except KeysError:
                    return
    make_slot(
        MemberSecret(bytes(32)),
        passphrase,
        member="",
        slot=0,
        profile=DEFAULT,
        random=archive.random,
    )


def _open_any(slots: tuple[KeySlotRow, ...], passphrase: bytearray) -> MemberSecret:
    for slot in slots:
        try:
            return open_slot(KeySlot.from_json(slot.body), bytearray(passphrase))
        except WrongSecret:
            continue
        except KeysError:
            raise BindingMismatch from None
    raise WrongPassphrase


def seal_anchor(secret: MemberSecret, archive_id: str, anchor: Certified) -> str:
    """Return the anchor: the one custodian to believe, sealed under the member's secret."""
    body = encode(
        {
            "archive": archive_id,
            "id": anchor.member.id,
            "role": anchor.member.role.value,
            "public": anchor.public.to_json(),
        }
    )
    return committing_seal(_anchor_key(secret), b"strongroom/anchor/v1", body).hex()


def _anchor_key(secret: MemberSecret) -> bytes:
    return hkdf(secret.seed, salt=b"", info=b"strongroom/anchor/v1")


def _open_anchor(archive: Archive, secret: MemberSecret, sealed: str) -> Certified:
    body = decode(
        committing_open(_anchor_key(secret), b"strongroom/anchor/v1", bytes.fromhex(sealed))
    )
    if body["archive"] != archive.folder.archive_id:
        raise BindingMismatch
    member = Member(MemberId(body["id"]), Role(body["role"]))
    return Certified(member, MemberPublic.from_json(body["public"]))


def _session(
    archive: Archive,
    row: MemberRow,
    name: str,
    secret: MemberSecret,
    grants: tuple[GrantRow, ...],
    members: tuple[MemberRow, ...],
) -> Session:
    try:
        anchors = [grant.body for grant in grants if grant.purpose == ANCHOR]
        directory = Directory(members, _open_anchor(archive, secret, anchors[0]))
        me = directory.member(row.id)
        if me.public != secret.public:
            raise BindingMismatch
        opened = _open_grants(archive, secret, me, directory, grants)
        recipients = {
            Compartment(name): HybridRecipient.parse(text)
            for name, text in decode(opened[RECIPIENTS][0]).items()
        }
        identities = {
            compartment: [HybridIdentity(seed) for seed in opened[compartment.value]]
            for compartment in Compartment
            if compartment.value in opened
        }
        log = make_log(archive.origin, opened[LOG][0])
    except (KeysError, KeyError, ValueError, IndexError, TypeError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise BindingMismatch from None
    return Session(me.member, name, secret, log, opened[LOG][0], directory, identities, recipients)


def _open_grants(
    archive: Archive,
    secret: MemberSecret,
    me: Certified,
    directory: Directory,
    rows: tuple[GrantRow, ...],
) -> dict[str, list[bytes]]:
    """Return payloads by purpose, newest epoch first."""
    opened: dict[str, list[bytes]] = {}
    for row in sorted((r for r in rows if r.purpose != ANCHOR), key=lambda r: -r.epoch):
        grant = Grant.from_json(row.body)
        granter = directory.by_key_id(grant.granter)
        named = (grant.collection, grant.purpose, grant.epoch, grant.member)
        if named != (archive.collection, row.purpose, row.epoch, me.member.id):
            raise BindingMismatch
        if granter.member.role is not Role.CUSTODIAN:
            raise BindingMismatch
        payload = open_grant(grant, secret.identity, granter.public)
        opened.setdefault(row.purpose, []).append(payload)
    return opened


def make_log(origin: str, seed: bytes) -> Log:
    """Return the ledger's writer for the log-signing seed (32 bytes) that members share."""
    ed25519 = Ed25519Signer.from_seed(hkdf(seed, salt=b"", info=b"strongroom/log/ed25519/v1"))
    mldsa = MlDsa44Signer.from_seed(hkdf(seed, salt=b"", info=b"strongroom/log/ml-dsa-44/v1"))
    return Log(origin, (ed25519, mldsa))
