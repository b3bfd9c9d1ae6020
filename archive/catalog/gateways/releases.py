"""Released reading copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, func, select

from archive.catalog.gateways.base import Gateway, chunks
from archive.catalog.rows import ReleaseRow
from archive.catalog.tables import releases
from archive.model.ids import RecordId


class Releases(Gateway):
    """At most one release per record: the latest, released or withdrawn."""

    def put(self, row: ReleaseRow) -> None:
        """Store a release in place of an earlier one of the same record."""
        self._put(releases, row)

    def forget(self, record: RecordId) -> None:
        """Remove the release of a record that was destroyed."""
        self._connection.execute(delete(releases).where(releases.c.record == record))

    def get(self, record: RecordId) -> ReleaseRow | None:
        """Return the release of a record, or `None`."""
        return self._get(ReleaseRow, releases, record=record)

    def all(self) -> Iterator[ReleaseRow]:
        """Yield every release, withdrawn ones included, in the order of the ledger."""
        order = (releases.c.entry_index, releases.c.record)
        return self._stream(ReleaseRow, select(releases).order_by(*order))

    def count(self, state: str) -> int:
        """Return how many releases are in `state`."""
        chosen = select(func.count()).select_from(releases).where(releases.c.state == state)
        return self._connection.execute(chosen).scalar_one()

    def places(self, state: str) -> dict[RecordId, int]:
        """Return the ledger entry of every release in `state`, by record."""
        chosen = select(releases.c.record, releases.c.entry_index).where(releases.c.state == state)
        return {RecordId(record): entry for record, entry in self._connection.execute(chosen)}

    def of(self, records: Sequence[RecordId]) -> list[ReleaseRow]:
        """Return the releases of records in the order of the ledger; of some there may be none."""
        found: list[ReleaseRow] = []
        for part in chunks(records):
            found += self._stream(ReleaseRow, select(releases).where(releases.c.record.in_(part)))
        return sorted(found, key=lambda row: row.entry_index)

    def after(self, entry_index: int, state: str, limit: int) -> list[ReleaseRow]:
        """Return the next `limit` releases in `state` in the order of the ledger."""
        chosen = select(releases).where(
            releases.c.entry_index > entry_index, releases.c.state == state
        )
        order = (releases.c.entry_index, releases.c.record)
        return list(self._stream(ReleaseRow, chosen.order_by(*order).limit(limit)))
