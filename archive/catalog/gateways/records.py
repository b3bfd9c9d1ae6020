"""Records and the sealed objects that they consist of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import and_, bindparam, delete, func, not_, or_, select, update

from archive.catalog.gateways.base import Gateway, chunks
from archive.catalog.rows import ObjectRow, RecordRow
from archive.catalog.tables import objects, plans, records, releases
from archive.errors import RecordNotFound
from archive.model.ids import CollectionId, RecordId
from archive.model.objects import DISCARDED, QUARANTINED, Standing
from archive.model.redaction import PlanState

_BY_ID = select(records).where(records.c.id == bindparam("id"))
_MANIFESTS = select(records.c.id, records.c.manifest_digest).where(
    records.c.id.in_(bindparam("ids", expanding=True))
)
_BY_FINGERPRINTS = select(records.c.fingerprint, records.c.id).where(
    records.c.collection == bindparam("collection"),
    records.c.fingerprint.in_(bindparam("fingerprints", expanding=True)),
)
_BY_FINGERPRINT = select(records.c.id).where(
    records.c.collection == bindparam("collection"),
    records.c.fingerprint == bindparam("fingerprint"),
)
_HOLDINGS = records.c.outcome.not_in((QUARANTINED, DISCARDED))
_PLAN_STATE = (
    select(plans.c.state)
    .where(plans.c.record == records.c.id)
    .order_by(plans.c.version.desc())
    .limit(1)
    .scalar_subquery()
)
_RELEASE_STATE = select(releases.c.state).where(releases.c.record == records.c.id).scalar_subquery()
_BEYOND = {
    Standing.TO_REVIEW: func.coalesce(_PLAN_STATE, "") == PlanState.SUBMITTED.value,
    Standing.RELEASED: func.coalesce(_RELEASE_STATE, "") == Standing.RELEASED.value,
    Standing.WITHDRAWN: func.coalesce(_RELEASE_STATE, "") == Standing.WITHDRAWN.value,
    Standing.NO_TEXT: records.c.outcome == Standing.NO_TEXT.value,
}
_STANDING = {Standing.IN_WORK: not_(or_(*_BEYOND.values())), **_BEYOND}


class Records(Gateway):
    """Records by opaque id, by keyed fingerprint, and in the order of their ledger entries."""

    def add_many(self, rows: Sequence[RecordRow]) -> None:
        """Add records.

        Raises:
            InvalidValue: a fingerprint or ledger entry is in use in the collection.
        """
        self._insert(records, rows)

    def get(self, record: RecordId) -> RecordRow | None:
        """Return a record, or `None`."""
        return self._one(RecordRow, _BY_ID, {"id": record})

    def by_fingerprint(self, collection: CollectionId, fingerprint: str) -> RecordId | None:
        """Return the record of a fingerprint, or `None`."""
        values = {"collection": collection, "fingerprint": fingerprint}
        found = self._connection.execute(_BY_FINGERPRINT, values).scalar()
        return None if found is None else RecordId(found)

    def by_fingerprints(
        self, collection: CollectionId, fingerprints: Sequence[str]
    ) -> dict[str, RecordId]:
        """Return the records of known fingerprints; unknown ones are left out."""
        found: dict[str, RecordId] = {}
        for part in chunks(fingerprints):
            values = {"collection": collection, "fingerprints": list(part)}
            for fingerprint, record in self._connection.execute(_BY_FINGERPRINTS, values):
                found[fingerprint] = RecordId(record)
        return found

    def manifests(self, ids: Sequence[RecordId]) -> dict[RecordId, str]:
        """Return the SHA-256 of the sealed manifests of records, in hex; unknown are left out."""
        found: dict[RecordId, str] = {}
        for part in chunks(ids):
            for record, digest in self._connection.execute(_MANIFESTS, {"ids": list(part)}):
                found[RecordId(record)] = digest
        return found

    def list(
        self, collection: CollectionId, after: int = -1, limit: int | None = None
    ) -> Iterator[RecordRow]:
        """Yield the holdings whose `entry_index` is above `after`, in that order, up to `limit`."""
        chosen = select(records).where(
            records.c.collection == collection, records.c.entry_index > after, _HOLDINGS
        )
        return self._stream(RecordRow, chosen.order_by(records.c.entry_index).limit(limit))

    def holdings(
        self, collection: CollectionId, accession: str | None = None
    ) -> tuple[RecordId, ...]:
        """Return the holdings in the order of the ledger; of one accession, if it is given."""
        chosen = select(records.c.id).where(records.c.collection == collection, _HOLDINGS)
        if accession is not None:
            chosen = chosen.where(records.c.accession == accession)
        found = self._connection.execute(chosen.order_by(records.c.entry_index))
        return tuple(RecordId(record) for (record,) in found)

    def page(
        self, collection: CollectionId, offset: int, limit: int, standing: Standing | None = None
    ) -> Iterator[RecordRow]:
        """Yield `limit` holdings from `offset`, newest first; only those of a `standing`."""
        within = _HOLDINGS if standing is None else and_(_HOLDINGS, _STANDING[standing])
        chosen = select(records).where(records.c.collection == collection, within)
        newest = chosen.order_by(records.c.entry_index.desc())
        return self._stream(RecordRow, newest.offset(offset).limit(limit))

    def count(self, collection: CollectionId) -> int:
        """Return how many holdings the collection has."""
        chosen = select(func.count()).where(records.c.collection == collection, _HOLDINGS)
        return self._connection.execute(chosen).scalar_one()

    def standings(self, collection: CollectionId) -> dict[Standing, int]:
        """Return how many holdings of the collection stand where."""
        counted = [func.count().filter(where) for where in _STANDING.values()]
        chosen = select(*counted).where(records.c.collection == collection, _HOLDINGS)
        return dict(zip(_STANDING, self._connection.execute(chosen).one(), strict=True))

    def quarantined(self, collection: CollectionId) -> Iterator[RecordRow]:
        """Yield the records in quarantine in the order of the ledger."""
        same = (records.c.collection == collection, records.c.outcome == QUARANTINED)
        return self._stream(RecordRow, select(records).where(*same).order_by(records.c.entry_index))

    def set_outcome(self, record: RecordId, outcome: str) -> None:
        """Say how a record stands now.

        Raises:
            RecordNotFound: no such record.
        """
        change = update(records).where(records.c.id == record).values(outcome=outcome)
        if not self._connection.execute(change).rowcount:
            raise RecordNotFound

    def discard(self, record: RecordId, entry_index: int) -> None:
        """Empty a row whose record was destroyed; its content may come in again as a new record.

        Raises:
            RecordNotFound: no such record.
        """
        values = {
            "manifest": b"",
            "manifest_digest": "",
            "entry_index": entry_index,
            "fingerprint": f"{DISCARDED}:{record}",
            "outcome": DISCARDED,
        }
        change = update(records).where(records.c.id == record).values(values)
        if not self._connection.execute(change).rowcount:
            raise RecordNotFound

    def replace_manifest(
        self, record: RecordId, manifest: bytes, manifest_digest: str, entry_index: int
    ) -> None:
        """Put a new manifest in place, committed to by the ledger entry `entry_index`.

        Raises:
            RecordNotFound: no such record.
        """
        change = update(records).where(records.c.id == record)
        values = {
            "manifest": manifest,
            "manifest_digest": manifest_digest,
            "entry_index": entry_index,
        }
        if not self._connection.execute(change.values(values)).rowcount:
            raise RecordNotFound

    def grow(self, record: RecordId, size: int, outcome: str) -> None:
        """Count `size` more bytes of sealed payloads to a record and set its outcome."""
        change = update(records).where(records.c.id == record)
        values = {"size": records.c.size + size, "outcome": outcome}
        self._connection.execute(change.values(values))


class Objects(Gateway):
    """Sealed objects by record."""

    def add_many(self, rows: Sequence[ObjectRow]) -> None:
        """Add objects."""
        self._insert(objects, rows)

    def for_record(self, record: RecordId) -> Iterator[ObjectRow]:
        """Yield the objects of a record by representation and version."""
        chosen = select(objects).where(objects.c.record == record)
        order = (objects.c.representation, objects.c.version)
        return self._stream(ObjectRow, chosen.order_by(*order))

    def after(
        self, collection: CollectionId, entry_index: int, limit: int
    ) -> Iterator[tuple[int, RecordId, str]]:
        """Yield entry index, record and digest for objects of the next `limit` records."""
        next_records = (
            select(records.c.id, records.c.entry_index)
            .where(records.c.collection == collection, records.c.entry_index > entry_index)
            .order_by(records.c.entry_index)
            .limit(limit)
            .subquery()
        )
        chosen = select(next_records.c.entry_index, next_records.c.id, objects.c.digest).join(
            objects, objects.c.record == next_records.c.id
        )
        order = (next_records.c.entry_index, objects.c.digest)
        return self._stream(lambda *row: row, chosen.order_by(*order))

    def forget(self, record: RecordId) -> None:
        """Remove the rows of a record's objects."""
        self._connection.execute(delete(objects).where(objects.c.record == record))

    def drop(self, digest: str) -> None:
        """Remove the row of one object; one that is not there is fine."""
        self._connection.execute(delete(objects).where(objects.c.digest == digest))

    def all(self) -> Iterator[ObjectRow]:
        """Yield every object by digest."""
        return self._stream(ObjectRow, select(objects).order_by(objects.c.digest))

    def digests(self) -> Iterator[str]:
        """Yield the digest of every object in ascending order."""
        return self._stream(str, select(objects.c.digest).order_by(objects.c.digest))
