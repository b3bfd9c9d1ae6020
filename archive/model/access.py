"""Who may do what, at which level."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from archive.model.ids import MemberId


class Role(str, Enum):
    """What a member is trusted with (security.md, table of roles)."""

    CUSTODIAN = "custodian"
    ARCHIVIST = "archivist"
    RESEARCHER = "researcher"
    AUDITOR = "auditor"


class Compartment(str, Enum):
    """One of the four parts of a collection, each with its own key pair and epochs."""

    ORIGINALS = "originals"
    SOURCES = "sources"
    READING = "reading"
    LEDGER = "ledger"


class Level(str, Enum):
    """Which view of a record is asked for: the original or the released reading copy."""

    ORIGINALS = "originals"
    READING = "reading"


class Action(str, Enum):
    """Every act that policy decides on."""

    INGEST = "ingest"
    SEARCH_ORIGINALS = "search-originals"
    SEARCH_READING = "search-reading"
    READ_ORIGINALS = "read-originals"
    READ_READING = "read-reading"
    MANAGE_SOURCES = "manage-sources"
    MANAGE_ACCESSIONS = "manage-accessions"
    DECIDE_QUARANTINE = "decide-quarantine"
    REDACT = "redact"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    EXTRACT = "extract"
    LIST_JOBS = "list-jobs"
    MANAGE_MEMBERS = "manage-members"
    UNSEAL = "unseal"
    AUDIT = "audit"
    BACK_UP = "back-up"
    ERASE = "erase"
    SET_WATERMARK = "set-watermark"
    SET_RETENTION = "set-retention"
    DESCRIBE = "describe"
    ARRANGE = "arrange"


class State(str, Enum):
    """Where a record stands on its way out; that a reading copy is out is told apart from it."""

    QUARANTINED = "quarantined"
    HELD = "held"
    DRAFT = "draft"
    REJECTED = "rejected"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RELEASED = "released"
    ERASED = "erased"


class Field(str, Enum):
    """What is told apart inside of what an act shows."""

    TITLE = "title, date, text and file of an original"
    PROVENANCE = "names, paths and digests of an original"
    JOB = "which record waits for somebody, and for what"
    JOB_TITLE = "title of a record that waits for somebody"
    READING_COPY = "a released reading copy, its pages and its date"
    PLAN = "what a redaction plan hides"
    FORM = "forms by which a text may name a source"
    IDENTITY = "which form is a source's legal name, and notes"
    DONOR = "terms and donor of an accession"
    MEMBER = "names of members"
    HISTORY = "entries of the ledger about a record"
    VALUE = "values that an entry of the ledger commits to"


class Scope(str, Enum):
    """What a token may be used for; never more than its member's role allows."""

    READING = "reading"
    ORIGINALS = "originals"
    INGEST = "ingest"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Member:
    """A person with keys: opaque id and role. The name lives sealed in the catalog."""

    id: MemberId
    role: Role


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of policy: yes or no, for whom and what."""

    member: Member
    action: Action
    allowed: bool
