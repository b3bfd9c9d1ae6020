"""A watched folder: which of its files have come to rest, and when to take them in.

`ArrivalRule` decides, with no look at any disk or clock of its own. `Arrivals` looks: it is told by
the operating system what changes (watchfiles), and looks at everything once a minute for what it
was not told of, as on network drives. Nothing in the folder is ever changed.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import watch

from archive.services.intake.handed_in import PathInput

_REST = 2.0  # seconds in which size and times of a file did not change
_LONGEST = 30.0  # seconds from the first file of a batch on, however busy the folder is
_MOST = 10_000  # files of a batch
_AGAIN = 30.0  # seconds until what could not even be tried is tried again
_RESCAN = 60.0  # seconds
_TICK = 500  # milliseconds
_GONE_TICK = 1.0  # seconds
_TEMPORARY = re.compile(
    r"(~\$|\.~).*|.*\.(part|partial|crdownload|download|opdownload|tmp|temp|swp|filepart)",
    re.IGNORECASE | re.DOTALL,
)
_SET_SIGNAL = getattr(fcntl, "F_SETSIG", None)  # fcntl(2), Linux
_SET_LEASE = getattr(fcntl, "F_SETLEASE", None)


@dataclass(frozen=True, slots=True)
class FileState:
    """What changes when somebody writes to a file, replaces it or opens it up."""

    size: int
    modified: int
    changed: int
    inode: int


def is_temporary(name: str) -> bool:
    """Return whether programs use such a name for a file that is not finished."""
    return _TEMPORARY.fullmatch(name) is not None


class ArrivalRule:
    """A file is taken once for each state that it comes to rest in."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a clock that returns seconds and never goes back."""
        self._clock = clock
        self._waiting: dict[Path, tuple[FileState, float]] = {}
        self._tried: dict[Path, FileState] = {}

    @property
    def waiting(self) -> tuple[Path, ...]:
        """The files that were seen and have not been taken."""
        return tuple(self._waiting)

    def see(self, path: Path, state: FileState | None) -> None:
        """Take note of how a file looks now; `None` when it is not there."""
        if state is None:
            self._waiting.pop(path, None)
            self._tried.pop(path, None)
        elif self._tried.get(path) == state:
            self._waiting.pop(path, None)
        elif path not in self._waiting or self._waiting[path][0] != state:
            self._waiting[path] = (state, self._clock())

    def batch(self, being_written: Callable[[Path], bool]) -> list[Path]:
        """Return the files to take in now: all that came to rest, once the folder is quiet.

        A folder that is never quiet gives a batch every 30 seconds.
        """
        now = self._clock()
        rested = self._rested(now)
        if rested and self._may_wait(now, rested):
            return []
        for path in [path for path in rested if being_written(path)]:
            del rested[path]
            self._waiting[path] = (self._waiting[path][0], now)
        if not rested or self._may_wait(now, rested):
            return []
        for path in rested:
            self._tried[path] = self._waiting.pop(path)[0]
        return list(rested)

    def _rested(self, now: float) -> dict[Path, float]:
        """Return the files that came to rest, and since when they have not changed."""
        return {p: since for p, (_, since) in self._waiting.items() if now - since >= _REST}

    def _may_wait(self, now: float, rested: dict[Path, float]) -> bool:
        """Return whether other files are still changing and those at rest can wait for them."""
        changing = any(0 <= now - since < _REST for _, since in self._waiting.values())
        patient = now - min(rested.values()) < _LONGEST and len(rested) < _MOST
        return changing and patient

    def again(self, paths: list[Path]) -> None:
        """Give files back that could not even be tried; they are taken again half a minute on."""
        for path in paths:
            state = self._tried.pop(path, None)
            if state is not None and path not in self._waiting:
                self._waiting[path] = (state, self._clock() + _AGAIN - _REST)


class Arrivals:
    """Waits at a folder and hands out batches of files that came to rest in it."""

    def __init__(
        self,
        folder: Path,
        exclude: Path,
        notify: Callable[[str, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to watch `folder`; `exclude` is the archive's own folder.

        `notify` is told, by a code and in words, when the folder goes and comes back.
        """
        self._folder = folder.resolve()
        self._exclude = exclude.resolve()
        self._notify = notify
        self._clock = clock
        self._rule = ArrivalRule(clock)
        self._left_alone: set[Path] = set()
        self._stop = threading.Event()

    @property
    def left_alone(self) -> int:
        """How many files with temporary names are in the folder."""
        return sum(1 for path in self._left_alone if os.path.lexists(path))

    def stop(self) -> None:
        """Hand out nothing more."""
        self._stop.set()

    def again(self, batch: list[PathInput]) -> None:
        """Take files back that could not even be tried."""
        self._rule.again([one.path for one in batch])

    def batches(self) -> Iterator[list[PathInput]]:
        """Yield batches until `stop` is called; what is in the folder already comes first."""
        there = True
        while not self._stop.is_set():
            if self._identity() is None:
                if there:
                    self._notify("gone", "The folder is gone; waiting for it to come back.")
                there = False
                self._stop.wait(_GONE_TICK)
                continue
            if not there:
                self._notify("back", "The folder is back.")
            there = True
            yield from self._while_there(self._identity())

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._folder.stat()
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None

    def _while_there(self, identity: tuple[int, int] | None) -> Iterator[list[PathInput]]:
        scanned = -_RESCAN
        for changed in self._changes():
            for path in changed:
                self._look(path)
            if self._clock() - scanned >= _RESCAN:
                self._scan(self._folder)
                scanned = self._clock()
            for path in self._rule.waiting:
                self._rule.see(path, _state(path))
            if self._identity() != identity:
                return
            batch = self._rule.batch(being_written)
            if batch:
                yield [PathInput(path, follow=False) for path in batch]

    def _changes(self) -> Iterator[list[Path]]:
        """Yield what the system says has changed, or nothing, twice a second."""
        try:
            for changes in watch(
                self._folder,
                watch_filter=None,
                debounce=_TICK,
                rust_timeout=_TICK,
                yield_on_timeout=True,
                stop_event=self._stop,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                yield [Path(path) for _, path in changes]
        except FileNotFoundError:
            return
        except OSError:
            while not self._stop.wait(_TICK / 1000):
                yield []

    def _look(self, path: Path) -> None:
        if self._exclude == path or self._exclude in path.parents:
            return
        if path.is_dir() and not path.is_symlink():
            self._scan(path)
        else:
            self._see(path)

    def _see(self, path: Path) -> None:
        if is_temporary(path.name):
            self._left_alone.add(path)
        else:
            self._rule.see(path, _state(path))

    def _scan(self, folder: Path) -> None:
        """See everything below a folder; one that cannot be listed is seen itself."""
        if folder == self._exclude:
            return
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except PermissionError:
            self._rule.see(folder, _state(folder))
            return
        except OSError:
            return
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                self._scan(Path(entry.path))
            else:
                self._see(Path(entry.path))


def _state(path: Path) -> FileState | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return FileState(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def being_written(path: Path) -> bool:
    """Return whether another process has a file open for writing, as far as can be told.

    Linux grants no read lease on such a file (fcntl(2), F_SETLEASE). It grants none to others than
    the owner either; then, and on other systems, the answer is no.
    """
    if _SET_LEASE is None or _SET_SIGNAL is None:
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.fcntl(descriptor, _SET_SIGNAL, signal.SIGURG)  # ignored unless asked for
        fcntl.fcntl(descriptor, _SET_LEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, _SET_LEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
