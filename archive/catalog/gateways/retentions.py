"""Retentions: at most one for each record."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, select

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import RetentionRow
from archive.catalog.tables import retentions
from archive.model.ids import CollectionId, RecordId


class Retentions(Gateway):
    """Terms by record, in the order of their days."""

    def get(self, record: RecordId) -> RetentionRow | None:
        """Return the term of a record, or `None`."""
        return self._one(RetentionRow, select(retentions).where(retentions.c.record == record))

    def put(self, row: RetentionRow) -> None:
        """Put a term in the place of the record's last one."""
        self._put(retentions, row)

    def forget(self, record: RecordId) -> None:
        """Remove the term of a record; none is fine."""
        self._connection.execute(delete(retentions).where(retentions.c.record == record))

    def all(self, collection: CollectionId, until: str | None = None) -> Iterator[RetentionRow]:
        """Yield the terms of a collection, the next day first; those up to the day `until`."""
        chosen = select(retentions).where(retentions.c.collection == collection)
        if until is not None:
            chosen = chosen.where(retentions.c.review <= until)
        return self._stream(RetentionRow, chosen.order_by(retentions.c.review, retentions.c.record))
