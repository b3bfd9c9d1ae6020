"""Rows of the catalog: opaque ids, digests of ciphertext, sizes, states, times and sealed blobs.

Fields stand in the order of the table's columns. `bytes` fields named `sealed`, `*_sealed`,
`manifest`, `forms` or `dossier` are ciphertext that the catalog cannot read; `digest` fields are
lower-case hex SHA-256; `created`, `updated` and `released` are aware times in UTC. A `header` or
`dossier_header` is the id of a `HeaderRow`, so that a rotation touches that table alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archive.model.ids import AccessionRef, CollectionId, MemberId, RecordId, SourceRef
from archive.model.receipt import RunId


class OutboxKind(StrEnum):
    """What an index still has to be told about a record."""

    INDEX_ORIGINAL = "index-original"
    INDEX_READING = "index-reading"
    REMOVE_READING = "remove-reading"
    REMOVE_ORIGINAL = "remove-original"


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member: `state` is `active` or `disabled`; `public_json` is the certificate."""

    id: MemberId
    name_tag: str
    role: str
    state: str
    name_sealed: bytes
    public_json: str
    created: datetime


@dataclass(frozen=True, slots=True)
class KeySlotRow:
    """A key slot of a member; `slot` counts from 0, `body` is the slot's JSON text."""

    member: MemberId
    slot: int
    body: str


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """A collection, found by the tag of its name."""

    id: CollectionId
    name_tag: str
    name_sealed: bytes


@dataclass(frozen=True, slots=True)
class CompartmentRow:
    """One epoch of a compartment: its public key, and its identity sealed to the recovery key."""

    collection: CollectionId
    compartment: str
    epoch: int
    recipient: str
    recovery_sealed: bytes
    created: datetime


@dataclass(frozen=True, slots=True)
class GrantRow:
    """Something granted to a member; `purpose` is a compartment or another named secret."""

    collection: CollectionId
    purpose: str
    epoch: int
    member: MemberId
    body: str


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The detached age header of one record's objects."""

    id: str
    collection: CollectionId
    compartment: str
    epoch: int
    header: bytes


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record; `fingerprint` is a keyed hash of its content, unique in the collection.

    `entry_index` is the ledger entry that committed to `manifest_digest`; `size` is the sum of the
    sealed payloads in bytes; `outcome` is `ingested`, `no-text`, `quarantined` or `discarded`;
    `accession` is the reference of the accession that it came with.
    """

    id: RecordId
    collection: CollectionId
    header: str
    manifest: bytes
    manifest_digest: str
    entry_index: int
    fingerprint: str
    size: int
    outcome: str
    created: datetime
    accession: AccessionRef | None = None


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """A sealed object of a record; `size` is its payload in bytes, `version` counts from 1."""

    digest: str
    record: RecordId
    representation: str
    size: int
    version: int = 1


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source: `forms` and `dossier` have headers of their own; `digest` is of `forms`."""

    ref: SourceRef
    collection: CollectionId
    header: str
    forms: bytes
    dossier_header: str
    dossier: bytes
    digest: str
    entry_index: int


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """The sealed link from a record to the source that it came from."""

    id: str
    record: RecordId
    sealed: bytes


@dataclass(frozen=True, slots=True)
class AccessionRow:
    """An accession: `digest` is of `sealed`, `id` is its object in the ledger.

    `state` is `open` or `closed`; `updated` is when it was last changed, closed or opened again.
    """

    ref: AccessionRef
    collection: CollectionId
    id: str
    header: str
    sealed: bytes
    digest: str
    entry_index: int
    state: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One version of a redaction plan; versions count from 1 and are never overwritten.

    `digest` is of `sealed`; `copy_sealed` and `copy_digest` are the reading copy put up for
    approval.
    """

    record: RecordId
    version: int
    state: str
    header: str
    sealed: bytes
    digest: str
    copy_sealed: bytes | None
    copy_digest: str | None
    proposer: MemberId
    approver: MemberId | None
    entry_index: int
    updated: datetime


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """The reading copy of a record; `state` is `released` or `withdrawn`.

    `sealed` is the payload under `header`; `copy_digest` is the SHA-256 of the salted reading copy
    that was approved.
    """

    record: RecordId
    header: str
    sealed: bytes
    copy_digest: str
    entry_index: int
    released: datetime
    state: str


@dataclass(frozen=True, slots=True)
class ProofRow:
    """The proof that a reading copy comes from its original, a complete age file to `ledger`.

    `salts` are those of the shown units, sealed with the copy.
    """

    record: RecordId
    copy_digest: str
    sealed: bytes
    salts: bytes


@dataclass(frozen=True, slots=True)
class DossierShareRow:
    """A custodian's share of the key of a source's dossier; `body` is a grant."""

    ref: SourceRef
    collection: CollectionId
    member: MemberId
    body: str


@dataclass(frozen=True, slots=True)
class UnsealingRow:
    """A custodian's request to open a dossier; `body` is the second custodian's share, granted on.

    `entry_index` is the ledger entry of the request.
    """

    id: str
    collection: CollectionId
    ref: SourceRef
    requester: MemberId
    body: str | None
    entry_index: int
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """Values behind the commitments of a ledger entry, sealed as a complete age file."""

    entry_index: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Work for an index; `id` is given by the catalog (pass 0 when adding).

    `code` is the stable code of the last failure.
    """

    id: int
    kind: OutboxKind
    collection: CollectionId
    record: RecordId
    attempts: int = 0
    code: str | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    """Something about a record that waits for a better reader, a repair or a person.

    `stage` and `code` are of `archive.model.jobs`; `state` is `open` or `dismissed`.
    """

    record: RecordId
    stage: str
    code: str
    collection: CollectionId
    state: str
    attempts: int
    since: datetime


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """Up to which ledger entry (inclusive) the records of a collection went through a stage."""

    collection: CollectionId
    stage: str
    entry_index: int


@dataclass(frozen=True, slots=True)
class IndexRow:
    """The generation of a search index that counts; any other one is refused."""

    collection: CollectionId
    level: str
    index_id: str
    generation: int
    manifest_digest: str


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """The receipt of an ingest run; `entry_index` is the ledger entry that committed to it."""

    run: RunId
    collection: CollectionId
    header: str
    sealed: bytes
    entry_index: int
    created: datetime


@dataclass(frozen=True, slots=True)
class SimilarityRow:
    """Keyed signatures of some records' texts, sealed under a key derived for them."""

    id: str
    collection: CollectionId
    sealed: bytes


@dataclass(frozen=True, slots=True)
class SavedSearchesRow:
    """All saved searches of a member, sealed under a key of that member alone."""

    member: MemberId
    sealed: bytes


@dataclass(frozen=True, slots=True)
class AttemptsRow:
    """Failed attempts that are not in the ledger yet: how many, the first and the last of them.

    `member` is the id of whose name was given, or empty when nobody has it.
    """

    member: str
    kind: str
    count: int
    since: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class PapersRow:
    """A member's own notes, tags and baskets, sealed under a key of that member alone."""

    member: MemberId
    sealed: bytes


@dataclass(frozen=True, slots=True)
class AccessRequestRow:
    """A reader's request to the archivists, sealed to them; `answer` is under the request's key."""

    id: str
    collection: CollectionId
    sealed: bytes
    answer: bytes | None
    entry_index: int
    created: datetime


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """When a record is decided about (`review`, ISO 8601) and, sealed with the record, why."""

    record: RecordId
    collection: CollectionId
    review: str
    sealed: bytes
    digest: str
    entry_index: int
