"""Sources, sealed, and the sealed links from records to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select, update

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import AttachmentRow, SourceRow
from archive.catalog.tables import attachments, sources
from archive.errors import RecordNotFound
from archive.model.ids import CollectionId, RecordId, SourceRef


class Sources(Gateway):
    """Sources by pseudonym inside a collection."""

    def add(self, row: SourceRow) -> None:
        """Add a source.

        Raises:
            InvalidValue: the collection has a source of that pseudonym.
        """
        self._insert(sources, [row])

    def get(self, collection: CollectionId, ref: SourceRef) -> SourceRow | None:
        """Return a source, or `None`."""
        chosen = select(sources).where(sources.c.collection == collection, sources.c.ref == ref)
        return self._one(SourceRow, chosen)

    def all(self, collection: CollectionId) -> Iterator[SourceRow]:
        """Yield the sources of a collection by the ledger entry that last changed them."""
        chosen = select(sources).where(sources.c.collection == collection)
        return self._stream(SourceRow, chosen.order_by(sources.c.entry_index, sources.c.ref))

    def replace_forms(self, row: SourceRow) -> None:
        """Put the header, forms, digest and entry index of `row` in place of the old ones.

        Raises:
            RecordNotFound: no such source.
        """
        same = (sources.c.collection == row.collection, sources.c.ref == row.ref)
        change = update(sources).where(*same)
        values = {
            "header": row.header,
            "forms": row.forms,
            "digest": row.digest,
            "entry_index": row.entry_index,
        }
        if not self._connection.execute(change.values(values)).rowcount:
            raise RecordNotFound

    def replace_dossier(self, row: SourceRow) -> None:
        """Put everything that `row` holds in place of the old one, the dossier too.

        Raises:
            RecordNotFound: no such source.
        """
        self.replace_forms(row)
        same = (sources.c.collection == row.collection, sources.c.ref == row.ref)
        values = {"dossier_header": row.dossier_header, "dossier": row.dossier}
        self._connection.execute(update(sources).where(*same).values(values))

    def next_number(self, collection: CollectionId) -> int:
        """Return one more than the highest number of a pseudonym in the collection, from 1."""
        chosen = select(sources.c.ref).where(sources.c.collection == collection)
        refs = self._connection.execute(chosen).scalars()
        return max((int(ref.removeprefix("S-")) for ref in refs), default=0) + 1

    def attach_many(self, rows: Sequence[AttachmentRow]) -> None:
        """Add links from records to sources."""
        self._insert(attachments, rows)

    def detach(self, record: RecordId) -> None:
        """Remove the links of a record."""
        self._connection.execute(delete(attachments).where(attachments.c.record == record))

    def attached(self, record: RecordId) -> Iterator[AttachmentRow]:
        """Yield the links of a record by id."""
        chosen = select(attachments).where(attachments.c.record == record)
        return self._stream(AttachmentRow, chosen.order_by(attachments.c.id))
