"""Canonical JSON (RFC 8785) for the ledger: ASCII keys, no floats, at most 65,535 bytes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

from archive.errors import InvalidValue, LedgerTampered

MAX_BYTES = 65_535
"""Length limit of an entry (C2SP tlog-tiles entry bundles count it in two bytes)."""

_SAFE = 2**53  # integers from here on are not exact in every JSON reader (RFC 8785, 3.2.2.3)
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def jcs(value: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of a JSON object of the subset, of any length.

    Keys must be ASCII and numbers integers below 2**53; for those, sorting by code point and
    `json`'s own escapes are what RFC 8785 asks for.

    Raises:
        InvalidValue: a text that UTF-8 cannot carry.
    """
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        raise InvalidValue("A text for the ledger is not valid Unicode.") from None


def jcs_texts(*texts: str) -> bytes:
    """Return the canonical bytes of an array of texts, as `jcs` does, at a third of its price.

    Raises:
        InvalidValue: a text that UTF-8 cannot carry.
    """
    try:
        return f"[{','.join(map(encode_basestring, texts))}]".encode()
    except UnicodeEncodeError:
        raise InvalidValue("A text for the ledger is not valid Unicode.") from None


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of an entry.

    Raises:
        InvalidValue: longer than 65,535 bytes, or with text that UTF-8 cannot carry.
    """
    body = jcs(value)
    if len(body) > MAX_BYTES:
        raise InvalidValue("A ledger entry is longer than 65,535 bytes.")
    return body


def parse(body: bytes, *, limit: int = MAX_BYTES) -> dict[str, Any]:
    """Return the object of canonical bytes, refusing any other way to write it.

    `limit` is the most bytes that are looked at.

    Raises:
        LedgerTampered: not a JSON object, not canonical, too long, or outside the subset.
    """
    if not isinstance(body, bytes) or len(body) > limit:
        raise LedgerTampered
    try:
        value = json.loads(body, parse_float=_refuse, parse_constant=_refuse)
        same = isinstance(value, dict) and _allowed(value) and jcs(value) == body
    except (ValueError, RecursionError, InvalidValue):
        raise LedgerTampered from None
    if not same:
        raise LedgerTampered
    result: dict[str, Any] = value
    return result


def from_base64(text: str) -> bytes:
    """Return the bytes of standard base64 (RFC 4648, section 4) in its one canonical writing.

    Raises:
        LedgerTampered: any other text, also one whose unused last bits are not zero (3.5).
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise LedgerTampered from None
    if base64.b64encode(data).decode() != text:
        raise LedgerTampered
    return data


def _refuse(_text: str) -> float:
    raise ValueError("a number that is not an integer")


def _allowed(value: object) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() and _allowed(below) for key, below in value.items())
    if isinstance(value, list):
        return all(_allowed(below) for below in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return -_SAFE < value < _SAFE
    return True
