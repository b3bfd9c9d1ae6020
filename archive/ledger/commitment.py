"""Commitments to confidential fields: they bind, and without the salt key they tell nothing."""

from __future__ import annotations

import hashlib
import hmac
import json

_DOMAIN = b"strongroom/commit/v1\0"
_SALT = 16  # bytes; a guess of the value costs a guess of 128 random bits


def salt_of(field: str, salt_key: bytes) -> bytes:
    """Return the salt (16 bytes) of a field: HMAC-SHA-256 under the salt key, cut."""
    return hmac.digest(salt_key, field.encode(), hashlib.sha256)[:_SALT]


def commit(field: str, value: str, salt_key: bytes) -> bytes:
    """Return SHA-256 (32 bytes) of domain, salt and the JSON pair [field, value]."""
    pair = json.dumps([field, value], separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(_DOMAIN + salt_of(field, salt_key) + pair).digest()


def opens(commitment: bytes, field: str, value: str, salt_key: bytes) -> bool:
    """Return whether `value` and `salt_key` are behind a commitment."""
    return hmac.compare_digest(commitment, commit(field, value, salt_key))
