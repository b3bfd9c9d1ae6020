"""Accessions: receipts of material."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, update

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import AccessionRow
from archive.catalog.tables import accessions
from archive.errors import RecordNotFound
from archive.model.ids import AccessionId, CollectionId


class Accessions(Gateway):
    """Accessions by opaque id."""

    def add(self, row: AccessionRow) -> None:
        """Add an accession."""
        self._insert(accessions, [row])

    def get(self, accession: AccessionId) -> AccessionRow | None:
        """Return an accession, or `None`."""
        return self._one(AccessionRow, select(accessions).where(accessions.c.id == accession))

    def all(self, collection: CollectionId) -> Iterator[AccessionRow]:
        """Yield the accessions of a collection, oldest first."""
        chosen = select(accessions).where(accessions.c.collection == collection)
        return self._stream(AccessionRow, chosen.order_by(accessions.c.created, accessions.c.id))

    def set_state(self, accession: AccessionId, state: str) -> None:
        """Set the state.

        Raises:
            RecordNotFound: no such accession.
        """
        self._change(accession, {"state": state})

    def replace(self, accession: AccessionId, header: str, sealed: bytes) -> None:
        """Put a new sealed description in place of the old one.

        Raises:
            RecordNotFound: no such accession.
        """
        self._change(accession, {"header": header, "sealed": sealed})

    def _change(self, accession: AccessionId, values: dict[str, object]) -> None:
        change = update(accessions).where(accessions.c.id == accession).values(values)
        if not self._connection.execute(change).rowcount:
            raise RecordNotFound
