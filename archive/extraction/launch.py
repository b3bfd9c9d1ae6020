"""A running zygote, as its parent holds it: the process, the socket to it, how it ends."""

from __future__ import annotations

import dataclasses
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from archive.errors import ReaderFailed, ReaderLimit, SandboxError
from archive.extraction import bubblewrap, tiers
from archive.extraction.limits import Confinement, Limits
from archive.extraction.tiers import Layer
from archive.extraction.wire import STATUS, STOP

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from archive.extraction.zygote import main; main(*sys.argv[2:])"
)
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
_HELLO_BYTES = 1 << 16
_NOWHERE = "/nonexistent"
_PASSED_ON = ("TESSDATA_PREFIX",)  # where the data for recognising text in pictures is
_ONE_THREAD = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclasses.dataclass(frozen=True, slots=True)
class KnownReader:
    """A reader as a zygote tells of it: name and version, and how it is confined."""

    name: str
    confinement: Confinement


class Zygote:
    """A running zygote, and the reader of each media type."""

    def __init__(
        self, confinement: Confinement, readers: str, limits: Limits, layers: frozenset[Layer]
    ) -> None:
        """Start one.

        Raises:
            ReaderFailed: it does not answer: something that it needs is missing on this machine.
        """
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        inside = sorted(layers - {Layer.BUBBLEWRAP})
        settings = [confinement.value, readers, json.dumps(dataclasses.asdict(limits))]
        command = [*_python(), *settings, json.dumps(inside)]
        environment = _environment(Layer.BUBBLEWRAP in layers)
        if Layer.BUBBLEWRAP in layers:
            command = bubblewrap.wrap(tiers.bubblewrap() or Path(), command, environment, readers)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=environment,
                start_new_session=True,
            )
        self.readers = self._greeting()

    def _greeting(self) -> Mapping[str, KnownReader]:
        try:
            hello = self._message(_HELLO_BYTES, time.monotonic() + _START_SECONDS)
        except SandboxError:
            hello = b""
        if not hello:
            self.kill()
            raise ReaderFailed(
                "The readers of documents could not be started.",
                hint="Run `strongroom doctor`; the installation may be incomplete.",
            )
        return {
            media_type: KnownReader(name, Confinement(kind))
            for media_type, (name, kind) in json.loads(hello).items()
        }

    @property
    def alive(self) -> bool:
        """Whether it runs. It is not reaped: its number stays its group's until `kill`."""
        options = os.WEXITED | os.WNOWAIT | os.WNOHANG
        return os.waitid(os.P_PID, self.process.pid, options) is None

    def status(self, deadline: float) -> int:
        """Return how the child of the last job ended, as `waitpid` tells it.

        Raises:
            ReaderFailed: the zygote died.
            ReaderLimit: the child has not ended in time.
        """
        message = self._message(STATUS.size, deadline)
        if len(message) != STATUS.size:
            raise ReaderFailed
        return int(STATUS.unpack(message)[0])

    def stop(self) -> bool:
        """End the job whose status was not heard; tell whether the zygote is ready for the next."""
        with suppress(OSError, SandboxError):
            self.control.send(STOP)
            self.status(time.monotonic() + _STOP_SECONDS)
            return True
        return False

    def _message(self, size: int, deadline: float) -> bytes:
        wait(self.control.fileno(), deadline)
        with suppress(ConnectionError):
            return self.control.recv(size)
        return b""

    def kill(self) -> None:
        """Kill the zygote and its children, once, and wait until it is gone.

        Under bwrap it is not our child: it is gone when its end of the socket is closed.
        """
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_WR)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + _STOP_SECONDS
        with suppress(SandboxError):
            while self._message(_HELLO_BYTES, deadline):
                pass
        self.control.close()


def _python() -> list[str]:
    path = [str(Path(entry).resolve()) for entry in sys.path]
    return [sys.executable, "-I", "-B", "-c", _START, json.dumps(path)]


def _environment(wrapped: bool) -> dict[str, str]:
    """Return the environment of a zygote: no home, temp, program or threads unasked for."""
    home = bubblewrap.HOME if wrapped else _NOWHERE
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        "HOME": home,
        "TMPDIR": home,
        "PATH": _NOWHERE,
        **_ONE_THREAD,
        **passed,
    }


def wait(descriptor: int, deadline: float) -> None:
    """Wait until there is something to read.

    Raises:
        ReaderLimit: there is nothing at the deadline (monotonic clock, seconds).
    """
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise ReaderLimit
