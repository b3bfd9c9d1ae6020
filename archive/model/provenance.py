"""Events and the ledger: PREMIS event types, RFC 9162 and C2SP nouns, rows of the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from archive.model.portable import Portable

_LOC = "http://id.loc.gov/vocabulary/preservation/eventType/"
_OWN = "urn:strongroom:event:"


class EventType(str, Enum):
    """What happened: a PREMIS event type of the Library of Congress where one fits, or ours."""

    INGESTION = _LOC + "ing"  # ingestion
    ACCESSION = _LOC + "acc"  # accession
    CUSTODY_TRANSFERRED = _LOC + "tra"  # transfer
    UNQUARANTINE = _LOC + "unq"  # unquarantine
    DELETION = _LOC + "del"  # deletion
    REDACTION_MARKED = _LOC + "red"  # redaction
    RELEASE = _LOC + "dis"  # dissemination
    VIEW = _LOC + "dsp"  # displaying
    EXPORT = _LOC + "exp"  # exporting
    FIXITY_CHECKED = _LOC + "fix"  # fixity check
    REDACTION_PROPOSED = _OWN + "redaction-proposed"
    WITHDRAWAL = _OWN + "withdrawal"
    ARCHIVE_CREATED = _OWN + "archive-created"
    TWO_PERSONS_BEGUN = _OWN + "two-persons-begun"
    MEMBER_ADDED = _OWN + "member-added"
    MEMBER_JOINED = _OWN + "member-joined"
    MEMBER_DISABLED = _OWN + "member-disabled"
    MEMBER_ROLE_CHANGED = _OWN + "member-role-changed"
    MEMBER_GRANTED = _OWN + "member-granted"
    MEMBER_RESET = _OWN + "member-reset"
    SECOND_FACTOR_SET = _OWN + "second-factor-set"
    SECOND_FACTOR_REMOVED = _OWN + "second-factor-removed"
    KEY_ROLLED = _OWN + "key-rolled"
    LOG_KEY_ROLLED = _OWN + "log-key-rolled"
    HEADERS_REWRAPPED = _OWN + "headers-rewrapped"
    RECOVERY_ADOPTED = _OWN + "recovery-adopted"
    RECOVERY_SHARED = _OWN + "recovery-shared"
    RECOVERY_REHEARSED = _OWN + "recovery-rehearsed"
    MEMBER_PASSPHRASE_CHANGED = _OWN + "member-passphrase-changed"
    HARDWARE_KEY_SET = _OWN + "hardware-key-set"
    HARDWARE_KEY_REMOVED = _OWN + "hardware-key-removed"
    SIGN_IN = _OWN + "sign-in"
    SIGN_IN_FAILED = _OWN + "sign-in-failed"
    SIGN_OUT = _OWN + "sign-out"
    SECOND_FACTOR_PASSED = _OWN + "second-factor-passed"
    TOKEN_CREATED = _OWN + "token-created"
    TOKEN_USED = _OWN + "token-used"
    TOKEN_REVOKED = _OWN + "token-revoked"
    SEARCH = _OWN + "search"
    LIST = _OWN + "list"
    ERASURE_REQUESTED = _OWN + "erasure-requested"
    DENIED = _OWN + "denied"
    ACCESSION_CHANGED = _OWN + "accession-changed"
    ACCESSION_CLOSED = _OWN + "accession-closed"
    ACCESSION_REOPENED = _OWN + "accession-reopened"
    SOURCE_REGISTERED = _OWN + "source-registered"
    SOURCE_ALIAS_ADDED = _OWN + "source-alias-added"
    SOURCE_ALIAS_REMOVED = _OWN + "source-alias-removed"
    SOURCE_CHANGED = _OWN + "source-changed"
    SOURCE_SHOWN = _OWN + "source-shown"
    UNSEALING_REQUESTED = _OWN + "unsealing-requested"
    UNSEALING_APPROVED = _OWN + "unsealing-approved"
    SOURCE_UNSEALED = _OWN + "source-unsealed"
    SOURCE_ATTACHED = _OWN + "source-attached"
    PLAN_SUBMITTED = _OWN + "plan-submitted"
    PLAN_APPROVED = _OWN + "plan-approved"
    PLAN_REJECTED = _OWN + "plan-rejected"
    EXTRACTION_BEGUN = _OWN + "extraction-begun"
    TEXT_EXTRACTED = _OWN + "text-extracted"
    PLAN_CARRIED_OVER = _OWN + "plan-carried-over"
    JOB_DISMISSED = _OWN + "job-dismissed"
    INDEX_REBUILT = _OWN + "index-rebuilt"
    SANDBOX_CHECKED = _OWN + "sandbox-checked"
    RECEIPT_ISSUED = _OWN + "receipt-issued"
    BACKUP_MADE = _OWN + "backup-made"
    JOBS_RETRIED = _OWN + "jobs-retried"
    LEAKS_CHECKED = _OWN + "leaks-checked"
    SEARCH_FORGOTTEN = _OWN + "search-forgotten"
    PAPERS_OPENED = _OWN + "papers-opened"
    ACCESS_REQUESTED = _OWN + "access-requested"
    ACCESS_ANSWERED = _OWN + "access-answered"
    RETENTION_SET = _OWN + "retention-set"
    RETENTION_LIFTED = _OWN + "retention-lifted"
    DESCRIBED = _OWN + "described"
    ARRANGED = _OWN + "arranged"
    WATERMARK_SET = _OWN + "watermark-set"
    LEDGER_VERIFIED = _OWN + "ledger-verified"
    OBJECT_REPAIRED = _OWN + "object-repaired"


class EventOutcome(str, Enum):
    """PREMIS `eventOutcome`."""

    SUCCESS = "success"
    FAILURE = "failure"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Agent:
    """Who acted: the id of their Ed25519 key and their role at that time."""

    key_id: str
    role: str


@dataclass(frozen=True, slots=True)
class EntryDraft(Portable):
    """An event before it is signed.

    `object` is the UUID of what it is about; `links` are public references (digests, ids);
    `commitments` are SHA-256 commitments (hex) to confidential fields.
    """

    type: EventType
    object: str
    outcome: EventOutcome
    links: dict[str, str]
    commitments: dict[str, str]


class Entry(NamedTuple):
    """A signed entry as it stands in the log; a tuple like `LedgerRow`, for the same reason.

    `signed` is what its agent signed: a domain, and the canonical JSON without the signature.
    `prev` is the leaf hash (hex) of the object's previous entry, `seq` counts that object's entries
    from 0, `after_size` and `after_root` (hex) name the checkpoint that the agent had seen.
    """

    type: EventType
    time: str
    object: str
    seq: int
    prev: str | None
    agent: Agent
    after_size: int
    after_root: str
    outcome: EventOutcome
    links: dict[str, str]
    commitments: dict[str, str]
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head (C2SP tlog-checkpoint): origin, number of leaves, root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes


class LedgerRow(NamedTuple):
    """A stored entry: position, object, its sequence number, canonical JSON, leaf hash.

    A tuple, because a million of them are read at a time.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks for
    object: str
    seq: int
    body: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class LedgerTail:
    """The end of the log: its size, the roots of its perfect subtrees, the newest checkpoint."""

    size: int
    frontier: tuple[bytes, ...]
    checkpoint_note: str | None
