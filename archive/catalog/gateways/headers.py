"""Detached age headers: the only part of a sealed object that a rotation replaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, delete, select, update

from archive.catalog.gateways.base import Gateway, chunks
from archive.catalog.rows import HeaderRow
from archive.catalog.tables import headers
from archive.errors import ObjectMissing
from archive.model.ids import CollectionId

_BY_ID = select(headers).where(headers.c.id == bindparam("id"))
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
        row = self._one(HeaderRow, _BY_ID, {"id": header_id})
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

    def of_epoch(
        self, collection: CollectionId, compartment: str, epoch: int
    ) -> Iterator[HeaderRow]:
        """Yield the headers of one epoch of a compartment, for re-wrapping to a newer one."""
        chosen = select(headers).where(
            headers.c.collection == collection,
            headers.c.compartment == compartment,
            headers.c.epoch == epoch,
        )
        return self._stream(HeaderRow, chosen.order_by(headers.c.id))

    def replace(self, header_id: str, epoch: int, header: bytes) -> None:
        """Put a re-wrapped header in place of the old one.

        Raises:
            ObjectMissing: it was destroyed, or never there.
        """
        change = update(headers).where(headers.c.id == header_id)
        if not self._connection.execute(change.values(epoch=epoch, header=header)).rowcount:
            raise ObjectMissing(_GONE)

    def delete(self, header_id: str) -> None:
        """Destroy a header, which shreds what it opened; one that is not there is fine."""
        self._connection.execute(delete(headers).where(headers.c.id == header_id))
