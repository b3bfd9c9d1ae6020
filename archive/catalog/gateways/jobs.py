"""Jobs, and how far the records of a collection went through a stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import JobRow, ProgressRow
from archive.catalog.tables import jobs, progress
from archive.model.ids import CollectionId, RecordId
from archive.model.jobs import JobState, Mark, Stage

_BEFORE_ALL = -1
_ADDED = insert(jobs)
_AGAIN = _ADDED.on_conflict_do_update(
    index_elements=[jobs.c.record, jobs.c.stage, jobs.c.code],
    set_={"state": _ADDED.excluded.state},
)


class Jobs(Gateway):
    """What waits for a better reader, for a repair or for a person, once per record and reason."""

    def add_many(self, rows: Sequence[JobRow]) -> None:
        """Add jobs; one that is there already is opened again and keeps its age and attempts."""
        self._insert(jobs, rows, _AGAIN)

    def all(self, collection: CollectionId) -> Iterator[JobRow]:
        """Yield every job of a collection, oldest first."""
        chosen = select(jobs).where(jobs.c.collection == collection)
        return self._stream(JobRow, chosen.order_by(jobs.c.since, jobs.c.record, jobs.c.code))

    def for_record(self, record: RecordId) -> Iterator[JobRow]:
        """Yield the jobs of a record by stage and code."""
        chosen = select(jobs).where(jobs.c.record == record)
        return self._stream(JobRow, chosen.order_by(jobs.c.stage, jobs.c.code))

    def tried(self, record: RecordId, stage: Stage) -> None:
        """Count one more attempt at the jobs of a record in a stage."""
        same = (jobs.c.record == record, jobs.c.stage == stage.value)
        self._connection.execute(update(jobs).where(*same).values(attempts=jobs.c.attempts + 1))

    def set_state(self, record: RecordId, stage: Stage, state: JobState) -> int:
        """Dismiss or reopen the jobs of a record in a stage; return how many there are."""
        same = (jobs.c.record == record, jobs.c.stage == stage.value)
        done = self._connection.execute(update(jobs).where(*same).values(state=state.value))
        return done.rowcount

    def done(self, record: RecordId, stage: Stage, *, keep: Sequence[str] = ()) -> None:
        """Remove the jobs of a record in a stage, except those of the codes in `keep`."""
        same = (jobs.c.record == record, jobs.c.stage == stage.value, jobs.c.code.not_in(keep))
        self._connection.execute(delete(jobs).where(*same))

    def forget(self, record: RecordId) -> None:
        """Remove every job of a record that was destroyed."""
        self._connection.execute(delete(jobs).where(jobs.c.record == record))

    def resolve(self, record: RecordId, stage: Stage, code: str) -> None:
        """Remove one job; one that is not there is fine."""
        same = (jobs.c.record == record, jobs.c.stage == stage.value, jobs.c.code == code)
        self._connection.execute(delete(jobs).where(*same))


class Progress(Gateway):
    """High-water marks in the order of the ledger; they only rise, until one begins anew."""

    def get(self, collection: CollectionId, stage: Stage | Mark) -> int:
        """Return the ledger entry up to which a stage is done, or -1."""
        same = (progress.c.collection == collection, progress.c.stage == stage.value)
        found = self._connection.execute(select(progress.c.entry_index).where(*same)).scalar()
        return _BEFORE_ALL if found is None else int(found)

    def put(self, collection: CollectionId, stage: Stage | Mark, entry_index: int) -> None:
        """Raise the mark to `entry_index`; a lower one changes nothing."""
        if entry_index > self.get(collection, stage):
            self._put(progress, ProgressRow(collection, stage.value, entry_index))

    def restart(self, collection: CollectionId, stage: Stage | Mark) -> None:
        """Forget a mark."""
        same = (progress.c.collection == collection, progress.c.stage == stage.value)
        self._connection.execute(delete(progress).where(*same))
