"""Named locks between processes, and between the threads of one.

POSIX record locks (fcntl(2)) go with the process that holds them, also when it is killed, and are
not inherited by the children that read documents. They do not exclude threads of one process from
one another; a set of held paths does that.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

from archive.errors import ArchiveBusy
from archive.storage.durable import FILE_MODE, storage_errors

_POLL = 0.02  # seconds between two tries at what another process holds
_PID = 10  # characters; a file that is cut and written anew is flushed by ext4 at once

_guard = Condition()
_held: set[tuple[int, Path]] = set()


@contextmanager
def lock(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock on the file `path` for the block; try for `wait` seconds to get it.

    Raises:
        ArchiveBusy: it is held elsewhere.
        WriteFailed: the file cannot be opened.
    """
    deadline = time.monotonic() + wait
    key = (os.getpid(), path.absolute())
    while (descriptor := _try(key, deadline)) is None:
        if time.monotonic() >= deadline:
            raise ArchiveBusy(pid=_holder(key))
        time.sleep(_POLL)
    try:
        yield
    finally:
        with _guard:
            os.close(descriptor)
            _held.discard(key)
            _guard.notify_all()


def _try(key: tuple[int, Path], deadline: float) -> int | None:
    """Return a descriptor that holds the lock, once no other thread of this process does."""
    with _guard, storage_errors():
        if not _guard.wait_for(lambda: key not in _held, deadline - time.monotonic()):
            return None
        descriptor = os.open(key[1], os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            os.close(descriptor)
            return None
        os.pwrite(descriptor, str(key[0]).ljust(_PID).encode(), 0)
        _held.add(key)
        return descriptor


def _holder(key: tuple[int, Path]) -> int:
    """Return the process id in the lock file; 0 when there is none.

    A file that this process has locked is not opened: closing it would drop the lock.
    """
    with _guard:
        if key in _held:
            return key[0]
        try:
            return int(key[1].read_text() or 0)
        except (OSError, ValueError):
            return 0
