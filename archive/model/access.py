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
    APPROVE = "approve"
    RELEASE = "release"
    EXTRACT = "extract"
    LIST_JOBS = "list-jobs"
    MANAGE_MEMBERS = "manage-members"
    UNSEAL = "unseal"
    AUDIT = "audit"
    BACK_UP = "back-up"
    ERASE = "erase"
    SET_WATERMARK = "set-watermark"


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
