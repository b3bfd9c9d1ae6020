"""The reading copy as canonical bytes, which the approver's entry signs by their digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields

from archive.errors import SealedObjectDamaged
from archive.model.redaction import Marker, ReadingCopy

_FIELDS = {field.name for field in fields(ReadingCopy)}


def encode_reading_copy(copy: ReadingCopy) -> bytes:
    """Return the canonical bytes: UTF-8 JSON, sorted keys, no spaces."""
    return json.dumps(
        asdict(copy), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def decode_reading_copy(body: bytes) -> ReadingCopy:
    """Return the reading copy of canonical bytes.

    Raises:
        SealedObjectDamaged: not the canonical bytes of a reading copy.
    """
    try:
        value = json.loads(body)
        if set(value) != _FIELDS:
            raise SealedObjectDamaged
        value["markers"] = tuple(Marker(**marker) for marker in value["markers"])
        copy = ReadingCopy(**value)
    except (ValueError, TypeError, AttributeError):
        raise SealedObjectDamaged from None
    if encode_reading_copy(copy) != body:
        raise SealedObjectDamaged
    return copy


def digest(copy: ReadingCopy) -> str:
    """Return the SHA-256 (hex) of the canonical bytes; the salt in them hides the text."""
    return hashlib.sha256(encode_reading_copy(copy)).hexdigest()
