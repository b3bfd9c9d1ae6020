"""Stacks of threads that a fork leaves behind: kept before it, put back after it.

In a forked child only the forking thread lives, but the virtual machine still walks the frames of
its other threads when it collects garbage. To the C library their stacks are free: it gives them to
the next threads, which write over those frames (nptl/allocatestack.c, __reclaim_stacks). How far
they write depends on the C library: glibc 2.36 stays clear of the frames, 2.41 does not.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MOST = 1 << 18  # bytes of a stack; the threads of the machine rest at a few thousand
_HEADER = 1 << 10  # bytes of a thread's descriptor that are looked through for its number
_LOOK_SECONDS, _LOOKS = 0.0005, 4_000
_libc = ctypes.CDLL(None)
_libc.pthread_self.restype = ctypes.c_void_p


@dataclass(frozen=True, slots=True)
class Frames:
    """What stands on the stack of a sleeping thread, from its stack pointer up."""

    pointer: int
    content: bytes


def frames() -> tuple[Frames, ...]:
    """Return what stands on the stacks of all other threads of this process; they have to sleep.

    Nothing where the kernel does not tell stack pointers (`/proc/PID/syscall`, proc(5)).
    """
    places = list(_places())
    found = []
    for pointer in _pointers():
        end = next((last for first, last in places if first <= pointer < last), pointer)
        found.append(Frames(pointer, ctypes.string_at(pointer, min(end - pointer, _MOST))))
    return tuple(found)


def put_back(kept: Iterable[Frames], threads: Iterable[int]) -> None:
    """Put frames back on stacks that these threads (`pthread_t`) were given, once they have ended.

    Raises:
        OSError: one of them does not end.
    """
    number = _number_offset()
    for thread in threads:
        _wait(thread + number)
        for one in kept:
            if one.pointer < thread < one.pointer + len(one.content):
                ctypes.memmove(one.pointer, one.content, thread - one.pointer)


def _wait(place: int) -> None:
    """Wait until the kernel has cleared the number of a thread (CLONE_CHILD_CLEARTID, clone(2))."""
    for _ in range(_LOOKS):
        if not ctypes.c_int32.from_address(place).value:
            return
        time.sleep(_LOOK_SECONDS)
    raise OSError("a thread does not end")


def _number_offset() -> int:
    """Return where in its descriptor a thread's number stands, told by this thread's own."""
    here, number = _libc.pthread_self(), threading.get_native_id()
    for offset in range(0, _HEADER, ctypes.sizeof(ctypes.c_int32)):
        if ctypes.c_int32.from_address(here + offset).value == number:
            return offset
    raise OSError("the descriptor of a thread is not as it was")


def _pointers() -> Iterator[int]:
    for task in Path("/proc/self/task").iterdir():
        if int(task.name) != threading.get_native_id():
            with suppress(OSError, ValueError, IndexError):
                yield int((task / "syscall").read_text().split()[-2], 16)


def _places() -> Iterator[tuple[int, int]]:
    with suppress(OSError):
        for line in Path("/proc/self/maps").read_text().splitlines():
            first, _, last = line.partition(" ")[0].partition("-")
            yield int(first, 16), int(last, 16)
