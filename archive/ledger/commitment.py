"""Commitments to confidential fields: they bind, and without the salt key they tell nothing."""

from __future__ import annotations

import hashlib
import hmac

from archive.ledger.canonical import jcs_texts

_DOMAIN = b"strongroom/commit/v1\0"
_SALT = 16  # bytes; to test a guess of the value one must guess 128 random bits


def salt_of(field: str, salt_key: bytes) -> bytes:
    """Return the salt (16 bytes) of a field: the head of HMAC-SHA-256 under the salt key.

    With it and the value one field is opened to somebody; the others stay closed.
    """
    return hmac.digest(salt_key, field.encode(), hashlib.sha256)[:_SALT]


def commit(field: str, value: str, salt_key: bytes) -> bytes:
    """Return SHA-256 (32 bytes) of domain, salt and the canonical pair [field, value].

    Raises:
        InvalidValue: a text that UTF-8 cannot carry.
    """
    return _digest(salt_of(field, salt_key), field, value)


def opens(commitment: bytes, field: str, value: str, salt: bytes) -> bool:
    """Return whether `value` with its salt (16 bytes) is what the commitment holds."""
    return len(salt) == _SALT and hmac.compare_digest(commitment, _digest(salt, field, value))


def _digest(salt: bytes, field: str, value: str) -> bytes:
    return hashlib.sha256(_DOMAIN + salt + jcs_texts(field, value)).digest()
