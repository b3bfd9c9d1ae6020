"""One-time codes: a member's seed sealed under 128 random bits that are handed over once."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from keys.age import open_small, seal_small
from keys.errors import AuthenticationFailed, MalformedKey, WrongSecret
from keys.identity import HybridIdentity, HybridRecipient, Identity, Recipient
from keys.jsonfile import canonical, from_hex, parse
from keys.member import MemberSecret
from keys.primitives import RandomBytes, committing_open, committing_seal, hkdf

_CODE_BYTES = 15  # 120 bits, 24 characters of base32: no padding
_GROUP = 4  # characters
_SALT_SIZE = 16  # bytes
_RECOVERY = "recovery"
_LABEL = b"strongroom/one-time-code/v1\0"
_FIELDS = {
    "version": int,
    "kind": str,
    "member": str,
    "expires": str,
    "salt": str,
    "sealed": str,
}
_SEALED_FIELDS = {"version": int, "kind": str, "member": str, "sealed": str}


def new_code(random: RandomBytes) -> str:
    """Return a fresh code: 120 random bits as base32 (RFC 4648, section 6) in groups of four."""
    text = base64.b32encode(random(_CODE_BYTES)).decode()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def _read_code(code: bytes | bytearray) -> bytes:
    """Return the bits of a code however it was typed: case, spaces and hyphens do not count."""
    plain = code.translate(None, b" -\t\r\n").upper().replace(b"0", b"O").replace(b"1", b"I")
    try:
        return base64.b32decode(bytes(plain))
    except ValueError:
        return b""


@dataclass(frozen=True, slots=True)
class CodeSlot:
    """A seed that a one-time code opens until `expires` (RFC 3339, UTC)."""

    member: str
    expires: str
    salt: bytes
    sealed: bytes

    def to_json(self) -> str:
        """Return the documented JSON form."""
        return canonical({**self._bound(), "sealed": self.sealed.hex()}).decode()

    def _bound(self) -> dict[str, object]:
        return {
            "version": 1,
            "kind": "one-time-code",
            "member": self.member,
            "expires": self.expires,
            "salt": self.salt.hex(),
        }

    def binding(self) -> bytes:
        """Return what key and ciphertext are bound to: all fields but `sealed`."""
        return _LABEL + canonical(self._bound())

    @classmethod
    def from_json(cls, text: str) -> CodeSlot:
        """Parse what `to_json` made.

        Raises:
            MalformedKey: not of that form.
        """
        fields = parse(text, _FIELDS)
        if (fields["version"], fields["kind"]) != (1, "one-time-code"):
            raise MalformedKey("a one-time code of an unknown kind")
        return cls(
            fields["member"],
            fields["expires"],
            from_hex(fields["salt"], _SALT_SIZE),
            from_hex(fields["sealed"]),
        )


def make_code_slot(
    secret: MemberSecret, code: str, *, member: str, expires: str, random: RandomBytes
) -> CodeSlot:
    """Return a slot that `code` opens."""
    empty = CodeSlot(member, expires, random(_SALT_SIZE), b"")
    sealed = committing_seal(_key(empty, code.encode()), empty.binding(), secret.seed)
    return CodeSlot(member, expires, empty.salt, sealed)


def open_code_slot(slot: CodeSlot, code: bytes | bytearray) -> MemberSecret:
    """Return the member's secret; whoever calls compares `expires` with the clock.

    Raises:
        WrongSecret: the code is not the slot's, or the slot was changed.
    """
    try:
        return MemberSecret(committing_open(_key(slot, code), slot.binding(), slot.sealed))
    except AuthenticationFailed:
        raise WrongSecret("the one-time code does not open this slot") from None


def _key(slot: CodeSlot, code: bytes | bytearray) -> bytes:
    return hkdf(_read_code(code), salt=slot.salt, info=slot.binding())


def make_recovery_slot(
    secret: MemberSecret, recovery: HybridRecipient, *, member: str, random: RandomBytes
) -> str:
    """Return the JSON of a slot that the recovery identity opens: the seed in a small age file."""
    return make_sealed_slot(secret, recovery, _RECOVERY, member=member, random=random)


def make_sealed_slot(
    secret: MemberSecret, recipient: Recipient, kind: str, *, member: str, random: RandomBytes
) -> str:
    """Return the JSON of a slot of a kind: the seed in a small age file to one recipient.

    Raises:
        PluginFailed: the recipient is one of a plugin, which failed.
    """
    body = canonical({"member": member, "seed": secret.seed.hex()})
    sealed = seal_small(body, [recipient], random=random)
    fields = {"version": 1, "kind": kind, "member": member, "sealed": sealed.hex()}
    return canonical(fields).decode()


def open_recovery_slot(text: str, recovery: HybridIdentity, *, member: str) -> MemberSecret:
    """Return the secret of the member whom the slot names.

    Raises:
        MalformedKey: not such a slot, or another member's.
        NoMatchingIdentity: it is sealed to another recovery identity.
        MalformedHeader, AuthenticationFailed: the sealed bytes are damaged.
    """
    return open_sealed_slot(text, recovery, _RECOVERY, member)


def open_sealed_slot(text: str, identity: Identity, kind: str, member: str) -> MemberSecret:
    """Return the secret in a slot that `make_sealed_slot` made for a member.

    Raises:
        MalformedKey: not such a slot, or another member's.
        NoMatchingIdentity: it is sealed to another identity.
        MalformedHeader, AuthenticationFailed: the sealed bytes are damaged.
        PluginFailed: the identity is one of a plugin, which failed.
    """
    fields = parse(text, _SEALED_FIELDS)
    if (fields["version"], fields["kind"], fields["member"]) != (1, kind, member):
        raise MalformedKey("a sealed slot of another kind, or another member's")
    inside = open_small(from_hex(fields["sealed"]), [identity])
    body = parse(inside.decode("ascii", "replace"), {"member": str, "seed": str})
    if body["member"] != member:
        raise MalformedKey("a sealed slot holds another member's seed")
    return MemberSecret(from_hex(body["seed"], 32))
