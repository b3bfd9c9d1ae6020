"""Key pairs that seal file keys: post-quantum hybrid for all new material, X25519 for reading.

`HybridIdentity` is age's `mlkem768x25519` (C2SP age, "The hybrid recipient type"; the KEM is
X-Wing), `X25519Identity` its classical recipient. Both use age's Bech32 encodings, so that stock
programs read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from keys import bech32
from keys.errors import AuthenticationFailed, MalformedHeader, MalformedKey
from keys.primitives import (
    HYBRID_ENC_SIZE,
    TAG_SIZE,
    ChaCha20Poly1305,
    HybridKey,
    HybridPublicKey,
    RandomBytes,
    X25519Key,
    hkdf,
)
from keys.stanza import Stanza, encode_base64

FILE_KEY_SIZE = 16  # bytes; C2SP age
_WRAPPED_SIZE = FILE_KEY_SIZE + TAG_SIZE
_HYBRID_INFO = b"age-encryption.org/mlkem768x25519"
_X25519_INFO = b"age-encryption.org/v1/X25519"
_ZERO_NONCE = bytes(12)  # a wrap key is used once


@runtime_checkable
class Recipient(Protocol):
    """Whom a file key can be sealed to."""

    def wrap(self, file_key: bytes, *, random: RandomBytes) -> Stanza:
        """Return a stanza that only the matching identity opens."""

    def encode(self) -> str:
        """Return the age text form."""


@runtime_checkable
class Identity(Protocol):
    """Who can open a file key."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key (16 bytes), or `None` when no stanza is for this identity.

        Raises:
            MalformedHeader: a stanza of this identity's type is not well-formed.
        """

    def encode(self) -> str:
        """Return the age text form, which is the secret itself."""


@runtime_checkable
class CompartmentKey(Protocol):
    """A compartment's identity at hand: in this process, or in a keyholder that is asked."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """See `Identity.unwrap`."""

    def encode(self) -> str:
        """See `Identity.encode`."""

    def recipient(self) -> Recipient:
        """The public half."""

    def derive(self, info: str) -> bytes:
        """Return the 32-byte key that HKDF-SHA-256 gives of the seed for `info`."""


class HybridRecipient:
    """A public key of 1,216 bytes; encoded as `age1pq1...`."""

    __slots__ = ("_key",)

    def __init__(self, public: bytes) -> None:
        self._key = HybridPublicKey(public)

    @classmethod
    def parse(cls, text: str) -> HybridRecipient:
        """Return the recipient of an `age1pq1...` text, or raise `MalformedKey`."""
        return cls(_parse(text, "age1pq", upper=False))

    @property
    def public(self) -> bytes:
        """The raw public key: ML-KEM-768 1,184 bytes, then X25519 32 bytes."""
        return self._key.public

    def wrap(self, file_key: bytes, *, random: RandomBytes) -> Stanza:  # noqa: ARG002
        """Return a stanza; the encapsulation draws its randomness from OpenSSL, not `random`."""
        sealed = self._key.seal(_HYBRID_INFO, file_key)
        enc, body = sealed[:HYBRID_ENC_SIZE], sealed[HYBRID_ENC_SIZE:]
        return Stanza((b"mlkem768x25519", encode_base64(enc)), body)

    def encode(self) -> str:
        """Return `age1pq1...`."""
        return bech32.encode("age1pq", self.public)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HybridRecipient) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)


class HybridIdentity:
    """A key pair from a 32-byte seed; encoded as `AGE-SECRET-KEY-PQ-1...`."""

    __slots__ = ("_key", "_recipient", "seed")

    def __init__(self, seed: bytes) -> None:
        self._key = HybridKey(seed)
        self._recipient: HybridRecipient | None = None
        self.seed = bytes(seed)

    @classmethod
    def generate(cls, random: RandomBytes) -> HybridIdentity:
        """Return a new identity."""
        return cls(random(32))

    @classmethod
    def parse(cls, text: str) -> HybridIdentity:
        """Return the identity of an `AGE-SECRET-KEY-PQ-1...` text, or raise `MalformedKey`."""
        return cls(_parse(text, "age-secret-key-pq-", upper=True))

    def recipient(self) -> HybridRecipient:
        """The public half."""
        if self._recipient is None:
            self._recipient = HybridRecipient(self._key.public)
        return self._recipient

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """See `Identity.unwrap`."""
        for stanza in stanzas:
            if stanza.type != b"mlkem768x25519":
                continue
            enc = stanza.only_argument(HYBRID_ENC_SIZE)
            _check_body(stanza)
            try:
                return self._key.open(_HYBRID_INFO, enc + stanza.body)
            except AuthenticationFailed:
                continue
            except MalformedKey:
                raise MalformedHeader("a hybrid stanza's share is not valid") from None
        return None

    def derive(self, info: str) -> bytes:
        """Return the 32-byte key that HKDF-SHA-256 gives of the seed for `info`."""
        return hkdf(self.seed, salt=b"", info=info.encode())

    def encode(self) -> str:
        """Return `AGE-SECRET-KEY-PQ-1...` (77 characters)."""
        return bech32.encode("age-secret-key-pq-", self.seed).upper()


