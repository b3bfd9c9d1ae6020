"""What the gateways share: rows in, rows out, with SQLAlchemy Core expressions only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Select, Table, insert, update

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row")
Item = TypeVar("Item")

STREAM = 1000  # rows fetched at a time
CHUNK = 500  # values in one IN list; SQLite allows 32,766 bound values in a statement


def chunks(values: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield `values` in pieces short enough for one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def valued(rows: Iterable[DataclassInstance]) -> list[dict[str, Any]]:
    """Return rows of one kind as column values."""
    given = list(rows)
    names = [field.name for field in fields(given[0])] if given else []
    return [{name: getattr(row, name) for name in names} for row in given]


class Gateway:
    """A gateway over the connection of one snapshot or transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _insert(self, table: Table, rows: Iterable[DataclassInstance]) -> None:
        values = valued(rows)
        if values:
            self._connection.execute(insert(table), values)

    def _put(self, table: Table, row: DataclassInstance) -> None:
        """Replace the row of the same primary key, or insert it."""
        values = valued([row])[0]
        same = [column == values[column.name] for column in table.primary_key]
        if not self._connection.execute(update(table).where(*same).values(values)).rowcount:
            self._connection.execute(insert(table), [values])

    def _one(
        self,
        make: Callable[..., Row],
        statement: Select[Any],
        values: Mapping[str, object] | None = None,
    ) -> Row | None:
        found = self._connection.execute(statement, values).first()
        return None if found is None else make(*found)

    def _stream(
        self,
        make: Callable[..., Row],
        statement: Select[Any],
        values: Mapping[str, object] | None = None,
    ) -> Iterator[Row]:
        """Yield rows as they are fetched; the transaction must stay open meanwhile."""
        result = self._connection.execute(statement, values)
        while part := result.fetchmany(STREAM):
            for row in part:
                yield make(*row)
