"""Rows of the ledger, which are only ever added, and the sealed openings of commitments."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from itertools import starmap

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from archive.catalog.gateways.base import STREAM, Gateway, chunks
from archive.catalog.rows import OpeningRow
from archive.catalog.tables import checkpoints, ledger_entries, ledger_frontier, openings
from archive.errors import LedgerTampered
from archive.model.provenance import LedgerRow, LedgerTail

_HASH = 32  # bytes of a SHA-256 tree hash
_NEWEST = (
    select(ledger_entries.c.object, func.max(ledger_entries.c.seq).label("seq"))
    .where(ledger_entries.c.object.in_(bindparam("objects", expanding=True)))
    .group_by(ledger_entries.c.object)
    .subquery()
)
_LAST_OF = select(
    ledger_entries.c.object, ledger_entries.c.seq, ledger_entries.c.leaf_hash
).join_from(
    ledger_entries,
    _NEWEST,
    (ledger_entries.c.object == _NEWEST.c.object) & (ledger_entries.c.seq == _NEWEST.c.seq),
)
_ENTRIES = (
    select(ledger_entries)
    .where(
        ledger_entries.c.entry_index >= bindparam("start"),
        ledger_entries.c.entry_index < bindparam("stop"),
    )
    .order_by(ledger_entries.c.entry_index)
)
_TAIL = select(
    ledger_frontier.c.size,
    ledger_frontier.c.hashes,
    select(checkpoints.c.note).order_by(checkpoints.c.size.desc()).limit(1).scalar_subquery(),
)
_MOVED = update(ledger_frontier)
_LATER = (
    select(ledger_entries.c.body)
    .where(
        ledger_entries.c.object == bindparam("object"),
        ledger_entries.c.entry_index > bindparam("after"),
    )
    .order_by(ledger_entries.c.entry_index)
)


class Ledger(Gateway):
    """Entries, the frontier of their Merkle tree, and checkpoints."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._tail: LedgerTail | None = None

    def tail(self) -> LedgerTail:
        """Return the size, the frontier and the newest checkpoint; they are read once.

        Raises:
            LedgerTampered: the frontier is not a list of hashes.
        """
        if self._tail is None:
            self._tail = self._read_tail()
        return self._tail

    def _read_tail(self) -> LedgerTail:
        state = self._connection.execute(_TAIL).first()
        if state is None:
            return LedgerTail(0, (), None)
        size, hashes, note = state
        if len(hashes) % _HASH:
            raise LedgerTampered
        frontier = tuple(hashes[at : at + _HASH] for at in range(0, len(hashes), _HASH))
        return LedgerTail(size, frontier, note)

    def last_of(self, objects: Collection[str]) -> dict[str, tuple[int, bytes]]:
        """Return sequence number and leaf hash of the newest entry of each object that has one."""
        found: dict[str, tuple[int, bytes]] = {}
        for part in chunks(list(objects)):
            for about, seq, leaf in self._connection.execute(_LAST_OF, {"objects": list(part)}):
                found[about] = (seq, leaf)
        return found

    def append(
        self,
        rows: Sequence[tuple[int, str, int, bytes, bytes]],
        frontier: Sequence[bytes],
        checkpoint_note: str,
    ) -> None:
        """Add entries (index, object, seq, body, leaf hash) and the checkpoint that covers them.

        Raises:
            LedgerTampered: the entries do not continue the stored ones without a gap.
        """
        size = self.tail().size
        if [row[0] for row in rows] != list(range(size, size + len(rows))):
            raise LedgerTampered
        self._tail = None
        self._insert_values(ledger_entries, rows)
        state = {"size": size + len(rows), "hashes": b"".join(frontier)}
        if not self._connection.execute(_MOVED, state).rowcount:
            self._connection.execute(insert(ledger_frontier), [{"id": 1, **state}])
        self._insert_values(checkpoints, [(size + len(rows), checkpoint_note)])

    def entries(self, start: int, stop: int) -> Iterator[LedgerRow]:
        """Yield the entries with `start` <= index < `stop` in order."""
        result = self._connection.execute(_ENTRIES, {"start": start, "stop": stop})
        while part := result.fetchmany(STREAM):
            yield from starmap(LedgerRow, part)

    def later_bodies(self, object: str, after: int) -> Iterator[bytes]:  # noqa: A002
        """Yield the bodies of an object's entries above index `after`, in order."""
        result = self._connection.execute(_LATER, {"object": object, "after": after})
        while part := result.fetchmany(STREAM):
            yield from (body for (body,) in part)

    def about(self, object_id: str, holding: bytes = b"") -> list[tuple[int, bytes]]:
        """Return index and body of every entry about an object that holds a text, oldest first."""
        chosen = (
            select(ledger_entries.c.entry_index, ledger_entries.c.body)
            .where(ledger_entries.c.object == object_id)
            .order_by(ledger_entries.c.entry_index)
        )
        if holding:
            chosen = chosen.where(func.instr(ledger_entries.c.body, holding) > 0)
        return [(index, body) for index, body in self._connection.execute(chosen)]

    def newest_of(self, object_id: str, count: int | None = None) -> list[LedgerRow]:
        """Return the newest entries about an object, up to `count`, oldest first."""
        chosen = (
            select(ledger_entries)
            .where(ledger_entries.c.object == object_id)
            .order_by(ledger_entries.c.seq.desc())
            .limit(count)
        )
        return [LedgerRow(*row) for row in self._connection.execute(chosen)][::-1]

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """Yield every checkpoint as size and note, smallest first."""
        chosen = select(checkpoints).order_by(checkpoints.c.size)
        return self._stream(lambda size, note: (size, note), chosen)

    def checkpoint_at(self, size: int) -> str | None:
        """Return the checkpoint over the first `size` entries, if one was made."""
        chosen = select(checkpoints.c.note).where(checkpoints.c.size == size)
        return self._connection.execute(chosen).scalar()

    def count(self) -> int:
        """Return how many entries are stored."""
        return self._connection.execute(
            select(func.count()).select_from(ledger_entries)
        ).scalar_one()

    def opening_digests(self) -> dict[int, str]:
        """Return the SHA-256 (hex) of the sealed values beside each entry that has some."""
        found = self._connection.execute(select(openings.c.entry_index, openings.c.sealed))
        return {index: hashlib.sha256(sealed).hexdigest() for index, sealed in found}


class Openings(Gateway):
    """Sealed values behind the commitments of entries."""

    def add(self, row: OpeningRow) -> None:
        """Add the opening of an entry."""
        self._insert(openings, [row])

    def forget(self, indices: Sequence[int]) -> None:
        """Remove the openings of entries; one that is not there is fine."""
        for part in chunks(list(indices)):
            self._connection.execute(delete(openings).where(openings.c.entry_index.in_(part)))

    def get(self, entry_index: int) -> OpeningRow | None:
        """Return the opening of an entry, or `None`."""
        chosen = select(openings).where(openings.c.entry_index == entry_index)
        return self._one(OpeningRow, chosen)

    def all(self) -> Iterator[OpeningRow]:
        """Yield every opening in the order of the ledger."""
        return self._stream(OpeningRow, select(openings).order_by(openings.c.entry_index))
