"""Processes that are started again when they die, and end when they are told to: nobody is left.

The supervisor has one thread and holds no key. Signals are waited for and not
handled, so that none comes at a bad moment; children lead groups of their own, so that Ctrl-C
reaches the supervisor alone, and Linux ends them with it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

from keys.agent.hardening import die_with

_STOP = frozenset({signal.SIGTERM, signal.SIGINT})
_HEARD = _STOP | {signal.SIGCHLD}
_FIRST, _LONGEST = 0.5, 30.0  # seconds between a death and the next start
_STEADY = 60.0  # seconds after which a child counts as sound
_LOOK = 1.0  # seconds between looks at what is nobody's child
_LAST_WORD = 20.0  # seconds that a child has to end
RELIEVED = 75
"""Exit status of a child that asks to be started again at once (sysexits.h, EX_TEMPFAIL)."""

Told = Callable[[str, str, str], None]
"""Is told of a child by name: `started`, or `ended` and how; of a relief nobody is told."""


class Another(Enum):
    """What `start` returns when another program does the work already."""

    AT_WORK = 0


@dataclass(slots=True)
class Charge:
    """A child: how it is started, what is done when it has died, and how it fares.

    `start` returns its process id. `bereaved` is called after a death and before the next start.
    One that was `relieved` ended of its own will, so that its memory goes, and is missed by nobody.
    """

    name: str
    start: Callable[[], int | Another]
    bereaved: Callable[[], object] = lambda: None
    pid: int = 0
    due: float = 0.0
    begun: float = 0.0
    failures: int = field(default=0)
    relieved: bool = False


def forked(work: Callable[[], object]) -> int:
    """Fork a child that does `work` in a group of its own and ends with this process; its id."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
        die_with(parent, signal.SIGTERM)
        work()
        status = 0
    finally:
        os._exit(status)


def spawned(command: list[str]) -> int:
    """Start a program in a group of its own, without input or output; return its id.

    Raises:
        OSError: it cannot be started.
    """
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    return os.posix_spawn(
        command[0], command, os.environ, file_actions=nowhere, setpgroup=0, setsigmask=()
    )


class Supervisor:
    """Keeps charges alive until SIGTERM or SIGINT; call `run` in the main thread, once."""

    def __init__(self, charges: Sequence[Charge], told: Told) -> None:
        self._charges = charges
        self._told = told

    def run(self) -> None:
        """Start every charge in order, start again what dies, and end all in the opposite order.

        What dies soon after its start waits longer each time, half a minute at most.
        """
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            while self._heard(self._attend()) not in _STOP:
                pass
        finally:
            self._end_all()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _attend(self) -> float:
        """Reap and start what is due; return the seconds until the next look."""
        for charge in self._charges:
            if charge.pid:
                self._reap(charge)
            if not charge.pid and time.monotonic() >= charge.due:
                self._start(charge)
        waits = [one.due - time.monotonic() for one in self._charges if not one.pid]
        return max(0.0, min([_LOOK, *waits]))

    def _heard(self, seconds: float) -> int | None:
        found = signal.sigtimedwait(_HEARD, seconds)
        return None if found is None else found.si_signo

    def _start(self, charge: Charge) -> None:
        charge.begun = time.monotonic()
        try:
            pid = charge.start()
        except OSError:
            self._missed(charge, "could not be started")
            return
        if isinstance(pid, Another):
            charge.due = charge.begun + _LOOK
            return
        charge.pid = pid
        if not charge.relieved:
            self._told(charge.name, "started", f"process {pid}")
        charge.relieved = False

    def _reap(self, charge: Charge) -> None:
        gone, status = os.waitpid(charge.pid, os.WNOHANG)
        if not gone:
            return
        charge.pid = 0
        code = os.waitstatus_to_exitcode(status)
        charge.relieved = code == RELIEVED
        if charge.relieved:
            return
        self._missed(charge, _how(code))
        charge.bereaved()

    def _missed(self, charge: Charge, how: str) -> None:
        now = time.monotonic()
        charge.failures = 1 if now - charge.begun >= _STEADY else charge.failures + 1
        pause = min(_LONGEST, _FIRST * 2.0 ** (charge.failures - 1))
        charge.due = now + pause
        self._told(charge.name, "ended", f"{how}; starting again in {pause:g} s")

    def _end_all(self) -> None:
        for charge in reversed(self._charges):
            if charge.pid:
                _end(charge.pid)
                charge.pid = 0


def _end(pid: int) -> None:
    """Let a child end itself; who asks again, or waits too long, ends it at once."""
    deadline = time.monotonic() + _LAST_WORD
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    while not os.waitpid(pid, os.WNOHANG)[0]:
        left = deadline - time.monotonic()
        found = signal.sigtimedwait(_HEARD, max(0.0, min(left, _LOOK)))
        if left <= 0 or (found is not None and found.si_signo in _STOP):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"signal {-code}"
