"""The inbox: what waits for a better reader, a repair or a person; tried again or dismissed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import chain

from archive import policy
from archive.catalog import Snapshot
from archive.errors import (
    ArchiveDamaged,
    IntegrityError,
    InvalidValue,
    ObjectMissing,
    RecordNotFound,
)
from archive.model.access import Action, Field, Level
from archive.model.ids import RecordId
from archive.model.jobs import JobState, ReviewCode, Stage
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.events import append, append_confidential, authorise, look
from archive.services.granting import about
from archive.services.holdings.reextraction import Change, extract_all
from archive.services.inbox import QUIET
from archive.services.indexes.indexing import drain
from archive.services.intake.verification import verify_again
from archive.services.parts import Archive
from archive.services.records import open_record
from archive.services.session import Session

_PROTECTED = "protected"
_DONE = (Change.NEW_TEXT, Change.NOTED, Change.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that waits. `error` is a stable code; `since` is unknown for work of an index.

    `title` is there for those who may read originals.
    """

    record: RecordId
    stage: Stage
    error: str | None
    state: JobState
    attempts: int
    since: datetime | None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Retried:
    """How trying a job again ended; `error` is the code of what still stands in the way."""

    record: RecordId
    stage: Stage
    done: bool
    error: str | None = None


def list_jobs(
    archive: Archive, session: Session, *, stage: Stage | None = None, everything: bool = False
) -> tuple[Job, ...]:
    """Return what waits, oldest first; with `everything` also what is dismissed or harmless.

    Harmless is what has no text because its format has no reader or there is none in it, and work
    that an index was not asked to do yet.

    Raises:
        NotPermitted: the member may not see what waits.
    """
    authorise(archive, session, Action.LIST_JOBS)
    titled = policy.sees(session.member, Field.JOB_TITLE)
    level = {"level": Level.ORIGINALS.value} if titled else {}
    look(archive, session, EventType.LIST, None, of="jobs", **level)
    with archive.catalog.read() as snapshot:
        found = [
            one
            for one in _all(archive, snapshot)
            if (stage is None or one.stage is stage) and (everything or _is_loud(one))
        ]
        if not titled:
            return tuple(found)
        return tuple(_titled(session, snapshot, one) for one in found)


def _all(archive: Archive, snapshot: Snapshot) -> Iterator[Job]:
    waiting = [*_kept(archive, snapshot), *_due(archive, snapshot)]
    yield from sorted(waiting, key=lambda one: one.since or archive.clock())
    for work in snapshot.outbox.all(archive.collection):
        yield Job(work.record, Stage.INDEX, work.code, JobState.OPEN, work.attempts, None)


def _kept(archive: Archive, snapshot: Snapshot) -> Iterator[Job]:
    for row in snapshot.jobs.all(archive.collection):
        stage, state = Stage(row.stage), JobState(row.state)
        yield Job(row.record, stage, row.code, state, row.attempts, row.since)


def _due(archive: Archive, snapshot: Snapshot) -> Iterator[Job]:
    """Yield the records that are to be decided about; a decision ends it, not a dismissal."""
    today = archive.clock().date().isoformat()
    for row in snapshot.retentions.all(archive.collection, today):
        since, due = _midnight(row.review), ReviewCode.RETENTION_DUE
        yield Job(row.record, Stage.REVIEW, due.value, JobState.OPEN, 0, since)


