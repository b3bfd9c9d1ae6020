"""The outbox that feeds the indexes, and the generation of each index that counts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select, update

from archive.catalog.gateways.base import Gateway, chunks
from archive.catalog.rows import IndexRow, OutboxKind, OutboxRow
from archive.catalog.tables import indexes, outbox
from archive.model.ids import CollectionId, RecordId

MAX_ATTEMPTS = 5
"""Rows that failed this often stay in the outbox, are counted, and are taken no more."""


_OLDEST = (
    select(outbox)
    .where(
        outbox.c.collection == bindparam("collection"),
        outbox.c.kind.in_(bindparam("kinds", expanding=True)),
        outbox.c.attempts < MAX_ATTEMPTS,
    )
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
)


def _row(key: int, kind: str, of: str, record: str, attempts: int, code: str | None) -> OutboxRow:
    return OutboxRow(key, OutboxKind(kind), CollectionId(of), RecordId(record), attempts, code)


class Outbox(Gateway):
    """Work in the order in which it was added; done only when an index has taken it over."""

    def add_many(self, rows: Sequence[OutboxRow]) -> None:
        """Add work; the ids of `rows` are not used."""
        self._insert_values(
            outbox,
            [
                (None, row.kind.value, row.collection, row.record, row.attempts, row.code)
                for row in rows
            ],
        )

    def take(
        self, limit: int, collection: CollectionId, kinds: Sequence[OutboxKind]
    ) -> list[OutboxRow]:
        """Return the oldest work of these kinds, `limit` rows at most, and leave it in place."""
        values = {"collection": collection, "kinds": [kind.value for kind in kinds]}
        found = self._connection.execute(_OLDEST, {**values, "most": limit})
        return [_row(*values) for values in found]

    def done(self, ids: Sequence[int]) -> None:
        """Remove work that an index has taken over."""
        for part in chunks(ids):
            self._connection.execute(delete(outbox).where(outbox.c.id.in_(part)))

    def forget(self, record: RecordId) -> None:
        """Remove all work about a record that was destroyed."""
        self._connection.execute(delete(outbox).where(outbox.c.record == record))

    def fail(self, ids: Sequence[int], code: str) -> None:
        """Count one more failed attempt with the stable code of its error."""
        for part in chunks(ids):
            change = update(outbox).where(outbox.c.id.in_(part))
            values = {"attempts": outbox.c.attempts + 1, "code": code}
            self._connection.execute(change.values(values))

    def all(self, collection: CollectionId) -> list[OutboxRow]:
        """Return all work in order, also what failed too often to be taken."""
        chosen = select(outbox).where(outbox.c.collection == collection)
        found = self._connection.execute(chosen.order_by(outbox.c.id))
        return [_row(*values) for values in found]

    def again(self, ids: Sequence[int]) -> None:
        """Forget the failed attempts at this work, so that it is taken again."""
        for part in chunks(ids):
            change = update(outbox).where(outbox.c.id.in_(part))
            self._connection.execute(change.values(attempts=0))

    def count(self) -> int:
        """Return how much work waits, failed rows included."""
        return self._connection.execute(select(func.count()).select_from(outbox)).scalar_one()


class Indexes(Gateway):
    """The current generation of each search index."""

    def put(self, row: IndexRow) -> None:
        """Make `row` the generation that counts for its collection and level."""
        self._put(indexes, row)

    def get(self, collection: CollectionId, level: str) -> IndexRow | None:
        """Return the generation that counts, or `None` when nothing was indexed yet."""
        return self._get(IndexRow, indexes, collection=collection, level=level)

    def remove(self, collection: CollectionId, level: str) -> None:
        """Let no generation count any more, so that the index is built anew."""
        same = (indexes.c.collection == collection, indexes.c.level == level)
        self._connection.execute(delete(indexes).where(*same))

    def ids(self) -> frozenset[str]:
        """Return the ids of the indexes that count."""
        return frozenset(self._connection.execute(select(indexes.c.index_id)).scalars())
