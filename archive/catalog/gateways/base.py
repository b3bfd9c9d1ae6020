"""What the gateways share: rows in, rows out, with SQLAlchemy Core expressions only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Insert, Select, Table, bindparam, insert, select, update
from sqlalchemy.dialects import sqlite

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


_Maker = Callable[[Any], Any] | None


@cache
def _writing(table: Table, statement: Insert | None) -> tuple[str, list[_Maker]]:
    """Return the text of an insert into all columns, and what makes SQLite's value of each.

    SQLAlchemy looks every value of every row up by name, which takes longer than SQLite does.
    """
    dialect = sqlite.dialect()
    text = (insert(table) if statement is None else statement).compile(dialect=dialect)
    return str(text), [column.type.bind_processor(dialect) for column in table.columns]


@cache
def _same(table: Table, *names: str) -> Select[Any]:
    """Return what selects by the values of some columns; made once, it is sooner carried out."""
    return select(table).where(*(table.c[name] == bindparam(name) for name in names))


class Gateway:
    """A gateway over the connection of one snapshot or transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _insert(
        self, table: Table, rows: Sequence[DataclassInstance], statement: Insert | None = None
    ) -> None:
        """Insert rows whose fields are the columns of `table`, by a `statement` of one's own."""
        take = attrgetter(*(column.name for column in table.columns))
        self._insert_values(table, list(map(take, rows)), statement)

    def _insert_values(
        self, table: Table, rows: Sequence[tuple[Any, ...]], statement: Insert | None = None
    ) -> None:
        """Insert rows of one value for each column of `table`, in the order of its columns."""
        text, makers = _writing(table, statement)
        if any(makers):
            rows = [
                tuple(
                    [
                        one if make is None else make(one)
                        for make, one in zip(makers, row, strict=True)
                    ]
                )
                for row in rows
            ]
        if rows:
            self._connection.exec_driver_sql(text, list(rows))

    def _put(self, table: Table, row: DataclassInstance) -> None:
        """Replace the row of the same primary key, or insert it."""
        values = {field.name: getattr(row, field.name) for field in fields(row)}
        same = [column == values[column.name] for column in table.primary_key]
        if not self._connection.execute(update(table).where(*same).values(values)).rowcount:
            self._connection.execute(insert(table), [values])

    def _get(self, make: Callable[..., Row], table: Table, **values: object) -> Row | None:
        """Return the row that has these values in the columns of these names, or `None`."""
        return self._one(make, _same(table, *values), values)

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
