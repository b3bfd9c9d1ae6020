"""Opaque identifiers. None carries meaning; all are safe in paths, logs and messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NewType
from uuid import UUID

from archive.errors import InvalidValue

RecordId = NewType("RecordId", str)
"""UUID (RFC 9562, version 4) of a record, lower case with hyphens."""

MemberId = NewType("MemberId", str)
"""UUID of a member; the ledger's `agent` links to it through a key id."""

CollectionId = NewType("CollectionId", str)
"""UUID of a collection."""

SourceRef = NewType("SourceRef", str)
"""Pseudonym of a source inside one collection: `S-` and at least four digits."""

AccessionRef = NewType("AccessionRef", str)
"""Reference of an accession inside one collection: `A-` and at least four digits."""

RandomBytes = Callable[[int], bytes]
"""Source of randomness: a count of bytes in, that many bytes out (`os.urandom` in production)."""

CITATION = "strongroom:"
"""What a citation begins with."""

_CITED = re.compile(r"([^#]*)(?:#([0-9a-f]{16}))?")
_SOURCE = re.compile(r"S-[0-9]{4,9}")
_ACCESSION = re.compile(r"A-[0-9]{4,9}")


def new_uuid(random: RandomBytes) -> str:
    """Return a version 4 UUID (RFC 9562) made from `random`."""
    drawn = bytearray(random(16))
    drawn[6] = drawn[6] & 0x0F | 0x40  # version 4
    drawn[8] = drawn[8] & 0x3F | 0x80  # variant of RFC 9562, 4.1
    digits = drawn.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def parse_reference(text: str) -> tuple[RecordId, str | None]:
    """Return the record of a citation such as `strongroom:UUID#…`, and the digest in it, if any.

    The digest is the first 16 hex digits of the SHA-256 of the reading copy that was cited.

    Raises:
        InvalidValue: no citation, and no id of a record.
    """
    found = _CITED.fullmatch(text.strip().removeprefix(CITATION))
    try:
        return RecordId(str(UUID(found[1] if found else ""))), found and found[2]
    except ValueError:
        hint = "It has 36 characters, all of them; `strongroom records` and `search` show it."
        raise InvalidValue("That is not a record reference.", hint=hint) from None


def parse_record_id(text: str) -> RecordId:
    """Return the record that `text`, an id or a citation, is about.

    Raises:
        InvalidValue: no id of a record.
    """
    return parse_reference(text)[0]


def parse_source_ref(text: str) -> SourceRef:
    """Return `text` as a source pseudonym such as `S-0042`.

    Raises:
        InvalidValue: not of that form.
    """
    if not _SOURCE.fullmatch(text.strip()):
        raise InvalidValue("That is not a source reference such as S-0001.")
    return SourceRef(text.strip())


def parse_accession_ref(text: str) -> AccessionRef:
    """Return `text` as the reference of an accession, such as `A-0042`.

    Raises:
        InvalidValue: not of that form.
    """
    if not _ACCESSION.fullmatch(text.strip()):
        raise InvalidValue("That is not an accession reference such as A-0001.")
    return AccessionRef(text.strip())
