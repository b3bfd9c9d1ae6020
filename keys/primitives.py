"""Every cryptographic primitive that Strongroom uses, and the only importer of the libraries.

`cryptography` (OpenSSL), `argon2` (the reference implementation) and `nacl` (libsodium, whose
verdict on Ed25519 signatures is normative) stand behind plain functions and thin classes that speak
bytes and raise `keys.errors`. Key encapsulation and ML-DSA draw randomness from OpenSSL itself;
everything else takes randomness as an argument.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, TypeAlias

from argon2.low_level import Type, core, error_to_str, ffi
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mldsa, mlkem, x25519
from cryptography.hazmat.primitives.ciphers import aead
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from keys.errors import AuthenticationFailed, MalformedKey, PrimitivesUnavailable, SignatureInvalid

if TYPE_CHECKING:
    from cryptography import x509

RandomBytes: TypeAlias = Callable[[int], bytes]
"""Source of randomness: a count of bytes in, that many bytes out (`os.urandom` in production)."""

Buffer: TypeAlias = bytes | bytearray | memoryview

TAG_SIZE = 16  # bytes; Poly1305 and GCM tags
HYBRID_PUBLIC_SIZE = 1216  # bytes; ML-KEM-768 1184 and X25519 32
HYBRID_ENC_SIZE = 1120  # bytes; ML-KEM-768 ciphertext 1088 and X25519 share 32

_ARGON2_VERSION = 0x13  # RFC 9106, section 3.1
_ARGON2_CLEAR_PASSWORD = 1  # argon2.h, ARGON2_FLAG_CLEAR_PASSWORD
_ARGON2_AT_ONCE = BoundedSemaphore(2)  # each run takes its profile's memory, 256 MiB by default


def hkdf(key: Buffer, *, salt: Buffer, info: bytes, length: int = 32) -> bytes:
    """Return `length` bytes derived by HKDF-SHA-256 (RFC 5869); `length` is at most 8,160."""
    pseudorandom = hmac.digest(salt, key, "sha256")
    if length <= 32:
        return hmac.digest(pseudorandom, info + b"\x01", "sha256")[:length]
    blocks = [b""]
    for counter in range(1, -(-length // 32) + 1):
        blocks.append(hmac.digest(pseudorandom, blocks[-1] + info + bytes([counter]), "sha256"))
    return b"".join(blocks)[:length]


class AesGcm256:
    """AES-256-GCM (NIST SP 800-38D) under one 32-byte key; nonces are 12 bytes, never repeated."""

    __slots__ = ("_aead",)

    def __init__(self, key: Buffer) -> None:
        if len(key) != 32:
            raise MalformedKey("an AES-256 key has 32 bytes")
        self._aead = aead.AESGCM(key)

    def seal(self, nonce: Buffer, plaintext: Buffer, aad: Buffer | None) -> bytes:
        """Return ciphertext and 16-byte tag."""
        return self._aead.encrypt(nonce, plaintext, aad)

    def open(self, nonce: Buffer, sealed: Buffer, aad: Buffer | None) -> bytes:
        """Return the plaintext.

        Raises:
            AuthenticationFailed: key, nonce, ciphertext, tag or `aad` differ from the sealing.
        """
        try:
            return self._aead.decrypt(nonce, sealed, aad)
        except (InvalidTag, ValueError):
            raise AuthenticationFailed("a sealed block is not authentic") from None


class ChaCha20Poly1305:
    """ChaCha20-Poly1305 (RFC 8439) under one 32-byte key; nonces are 12 bytes."""

    __slots__ = ("_aead",)

    def __init__(self, key: Buffer) -> None:
        self._aead = aead.ChaCha20Poly1305(key)

    def seal(self, nonce: Buffer, plaintext: Buffer) -> bytes:
        """Return ciphertext and 16-byte tag."""
        return self._aead.encrypt(nonce, plaintext, None)

    def seal_into(self, nonce: Buffer, plaintext: Buffer, out: Buffer) -> int:
        """Write ciphertext and tag to `out`, exactly 16 bytes longer; return its length."""
        return self._aead.encrypt_into(nonce, plaintext, None, out)

    def open(self, nonce: Buffer, sealed: Buffer) -> bytes:
        """Return the plaintext.

        Raises:
            AuthenticationFailed: key, nonce, ciphertext or tag differ from the sealing.
        """
        try:
            return self._aead.decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError):
            raise AuthenticationFailed("a sealed chunk is not authentic") from None


def committing_seal(key: Buffer, context: bytes, plaintext: Buffer) -> bytes:
    """Seal under a 32-byte key with C2SP chunked-encryption (AES-256-GCM), bound to `context`.

    The format commits to the key, so that no ciphertext opens under two keys (needed where the key
    comes from a passphrase). It adds 72 bytes to up to 16 KiB and draws its own random salt.
    """
    sealer = Cobblestone256Encryptor(key, context)
    return sealer.update(plaintext) + sealer.finalize()


def committing_open(key: Buffer, context: bytes, sealed: Buffer) -> bytes:
    """Open what `committing_seal` made.

    Raises:
        AuthenticationFailed: wrong key or context, or changed, cut or extended bytes.
    """
    try:
        opener = Cobblestone256Decryptor(key, context)
        return opener.update(sealed) + opener.finalize()
    except (InvalidTag, ValueError):
        raise AuthenticationFailed("a sealed value is not authentic") from None


def argon2id(
    passphrase: bytearray,
    salt: bytes,
    *,
    associated: bytes,
    memory_kib: int,
    passes: int,
    lanes: int,
) -> bytearray:
    """Return a 32-byte key by Argon2id (RFC 9106, version 0x13) and wipe `passphrase`.

    `associated` is RFC 9106's associated data X. At most two runs go on at once in a process; the
    rest wait. The caller wipes the result.

    Raises:
        MalformedKey: a parameter is outside RFC 9106's range.
        PrimitivesUnavailable: the machine has not that much memory.
    """
    key = bytearray(32)
    out, secret = ffi.from_buffer("uint8_t[]", key), ffi.from_buffer("uint8_t[]", passphrase)
    salt_bytes, data = ffi.new("uint8_t[]", salt), ffi.new("uint8_t[]", associated)
    fields = {
        "version": _ARGON2_VERSION,
        "out": out,
        "outlen": len(key),
        "pwd": secret,
        "pwdlen": len(passphrase),
        "salt": salt_bytes,
        "saltlen": len(salt),
        "secret": ffi.NULL,
        "secretlen": 0,
        "ad": data,
        "adlen": len(associated),
        "t_cost": passes,
        "m_cost": memory_kib,
        "lanes": lanes,
        "threads": lanes,
        "allocate_cbk": ffi.NULL,
        "free_cbk": ffi.NULL,
        "flags": _ARGON2_CLEAR_PASSWORD,
    }
    with _ARGON2_AT_ONCE:
        verdict = core(ffi.new("argon2_context *", fields), Type.ID.value)
    if verdict == -22:  # argon2.h, ARGON2_MEMORY_ALLOCATION_ERROR
        raise PrimitivesUnavailable("not enough memory for the key slot's Argon2id parameters")
    if verdict != 0:
        raise MalformedKey(f"Argon2id refused its parameters: {error_to_str(verdict)}")
    return key


class X25519Key:
    """An X25519 key pair (RFC 7748) from its 32-byte private key."""

    __slots__ = ("_key", "public")

    def __init__(self, private: bytes) -> None:
        self._key = x25519.X25519PrivateKey.from_private_bytes(private)
        self.public = self._key.public_key().public_bytes_raw()

    def exchange(self, peer: bytes) -> bytes:
        """Return the 32-byte shared secret.

        Raises:
            MalformedKey: `peer` is not 32 bytes or of small order (RFC 7748, section 6.1).
        """
        try:
            return self._key.exchange(x25519.X25519PublicKey.from_public_bytes(peer))
        except ValueError:
            raise MalformedKey("an X25519 share is not usable") from None


_HYBRID = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


class HybridPublicKey:
    """Public half of the ML-KEM-768 and X25519 hybrid KEM (X-Wing), 1,216 bytes."""

    __slots__ = ("_key", "public")

    def __init__(self, public: bytes) -> None:
        """Raises: MalformedKey: not 1,216 bytes of a valid encoding."""
        if len(public) != HYBRID_PUBLIC_SIZE:
            raise MalformedKey("a hybrid public key has 1,216 bytes")
        try:
            self._key = hpke.MLKEM768X25519PublicKey(
                mlkem.MLKEM768PublicKey.from_public_bytes(public[:1184]),
                x25519.X25519PublicKey.from_public_bytes(public[1184:]),
            )
        except ValueError:
            raise MalformedKey("a hybrid public key is not valid") from None
        self.public = public

    def seal(self, info: bytes, plaintext: bytes) -> bytes:
        """Return HPKE base mode (RFC 9180) encapsulation, ciphertext and tag: 1,136 bytes more."""
        return _HYBRID.encrypt(plaintext, self._key, info=info)


class HybridKey:
    """The hybrid KEM key pair of a 32-byte seed, expanded by SHAKE-256 as X-Wing does."""

    __slots__ = ("_key", "_share", "public")

    def __init__(self, seed: bytes) -> None:
        """Raises: MalformedKey: the seed is not 32 bytes."""
        if len(seed) != 32:
            raise MalformedKey("a hybrid seed has 32 bytes")
        expanded = hashlib.shake_256(seed).digest(96)
        lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self._share = X25519Key(expanded[64:])
        curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self._key = hpke.MLKEM768X25519PrivateKey(lattice, curve)
        self.public = lattice.public_key().public_bytes_raw() + self._share.public

    def open(self, info: bytes, sealed: bytes) -> bytes:
        """Open what `HybridPublicKey.seal` made.

        Raises:
            MalformedKey: the encapsulation is not valid whoever it is for.
            AuthenticationFailed: it is for another key or another `info`, or was changed.
        """
        try:
            return _HYBRID.decrypt(sealed, self._key, info=info)
        except (InvalidTag, ValueError):
            self._share.exchange(sealed[HYBRID_ENC_SIZE - 32 : HYBRID_ENC_SIZE])
            raise AuthenticationFailed("a wrapped key is not for this identity") from None


def ed25519_keypair(seed: bytes) -> tuple[bytes, bytes]:
    """Return (public key of 32 bytes, libsodium secret key of 64) for a 32-byte seed (RFC 8032)."""
    if len(seed) != 32:
        raise MalformedKey("an Ed25519 seed has 32 bytes")
    return sodium.crypto_sign_seed_keypair(seed)


def ed25519_sign(secret: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature under the secret key that `ed25519_keypair` returned."""
    return sodium.crypto_sign(message, secret)[:64]


