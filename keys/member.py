"""A member's keys: everything comes from one 32-byte seed that the key slots hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from keys.errors import MalformedKey
from keys.identity import HybridIdentity, HybridRecipient
from keys.jsonfile import canonical, from_hex, parse
from keys.primitives import RandomBytes, hkdf
from keys.signing import (
    Ed25519Signer,
    Ed25519Verifier,
    MlDsa65Signer,
    MlDsa65Verifier,
    Signer,
)

_FIELDS = {"version": int, "recipient": str, "ed25519": str, "mldsa65": str}


@dataclass(frozen=True, slots=True)
class MemberPublic:
    """A member's public keys: age recipient, Ed25519 (32 bytes), ML-DSA-65 (1,952 bytes)."""

    recipient: HybridRecipient
    ed25519: bytes
    mldsa65: bytes

    def to_json(self) -> str:
        """Return the documented JSON form."""
        return canonical(
            {
                "version": 1,
                "recipient": self.recipient.encode(),
                "ed25519": self.ed25519.hex(),
                "mldsa65": self.mldsa65.hex(),
            }
        ).decode()

    @classmethod
    def from_json(cls, text: str) -> MemberPublic:
        """Parse what `to_json` made; every key is checked.

        Raises:
            MalformedKey: not of that form, or a key is not valid.
        """
        fields = parse(text, _FIELDS)
        if fields["version"] != 1:
            raise MalformedKey("public keys of an unknown version")
        return cls(
            recipient=HybridRecipient.parse(fields["recipient"]),
            ed25519=Ed25519Verifier(from_hex(fields["ed25519"], 32)).public,
            mldsa65=MlDsa65Verifier(from_hex(fields["mldsa65"])).public,
        )


class MemberKeys(Protocol):
    """A member's private keys at hand: in this process, or in a keyholder that is asked."""

    @property
    def public(self) -> MemberPublic:
        """The public halves."""

    @property
    def signer(self) -> Signer:
        """Signs events, certificates and grants."""

    @property
    def pq_signer(self) -> Signer:
        """Signs certificates and grants beside `signer`."""

    def derive(self, info: str) -> bytes:
        """Return the 32-byte key that HKDF-SHA-256 gives of the seed for `info`."""


class MemberSecret:
    """A member's private keys, each derived from `seed` by HKDF-SHA-256 under its own label."""

    def __init__(self, seed: bytes) -> None:
        """Raises: MalformedKey: `seed` is not 32 bytes."""
        if len(seed) != 32:
            raise MalformedKey("a member's seed has 32 bytes")
        self.seed = bytes(seed)

    @classmethod
    def generate(cls, random: RandomBytes) -> MemberSecret:
        """Return new keys."""
        return cls(random(32))

    @cached_property
    def identity(self) -> HybridIdentity:
        """Opens what is sealed to the member."""
        return HybridIdentity(self._derive("identity"))

    @cached_property
    def signer(self) -> Ed25519Signer:
        """Signs events, certificates and grants."""
        return Ed25519Signer(self._derive("ed25519"))

    @cached_property
    def pq_signer(self) -> MlDsa65Signer:
        """Signs certificates and grants beside `signer`."""
        return MlDsa65Signer(self._derive("ml-dsa-65"))

    @cached_property
    def public(self) -> MemberPublic:
        """The public halves."""
        return MemberPublic(
            recipient=self.identity.recipient(),
            ed25519=self.signer.public,
            mldsa65=self.pq_signer.public,
        )

    def derive(self, info: str) -> bytes:
        """Return the 32-byte key that HKDF-SHA-256 gives of the seed for `info`."""
        return hkdf(self.seed, salt=b"", info=info.encode())

    def _derive(self, purpose: str) -> bytes:
        return hkdf(self.seed, salt=b"", info=f"strongroom/member/{purpose}/v1".encode())
