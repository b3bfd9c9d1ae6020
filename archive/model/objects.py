"""PREMIS 3 objects: what is stored about a record and in which representations."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from archive.model.ids import RecordId
from archive.model.portable import Portable


class Representation(str, Enum):
    """PREMIS representation of a record."""

    ORIGINAL = "original"
    CANONICAL_TEXT = "canonical-text"
    READING_COPY = "reading-copy"


class Outcome(str, Enum):
    """The one way in which an input file ends."""

    INGESTED = "ingested"
    DUPLICATE = "duplicate"
    NO_TEXT = "no-text"
    REJECTED = "rejected"
    FAILED = "failed"


class Standing(str, Enum):
    """Where a record stands in its way to readers; a record may stand in several places."""

    IN_WORK = "in-work"
    """In none of the others."""
    TO_REVIEW = "to-review"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    NO_TEXT = "no-text"


QUARANTINED = "quarantined"
"""Outcome of a record that is held back until an archivist accepts or discards it."""

DISCARDED = "discarded"
"""Outcome of a record whose header and objects were destroyed."""


@dataclass(frozen=True, slots=True)
class WordBox:
    """Where a run of canonical text stands on a page.

    `start` and `end` are code point offsets into the canonical text; `page` counts from 0;
    `left`, `bottom`, `right`, `top` are PDF points (1/72 inch) from the page's lower left corner.
    """

    start: int
    end: int
    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class CanonicalText:
    """The one text of a record, frozen at extraction; every span counts code points of `text`.

    `pages` holds the start offset of each page (empty when the format has no pages);
    `reader` names the reader and its version; `encoding` is the encoding used or guessed.
    """

    text: str
    reader: str
    pages: tuple[int, ...] = ()
    boxes: tuple[WordBox, ...] = ()
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file found inside another: raw bytes and the untrusted name that it carried.

    `reason` says in words without content why it could not be taken out; `data` is then empty.
    """

    untrusted_name: str
    media_type: str
    data: bytes
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a reader returns for one document: text, embedded metadata, attachments.

    `metadata` maps lower-case names (`title`, `author`, `subject`, `date`, `from`, `to`, ...) to
    untrusted text; `date` is ISO 8601 where the reader could parse one. `text` is `None` when the
    format carries none, and `reason` then says why in words without content. `concerns` say, in
    such words too, why a person should look at it.
    """

    text: CanonicalText | None
    metadata: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    reason: str | None = None
    concerns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixity(Portable):
    """A message digest (PREMIS `fixity`): algorithm is SHA-256, `digest` lower-case hex."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One canonical text of a record: an immutable object, and which reader made it.

    Versions count from 1. `created` is RFC 3339 in UTC; `reader` and `created` are empty for texts
    of archives that were written before texts had versions. `confirmed` names a later reader
    that gave the very same text, pages and boxes.
    """

    version: int
    reader: str
    fixity: Fixity
    created: str
    confirmed: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the objects of a record are; sealed beside them and committed in the ledger.

    `objects` maps a representation to the fixity of its sealed payload; `texts` holds the versions
    of the canonical text, oldest first, of which the newest is read and searched. `original` is
    the fixity of the original before sealing. `title`, `name`, `path`, `media_type`, `date` and
    `metadata` are confidential description. `salt` (hex, 32 bytes) keys the commitments of the
    record's events. `accession` is the reference of the accession it came with; `description` is
    what a metadata table said of it, by element name; `checks` says what was checked on arrival and
    how it came out; `quarantine` is why the file is held back, if it is. `sandbox` is the tier of
    the sandbox that its reader ran in. `language` is the BCP 47 primary tag of the canonical text
    where one could be told.
    """

    record: RecordId
    objects: dict[Representation, Fixity]
    original: Fixity
    title: str
    name: str
    path: str
    media_type: str
    salt: str
    date: str | None = None
    parent: RecordId | None = None
    source: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    accession: str | None = None
    description: dict[str, str] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    quarantine: str | None = None
    sandbox: str | None = None
    language: str | None = None
    texts: tuple[TextVersion, ...] = ()
