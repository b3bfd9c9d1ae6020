"""What the kernel is told about a process that holds keys: no core, no tracing, no swapping."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_DUMPABLE = 4
_MCL_CURRENT = 1  # sys/mman.h
_MCL_FUTURE = 2
_libc = ctypes.CDLL(None, use_errno=True)


def harden(*, parent: int | None = None) -> bool:
    """Forbid cores and tracing by the same user; lock memory; return whether it is locked.

    With `parent`, the process dies with it. Locking everything needs RLIMIT_MEMLOCK above what the
    process uses; where it is not, swap must be off or encrypted.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if parent is not None:
        die_with(parent, signal.SIGKILL)
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if hard != resource.RLIM_INFINITY:
        return False
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
    return bool(_libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0)


def die_with(parent: int, how: signal.Signals) -> None:
    """Let the kernel send this process a signal when the thread that forked it ends.

    Call it in a child of a main thread; if the parent has ended already, so does this process.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, how, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
