"""Signatures: Ed25519 (RFC 8032), and ML-DSA-44 and ML-DSA-65 (FIPS 204) beside it.

libsodium's verdict on an Ed25519 signature is normative: it refuses small-order and non-canonical
points and scalars that other libraries let pass, so that all verifiers agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from keys.primitives import (
    ed25519_check_public,
    ed25519_keypair,
    ed25519_sign,
    ed25519_verify,
    mldsa44_private,
    mldsa44_public,
    mldsa65_private,
    mldsa65_public,
    mldsa_verify,
)


class Signer(Protocol):
    """Holds a private signing key."""

    @property
    def public(self) -> bytes:
        """The raw public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature of `message`."""


@runtime_checkable
class Joint(Protocol):
    """A signer that can have other keys, which are held with its own, sign at the same time."""

    def sign_each(self, asked: Sequence[tuple[Signer, bytes]]) -> list[bytes] | None:
        """Return the signature of each message, `None` when a key is held elsewhere."""


def sign_each(asked: Sequence[tuple[Signer, bytes]]) -> list[bytes]:
    """Return the raw signature of each message by its signer, of all at once where that is less."""
    first = asked[0][0] if asked else None
    joint = first.sign_each(asked) if isinstance(first, Joint) else None
    return [signer.sign(message) for signer, message in asked] if joint is None else joint


class Verifier(Protocol):
    """Holds a public signing key."""

    @property
    def public(self) -> bytes:
        """The raw public key."""

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return quietly, or raise `SignatureInvalid`."""


def key_id(public: bytes) -> str:
    """Return the id of a public key: the first 16 bytes of its SHA-256, in lower-case hex."""
    return hashlib.sha256(public).hexdigest()[:32]


class Ed25519Signer:
    """Ed25519 from a 32-byte seed; signatures have 64 bytes and are deterministic."""

    __slots__ = ("_secret", "public")

    def __init__(self, seed: bytes) -> None:
        self.public, self._secret = ed25519_keypair(seed)

    @classmethod
    def from_seed(cls, seed: bytes) -> Ed25519Signer:
        """Return the signer of `seed`, or raise `MalformedKey` unless it has 32 bytes."""
        return cls(seed)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""
        return ed25519_sign(self._secret, message)


class Ed25519Verifier:
    """Verifies under a public key of 32 bytes."""

    __slots__ = ("public",)

    def __init__(self, public: bytes) -> None:
        """Raises: MalformedKey: the key is not canonical or not of the prime-order group."""
        ed25519_check_public(public)
        self.public = public

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return quietly, or raise `SignatureInvalid`."""
        ed25519_verify(self.public, message, signature)


class MlDsa44Signer:
    """ML-DSA-44 from a 32-byte seed; signatures have 2,420 bytes and are hedged."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = mldsa44_private(seed)
        self.public = self._key.public_key().public_bytes_raw()

    @classmethod
    def from_seed(cls, seed: bytes) -> MlDsa44Signer:
        """Return the signer of `seed`, or raise `MalformedKey` unless it has 32 bytes."""
        return cls(seed)

    def sign(self, message: bytes) -> bytes:
        """Return the signature under an empty context."""
        return self._key.sign(message)


class MlDsa44Verifier:
    """Verifies under a public key of 1,312 bytes."""

    __slots__ = ("_key", "public")

    def __init__(self, public: bytes) -> None:
        """Raises: MalformedKey: the key is not valid."""
        self._key = mldsa44_public(public)
        self.public = public

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return quietly, or raise `SignatureInvalid`."""
        mldsa_verify(self._key, message, signature)


class MlDsa65Signer:
    """ML-DSA-65 from a 32-byte seed; signatures have 3,309 bytes and are hedged."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = mldsa65_private(seed)
        self.public = self._key.public_key().public_bytes_raw()

    @classmethod
    def from_seed(cls, seed: bytes) -> MlDsa65Signer:
        """Return the signer of `seed`, or raise `MalformedKey` unless it has 32 bytes."""
        return cls(seed)

    def sign(self, message: bytes) -> bytes:
        """Return the signature under an empty context."""
        return self._key.sign(message)


class MlDsa65Verifier:
    """Verifies under a public key of 1,952 bytes."""

    __slots__ = ("_key", "public")

    def __init__(self, public: bytes) -> None:
        """Raises: MalformedKey: the key is not valid."""
        self._key = mldsa65_public(public)
        self.public = public

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return quietly, or raise `SignatureInvalid`."""
        mldsa_verify(self._key, message, signature)
