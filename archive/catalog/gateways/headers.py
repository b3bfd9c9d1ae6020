"""Detached age headers: the only part of a sealed object that a rotation replaces."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, select, update

from archive.catalog.gateways.base import Gateway, chunks
from archive.catalog.rows import HeaderRow
from archive.catalog.tables import headers
from archive.errors import ObjectMissing
from archive.model.ids import CollectionId

_GONE = "A stored header is missing; what it opened cannot be opened any more."


class Headers(Gateway):
    """Headers by opaque id."""

    def add_many(self, rows: Sequence[HeaderRow]) -> None:
        """Add headers."""
        self._insert(headers, rows)

    def get(self, header_id: str) -> HeaderRow:
        """Return a header.

        Raises:
            ObjectMissing: it was destroyed, or never there.
        """
        row = self._get(HeaderRow, headers, id=header_id)
        if row is None:
            raise ObjectMissing(_GONE)
        return row

    def get_many(self, header_ids: Sequence[str]) -> dict[str, HeaderRow]:
        """Return headers by id; ids that are not there are left out."""
        found: dict[str, HeaderRow] = {}
        for part in chunks(header_ids):
            chosen = select(headers).where(headers.c.id.in_(part))
            found.update((row.id, row) for row in self._stream(HeaderRow, chosen))
        return found

    def older(
        self, collection: CollectionId, compartment: str, epoch: int, *, after: str, limit: int
    ) -> list[HeaderRow]:
        """Return at most `limit` headers of epochs before `epoch`, whose ids come after `after`."""
        chosen = select(headers).where(*self._before(collection, compartment, epoch))
        chosen = chosen.where(headers.c.id > after).order_by(headers.c.id).limit(limit)
        return list(self._stream(HeaderRow, chosen))

    def count_older(self, collection: CollectionId, compartment: str, epoch: int) -> int:
        """Return how many headers are of epochs before `epoch`."""
        chosen = select(func.count()).select_from(headers)
        chosen = chosen.where(*self._before(collection, compartment, epoch))
        return self._connection.execute(chosen).scalar_one()

    @staticmethod
    def _before(
        collection: CollectionId, compartment: str, epoch: int
    ) -> tuple[ColumnElement[bool], ...]:
        return (
            headers.c.collection == collection,
            headers.c.compartment == compartment,
            headers.c.epoch < epoch,
        )

    def rewrap(self, old: HeaderRow, epoch: int, header: bytes) -> bool:
        """Put a re-wrapped header in place of `old`; return false when `old` is not there any more.

        What was destroyed meanwhile stays destroyed.
        """
        same = (headers.c.id == old.id, headers.c.epoch == old.epoch)
        change = update(headers).where(*same).values(epoch=epoch, header=header)
        return bool(self._connection.execute(change).rowcount)

    def delete(self, header_id: str) -> None:
        """Destroy a header, which shreds what it opened; one that is not there is fine."""
        self._connection.execute(delete(headers).where(headers.c.id == header_id))
