"""Grants: a secret sealed to one member and signed by the custodian who gives it.

HPKE's base mode names no sender (RFC 9180, section 9.1), so the granter signs every field, sealed
bytes included, with Ed25519 and ML-DSA-65; both are checked before anything is opened.
"""

from __future__ import annotations

from dataclasses import dataclass

from keys.age import seal_small
from keys.errors import MalformedKey, SignatureInvalid
from keys.identity import HybridRecipient
from keys.jsonfile import canonical, from_hex, parse
from keys.member import MemberKeys, MemberPublic
from keys.primitives import RandomBytes
from keys.signing import Ed25519Verifier, MlDsa65Verifier, key_id

_LABEL = b"strongroom/grant/v1\0"
_FIELDS = {
    "version": int,
    "collection": str,
    "purpose": str,
    "epoch": int,
    "member": str,
    "granter": str,
    "sealed": str,
    "ed25519": str,
    "mldsa65": str,
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A sealed secret with its label.

    `purpose` names a compartment or a shared secret of `collection`; `epoch` counts its keys from
    1; `granter` is the key id of the granter's Ed25519 key; `sealed` is a whole age file.
    """

    collection: str
    purpose: str
    epoch: int
    member: str
    granter: str
    sealed: bytes
    ed25519: bytes
    mldsa65: bytes

    def statement(self) -> bytes:
        """Return the bytes that are signed: every field but the signatures."""
        fields = self._fields()
        del fields["ed25519"], fields["mldsa65"]
        return _LABEL + canonical(fields)

    def to_json(self) -> str:
        """Return the documented JSON form."""
        return canonical(self._fields()).decode()

    def _fields(self) -> dict[str, object]:
        return {
            "version": 1,
            "collection": self.collection,
            "purpose": self.purpose,
            "epoch": self.epoch,
            "member": self.member,
            "granter": self.granter,
            "sealed": self.sealed.hex(),
            "ed25519": self.ed25519.hex(),
            "mldsa65": self.mldsa65.hex(),
        }

    @classmethod
    def from_json(cls, text: str) -> Grant:
        """Parse what `to_json` made.

        Raises:
            MalformedKey: not of that form.
        """
        fields = parse(text, _FIELDS)
        if fields.pop("version") != 1:
            raise MalformedKey("a grant of an unknown version")
        for name in ("sealed", "ed25519", "mldsa65"):
            fields[name] = from_hex(fields[name])
        return cls(**fields)


def make_grant(
    payload: bytes,
    *,
    collection: str,
    purpose: str,
    epoch: int,
    member: str,
    recipient: HybridRecipient,
    granter: MemberKeys,
    random: RandomBytes,
) -> Grant:
    """Seal `payload` to a member's `recipient` and sign it as `granter`."""
    label = (collection, purpose, epoch, member, key_id(granter.signer.public))
    sealed = seal_small(payload, [recipient], random=random)
    statement = Grant(*label, sealed, b"", b"").statement()
    return Grant(*label, sealed, granter.signer.sign(statement), granter.pq_signer.sign(statement))


def verify_grant(grant: Grant, granter: MemberPublic) -> None:
    """Check that `granter` signed a grant, twice.

    Raises:
        SignatureInvalid: another granter, or a field or the sealed bytes were changed.
    """
    if grant.granter != key_id(granter.ed25519):
        raise SignatureInvalid("a grant names another granter")
    statement = grant.statement()
    Ed25519Verifier(granter.ed25519).verify(statement, grant.ed25519)
    MlDsa65Verifier(granter.mldsa65).verify(statement, grant.mldsa65)
