"""What an error of SQLite means for the archive (result codes: https://www.sqlite.org/rescode.html)."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ExceptionContext
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

_FULL = (errno.ENOSPC, errno.EDQUOT)
_PRIMARY = 0xFF  # the primary result code is the low byte of an extended one
_BY_CODE: dict[int, type[ArchiveError]] = {
    sqlite3.SQLITE_BUSY: ArchiveBusy,
    sqlite3.SQLITE_LOCKED: ArchiveBusy,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_IOERR_SHMSIZE: DiskFull,  # no room for the index of the write-ahead log
    sqlite3.SQLITE_IOERR: WriteFailed,
    sqlite3.SQLITE_READONLY: WriteFailed,
    sqlite3.SQLITE_CANTOPEN: WriteFailed,
    sqlite3.SQLITE_PERM: WriteFailed,
}
_TAKEN = {"members.name_tag": NameTaken, "collections.name_tag": NameTaken}


_BROKEN = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT)
"""After these SQLite may have undone the transaction; the connection is not used any more."""


def translate(context: ExceptionContext) -> None:
    """Raise the archive's error for one of the database; a listener for `handle_error`.

    Raises:
        ArchiveBusy: another process or thread held the database for too long.
        DiskFull: no space left.
        WriteFailed: a read, write or sync of the file failed.
        ArchiveDamaged: the file is not a catalog or its content contradicts the schema.
        InvalidValue: a row collides with another, or refers to one that is not there.
        NameTaken: the tag of a name is in use.
        WrongPlanState: that version of a redaction plan is there already.
    """
    error = context.original_exception
    if isinstance(error, ArchiveError):
        raise error
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        context.is_disconnect = code is not None and code & _PRIMARY in _BROKEN
        raise _meaning(code, str(error))


@contextmanager
def boundary() -> Iterator[None]:
    """Let no text of the database out with an error, and treat waiting in vain as busy.

    Raises:
        ArchiveBusy: no connection became free in time.
    """
    try:
        yield
    except PoolTimeout:
        raise ArchiveBusy from None
    except ArchiveError as error:
        if isinstance(error.__cause__, sqlite3.Error):
            error.__cause__ = None
        raise


@contextmanager
def translated() -> Iterator[None]:
    """Raise the archive's error for one of a bare SQLite connection; see `translate`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _meaning(getattr(error, "sqlite_errorcode", None), "") from None
    except OSError as error:
        raise disk_error(error) from None


def disk_error(error: OSError) -> ArchiveError:
    """Return the archive's error for one of the operating system."""
    return (DiskFull if error.errno in _FULL else WriteFailed)()


def _meaning(code: int | None, text: str) -> ArchiveError:
    if code is None:
        return ArchiveDamaged()
    if code & _PRIMARY == sqlite3.SQLITE_CONSTRAINT:
        return _collision(code, text)
    kind = _BY_CODE.get(code) or _BY_CODE.get(code & _PRIMARY, ArchiveDamaged)
    return kind(sqlite=code)


def _collision(code: int, text: str) -> ArchiveError:
    columns = text.rpartition(": ")[2]
    if columns in _TAKEN:
        return _TAKEN[columns]()
    if columns == "plans.record, plans.version":
        return WrongPlanState("Somebody else changed the redaction plan meanwhile.")
    if code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        return InvalidValue("The catalog has that already.")
    return InvalidValue("The catalog cannot hold that.", sqlite=code)
