"""The folder in which one process writes objects that are not stored yet.

A shared lock file would not survive `kill -9` in a known state; a lock on the folder itself does:
the kernel drops it with the process, and whoever finds a folder without a lock may remove it.
"""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from time import thread_time

from archive.storage.durable import FILE_MODE, FOLDER_MODE

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_SAMPLE = 32  # files of which one is timed
_SLOW = 1e-4  # seconds of processor time; five times what creating takes elsewhere
_SLOW_SAMPLES = 2  # in a row
_MOST_FOLDERS = 16
_GET_FLAGS, _SET_FLAGS = 0x80086601, 0x40086602  # linux/fs.h, FS_IOC_GETFLAGS and SETFLAGS
_TOP_OF_HIERARCHY = 0x00020000  # linux/fs.h, FS_TOPDIR_FL


class Workshop:
    """Locked temporary folders of one process; `descriptor` is open on the first of them.

    Files are made in the newest. ext4 without a journal passes over every inode that was deleted
    lately in that part of the disk, one by one for each new file (Linux, fs/ext4/ialloc.c,
    "recently_deleted"): where creating is slow, a folder in another part is taken.
    """

    def __init__(self, parent: Path) -> None:
        """Make a folder of this process's own in `parent`.

        Raises:
            OSError: it cannot be made.
        """
        parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        self._parent = parent
        self._files = count()
        self._folders = count()
        self._held: list[tuple[Path, int]] = []
        self._slow = 0
        self._take_folder()
        self.descriptor = self._held[0][1]

    def create(self) -> tuple[str, int]:
        """Make a file under a name that is not in use; return its path and an open descriptor.

        Raises:
            OSError: it cannot be made.
        """
        number = next(self._files)
        path = f"{self._held[-1][0]}/{number}"
        if number % _SAMPLE or len(self._held) == _MOST_FOLDERS:
            return path, os.open(path, _NEW, FILE_MODE)
        before = thread_time()
        descriptor = os.open(path, _NEW, FILE_MODE)
        self._slow = self._slow + 1 if thread_time() - before > _SLOW else 0
        if self._slow == _SLOW_SAMPLES:
            self._slow = 0
            _spread(self._parent)
            self._take_folder()
        return path, descriptor

    def close(self) -> None:
        """Remove the folders with everything in them, as far as the disk still allows."""
        for path, descriptor in self._held:
            with suppress(OSError):
                _empty(descriptor)
                path.rmdir()
            os.close(descriptor)

    def _take_folder(self) -> None:
        for number in self._folders:
            path = self._parent / f"{os.getpid()}-{number}"
            with suppress(FileExistsError, FileNotFoundError):
                path.mkdir(mode=FOLDER_MODE)
                descriptor = _open(path)
                if _lock(descriptor) and _still_there(path, descriptor):
                    self._held.append((path, descriptor))
                    return
                os.close(descriptor)


def _still_there(path: Path, descriptor: int) -> bool:
    """Return whether nobody removed the folder between its making and its locking."""
    return os.stat(path).st_ino == os.fstat(descriptor).st_ino


def _spread(parent: Path) -> None:
    """Have folders in `parent` put anywhere on the disk (chattr(1), "T"), where that is known."""
    with suppress(OSError):
        descriptor = _open(parent)
        try:
            flags = bytearray(8)
            fcntl.ioctl(descriptor, _GET_FLAGS, flags)
            value = int.from_bytes(flags[:4], sys.byteorder) | _TOP_OF_HIERARCHY
            fcntl.ioctl(descriptor, _SET_FLAGS, value.to_bytes(4, sys.byteorder) + bytes(4))
        finally:
            os.close(descriptor)


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
