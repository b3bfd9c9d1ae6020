"""Strict JSON for the small documents of this package: slots, grants, public keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from keys.errors import MalformedKey

_LARGEST = 1 << 20  # characters; every document here is a few KiB


def canonical(document: Mapping[str, object]) -> bytes:
    """Return compact ASCII JSON with sorted keys, the form that is signed and bound."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def parse(text: str, fields: Mapping[str, type]) -> dict[str, Any]:
    """Return the object in `text`, which has exactly `fields` with values of exactly those types.

    Raises:
        MalformedKey: it has not, or a key stands twice.
    """
    if len(text) > _LARGEST:
        raise MalformedKey("a key document is too long")
    try:
        document = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise MalformedKey("a key document is not JSON") from None
    return check(document, fields)


def check(document: object, fields: Mapping[str, type]) -> dict[str, Any]:
    """Return `document` if it is an object of exactly `fields`; see `parse`.

    Raises:
        MalformedKey: it is not.
    """
    if not isinstance(document, dict) or set(document) != set(fields):
        raise MalformedKey("a key document has wrong fields")
    if any(type(document[name]) is not kind for name, kind in fields.items()):
        raise MalformedKey("a key document has a field of a wrong type")
    return document


def from_hex(text: str, size: int | None = None) -> bytes:
    """Return the bytes of lower-case hex.

    Raises:
        MalformedKey: it is not lower-case hex, or not of `size` bytes.
    """
    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise MalformedKey("a key document has a field that is not hex") from None
    if data.hex() != text or size not in (None, len(data)):
        raise MalformedKey("a key document has a field of a wrong length")
    return data


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError
    return document
