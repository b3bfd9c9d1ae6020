"""Redactions, plans and reading copies."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from archive.model.ids import RecordId, SourceRef
from archive.model.pages import PageBox, PageSet


class Reason(str, Enum):
    """Why a span is hidden."""

    SOURCE_IDENTITY = "S1"
    CONTACT = "S2"
    QUASI_IDENTIFIER = "S3"
    THIRD_PARTY = "S4"
    OPERATIONAL = "S5"
    LEGAL = "S6"


class Method(str, Enum):
    """Who or what proposed a redaction."""

    REGISTER = "register"
    DETECTOR = "detector"
    MANUAL = "manual"


class Review(str, Enum):
    """Why a person must look at a redaction that was carried over to a newer text.

    `ACCEPTED`: a person looked at it and it stays, as long as neither it nor the text changes.
    """

    ACCEPTED = "accepted"
    NONE = ""
    CARRIED = "carried"
    BESIDE_CHANGE = "beside-change"
    FOUND = "found"
    WIDENED = "widened"
    LOST = "lost"


class PlanState(str, Enum):
    """Where a redaction plan stands; release needs `APPROVED`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, order=True)
class Redaction:
    """A span of canonical text to hide: code point offsets, `start` inclusive, `end` exclusive.

    `review` says what became of it when the record got a newer text; `confidence` is how sure its
    finder is, in percent.
    """

    start: int
    end: int
    reason: Reason
    method: Method
    detector: str
    source: SourceRef | None = None
    review: Review = Review.NONE
    confidence: int = 100


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A rectangle of a page, counted from 0, that is hidden with everything under it.

    `method`, `detector` and `confidence` are as in `Redaction`.
    """

    page: int
    box: PageBox
    reason: Reason
    method: Method = Method.MANUAL
    detector: str = "region"
    confidence: int = 100


@dataclass(frozen=True, slots=True)
class Lost:
    """A redaction of an older text, of which the newest has neither words nor surroundings.

    The offsets of `redaction` count in the text of version `text_version`.
    """

    text_version: int
    redaction: Redaction


@dataclass(frozen=True, slots=True)
class RedactionPlan:
    """The redactions of one record, bound to the SHA-256 (hex) of its canonical text.

    `restores` is the earlier version whose marks this one put back, when it undid or redid an act.
    `title` is what researchers see instead of the record's own; empty, that one stays.
    """

    record: RecordId
    text_digest: str
    redactions: tuple[Redaction, ...] = ()
    lost: tuple[Lost, ...] = ()
    regions: tuple[Region, ...] = ()
    restores: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """A visible redaction in a reading copy: offsets into the redacted text, and what it says."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class ReadingCopy:
    """What a researcher may see of a record, and all that may ever be computed for one.

    `salt` (hex, 16 random bytes) makes the digest that the approver signs say nothing about the
    text to somebody who guesses it. `pages` binds the rebuilt pages, where the original has any.
    """

    record: RecordId
    title: str
    text: str
    salt: str
    date: str | None = None
    language: str | None = None
    markers: tuple[Marker, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    pages: PageSet | None = None


@dataclass(frozen=True, slots=True)
class Leak:
    """A registered source found where a researcher would see it; never the words themselves.

    `field` is `text`, `title`, `metadata:<name>`, `index` (a search leads there), `twin:<record>`
    (a released near-duplicate shows it, whose source is unknown where the plan names none),
    `hidden-in:<record>` (a released near-duplicate hides it), `pages:lines` (where lines end tells
    it), or one that says how the rebuilt pages were looked at; offsets count code points there.
    Where it is on a page, from 0, `box` would hide it there with the line that it stands in.
    """

    field: str
    start: int
    end: int
    source: SourceRef | None
    page: int | None = None
    box: PageBox | None = None
