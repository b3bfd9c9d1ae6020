"""What an error of SQLite means for the archive (result codes: https://www.sqlite.org/rescode.html)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from archive.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    DiskFull,
    InvalidValue,
    NameTaken,
    WriteFailed,
    WrongPlanState,
)

_PRIMARY = 0xFF  # the primary result code is the low byte of an extended one
_BY_CODE: dict[int, type[ArchiveError]] = {
    sqlite3.SQLITE_BUSY: ArchiveBusy,
    sqlite3.SQLITE_LOCKED: ArchiveBusy,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_IOERR: WriteFailed,
    sqlite3.SQLITE_READONLY: WriteFailed,
    sqlite3.SQLITE_CANTOPEN: WriteFailed,
    sqlite3.SQLITE_PERM: WriteFailed,
}
_TAKEN = {"members.name_tag": NameTaken, "collections.name_tag": NameTaken}


@contextmanager
def translated() -> Iterator[None]:
    """Turn database errors into those of the archive; every other error passes unchanged.

    Raises:
        ArchiveBusy: another process or thread held the database for too long.
        DiskFull: no space left.
        WriteFailed: a read, write or sync of the file failed.
        ArchiveDamaged: the file is not a catalog or its content contradicts the schema.
        InvalidValue: a row collides with another, or refers to one that is not there.
        NameTaken: the tag of a name is in use.
        WrongPlanState: that version of a redaction plan is there already.
    """
    try:
        yield
    except PoolTimeout:
        raise ArchiveBusy from None
    except DBAPIError as error:
        raise meaning(error) from None


def meaning(error: DBAPIError) -> ArchiveError:
    """Return the archive's error for one of the database; never its text, which may hold values."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        return ArchiveDamaged()
    if code & _PRIMARY == sqlite3.SQLITE_CONSTRAINT:
        return _collision(code, str(error.orig))
    return _BY_CODE.get(code & _PRIMARY, ArchiveDamaged)(sqlite=code)


def _collision(code: int, text: str) -> ArchiveError:
    columns = text.rpartition(": ")[2]
    if columns in _TAKEN:
        return _TAKEN[columns]()
    if columns == "plans.record, plans.version":
        return WrongPlanState("Somebody else changed the redaction plan meanwhile.")
    if code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        return InvalidValue("The catalog has that already.")
    return InvalidValue("The catalog cannot hold that.", sqlite=code)
