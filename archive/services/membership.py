"""Who the members are, proven: certificates signed by custodians, up to the member's own anchor.

The catalog can be doctored on a seized disk, so nothing in it says who a member is. Each member's
anchor, sealed under the member's own secret, names one custodian; that custodian's certificates,
and those of the custodians it certified, are believed and no others.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from archive.catalog import Snapshot
from archive.catalog.rows import MemberRow
from archive.errors import BindingMismatch, InvalidValue, RecordNotFound
from archive.model.access import Member, Role
from archive.model.ids import MemberId
from archive.services.codec import decode, encode
from archive.services.parts import Archive
from keys.errors import KeysError
from keys.member import MemberKeys, MemberPublic
from keys.signing import Ed25519Verifier, MlDsa65Verifier, key_id

_MAX_CHAIN = 16
_MAX_NAME = 64


@dataclass(frozen=True, slots=True)
class Certified:
    """A member whose public keys and role a trusted custodian signed.

    `earlier` are the roles that the same keys had before; what was signed then still counts, and
    the ledger's verifier says when each role began and ended.
    """

    member: Member
    public: MemberPublic
    earlier: frozenset[Role] = frozenset()

    def held(self, role: Role | str) -> bool:
        """Return whether the member has, or once had, that role."""
        return role == self.member.role or role in self.earlier


def normal_name(name: str) -> str:
    """Return a member name in NFC without outer spaces.

    Raises:
        InvalidValue: empty, longer than 64 characters, or with control characters.
    """
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean or len(clean) > _MAX_NAME or not clean.isprintable():
        raise InvalidValue("A member name has 1 to 64 printable characters.")
    return clean


def name_tag(archive_id: str, kind: str, name: str) -> str:
    """Return the tag under which a name is found: HMAC-SHA-256 keyed by the public archive id.

    It keeps names out of the catalog in readable form; who holds the disk can still test a guess.
    """
    message = f"strongroom/{kind}/{normal_name(name).casefold()}".encode()
    return hmac.digest(archive_id.encode(), message, hashlib.sha256).hex()


def find_member(archive: Archive, snapshot: Snapshot, name: str) -> MemberRow | None:
    """Return the member of that name, or `None`; a name that nobody can have is nobody's."""
    try:
        return snapshot.members.by_tag(name_tag(archive.folder.archive_id, "member", name))
    except InvalidValue:
        return None


def active_member(archive: Archive, snapshot: Snapshot, name: str) -> MemberRow:
    """Return the active member of that name.

    Raises:
        RecordNotFound: there is none.
    """
    row = find_member(archive, snapshot, name)
    if row is None or row.state != "active":
        hint = "`strongroom member list` shows who there is."
        raise RecordNotFound("There is no active member of that name.", hint=hint)
    return row


def _statement(member: Member, public: MemberPublic) -> bytes:
    return b"strongroom/certificate/v1\0" + encode(
        {"id": member.id, "role": member.role.value, "public": public.to_json()}
    )


def retired_tag(archive_id: str, member: MemberId) -> str:
    """Return the tag that a disabled member's row carries, so that the name is free again."""
    message = f"strongroom/retired/{member}".encode()
    return hmac.digest(archive_id.encode(), message, hashlib.sha256).hex()


def certify(
    granter: MemberKeys,
    granter_id: MemberId,
    member: Member,
    public: MemberPublic,
    before: MemberRow | None = None,
) -> str:
    """Return the `public_json` of a member row: public keys with the granter's two signatures.

    With `before`, the row whose role ends, the certificates of earlier roles are kept beside.
    """
    statement = _statement(member, public)
    body: dict[str, Any] = {
        "public": public.to_json(),
        "by": granter_id,
        "ed25519": granter.signer.sign(statement).hex(),
        "mldsa65": granter.pq_signer.sign(statement).hex(),
    }
    if before is not None:
        last = decode(before.public_json.encode())
        signed = {name: last[name] for name in ("by", "ed25519", "mldsa65")}
        body["earlier"] = [*last.get("earlier", ()), {"role": before.role, **signed}]
    return encode(body).decode()


