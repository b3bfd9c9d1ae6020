"""Connections to the SQLite file, with the settings that the promises rest on."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from archive.catalog.faults import translate

_DURABLE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # each commit is synced (https://www.sqlite.org/pragma.html)
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # deleted headers and slots are overwritten with zeros
    "PRAGMA trusted_schema=OFF",  # a doctored schema cannot call functions
    "PRAGMA cell_size_check=ON",
)
_READERS = 16  # connections; one per thread of the web server and to spare


def reading_engine(path: Path, busy_seconds: float) -> Engine:
    """Return an engine whose transactions see one state of the catalog and cannot change it."""
    return _engine(path, busy_seconds, "BEGIN", (*_DURABLE, "PRAGMA query_only=ON"), _READERS)


def writing_engine(path: Path, busy_seconds: float) -> Engine:
    """Return an engine with one connection whose transactions take the write lock at once."""
    return _engine(path, busy_seconds, "BEGIN IMMEDIATE", _DURABLE, 1)


def _engine(
    path: Path, busy_seconds: float, begin: str, settings: tuple[str, ...], connections: int
) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_seconds,
        connect_args={"timeout": busy_seconds, "isolation_level": None},
    )

    def configure(connection: SqliteConnection, record: Any) -> None:  # noqa: ARG001
        for setting in settings:
            connection.execute(setting).close()

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", start)
    event.listen(engine, "handle_error", translate)
    return engine
