"""Slots that a passkey opens: the seed sealed under what its PRF extension gives.

The secret (Web Authentication Level 3, 10.1.4) comes from the authenticator, has 32 bytes and is
the same whenever it is asked with the same input; so it needs no stretching.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from keys.errors import AuthenticationFailed, MalformedKey, WrongSecret
from keys.jsonfile import canonical, from_hex, parse
from keys.member import MemberSecret
from keys.primitives import RandomBytes, committing_open, committing_seal, hkdf
from keys.slots import KeySlot, open_slot

PRF_SIZE = 32  # bytes
_KIND = "passkey-prf"
_SALT_SIZE = 16  # bytes
_LABEL = b"strongroom/passkey-prf-slot/v1\0"
_FIELDS = {
    "version": int,
    "kind": str,
    "member": str,
    "credential": str,
    "salt": str,
    "sealed": str,
}


@dataclass(frozen=True, slots=True)
class PrfSlot:
    """One way into a member's seed: of one passkey, by its credential id in hex."""

    member: str
    credential: str
    salt: bytes
    sealed: bytes

    def binding(self) -> bytes:
        """Return what the slot's key and ciphertext are bound to: all fields but `sealed`."""
        fields = self._fields()
        del fields["sealed"]
        return _LABEL + canonical(fields)

    def to_json(self) -> str:
        """Return the documented JSON form."""
        return canonical(self._fields()).decode()

    def _fields(self) -> dict[str, object]:
        return {
            "version": 1,
            "kind": _KIND,
            "member": self.member,
            "credential": self.credential,
            "salt": self.salt.hex(),
            "sealed": self.sealed.hex(),
        }

    @classmethod
    def from_json(cls, text: str) -> PrfSlot:
        """Parse what `to_json` made.

        Raises:
            MalformedKey: not of that form.
        """
        fields = parse(text, _FIELDS)
        if (fields["version"], fields["kind"]) != (1, _KIND):
            raise MalformedKey("a key slot of an unknown kind")
        salt, sealed = from_hex(fields["salt"], _SALT_SIZE), from_hex(fields["sealed"])
        return cls(fields["member"], fields["credential"], salt, sealed)


def make_prf_slot(
    secret: MemberSecret, output: bytes, *, member: str, credential: str, random: RandomBytes
) -> PrfSlot:
    """Return a slot that this output (32 bytes) of a passkey opens.

    Raises:
        MalformedKey: the output has another length.
    """
    if len(output) != PRF_SIZE:
        raise MalformedKey("the output of a passkey has 32 bytes")
    empty = PrfSlot(member, credential, random(_SALT_SIZE), b"")
    sealed = committing_seal(_key(empty, output), empty.binding(), secret.seed)
    return PrfSlot(member, credential, empty.salt, sealed)


def open_prf_slot(slot: PrfSlot, output: bytes | bytearray) -> MemberSecret:
    """Return the member's secret.

    Raises:
        WrongSecret: it is another passkey's output, or the slot was changed.
    """
    try:
        return MemberSecret(committing_open(_key(slot, output), slot.binding(), slot.sealed))
    except AuthenticationFailed:
        raise WrongSecret("the passkey does not open this slot") from None


def _key(slot: PrfSlot, output: bytes | bytearray) -> bytes:
    return hkdf(output, salt=slot.salt, info=slot.binding())


def open_any_slot(text: str, secret: bytearray) -> MemberSecret:
    """Return the secret in a slot that a passphrase, or the output of a passkey, opens.

    Raises:
        WrongSecret: it does not.
        MalformedKey: it is a slot of neither kind.
    """
    try:
        by_passkey = json.loads(text)["kind"] == _KIND
    except (ValueError, KeyError, TypeError):
        raise MalformedKey("that is not a key slot") from None
    if by_passkey:
        return open_prf_slot(PrfSlot.from_json(text), secret)
    return open_slot(KeySlot.from_json(text), secret)