class X25519Recipient:
    """A Curve25519 public key of 32 bytes; encoded as `age1...`."""

    __slots__ = ("public",)

    def __init__(self, public: bytes) -> None:
        if len(public) != 32:
            raise MalformedKey("an X25519 public key has 32 bytes")
        self.public = public

    def wrap(self, file_key: bytes, *, random: RandomBytes) -> Stanza:
        """Return a stanza under a fresh ephemeral share.

        Raises:
            MalformedKey: the public key is of small order.
        """
        ephemeral = X25519Key(random(32))
        shared = ephemeral.exchange(self.public)
        key = hkdf(shared, salt=ephemeral.public + self.public, info=_X25519_INFO)
        body = ChaCha20Poly1305(key).seal(_ZERO_NONCE, file_key)
        return Stanza((b"X25519", encode_base64(ephemeral.public)), body)

    def encode(self) -> str:
        """Return `age1...`."""
        return bech32.encode("age", self.public)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, X25519Recipient) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)


class X25519Identity:
    """A Curve25519 private key of 32 bytes; encoded as `AGE-SECRET-KEY-1...`."""

    __slots__ = ("_key", "seed")

    def __init__(self, private: bytes) -> None:
        if len(private) != 32:
            raise MalformedKey("an X25519 private key has 32 bytes")
        self._key = X25519Key(private)
        self.seed = bytes(private)

    def recipient(self) -> X25519Recipient:
        """The public half."""
        return X25519Recipient(self._key.public)

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """See `Identity.unwrap`."""
        for stanza in stanzas:
            if stanza.type != b"X25519":
                continue
            share = stanza.only_argument(32)
            _check_body(stanza)
            try:
                shared = self._key.exchange(share)
            except MalformedKey:
                raise MalformedHeader("an X25519 stanza's share is not valid") from None
            key = hkdf(shared, salt=share + self._key.public, info=_X25519_INFO)
            try:
                return ChaCha20Poly1305(key).open(_ZERO_NONCE, stanza.body)
            except AuthenticationFailed:
                continue
        return None

    def derive(self, info: str) -> bytes:
        """Return the 32-byte key that HKDF-SHA-256 gives of the private key for `info`."""
        return hkdf(self.seed, salt=b"", info=info.encode())

    def encode(self) -> str:
        """Return `AGE-SECRET-KEY-1...`."""
        return bech32.encode("age-secret-key-", self.seed).upper()


def _check_body(stanza: Stanza) -> None:
    if len(stanza.body) != _WRAPPED_SIZE:
        raise MalformedHeader("a wrapped file key has a wrong length")


def _parse(text: str, prefix: str, *, upper: bool) -> bytes:
    clean = text.strip()
    found, data = bech32.decode(clean)
    if found != prefix or clean != (clean.upper() if upper else clean.lower()):
        raise MalformedKey("that is not a key of the expected kind")
    return data


def parse_identity(text: str) -> HybridIdentity | X25519Identity:
    """Return the identity that an age secret key text stands for.

    Raises:
        MalformedKey: it is none that is read here.
    """
    if text.strip().startswith("AGE-SECRET-KEY-PQ-"):
        return HybridIdentity.parse(text)
    return X25519Identity(_parse(text, "age-secret-key-", upper=True))


def parse_recipient(text: str) -> HybridRecipient | X25519Recipient:
    """Return the recipient that an age public key text stands for.

    Raises:
        MalformedKey: it is none that is sealed to here.
    """
    if text.strip().startswith("age1pq1"):
        return HybridRecipient.parse(text)
    return X25519Recipient(_parse(text, "age", upper=False))


SECRET_MARK = b"AGE-SECRET-KEY-"
"""What the text form of every age secret key begins with."""


def key_payload(key: HybridIdentity | X25519Identity) -> bytes:
    """Return a compartment's identity as a grant holds it: the hybrid seed, else the text form."""
    return key.seed if isinstance(key, HybridIdentity) else key.encode().encode()


def payload_key(payload: bytes) -> HybridIdentity | X25519Identity:
    """Return the identity that `key_payload` wrote.

    Raises:
        MalformedKey: it is none.
    """
    if not payload.startswith(SECRET_MARK):
        return HybridIdentity(payload)
    try:
        return parse_identity(payload.decode())
    except UnicodeDecodeError:
        raise MalformedKey("that is not a secret key") from None
