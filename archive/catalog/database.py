"""The catalog on SQLite: made, opened and upgraded here; used through snapshots."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, select

from archive.catalog.engine import reading_engine, writing_engine
from archive.catalog.faults import boundary, disk_error
from archive.catalog.snapshot import Snapshot, Transaction
from archive.catalog.tables import SCHEMA_REVISION
from archive.errors import ArchiveDamaged, ArchiveExists, NoArchive, WriteFailed

BUSY_SECONDS = 10.0

_foreign = MetaData()
_version = Table("alembic_version", _foreign, Column("version_num", Text))
_master = Table("sqlite_master", _foreign, Column("type", Text), Column("name", Text))


class Catalog:
    """What exists, in opaque ids, digests and sealed blobs (docs/formats/catalog.md).

    Safe to share between threads; not between processes, each of which opens its own.
    """

    def __init__(self, readers: Engine, writer: Engine) -> None:
        self._readers = readers
        self._writer = writer
        self._failed = False

    @classmethod
    def create(cls, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> Catalog:
        """Make an empty catalog file, readable by its owner alone.

        Raises:
            ArchiveExists: there is a file of that name.
            DiskFull, WriteFailed: it could not be written.
        """
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _sync_folder(path.parent)
        except FileExistsError:
            raise ArchiveExists from None
        except OSError as error:
            raise disk_error(error) from None
        catalog = cls._on(path, busy_seconds)
        with boundary(), catalog._writer.begin() as connection:
            _upgrade(connection)
        return catalog

    @classmethod
    def open(cls, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> Catalog:
        """Open a catalog, recovering what a crash left and upgrading an older schema.

        Raises:
            NoArchive: there is no such file.
            NewerArchive: its schema was written by a newer version of Strongroom.
            ArchiveBusy: another process is upgrading it.
            ArchiveDamaged: it is not a catalog, or somebody added triggers or views to it.
        """
        if not path.is_file():
            raise NoArchive
        catalog = cls._on(path, busy_seconds)
        try:
            with boundary():
                catalog._bring_up_to_date()
        except BaseException:
            catalog.close()
            raise
        return catalog

    @classmethod
    def _on(cls, path: Path, busy_seconds: float) -> Catalog:
        return cls(reading_engine(path, busy_seconds), writing_engine(path, busy_seconds))

    def _bring_up_to_date(self) -> None:
        with self._readers.begin() as connection:
            _refuse_foreign_code(connection)
            versions = connection.execute(select(_version.c.version_num)).scalars().all()
        if len(versions) != 1:
            raise ArchiveDamaged
        if versions[0] != SCHEMA_REVISION:
            with self._writer.begin() as connection:
                _upgrade(connection)

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """Give one consistent view that later writes do not change.

        Raises:
            ArchiveBusy, ArchiveDamaged, WriteFailed: the file cannot be read.
        """
        with boundary(), self._readers.begin() as connection:
            yield Snapshot(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Give the only transaction that may change the catalog; durable when the block ends.

        An exception inside the block undoes all of it. What the transaction was given to do
        `afterwards` is done when it is durable.

        Raises:
            ArchiveBusy: another writer did not finish in time.
            DiskFull: no space left; nothing of the block is kept.
            WriteFailed: a write or sync failed, now or earlier; open the catalog anew.
            NameTaken, InvalidValue, WrongPlanState: a row collides with a stored one.
        """
        if self._failed:
            raise WriteFailed
        try:
            with boundary(), self._writer.begin() as connection:
                transaction = Transaction(connection)
                yield transaction
        except WriteFailed as error:
            self._failed = "sqlite" in error.diagnostics
            raise
        for act in transaction.afterwards.values():
            act()

    def fold(self) -> bool:
        """Fold the write-ahead log into the file and cut it, so that nothing deleted stays in it.

        False while others read an older state; what they end up with is folded by the next one.

        Raises:
            WriteFailed: the file cannot be written.
        """
        with boundary():
            connection = self._writer.raw_connection()
            try:
                cursor = connection.cursor()
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                cursor.close()
            finally:
                connection.close()
        return not busy

    def close(self) -> None:
        """Close every connection and fold the write-ahead log into the file."""
        self._readers.dispose()
        self._writer.dispose()


def _upgrade(connection: Connection) -> None:
    """Run the migrations; Alembic takes 0.1 s to import and is seldom needed."""
    from archive.catalog.migrate import upgrade  # noqa: PLC0415

    upgrade(connection)


def _refuse_foreign_code(connection: Connection) -> None:
    """Refuse triggers and views, which Strongroom never makes and which would run unseen."""
    unwanted = select(_master.c.name).where(_master.c.type.in_(("trigger", "view"))).limit(1)
    if connection.execute(unwanted).first() is not None:
        raise ArchiveDamaged


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