def ed25519_check_public(public: bytes) -> None:
    """Refuse a key that is not canonical, not on the curve or not in the prime-order group.

    Raises:
        MalformedKey: it is one of those.
    """
    if len(public) != 32 or not sodium.crypto_core_ed25519_is_valid_point(public):
        raise MalformedKey("an Ed25519 public key is not valid")


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Verify by libsodium.

    Raises:
        SignatureInvalid: it does not verify.
    """
    if len(signature) != 64:
        raise SignatureInvalid("an Ed25519 signature has 64 bytes")
    try:
        sodium.crypto_sign_open(signature + message, public)
    except (CryptoError, ValueError):
        raise SignatureInvalid("an Ed25519 signature does not verify") from None


MlDsaPrivate: TypeAlias = mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey
MlDsaPublic: TypeAlias = mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey


def mldsa44_private(seed: bytes) -> MlDsaPrivate:
    """Return the ML-DSA-44 (FIPS 204) private key of a 32-byte seed."""
    return _mldsa_private(mldsa.MLDSA44PrivateKey.from_seed_bytes, seed)


def mldsa65_private(seed: bytes) -> MlDsaPrivate:
    """Return the ML-DSA-65 (FIPS 204) private key of a 32-byte seed."""
    return _mldsa_private(mldsa.MLDSA65PrivateKey.from_seed_bytes, seed)


def mldsa44_public(public: bytes) -> MlDsaPublic:
    """Return the ML-DSA-44 verification key from its 1,312 bytes, or raise `MalformedKey`."""
    return _mldsa_public(mldsa.MLDSA44PublicKey.from_public_bytes, public)


def mldsa65_public(public: bytes) -> MlDsaPublic:
    """Return the ML-DSA-65 verification key from its 1,952 bytes, or raise `MalformedKey`."""
    return _mldsa_public(mldsa.MLDSA65PublicKey.from_public_bytes, public)


def _mldsa_private(make: Callable[[bytes], MlDsaPrivate], seed: bytes) -> MlDsaPrivate:
    if len(seed) != 32:
        raise MalformedKey("an ML-DSA seed has 32 bytes")
    return make(seed)


def _mldsa_public(make: Callable[[bytes], MlDsaPublic], public: bytes) -> MlDsaPublic:
    try:
        return make(public)
    except ValueError:
        raise MalformedKey("an ML-DSA public key is not valid") from None


def mldsa_verify(public: MlDsaPublic, message: bytes, signature: bytes) -> None:
    """Verify with an empty context (FIPS 204, section 5.3).

    Raises:
        SignatureInvalid: it does not verify.
    """
    try:
        public.verify(signature, message)
    except (InvalidSignature, ValueError):
        raise SignatureInvalid("an ML-DSA signature does not verify") from None


_KNOWN_ANSWERS = (  # HKDF by OpenSSL, Argon2id by argon2-cffi's own high-level call
    bytes.fromhex("ca8ea80fd943b0e1cbd195408f95581e3e7251a118dc73495a81a03c1687887c"),
    bytes.fromhex("8032da6dc9ddae01f4d6939c97ac26a487ac96ef7cb4e3b8e9ce406f5a8c3816"),
)


def self_test() -> None:
    """Exercise every algorithm once; called when a process starts (a few milliseconds).

    Raises:
        PrimitivesUnavailable: the installed wheel lacks one (a source build against an old OpenSSL
            has no ML-KEM) or a known answer differs.
    """
    seed = bytes(range(32))
    try:
        key = HybridKey(seed)
        opened = key.open(b"self-test", HybridPublicKey(key.public).seal(b"self-test", seed))
        sealed = committing_open(seed, b"self-test", committing_seal(seed, b"self-test", seed))
        mldsa_verify(
            mldsa65_public(mldsa65_private(seed).public_key().public_bytes_raw()),
            seed,
            mldsa65_private(seed).sign(seed),
        )
        mldsa44_private(seed)
        public, secret = ed25519_keypair(seed)
        ed25519_verify(public, seed, ed25519_sign(secret, seed))
        stretched = argon2id(
            bytearray(32), bytes(16), associated=b"", memory_kib=32, passes=1, lanes=1
        )
    except (UnsupportedAlgorithm, AuthenticationFailed, SignatureInvalid, MalformedKey):
        raise PrimitivesUnavailable("an algorithm is missing from `cryptography`") from None
    answers = (hkdf(seed, salt=b"", info=b"self-test"), bytes(stretched))
    if opened != seed or sealed != seed or answers != _KNOWN_ANSWERS:
        raise PrimitivesUnavailable("an algorithm gives a wrong answer")


def x509_certificates(pem: bytes) -> list[x509.Certificate]:
    """Return the certificates of a PEM text, or raise `MalformedKey`."""
    from cryptography import x509  # noqa: PLC0415 - 40 ms that few commands need

    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise MalformedKey("not certificates in PEM") from None


def x509_period(der: bytes) -> tuple[datetime, datetime]:
    """Return from when until when a certificate in DER is valid, or raise `MalformedKey`."""
    from cryptography import x509  # noqa: PLC0415 - 40 ms that few commands need

    try:
        one = x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion):
        raise MalformedKey("not a certificate") from None
    return one.not_valid_before_utc, one.not_valid_after_utc
