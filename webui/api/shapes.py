"""What the API takes and gives: one declaration each for validation, answers and OpenAPI."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from archive.model.access import Level, Role, Scope
from archive.model.jobs import JobState, Stage
from archive.model.objects import Outcome

_DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_TIME = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9:.]{2,15}Z?)?)?)?$"
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

Count = Annotated[int, Meta(ge=0)]
Page = Annotated[int, Meta(ge=1, le=1_000_000, description="Counted from 1.")]
Limit = Annotated[int, Meta(ge=1, le=100, description="How many at most.")]
Day = Annotated[str, Meta(pattern=_DAY, description="ISO 8601 date.")]
Moment = Annotated[str, Meta(pattern=_TIME, description="RFC 3339 time, or its beginning.")]
Id = Annotated[str, Meta(pattern=_UUID, description="UUID of a record or other object.")]
Query = Annotated[str, Meta(max_length=10_000, description="In the grammar of searches.")]
Line = Annotated[str, Meta(max_length=256)]
Index = Annotated[int, Meta(ge=0, le=(1 << 53) - 1)]


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a request says; a field that is not known is refused."""


class Told(Struct, frozen=True, kw_only=True):
    """What an answer says."""


class SearchAsked(Asked, frozen=True, kw_only=True):
    """A search. `within` are earlier queries that must match too; `like` is a record."""

    query: Query
    level: Level = Level.READING
    within: Annotated[tuple[Query, ...], Meta(max_length=20)] = ()
    like: Id | None = None
    date_from: Day | None = None
    date_to: Day | None = None
    language: Annotated[str, Meta(max_length=35)] | None = None
    facets: dict[str, tuple[Annotated[str, Meta(max_length=256)], ...]] = {}
    sort: Literal["relevance", "date", "-date", "title"] = "relevance"
    collapse: bool = False
    limit: Limit = 20
    page: Page = 1


class CompleteAsked(Asked, frozen=True, kw_only=True):
    """A query whose last word is to be completed."""

    begun: Query
    level: Level = Level.READING
    limit: Annotated[int, Meta(ge=1, le=20)] = 10


class BatchAsked(Asked, frozen=True, kw_only=True):
    """Lines to be searched for, one by one; `top` is how many records each shows."""

    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=1000)]
    level: Level = Level.READING
    top: Annotated[int, Meta(ge=0, le=10)] = 3


class SnippetTold(Told, frozen=True, kw_only=True):
    """A piece of text around a hit; `hits` are offsets into `text`, end exclusive."""

    text: str
    hits: tuple[tuple[Count, Count], ...]
    start: Count


class HitTold(Told, frozen=True, kw_only=True):
    """One matching record."""

    record: Id
    title: str
    date: str | None
    score: float
    snippet: SnippetTold
    count: Count
    similar: tuple[Id, ...]


class ResultsTold(Told, frozen=True, kw_only=True):
    """One page of hits, the number of all, and how many there are by facet and value."""

    total: Count
    hits: tuple[HitTold, ...]
    facets: dict[str, dict[str, Count]]
    suggestion: str | None
    notice: str | None


class CompletionsTold(Told, frozen=True, kw_only=True):
    """Queries that complete the last word of another."""

    completions: tuple[str, ...]


class RowTold(Told, frozen=True, kw_only=True):
    """What a line of a batch found; `error` is the code of its refusal."""

    line: str
    total: Count
    top: tuple[tuple[Id, str], ...]
    error: str | None


class BatchTold(Told, frozen=True, kw_only=True):
    """What each line of a batch found."""

    rows: tuple[RowTold, ...]


class HitsTold(Told, frozen=True, kw_only=True):
    """Every hit of a search, best first."""

    hits: tuple[HitTold, ...]


class ListAsked(Asked, frozen=True, kw_only=True):
    """Which part of a list."""

    page: Page = 1
    limit: Limit = 50


class RecordsAsked(Asked, frozen=True, kw_only=True):
    """Which part of the list of records, at which level."""

    level: Level = Level.READING
    page: Page = 1
    limit: Limit = 50


class SummaryTold(Told, frozen=True, kw_only=True):
    """A record in a list. What says nothing at reading level is empty there."""

    record: Id
    title: str
    date: str | None
    media_type: str
    outcome: str
    plan_state: str | None
    released: bool


class RecordsTold(Told, frozen=True, kw_only=True):
    """Records, newest first, and how many there are in all."""

    total: Count
    items: tuple[SummaryTold, ...]


class RecordAsked(Asked, frozen=True, kw_only=True):
    """The level at which a record is read; `version` is of its text, at originals level."""

    level: Level = Level.READING
    version: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class MarkerTold(Told, frozen=True, kw_only=True):
    """Where something is hidden in the text of a reading copy, and as what."""

    start: Count
    end: Count
    label: str


