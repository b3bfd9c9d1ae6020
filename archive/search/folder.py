"""The folder of one index on disk: files with random names, one writer, durable writes."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ArchiveBusy, DiskFull, IndexTampered, WriteFailed, unless_exhausted

_LOCK = "lock"
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def disk() -> Iterator[None]:
    """Turn what the operating system says about writing into our own errors.

    Raises:
        DiskFull: there is no space left.
        WriteFailed: anything else that the operating system refused.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull from None
        raise WriteFailed from None


class IndexFolder:
    """A folder that holds nothing but sealed files and an empty lock file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def make(self) -> None:
        """Make the folder, readable by its owner only, and make that durable.

        Raises:
            WriteFailed: it cannot be made.
        """
        with disk():
            self.path.mkdir(mode=0o700, parents=True)
            os.close(os.open(self.path / _LOCK, os.O_CREAT | os.O_WRONLY, 0o600))
            self._sync_folder(self.path)
            self._sync_folder(self.path.parent)

    def create(self, name: str) -> int:
        """Return a descriptor of the new, empty file `name`, open for reading and writing."""
        return os.open(self.path / name, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)

    def open(self, name: str) -> int:
        """Return a descriptor of `name` for reading.

        Raises:
            IndexTampered: it is missing, not a plain file, or cannot be read.
            MachineExhausted: nothing can be opened now.
        """
        try:
            return os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise unless_exhausted(error, IndexTampered()) from None

    def read(self, name: str, limit: int) -> bytes:
        """Return the content of `name`, at most `limit` bytes of it.

        Raises:
            IndexTampered, MachineExhausted: as `open`.
        """
        descriptor = self.open(name)
        try:
            with os.fdopen(descriptor, "rb") as file:
                return file.read(limit)
        except OSError:
            raise IndexTampered from None

    def write(self, name: str, content: bytes) -> None:
        """Write the new file `name` durably."""
        with os.fdopen(self.create(name), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def sync(self, names: Iterable[str]) -> None:
        """Make the files `names` and then the folder's own list of names durable."""
        for name in names:
            descriptor = os.open(self.path / name, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._sync_folder(self.path)

    @staticmethod
    def _sync_folder(path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def names(self) -> set[str]:
        """Return the names of all files but the lock; of a folder that is gone, none."""
        try:
            with os.scandir(self.path) as entries:
                files = {entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)}
        except FileNotFoundError:
            return set()
        return files - {_LOCK}

    def remove(self, names: Iterable[str]) -> None:
        """Remove files; those that are gone already do not matter."""
        for name in names:
            (self.path / name).unlink(missing_ok=True)

    @property
    def locked(self) -> bool:
        """Whether this object is the one writer."""
        return self._lock is not None

    def lock(self) -> None:
        """Become the one writer among all processes and all objects of this one.

        Raises:
            ArchiveBusy: somebody else is.
        """
        if self._lock is not None:
            return
        with disk():
            descriptor = os.open(self.path / _LOCK, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise ArchiveBusy from None
        self._lock = descriptor

    def unlock(self) -> None:
        """Stop being the writer; harmless when not."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
