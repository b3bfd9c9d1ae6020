"""Bytes that survive a power cut: write, fsync, rename, fsync the folder."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import DiskFull, WriteFailed

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn operating system errors into those of the archive, without the paths they name.

    Raises:
        DiskFull: no space or quota left.
        WriteFailed: anything else.
    """
    try:
        yield
    except OSError as error:
        raise storage_error(error) from None


def storage_error(error: OSError) -> DiskFull | WriteFailed:
    """Return what an operating system error means for the archive, without the path it names."""
    number = error.errno or 0
    kind = DiskFull if number in _FULL else WriteFailed
    return kind(errno=number)


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """Write all of `data`; the system may take it in pieces."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(path: str | Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, data: bytes, *, name: bool = True) -> None:
    """Make `data` the durable content of `path`: afterwards the old content is there or the new.

    Without `name` the folder is not synced: after a power cut the old content may be back, whole.

    Raises:
        DiskFull, WriteFailed: the old content is still there.
    """
    temporary = path.with_name(f"{path.name}.new")
    with storage_errors():
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        except OSError:
            os.unlink(temporary)
            raise
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
        if name:
            sync_folder(path.parent)


def _find_syncfs() -> Callable[[int], int] | None:
    function = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if function is None:
        return None
    function.argtypes = [ctypes.c_int]
    function.restype = ctypes.c_int
    return function  # type: ignore[no-any-return]


_SYNCFS = _find_syncfs()
HAS_SYNCFS = _SYNCFS is not None
"""Whether one call can sync a whole file system (Linux; reports write errors since 5.8)."""


def sync_filesystem(descriptor: int) -> None:
    """Write out everything on the file system of `descriptor` (syncfs(2)).

    An error is reported once to each descriptor that was open when it happened, so `descriptor`
    must have been opened before the writes in question.
    """
    if _SYNCFS is None or _SYNCFS(descriptor) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