class RecordTold(Told, frozen=True, kw_only=True):
    """A record. `reference` is the stable citation; `pages`, how many pages can be seen."""

    record: Id
    level: Level
    title: str
    date: str | None
    text: str
    reference: str
    markers: tuple[MarkerTold, ...]
    metadata: dict[str, str] | None
    plan_state: str | None
    released: bool
    text_version: int | None
    texts: Count
    pages: Count


class ExportTold(Told, frozen=True, kw_only=True):
    """A reading copy as a file, in base64, and the canonical JSON of what is hidden in it."""

    form: Literal["pdf", "text"]
    data: bytes
    manifest: str


class AccessionTold(Told, frozen=True, kw_only=True):
    """An accession as it stands in the register; `records` counts by outcome."""

    ref: str
    title: str
    received: date
    donor: str
    source: str | None
    agreement: str
    restrictions: tuple[str, ...]
    embargo: date | None
    state: Literal["open", "closed"]
    created: datetime
    updated: datetime
    records: dict[str, Count]
    released: Count


class AccessionsTold(Told, frozen=True, kw_only=True):
    """The accession register."""

    accessions: tuple[AccessionTold, ...]


class JobsAsked(Asked, frozen=True, kw_only=True):
    """Which jobs: of a stage, and with `everything` also what is dismissed or harmless."""

    stage: Stage | None = None
    everything: bool = False


class JobTold(Told, frozen=True, kw_only=True):
    """What waits for a better reader, a repair or a person."""

    record: Id
    stage: Stage
    error: str | None
    state: JobState
    attempts: Count
    since: datetime | None
    title: str | None


class JobsTold(Told, frozen=True, kw_only=True):
    """What waits, oldest first."""

    jobs: tuple[JobTold, ...]


class IngestAsked(Asked, frozen=True, kw_only=True):
    """What stands behind the files that are handed in."""

    source: Annotated[str, Meta(pattern=r"^S-[0-9]{4,9}$")] | None = None
    accession: Annotated[str, Meta(pattern=r"^A-[0-9]{4,9}$")] | None = None


class FileTold(Told, frozen=True, kw_only=True):
    """How one file ended, and each file inside of it."""

    path: str
    outcome: Outcome
    record: Id | None
    reason: str | None
    attachments: tuple[FileTold, ...]


class IngestTold(Told, frozen=True, kw_only=True):
    """Exactly one outcome for each file; `run` is the id of the stored receipt."""

    run: Id | None
    files: tuple[FileTold, ...]


class ReceiptTold(Told, frozen=True, kw_only=True):
    """A receipt in a list."""

    run: Id
    started: str
    ended: str
    member: str
    files: Count
    complete: bool


class ReceiptsTold(Told, frozen=True, kw_only=True):
    """Receipts, newest first."""

    receipts: tuple[ReceiptTold, ...]


class EntriesAsked(Asked, frozen=True, kw_only=True):
    """Filters of the timeline; `newest` is the index to begin at, downwards."""

    newest: Index | None = None
    limit: Limit = 50
    type_contains: Annotated[str, Meta(max_length=64, description="Part of a type.")] | None = None
    outcome: Literal["success", "failure", "denied"] | None = None
    object_id: Id | None = None
    member: Annotated[str, Meta(pattern=r"^[0-9a-f-]{1,64}$")] | None = None
    since: Moment | None = None
    until: Moment | None = None


class EntryTold(Told, frozen=True, kw_only=True):
    """An entry of the ledger; no field of it is confidential."""

    index: Count
    time: str
    type: str
    object: str
    role: str
    key_id: str
    outcome: str
    links: dict[str, str]


class EntriesTold(Told, frozen=True, kw_only=True):
    """Entries, newest first."""

    entries: tuple[EntryTold, ...]


class FindingTold(Told, frozen=True, kw_only=True):
    """One thing that is wrong with the ledger, at an entry if it is one's."""

    code: str
    index: int | None
    message: str


class VerdictTold(Told, frozen=True, kw_only=True):
    """What verification found; `root` is the root hash in hex."""

    ok: bool
    size: Count
    root: str
    failures: tuple[FindingTold, ...]


class PinAsked(Asked, frozen=True, kw_only=True):
    """A pin file that the auditor kept."""

    pin: Annotated[str, Meta(max_length=65536)]


class TokenTold(Told, frozen=True, kw_only=True):
    """The token of this request."""

    id: Id
    member: Id
    role: Role
    scopes: tuple[Scope, ...]
    created: datetime
    expires: datetime


class Problem(Told, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong (RFC 9457): `title` says what, `detail` what to do next."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    incident: str | None = None


def told(shape: type[Told], value: object) -> Told:
    """Return `value`, an object with the fields of `shape`, as that answer."""
    return msgspec.convert(value, shape, from_attributes=True)
