"""Key slots: a member's seed sealed under a passphrase (as LUKS2 slots hold a volume key).

The passphrase is stretched by Argon2id with member, slot number and parameters as associated data,
and the seed is sealed with a key-committing AEAD bound to the same, so that a slot cannot be moved,
relabelled or made cheaper, nor one ciphertext be tried against many passphrases at once.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from keys.errors import AuthenticationFailed, MalformedKey, WrongSecret
from keys.jsonfile import canonical, check, from_hex, parse
from keys.member import MemberSecret
from keys.primitives import RandomBytes, argon2id, committing_open, committing_seal
from keys.profiles import Argon2Profile

_KIND = "passphrase"
_SALT_SIZE = 16  # bytes; RFC 9106, section 3.1
_LABEL = b"strongroom/key-slot/v1\0"
_FIELDS = {
    "version": int,
    "kind": str,
    "member": str,
    "slot": int,
    "kdf": dict,
    "salt": str,
    "sealed": str,
}
_KDF_FIELDS = {"name": str, "memory_kib": int, "passes": int, "lanes": int}


@dataclass(frozen=True, slots=True)
class KeySlot:
    """One way into a member's seed."""

    member: str
    slot: int
    profile: Argon2Profile
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
            "slot": self.slot,
            "kdf": {
                "name": "argon2id",
                "memory_kib": self.profile.memory_kib,
                "passes": self.profile.passes,
                "lanes": self.profile.lanes,
            },
            "salt": self.salt.hex(),
            "sealed": self.sealed.hex(),
        }

    @classmethod
    def from_json(cls, text: str) -> KeySlot:
        """Parse what `to_json` made.

        Raises:
            MalformedKey: not of that form, or parameters outside the allowed range.
        """
        fields = parse(text, _FIELDS)
        kdf = check(fields["kdf"], _KDF_FIELDS)
        if (fields["version"], fields["kind"], kdf["name"]) != (1, _KIND, "argon2id"):
            raise MalformedKey("a key slot of an unknown kind")
        return cls(
            member=fields["member"],
            slot=fields["slot"],
            profile=Argon2Profile("slot", kdf["memory_kib"], kdf["passes"], kdf["lanes"]),
            salt=from_hex(fields["salt"], _SALT_SIZE),
            sealed=from_hex(fields["sealed"]),
        )


def normal_passphrase(passphrase: bytes | bytearray) -> bytearray:
    """Return a passphrase in Unicode form NFC as UTF-8: the same bytes from every keyboard.

    Plain ASCII is copied without passing through a `str`; bytes that are not UTF-8 stay as they
    are. The caller wipes both.
    """
    if passphrase.isascii():
        return bytearray(passphrase)
    try:
        return bytearray(unicodedata.normalize("NFC", passphrase.decode()).encode())
    except UnicodeDecodeError:
        return bytearray(passphrase)


def make_slot(
    secret: MemberSecret,
    passphrase: bytearray,
    *,
    member: str,
    slot: int,
    profile: Argon2Profile,
    random: RandomBytes,
) -> KeySlot:
    """Return a slot that `passphrase` opens; takes the time and memory that `profile` says.

    `passphrase` is left as it is: the caller wipes it.
    """
    empty = KeySlot(member, slot, profile, random(_SALT_SIZE), b"")
    key = _stretch(empty, passphrase)
    try:
        sealed = committing_seal(key, empty.binding(), secret.seed)
    finally:
        key[:] = bytes(len(key))
    return KeySlot(member, slot, profile, empty.salt, sealed)


def open_slot(slot: KeySlot, passphrase: bytearray) -> MemberSecret:
    """Return the member's secret; `passphrase` is left as it is: the caller wipes it.

    Raises:
        WrongSecret: the passphrase is not the slot's, or the slot was changed.
    """
    key = _stretch(slot, passphrase)
    try:
        seed = committing_open(key, slot.binding(), slot.sealed)
    except AuthenticationFailed:
        raise WrongSecret("the passphrase does not open this key slot") from None
    finally:
        key[:] = bytes(len(key))
    return MemberSecret(seed)


def _stretch(slot: KeySlot, passphrase: bytearray) -> bytearray:
    return argon2id(
        normal_passphrase(passphrase),
        slot.salt,
        associated=slot.binding(),
        memory_kib=slot.profile.memory_kib,
        passes=slot.profile.passes,
        lanes=slot.profile.lanes,
    )
