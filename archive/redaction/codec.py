"""The reading copy as canonical bytes, which the approver's entry signs by their digest."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields
from typing import Any

from archive.errors import SealedObjectDamaged
from archive.model.ids import RecordId
from archive.model.pages import PageSet
from archive.model.redaction import Marker, ReadingCopy
from archive.redaction.spans import MARKER

FORMAT = "strongroom-reading-copy-1"
"""What `format` holds (docs/formats/reading-copy.md)."""

FORMAT_WITH_PAGES = "strongroom-reading-copy-2"
"""What `format` holds where the copy has rebuilt pages."""

FORMAT_SET_ANEW = "strongroom-reading-copy-3"
"""What `format` holds where some of them are set anew, or a person chose that none is."""

PASSED = frozenset({"kind"})
"""Embedded metadata that may pass into a reading copy, redacted. File names, paths, mail headers
and all else never do; `date` and `language` are fields of their own.
"""

_NAMES = tuple(field.name for field in fields(ReadingCopy))
_FIELDS = {*_NAMES, "format"}


def _by_name(part: Marker) -> dict[str, str | int]:
    """Return a flat value's fields; `asdict` takes four times as long, a copy has hundreds."""
    return {name: getattr(part, name) for name in part.__slots__}


def _form(pages: PageSet | None) -> tuple[str, dict[str, object]]:
    """Return the format that a copy has by its pages, and these as JSON has them."""
    if pages is None:
        return FORMAT, {}
    body: dict[str, object] = {name: getattr(pages, name) for name in _SIZES}
    if not (pages.origins or pages.insisted):
        return FORMAT_WITH_PAGES, {"pages": body}
    body |= {"origins": list(pages.origins), "insisted": pages.insisted}
    return FORMAT_SET_ANEW, {"pages": body}


_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_by_name
).encode
_DIGEST = re.compile("[0-9a-f]{64}")  # SHA-256
_SALT = re.compile("[0-9a-f]{32}")  # 16 bytes
_WORDS = ("record", "title", "text", "salt")
_OPTIONAL = ("date", "language")
_SIZES = ("digest", "size", "count")


def encode_reading_copy(copy: ReadingCopy) -> bytes:
    """Return the canonical bytes: UTF-8 JSON, sorted keys, no spaces."""
    form, pages = _form(copy.pages)
    body = {name: getattr(copy, name) for name in _NAMES if name != "pages"}
    return _canonical({**body, **pages, "format": form}).encode()


def decode_reading_copy(body: bytes) -> ReadingCopy:
    """Return the reading copy of canonical bytes.

    Raises:
        SealedObjectDamaged: not the canonical bytes of a reading copy.
    """
    try:
        copy = _copy(json.loads(body))
        canonical = encode_reading_copy(copy) == body
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise SealedObjectDamaged from None
    if not canonical:
        raise SealedObjectDamaged
    return copy


def _copy(value: dict[str, Any]) -> ReadingCopy:
    words = all(isinstance(value[name], str) for name in _WORDS)
    optional = all(isinstance(value[name], str | None) for name in _OPTIONAL)
    pages = _pages(value.pop("pages")) if value.pop("format") != FORMAT else None
    if set(value) != _FIELDS - {"format", "pages"} or not (words and optional):
        raise SealedObjectDamaged
    markers = tuple(Marker(**marker) for marker in value.pop("markers"))
    record = RecordId(value.pop("record"))
    copy = ReadingCopy(record=record, markers=markers, pages=pages, **value)
    if not (_SALT.fullmatch(copy.salt) and _markers_fit(copy) and _metadata_fits(copy)):
        raise SealedObjectDamaged
    return copy


def _pages(value: dict[str, Any]) -> PageSet:
    pages = PageSet(**{**value, "origins": tuple(value.get("origins", ()))})
    sizes = all(type(one) is int and one > 0 for one in (pages.size, pages.count))
    if not (isinstance(pages.digest, str) and _DIGEST.fullmatch(pages.digest) and sizes):
        raise SealedObjectDamaged
    numbers = all(one is None or (type(one) is int and one >= 0) for one in pages.origins)
    whole = len(pages.origins) in (0, pages.count) and type(pages.insisted) is bool
    if not (numbers and whole):
        raise SealedObjectDamaged
    return pages


def _markers_fit(copy: ReadingCopy) -> bool:
    """Return whether markers are in order, do not overlap, and say what the text says there."""
    at = 0
    for marker in copy.markers:
        if type(marker.start) is not int or type(marker.end) is not int or marker.start < at:
            return False
        if copy.text[marker.start : marker.end] != marker.label or not MARKER.fullmatch(
            marker.label
        ):
            return False
        at = marker.end
    return True


def _metadata_fits(copy: ReadingCopy) -> bool:
    return copy.metadata.keys() <= PASSED and all(
        isinstance(value, str) for value in copy.metadata.values()
    )


def digest(copy: ReadingCopy) -> str:
    """Return the SHA-256 (hex) of the canonical bytes; the salt in them hides the text."""
    return hashlib.sha256(encode_reading_copy(copy)).hexdigest()
