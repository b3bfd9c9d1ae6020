"""The folder in which one process writes objects that are not stored yet.

A shared lock file would not survive `kill -9` in a known state; a lock on the folder itself does:
the kernel drops it with the process, and whoever finds a folder without a lock may remove it.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from archive.storage.durable import FOLDER_MODE


class Workshop:
    """A locked temporary folder; `descriptor` is open on it for as long as it exists."""

    def __init__(self, parent: Path) -> None:
        """Make a folder of this process's own in `parent`.

        Raises:
            OSError: it cannot be made.
        """
        parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        self._numbers = count()
        for number in count():
            self.path = parent / f"{os.getpid()}-{number}"
            with suppress(FileExistsError, FileNotFoundError):
                self.path.mkdir(mode=FOLDER_MODE)
                self.descriptor = _open(self.path)
                if _lock(self.descriptor) and self._still_there():
                    return
                os.close(self.descriptor)

    def _still_there(self) -> bool:
        """Return whether nobody removed the folder between its making and its locking."""
        return os.stat(self.path).st_ino == os.fstat(self.descriptor).st_ino

    def next_name(self) -> str:
        """Return a file name that is not in use in this folder."""
        return str(next(self._numbers))

    def close(self) -> None:
        """Remove the folder with everything in it, as far as the disk still allows."""
        with suppress(OSError):
            _empty(self.descriptor)
            self.path.rmdir()
        os.close(self.descriptor)


def remove_abandoned(parent: Path) -> int:
    """Remove the folders of processes that are gone; return how many files were in them.

    Raises:
        OSError: a folder could not be removed.
    """
    removed = 0
    for name in sorted(os.listdir(parent)) if parent.is_dir() else ():
        with suppress(FileNotFoundError, NotADirectoryError):
            descriptor = _open(parent / name)
            try:
                if _lock(descriptor):
                    removed += _empty(descriptor)
                    (parent / name).rmdir()
            finally:
                os.close(descriptor)
    return removed


def _open(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _empty(descriptor: int) -> int:
    names = os.listdir(descriptor)
    for name in names:
        os.unlink(name, dir_fd=descriptor)
    return len(names)
