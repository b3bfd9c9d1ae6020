"""Accessions, sealed, and how many records of each ended how."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import AccessionRow
from archive.catalog.tables import accessions, records, releases
from archive.model.ids import AccessionRef, CollectionId


class Accessions(Gateway):
    """Accessions by reference inside a collection."""

    def put(self, row: AccessionRow) -> None:
        """Store an accession in place of its earlier state."""
        self._put(accessions, row)

    def get(self, collection: CollectionId, ref: AccessionRef) -> AccessionRow | None:
        """Return an accession, or `None`."""
        chosen = select(accessions).where(
            accessions.c.collection == collection, accessions.c.ref == ref
        )
        return self._one(AccessionRow, chosen)

    def all(self, collection: CollectionId) -> Iterator[AccessionRow]:
        """Yield the accessions of a collection in the order in which they were opened."""
        chosen = select(accessions).where(accessions.c.collection == collection)
        return self._stream(AccessionRow, chosen.order_by(accessions.c.created, accessions.c.ref))

    def next_number(self, collection: CollectionId) -> int:
        """Return one more than the highest number of a reference in the collection, from 1."""
        chosen = select(accessions.c.ref).where(accessions.c.collection == collection)
        refs = self._connection.execute(chosen).scalars()
        return max((int(ref.removeprefix("A-")) for ref in refs), default=0) + 1

    def outcomes(self, collection: CollectionId, ref: AccessionRef) -> dict[str, int]:
        """Return how many records of an accession there are by outcome."""
        same = (records.c.collection == collection, records.c.accession == ref)
        chosen = select(records.c.outcome, func.count().label("number")).where(*same)
        found = self._connection.execute(chosen.group_by(records.c.outcome))
        return {row.outcome: row.number for row in found}

    def released(self, collection: CollectionId, ref: AccessionRef) -> int:
        """Return how many records of an accession are released."""
        same = (records.c.collection == collection, records.c.accession == ref)
        chosen = select(func.count()).join_from(
            releases, records, releases.c.record == records.c.id
        )
        found = self._connection.execute(chosen.where(*same, releases.c.state == "released"))
        return found.scalar_one()