def _midnight(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError:
        raise ArchiveDamaged from None


def _is_loud(one: Job) -> bool:
    if one.state is JobState.DISMISSED or one.error in QUIET:
        return False
    return one.stage is not Stage.INDEX or one.attempts > 0


def _titled(session: Session, snapshot: Snapshot, one: Job) -> Job:
    try:
        title = open_record(session, snapshot, one.record).manifest.title
    except (IntegrityError, ObjectMissing, RecordNotFound):
        title = None
    return Job(one.record, one.stage, one.error, one.state, one.attempts, one.since, title)


def retry(
    archive: Archive,
    session: Session,
    records: Sequence[RecordId] = (),
    *,
    stage: Stage | None = None,
    password: bytearray | None = None,
) -> Iterator[Retried]:
    """Try jobs again and yield how each ended: those of `records`, or all that may now succeed.

    A dismissed job of a named record is opened again. Without a password, what is protected is
    tried for named records only. What waits for a person's decision is not tried.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        RecordNotFound: a named record has no job that can be tried.
        ArchiveBusy: another process stores objects.
    """
    authorise(archive, session, Action.EXTRACT)
    with archive.catalog.read() as snapshot:
        jobs = [one for one in _all(archive, snapshot) if stage in {None, one.stage}]
    if records:
        chosen = [one for one in jobs if one.record in records and one.stage is not Stage.REVIEW]
        if set(records) - {one.record for one in chosen}:
            raise RecordNotFound("There is no such job to try again.")
        _reopen(archive, chosen)
    else:
        chosen = [one for one in jobs if _may_succeed(one, password)]
    _tell(archive, session, chosen)
    yield from chain(
        _extract(archive, session, chosen, password),
        _verify(archive, chosen),
        _index(archive, session, chosen),
    )


def _tell(archive: Archive, session: Session, chosen: Sequence[Job]) -> None:
    """Write whose jobs are tried again, one entry for each record, in one transaction."""
    stages: dict[RecordId, set[str]] = {}
    for one in chosen:
        stages.setdefault(one.record, set()).add(one.stage.value)
    drafts = [
        about(EventType.JOBS_RETRIED, record, stages=" ".join(sorted(tried)))
        for record, tried in stages.items()
    ]
    if drafts:
        with archive.catalog.write() as tx:
            append(archive, session, tx, drafts)


def _may_succeed(one: Job, password: bytearray | None) -> bool:
    if one.stage is Stage.REVIEW or not _is_loud(one):
        return False
    return one.error != _PROTECTED or password is not None


def _reopen(archive: Archive, chosen: Sequence[Job]) -> None:
    with archive.catalog.write() as tx:
        for one in chosen:
            tx.jobs.set_state(one.record, one.stage, JobState.OPEN)


def _of(chosen: Sequence[Job], stage: Stage) -> list[RecordId]:
    return list(dict.fromkeys(one.record for one in chosen if one.stage is stage))


def _extract(
    archive: Archive, session: Session, chosen: Sequence[Job], password: bytearray | None
) -> Iterator[Retried]:
    records = _of(chosen, Stage.EXTRACT)
    if not records:
        return
    for found in extract_all(archive, session, records, password=password):
        done = found.change in _DONE
        yield Retried(found.record, Stage.EXTRACT, done, None if done else found.error)


def _verify(archive: Archive, chosen: Sequence[Job]) -> Iterator[Retried]:
    for record in _of(chosen, Stage.VERIFY):
        code = verify_again(archive, record)
        yield Retried(record, Stage.VERIFY, code is None, code)


def _index(archive: Archive, session: Session, chosen: Sequence[Job]) -> Iterator[Retried]:
    records = _of(chosen, Stage.INDEX)
    if not records:
        return
    with archive.catalog.write() as tx:
        work = [one for one in tx.outbox.all(archive.collection) if one.record in set(records)]
        tx.outbox.again([one.id for one in work])
    drain(archive, session)
    with archive.catalog.read() as snapshot:
        left = {one.record: one for one in snapshot.outbox.all(archive.collection)}
    for record in records:
        still = left.get(record)
        yield Retried(record, Stage.INDEX, still is None, still.code if still else None)


def dismiss(
    archive: Archive,
    session: Session,
    record: RecordId,
    reason: str,
    *,
    stage: Stage | None = None,
) -> int:
    """Take a record's jobs off the inbox and return how many; the reason is committed and sealed.

    Work of an index cannot be dismissed: it is mended, or the index is built anew.

    Raises:
        NotPermitted: the member may not.
        InvalidValue: no reason was given.
        RecordNotFound: there is no open job of that record.
    """
    authorise(archive, session, Action.EXTRACT, record)
    if not reason.strip():
        raise InvalidValue("Say why nothing is to be done.")
    with archive.catalog.write() as tx:
        rows = [
            row
            for row in tx.jobs.for_record(record)
            if row.state == JobState.OPEN.value and stage in {None, Stage(row.stage)}
        ]
        if not rows:
            raise RecordNotFound("There is no open job of that record.")
        stages = sorted({row.stage for row in rows})
        for one in stages:
            tx.jobs.set_state(record, Stage(one), JobState.DISMISSED)
        draft = EntryDraft(
            type=EventType.JOB_DISMISSED,
            object=record,
            outcome=EventOutcome.SUCCESS,
            links={"stages": " ".join(stages)},
            commitments={},
        )
        append_confidential(archive, session, tx, draft, {"reason": reason})
    return len(rows)