def _certificates(row: MemberRow) -> tuple[MemberPublic, list[tuple[Member, dict[str, str]]]]:
    """Return a row's public keys and its certificates, the present one last; nothing is checked."""
    body = decode(row.public_json.encode())
    told = [*body.get("earlier", ()), {"role": row.role, **body}]
    return (
        MemberPublic.from_json(body["public"]),
        [(Member(MemberId(row.id), Role(one["role"])), one) for one in told],
    )


def self_certified(row: MemberRow) -> Certified:
    """Return the founder of an archive, who certified themselves, both signatures checked.

    Only the ledger's first entry says that a row is the founder's.

    Raises:
        BindingMismatch: the row is not such a member's.
    """
    try:
        public, certificates = _certificates(row)
        member, first = certificates[0]
        if first["by"] != row.id:
            raise BindingMismatch
        founder = Certified(member, public)
        _check(_statement(member, public), founder, first)
    except (KeysError, KeyError, ValueError, TypeError, AttributeError):
        raise BindingMismatch from None
    return founder


def _check(statement: bytes, granter: Certified, body: dict[str, str]) -> None:
    """Check a granter's two signatures of a statement."""
    Ed25519Verifier(granter.public.ed25519).verify(statement, bytes.fromhex(body["ed25519"]))
    MlDsa65Verifier(granter.public.mldsa65).verify(statement, bytes.fromhex(body["mldsa65"]))


class Directory:
    """The certified members as one member may believe them."""

    def __init__(self, rows: Iterable[MemberRow], anchor: Certified) -> None:
        self._rows = {row.id: row for row in rows}
        self._anchor = anchor
        self._known: dict[str, Certified] = {anchor.member.id: anchor}
        self._anchor_now()

    @property
    def anchor(self) -> Certified:
        """The custodian whom the member believes without a certificate."""
        return self._anchor

    def learn(self, rows: Iterable[MemberRow]) -> None:
        """Take up what changed since; each member must still prove a chain to the anchor."""
        self._rows = {row.id: row for row in rows}
        self._known = {self._anchor.member.id: self._anchor}
        self._anchor_now()

    def member(self, member_id: str) -> Certified:
        """Return a member by id.

        Raises:
            BindingMismatch: no chain of custodians leads from the member to the anchor.
        """
        return self._verified(member_id, _MAX_CHAIN)

    def by_key_id(self, kid: str) -> Certified:
        """Return the member whose Ed25519 key has the id `kid`.

        Raises:
            BindingMismatch: no certified member has that key.
        """
        for known in self._known.values():
            if key_id(known.public.ed25519) == kid:
                return known
        for member_id in self._rows:
            found = self._verified(member_id, _MAX_CHAIN)
            if key_id(found.public.ed25519) == kid:
                return found
        raise BindingMismatch

    def _verified(self, member_id: str, depth: int) -> Certified:
        if member_id in self._known:
            return self._known[member_id]
        row = self._rows.get(MemberId(member_id))
        if row is None or depth == 0:
            raise BindingMismatch
        self._known[member_id] = self._believed(row, depth)
        return self._known[member_id]

    def _believed(self, row: MemberRow, depth: int) -> Certified:
        """Return the member of a row, every certificate in it signed by a believed custodian.

        Raises:
            BindingMismatch: one is not.
        """
        try:
            public, certificates = _certificates(row)
            for member, signed in certificates:
                if signed["by"] == row.id and row.id != self._anchor.member.id:
                    raise BindingMismatch
                granter = self._verified(signed["by"], depth - 1)
                if not granter.held(Role.CUSTODIAN):
                    raise BindingMismatch
                _check(_statement(member, public), granter, signed)
        except (KeysError, KeyError, ValueError, TypeError, AttributeError):
            raise BindingMismatch from None
        earlier = frozenset(member.role for member, _ in certificates[:-1])
        return Certified(certificates[-1][0], public, earlier)

    def _anchor_now(self) -> None:
        """Learn in which role the anchor's keys are now, if the catalog has a certificate of it."""
        row = self._rows.get(self._anchor.member.id)
        with suppress(BindingMismatch):
            if row is None or row.role == self._anchor.member.role.value:
                return
            now = self._believed(row, _MAX_CHAIN)
            if now.public == self._anchor.public:
                roles = now.earlier | {self._anchor.member.role}
                self._known[now.member.id] = Certified(now.member, now.public, roles)
