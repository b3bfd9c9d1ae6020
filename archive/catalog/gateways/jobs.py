"""Work that could not be finished."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, select

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import JobRow
from archive.catalog.tables import jobs


class Jobs(Gateway):
    """Unfinished work by opaque id."""

    def put(self, row: JobRow) -> None:
        """Store a job in place of one of the same id."""
        self._put(jobs, row)

    def all(self) -> Iterator[JobRow]:
        """Yield every job, the longest untouched first."""
        return self._stream(JobRow, select(jobs).order_by(jobs.c.updated, jobs.c.id))

    def remove(self, job: str) -> None:
        """Remove a job; one that is not there is fine."""
        self._connection.execute(delete(jobs).where(jobs.c.id == job))
