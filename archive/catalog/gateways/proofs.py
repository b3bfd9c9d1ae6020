"""Redaction proofs, shares of dossier keys, and requests to open dossiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select

from archive.catalog.gateways.base import Gateway
from archive.catalog.rows import DossierShareRow, ProofRow, UnsealingRow
from archive.catalog.tables import dossier_shares, redaction_proofs, unsealings
from archive.model.ids import CollectionId, MemberId, RecordId, SourceRef


class Proofs(Gateway):
    """At most one proof per record: that of its latest release."""

    def put(self, row: ProofRow) -> None:
        """Store a proof in place of an earlier one of the same record."""
        self._put(redaction_proofs, row)

    def get(self, record: RecordId) -> ProofRow | None:
        """Return the proof of a record's latest release, or `None`."""
        chosen = select(redaction_proofs).where(redaction_proofs.c.record == record)
        return self._one(ProofRow, chosen)


class Unsealings(Gateway):
    """Who holds which share of a dossier, and who asked to open one."""

    def replace_shares(
        self, collection: CollectionId, ref: SourceRef, rows: Sequence[DossierShareRow]
    ) -> None:
        """Put shares in place of all earlier ones of a source."""
        same = (dossier_shares.c.collection == collection, dossier_shares.c.ref == ref)
        self._connection.execute(delete(dossier_shares).where(*same))
        self._insert(dossier_shares, rows)

    def share(
        self, collection: CollectionId, ref: SourceRef, member: MemberId
    ) -> DossierShareRow | None:
        """Return a member's share, or `None`."""
        chosen = select(dossier_shares).where(
            dossier_shares.c.collection == collection,
            dossier_shares.c.ref == ref,
            dossier_shares.c.member == member,
        )
        return self._one(DossierShareRow, chosen)

    def put(self, row: UnsealingRow) -> None:
        """Store a request, or what became of it."""
        self._put(unsealings, row)

    def get(self, request: str) -> UnsealingRow | None:
        """Return a request, or `None`."""
        return self._one(UnsealingRow, select(unsealings).where(unsealings.c.id == request))

    def all(self, collection: CollectionId) -> Iterator[UnsealingRow]:
        """Yield the requests of a collection, oldest first."""
        chosen = select(unsealings).where(unsealings.c.collection == collection)
        return self._stream(UnsealingRow, chosen.order_by(unsealings.c.entry_index))
