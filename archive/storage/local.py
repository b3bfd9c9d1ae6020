"""Sealed objects in a folder: `<2 hex>/<digest>.age` (docs/formats/archive-folder.md)."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from archive.errors import (
    ArchiveError,
    InvalidValue,
    ObjectMissing,
    WriteFailed,
    unless_exhausted,
)
from archive.storage.durable import (
    FOLDER_MODE,
    HAS_SYNCFS,
    storage_error,
    storage_errors,
    sync_filesystem,
    sync_folder,
)
from archive.storage.sink import FileSink
from archive.storage.staged import StagedObject
from archive.storage.workshop import Workshop, remove_abandoned

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PREFIX = re.compile(r"[0-9a-f]{2}")
_SUFFIX = ".age"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_ONE_BY_ONE = 4
"""Objects in a batch up to which each is synced by itself; see docs/formats/archive-folder.md."""


class LocalStore:
    """An `ObjectStore` in a folder of this machine; threads may share it.

    After a failed sync nothing is known about what is on the disk (Rebello et al., "Can
    Applications Recover from fsync Failures?", USENIX ATC 2020): the store then refuses to write
    until it is opened anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = Lock()
        self._workshop: Workshop | None = None
        self._failed = False

    def recover(self) -> int:
        """Remove what processes that are gone left unfinished; return how many files it was.

        Raises:
            WriteFailed: a file could not be removed.
        """
        with storage_errors():
            return remove_abandoned(self._folder / "tmp")

    def close(self) -> None:
        """Remove this store's own unfinished objects; staging again is possible afterwards."""
        with self._guard:
            if self._workshop is not None:
                self._workshop.close()
                self._workshop = None

    def stage(self) -> StagedObject:
        """Return a new object to write ciphertext into.

        Raises:
            DiskFull, WriteFailed: the store cannot be written to.
        """
        self._refuse_after_failure()
        try:
            return _Staged(self._folder, self._workshop or self._own_workshop())
        except OSError as error:
            raise storage_error(error) from None

    def commit(self, staged: Sequence[StagedObject]) -> None:
        """Make sealed objects durable: their bytes first, then their names.

        Raises:
            DiskFull, WriteFailed: nothing may be acknowledged.
            InvalidValue: one of them is not sealed, was discarded or is of another store.
        """
        self._refuse_after_failure()
        mine = [self._mine(handle) for handle in staged]
        if not mine:
            return
        at_once = HAS_SYNCFS and len(mine) > _ONE_BY_ONE
        with storage_errors():
            self._sync_bytes(mine, at_once)
            self._name(mine, at_once)

    def open(self, digest: str) -> BinaryIO:
        """Return the object's bytes, read-only and seekable.

        Raises:
            ObjectMissing: it is not there or cannot be read.
            MachineExhausted: nothing can be opened now.
            InvalidValue: `digest` is not 64 lower-case hex digits.
        """
        try:
            descriptor = os.open(f"{self._folder}/{_place(digest)}", _READ)
        except OSError as error:
            raise unless_exhausted(error, ObjectMissing()) from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise ObjectMissing
        return os.fdopen(descriptor, "rb")

    def delete(self, digest: str) -> None:
        """Remove an object durably; one that is not there is fine.

        Raises:
            WriteFailed: it could not be removed.
            InvalidValue: `digest` is not 64 lower-case hex digits.
        """
        self._refuse_after_failure()
        path = self._folder / _place(digest)
        with storage_errors(), suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def digests(self) -> Iterator[str]:
        """Yield the digest of every stored object, in ascending order."""
        for fan in _children(self._folder):
            for name in sorted(os.listdir(self._folder / fan)):
                digest = name.removesuffix(_SUFFIX)
                if _DIGEST.fullmatch(digest) and _place(digest) == f"{fan}/{name}":
                    yield digest

    def _refuse_after_failure(self) -> None:
        if self._failed:
            raise WriteFailed

    def _own_workshop(self) -> Workshop:
        with self._guard:
            if self._workshop is None:
                self._workshop = Workshop(self._folder / "tmp")
            return self._workshop

    def _mine(self, handle: StagedObject) -> _Staged:
        if not isinstance(handle, _Staged) or handle.folder != self._folder or not handle.digest:
            raise InvalidValue("Only sealed objects of this store can be committed.")
        return handle

    def _sync_bytes(self, staged: Sequence[_Staged], at_once: bool) -> None:
        try:
            if at_once:
                sync_filesystem(self._own_workshop().descriptor)
            else:
                for handle in staged:
                    handle.sync()
        except OSError:
            self._failed = True
            raise

    def _name(self, staged: Sequence[_Staged], at_once: bool) -> None:
        touched: set[str] = set()
        for handle in staged:
            handle.move(self._folder, touched)
        try:
            if at_once:
                sync_filesystem(self._own_workshop().descriptor)
            else:
                for folder in sorted(touched):
                    sync_folder(self._folder / folder)
        except OSError:
            self._failed = True
            raise


class _Staged:
    """A `StagedObject` that is a file in the store's workshop until it is named.

    Once sealed it may be handed to another process (pickle) that has the same store open.
    """

    def __init__(self, folder: Path, workshop: Workshop) -> None:
        self.folder = folder
        self.digest: str | None = None
        self._path: str | None
        self._path, descriptor = workshop.create()
        self._sink: FileSink | None = FileSink(descriptor)

    def write(self, data: bytes | memoryview, /) -> int:
        """Append ciphertext and return how many bytes it was.

        Raises:
            DiskFull, WriteFailed: it could not be written.
        """
        try:
            self._open_sink().write(data)
        except OSError as error:
            raise storage_error(error) from None
        return len(data)

    def seal(self, digest: str) -> None:
        """End writing; `digest` is the SHA-256 (lower-case hex) of everything written.

        Raises:
            InvalidValue: `digest` is not 64 lower-case hex digits.
            DiskFull, WriteFailed: the system reports a failed write now.
        """
        _place(digest)
        self._close()
        self.digest = digest

    def open(self) -> BinaryIO:
        """Return what was written, read-only and seekable, once it is sealed and not stored yet.

        Raises:
            ObjectMissing: it is not sealed, was stored or discarded, or cannot be read.
        """
        if self._path is None or self.digest is None:
            raise ObjectMissing
        try:
            return os.fdopen(os.open(self._path, _READ), "rb")
        except OSError as error:
            raise unless_exhausted(error, ObjectMissing()) from None

    def discard(self) -> None:
        """Forget the object; fine at any time, and without effect once it was committed."""
        with suppress(ArchiveError):
            self._close()
        self.digest = None
        if self._path is not None:
            with suppress(OSError):
                os.unlink(self._path)
            self._path = None

    def _open_sink(self) -> FileSink:
        if self._sink is None:
            raise InvalidValue("That object is sealed or discarded.")
        return self._sink

    def _close(self) -> None:
        if self._sink is not None:
            sink, self._sink = self._sink, None
            try:
                sink.close()
            except OSError as error:
                raise storage_error(error) from None

    def sync(self) -> None:
        """Write the bytes out.

        A new descriptor is told of a write error that no other has seen (Linux errseq_t, 4.16).
        """
        if self._path is not None:
            descriptor = os.open(self._path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def move(self, folder: Path, touched: set[str]) -> None:
        """Give the file its name under `folder`; add the folders that changed to `touched`."""
        if self._path is None or self.digest is None:
            return
        place = _place(self.digest)
        target = f"{folder}/{place}"
        try:
            os.replace(self._path, target)
        except FileNotFoundError:
            _make_folder(f"{folder}/{place[:2]}", touched)
            os.replace(self._path, target)
        touched.add(place[:2])
        self._path = None


def _make_folder(folder: str, touched: set[str]) -> None:
    """Make the folder of a new object; the one above it changes."""
    with suppress(FileExistsError):
        os.mkdir(folder, FOLDER_MODE)
    touched.add(".")


def _place(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise InvalidValue("That is not the digest of an object.")
    return f"{digest[:2]}/{digest}{_SUFFIX}"


def _children(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if _PREFIX.fullmatch(name))
