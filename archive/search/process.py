"""A search process as its parent holds it: started, asked, stopped when it takes too long.

Short questions take turns. One that turns out to be long is answered by a copy of the process, so
that nobody waits for it but who asked, and others with long ones.

Two ways to start it: `forked` for a short command, which has one thread and begins with what is
imported already; `started` for a program with threads, a fresh interpreter that inherits nothing.
In both the key and every question cross a socket pair: none is in a file, an argument or the
environment.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from archive.errors import ArchiveBusy, SearchFailed, SearchTimeout
from archive.search import wire, worker
from archive.search.manifest import IndexState

OPEN_SECONDS = 120.0  # to open a generation; a million documents take a tenth of it
QUERY_SECONDS = 10.0  # for one question
_TURN_SECONDS = 30.0  # that a question waits for those before it
_LONG = 2  # long questions at a time
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Child:
    """A running process: its id, the channel to it, and what reaps it."""

    pid: int
    channel: socket.socket
    reap: Callable[[], None]

    def end(self) -> None:
        """Stop it at once and leave no zombie; harmless when it has ended."""
        self.channel.close()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.reap()


Start = Callable[[], Child]


def forked() -> Child:
    """Start a search process that is a copy of this one; for programs with one thread only."""
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _leave_behind(theirs)
            worker.confine(parent)
            worker.serve(theirs)
            status = 0
        finally:
            os._exit(status)
    theirs.close()
    return Child(pid, ours, lambda: _reap(pid))


def _leave_behind(channel: socket.socket) -> None:
    """Close every file of the parent but the channel; print nothing."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)
    os.closerange(3, channel.fileno())
    os.closerange(channel.fileno() + 1, os.sysconf("SC_OPEN_MAX"))


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def started() -> Child:
    """Start a search process as a fresh interpreter; safe in a program with threads."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-I", "-c", _PROGRAM, str(os.getpid())]
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            command,
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": "", "OPENBLAS_NUM_THREADS": "1", "PATH": os.defpath},
            start_new_session=True,
        )
    return Child(process.pid, ours, lambda: _wait(process))


_PROGRAM = (
    f"import sys; sys.path.append({str(Path(__file__).parents[2])!r}); "
    "from archive.search.worker import main; main()"
)


def _wait(process: subprocess.Popen[bytes]) -> None:
    process.wait(_STOP_SECONDS)


@contextmanager
def _one_of(places: BoundedSemaphore) -> Iterator[None]:
    """Take one of some places while the block runs.

    Raises:
        ArchiveBusy: others kept them for too long.
    """
    if not places.acquire(timeout=_TURN_SECONDS):
        raise ArchiveBusy("The search is busy with other questions.")
    try:
        yield
    finally:
        places.release()


@contextmanager
def _crossing() -> Iterator[None]:
    """Say what went wrong with the messages of the block.

    Raises:
        SearchTimeout: one was not taken or did not come in time.
        SearchFailed: the other side is gone, or it is no message.
    """
    try:
        yield
    except TimeoutError:
        raise SearchTimeout from None
    except (EOFError, OSError, ValueError):
        raise SearchFailed from None


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer; raise it where it is a refusal."""
    if "error" in answer:
        raise wire.decode_error(answer)
    return answer


class SearchProcess:
    """One search process for one index key, started when first asked and again after its death.

    May be used from several threads.
    """

    def __init__(self, key: bytes, *, start: Start, eager: bool) -> None:
        """`key` is the 32-byte index key; nothing is started yet."""
        self._key = key
        self._start = start
        self._eager = eager
        self._turn = BoundedSemaphore()
        self._long = BoundedSemaphore(_LONG)
        self._child: Child | None = None
        self._closed = False
        self._open: tuple[Path, IndexState] | None = None
        self._finalizer: weakref.finalize[[], SearchProcess] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the running process, if there is one."""
        child = self._child
        return None if child is None else child.pid

    def ask(
        self,
        folder: Path,
        state: IndexState,
        question: dict[str, Any],
        *,
        seconds: float = QUERY_SECONDS,
    ) -> Any:
        """Return the answer to `question` from the index in `folder` at exactly `state`.

        A process that died before it was asked is started again; one that dies over a question,
        or takes longer than `seconds`, is not asked the same again.

        Raises:
            ArchiveBusy: other questions kept it for too long.
            SearchTimeout: the question took too long; the process was stopped.
            SearchFailed: the process died over it, or could not be started.
            ArchiveError: whatever the search itself raises.
        """
        with _one_of(self._turn):
            self._ready(folder, state)
            answer = self._say(question, seconds)
        if "long" not in answer:
            return answer["answer"]
        with _one_of(self._long):
            return self._ask_apart(folder, state, question, seconds)

    def _ask_apart(
        self, folder: Path, state: IndexState, question: dict[str, Any], seconds: float
    ) -> Any:
        """Return the answer of a copy of the process, which is ended when the channel is closed."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, _one_of(self._turn):
                self._ready(folder, state)
                self._say({**question, "long": seconds}, seconds, theirs)
            with _crossing():
                answer = wire.receive(ours, time.monotonic() + seconds)
            return _told(answer)["answer"]

    def _ready(self, folder: Path, state: IndexState) -> None:
        """Have a process with the index open; try once more where it was dead already."""
        for last in (False, True):
            try:
                self._prepare(folder, state)
                break
            except SearchFailed:
                if last:
                    raise

    def _prepare(self, folder: Path, state: IndexState) -> None:
        if self._closed:
            raise SearchFailed
        if self._child is None:
            try:
                self._child = self._start()
            except OSError:
                raise SearchFailed("The search process could not be started.") from None
            self._finalizer = weakref.finalize(self, self._child.end)
            hello = {"key": self._key.hex(), "eager": self._eager}
            self._exchange(hello, _STOP_SECONDS, answered=False)
        if self._open == (folder, state):
            self._say({"act": "alive"}, OPEN_SECONDS)
            return
        self._open = None
        names = [state.index_id, state.generation, state.manifest_digest]
        self._say({"act": "open", "folder": str(folder), "state": names}, OPEN_SECONDS)
        self._open = (folder, state)

    def _say(
        self, question: dict[str, Any], seconds: float, channel: socket.socket | None = None
    ) -> dict[str, Any]:
        return _told(self._exchange(question, seconds, channel))

    def _exchange(
        self,
        message: dict[str, Any],
        seconds: float,
        channel: socket.socket | None = None,
        *,
        answered: bool = True,
    ) -> dict[str, Any]:
        """Send a message, with a channel behind it if there is one, and return what comes back."""
        deadline = time.monotonic() + seconds
        child = self._child
        if child is None:
            raise SearchFailed
        try:
            with _crossing():
                wire.send(child.channel, message, deadline)
                if channel is not None:
                    wire.send_channel(child.channel, channel)
                answer: dict[str, Any] = wire.receive(child.channel, deadline) if answered else {}
        except (SearchTimeout, SearchFailed):
            self._stop()
            raise
        return answer

    def _stop(self) -> None:
        self._open = None
        self._child = None
        if self._finalizer is not None:
            self._finalizer()
            self._finalizer = None

    def close(self) -> None:
        """Stop the process for good; a question that it is at ends with `SearchFailed`."""
        self._closed = True
        child = self._child
        if child is not None:
            with suppress(OSError):
                child.channel.shutdown(socket.SHUT_RDWR)
        with self._turn:
            self._stop()
