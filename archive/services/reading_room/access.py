"""Finding and reading at one's own clearance; the ledger knows before anything is opened."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from io import RawIOBase

from archive import policy
from archive.catalog import Snapshot
from archive.errors import NotPermitted, RecordNotFound
from archive.model.access import Action, Compartment, Level
from archive.model.description import Description
from archive.model.ids import CITATION, RecordId, new_uuid
from archive.model.objects import DISCARDED, Representation, Standing
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.receipt import Near
from archive.model.redaction import Marker, Redaction
from archive.model.retention import Retention
from archive.model.search import SearchHit, SearchRequest, SearchResults
from archive.search import wire
from archive.services.events import authorise, record_event
from archive.services.holdings.describing import description_of
from archive.services.holdings.retention import retention_of
from archive.services.indexes.finding import admit, ask, told
from archive.services.indexes.near_duplicates import near_record
from archive.services.parts import Archive
from archive.services.persons import STAMP
from archive.services.reading import RELEASED, released, released_by_one, released_copy
from archive.services.records import canonical_text, held_back, open_object, open_record
from archive.services.refusals import tells_refusals
from archive.services.session import Session


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record at one level.

    `redactions`, `plan_state`, `near`, `retention` and
    `description` are empty at reading level.

    `reference` is the stable citation; at reading level it carries the reading copy's digest.
    `text_version` and `reader` tell, at originals level, which text this is, out of `texts`;
    `pages`, at reading level, how many rebuilt pages there are, and `stamp` what stands on a copy
    that one person released alone.
    """

    record: RecordId
    level: Level
    title: str
    date: str | None
    text: str
    reference: str
    markers: tuple[Marker, ...] = ()
    metadata: dict[str, str] | None = None
    redactions: tuple[Redaction, ...] = ()
    plan_state: str | None = None
    released: bool = False
    near: tuple[Near, ...] = ()
    text_version: int | None = None
    reader: str | None = None
    texts: int = 0
    pages: int = 0
    stamp: str | None = None
    retention: Retention | None = None
    description: Description | None = None


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """A line in a list of records."""

    record: RecordId
    title: str
    date: str | None
    media_type: str
    outcome: str
    plan_state: str | None
    released: bool


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of a list of records, newest first, and how many there are in all.

    `total` counts what the list is of; `standings` counts, at originals level, every record.
    """

    total: int
    items: tuple[RecordSummary, ...]
    everything: int = 0
    standings: dict[Standing, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """An original as it came in; `stream` is seekable and yields the content."""

    name: str
    media_type: str
    size: int
    stream: RawIOBase


def search(
    archive: Archive,
    session: Session,
    request: SearchRequest,
    level: Level | None = None,
    *,
    pages: bool = False,
    facets: bool = True,
) -> SearchResults:
    """Search at a level, by default the highest that the member may search.

    `pages` asks on which pages of each hit the words stand, which is known at originals level;
    without `facets` their values are not counted. An index that was damaged is built anew, and the
    notice of the results says so.

    Raises:
        NotPermitted: the level is not open to the member.
        QuerySyntax, QueryTooBroad, InvalidValue: the query cannot be answered as asked.
        SearchTimeout, SearchFailed: the search was stopped, or its process died.
        RecordNotFound: the record to be like is not there at this level.
    """
    level = admit(archive, session, level, "search", told(request))
    question = {"act": "search", "request": wire.encode_request(request), "facets": facets}
    answer = ask(archive, session, level, question)
    if answer.value is None:
        return SearchResults(0, ())
    found = replace(wire.decode_results(answer.value), notice=answer.notice)
    if level is Level.ORIGINALS and pages:
        return replace(found, hits=tuple(_paged(archive, session, hit) for hit in found.hits))
    return found


def _paged(archive: Archive, session: Session, hit: SearchHit) -> SearchHit:
    """Return a hit with the pages, from 1, on which its words stand; without where it has none."""
    with archive.catalog.read() as snapshot:
        opened = open_record(session, snapshot, hit.record)
    text = canonical_text(archive, opened)
    if text is None or not text.pages:
        return hit
    pages = Counter(max(1, bisect_right(text.pages, place)) for place in hit.places)
    return replace(hit, pages=dict(sorted(pages.items())))


def _log(
    archive: Archive,
    session: Session,
    event: EventType,
    obj: str,
    level: Level,
) -> None:
    draft = EntryDraft(
        type=event,
        object=obj,
        outcome=EventOutcome.SUCCESS,
        links={"level": level.value},
        commitments={},
    )
    record_event(archive, session, draft)


@tells_refusals(Action.READ_READING)
def show(
    archive: Archive,
    session: Session,
    record: RecordId,
    level: Level | None = None,
    version: int | None = None,
) -> RecordView:
    """Return a record at a level, by default the highest that the member may read.

    `version` asks for an older version of the text, which there is at originals level only.

    Raises:
        NotPermitted: the level is not open to the member.
        RecordNotFound: no such record or version, or nothing released at reading level.
        IntegrityError: what is stored is not what was written.
    """
    level = level or policy.best_level(session.member)
    authorise(archive, session, policy.READ_AT[level], record)
    with archive.catalog.read() as snapshot:
        _require_present(snapshot, record, level)
    _log(archive, session, EventType.VIEW, record, level)
    with archive.catalog.read() as snapshot:
        if level is Level.ORIGINALS:
            return _originals_view(archive, session, snapshot, record, version)
        if version is not None:
            raise RecordNotFound
        return _reading_view(session, snapshot, record)


def _require_present(snapshot: Snapshot, record: RecordId, level: Level) -> None:
    if level is Level.READING:
        release = snapshot.releases.get(record)
        present = release is not None and release.state == RELEASED
    else:
        row = snapshot.records.get(record)
        present = row is not None and row.outcome != DISCARDED
    if not present:
        raise RecordNotFound


def _reading_view(session: Session, snapshot: Snapshot, record: RecordId) -> RecordView:
    copy, digest = released(session, snapshot, record)
    return RecordView(
        record=record,
        level=Level.READING,
        title=copy.title,
        date=copy.date,
        text=copy.text,
        reference=f"{CITATION}{record}#{digest[:16]}",
        markers=copy.markers,
        metadata=dict(copy.metadata),
        released=True,
        pages=copy.pages.count if copy.pages else 0,
        stamp=STAMP if released_by_one(snapshot, record) else None,
    )


def _originals_view(
    archive: Archive,
    session: Session,
    snapshot: Snapshot,
    record: RecordId,
    version: int | None,
) -> RecordView:
    from archive.services.redaction.plans import current_plan  # noqa: PLC0415 - 0.1 s, as above

    opened = open_record(session, snapshot, record)
    text = canonical_text(archive, opened, version)
    newest = max((one.version for one in opened.manifest.texts), default=None)
    shown = newest if version is None else version
    plan = current_plan(session, snapshot, opened)
    release = snapshot.releases.get(record)
    manifest = opened.manifest
    metadata = {"name": manifest.name, "path": manifest.path, "type": manifest.media_type}
    metadata |= {"sha256": manifest.original.digest, "size": str(manifest.original.size)}
    metadata |= {f"embedded-{name}": value for name, value in manifest.metadata.items()}
    if manifest.parent:
        metadata["attached-to"] = manifest.parent
    metadata |= {f"described-{name}": value for name, value in manifest.description.items()}
    metadata |= {f"checked-{name}": value for name, value in manifest.checks.items()}
    held = held_back(session, snapshot, opened)
    if held:
        metadata["quarantine"] = held
    if manifest.accession:
        metadata["accession"] = manifest.accession
    if manifest.reason:
        metadata["reason"] = manifest.reason
    return RecordView(
        record=record,
        level=Level.ORIGINALS,
        title=manifest.title,
        date=manifest.date,
        text=text.text if text else "",
        reference=f"{CITATION}{record}",
        metadata=metadata,
        redactions=plan.plan.redactions if plan and shown == newest else (),
        plan_state=plan.state.value if plan else None,
        released=release is not None and release.state == RELEASED,
        near=near_record(archive, session, record),
        text_version=shown,
        reader=text.reader if text else None,
        texts=len(opened.manifest.texts),
        retention=retention_of(session, snapshot, opened),
        description=description_of(session, snapshot, record),
    )


@tells_refusals(Action.READ_ORIGINALS)
def original(archive: Archive, session: Session, record: RecordId) -> OriginalFile:
    """Return the original file of a record.

    Raises:
        NotPermitted: originals are not open to the member.
        RecordNotFound: no such record.
        IntegrityError: what is stored is not what was written.
    """
    authorise(archive, session, Action.READ_ORIGINALS, record)
    if not session.identities.get(Compartment.ORIGINALS):
        raise NotPermitted
    with archive.catalog.read() as snapshot:
        _require_present(snapshot, record, Level.ORIGINALS)
    _log(archive, session, EventType.EXPORT, record, Level.ORIGINALS)
    with archive.catalog.read() as snapshot:
        opened = open_record(session, snapshot, record)
    stream = open_object(archive, opened, Representation.ORIGINAL)
    manifest = opened.manifest
    return OriginalFile(manifest.name, manifest.media_type, manifest.original.size, stream)


def records(
    archive: Archive,
    session: Session,
    *,
    level: Level | None = None,
    page: int = 1,
    limit: int = 50,
    standing: Standing | None = None,
) -> RecordPage:
    """List records, newest first: released reading copies, or at originals level all records.

    At originals level the list is of those of a `standing` when that is given.

    Raises:
        NotPermitted: the level is not open to the member.
    """
    level = level or policy.best_level(session.member)
    authorise(archive, session, policy.READ_AT[level])
    _log(archive, session, EventType.LIST, new_uuid(archive.ids), level)
    offset = (max(page, 1) - 1) * limit
    with archive.catalog.read() as snapshot:
        if level is Level.READING:
            return _released_page(session, snapshot, offset, limit)
        rows = snapshot.records.page(archive.collection, offset, limit, standing)
        items = tuple(_summary(session, snapshot, row.id) for row in rows)
        every = snapshot.records.count(archive.collection)
        counts = snapshot.records.standings(archive.collection)
        total = every if standing is None else counts[standing]
        return RecordPage(total, items, every, counts)


def _released_page(session: Session, snapshot: Snapshot, offset: int, limit: int) -> RecordPage:
    released = [row.record for row in snapshot.releases.all() if row.state == RELEASED]
    released.reverse()
    items = []
    for record in released[offset : offset + limit]:
        copy = released_copy(session, snapshot, record)
        items.append(RecordSummary(record, copy.title, copy.date, "", "", None, released=True))
    return RecordPage(len(released), tuple(items))


def _summary(session: Session, snapshot: Snapshot, record: RecordId) -> RecordSummary:
    opened = open_record(session, snapshot, record)
    plan = snapshot.plans.get(record)
    release = snapshot.releases.get(record)
    return RecordSummary(
        record=record,
        title=opened.manifest.title,
        date=opened.manifest.date,
        media_type=opened.manifest.media_type,
        outcome=opened.row.outcome,
        plan_state=plan.state if plan else None,
        released=release is not None and release.state == RELEASED,
    )
