"""Receipts of ingest runs, sealed, and the sealed signatures of similar texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select

from archive.catalog.gateways.base import Gateway, chunks
from archive.catalog.rows import ReceiptRow, SimilarityRow
from archive.catalog.tables import receipts, similarities
from archive.model.ids import CollectionId
from archive.model.receipt import RunId


class Receipts(Gateway):
    """Receipts by run; one is changed only when a record on it is erased."""

    def add(self, row: ReceiptRow) -> None:
        """Add a receipt.

        Raises:
            InvalidValue: the run has one already.
        """
        self._insert(receipts, [row])

    def replace(self, row: ReceiptRow) -> None:
        """Put a receipt in the place of the one that its run has."""
        self._put(receipts, row)

    def all(self, collection: CollectionId) -> Iterator[ReceiptRow]:
        """Yield every receipt, oldest first."""
        chosen = select(receipts).where(receipts.c.collection == collection)
        return self._stream(ReceiptRow, chosen.order_by(receipts.c.entry_index))

    def get(self, run: RunId) -> ReceiptRow | None:
        """Return the receipt of a run, or `None`."""
        return self._one(ReceiptRow, select(receipts).where(receipts.c.run == run))

    def page(self, collection: CollectionId, offset: int, limit: int) -> Iterator[ReceiptRow]:
        """Yield `limit` receipts from `offset`, newest first."""
        chosen = select(receipts).where(receipts.c.collection == collection)
        newest = chosen.order_by(receipts.c.entry_index.desc())
        return self._stream(ReceiptRow, newest.offset(offset).limit(limit))


class Similarities(Gateway):
    """Sealed batches of signatures; their order means nothing."""

    def add(self, row: SimilarityRow) -> None:
        """Add a batch."""
        self._insert(similarities, [row])

    def all(self, collection: CollectionId) -> Iterator[SimilarityRow]:
        """Yield every batch of a collection by id."""
        chosen = select(similarities).where(similarities.c.collection == collection)
        return self._stream(SimilarityRow, chosen.order_by(similarities.c.id))

    def remove(self, ids: Sequence[str]) -> None:
        """Remove batches that others replace."""
        for part in chunks(ids):
            self._connection.execute(delete(similarities).where(similarities.c.id.in_(part)))
