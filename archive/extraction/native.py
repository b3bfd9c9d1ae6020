"""The virtual machine behind `iscc_tika`: started once in a zygote, inherited by forked children.

A zygote starts it before it has seen a document; each child goes on with a copy of its own, in
which only the forking thread lives (see `Confinement.THREADS`). Many of its parsers want a file to
seek in; they would write one to the temp folder, and are given a memory file by its path instead.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from archive.extraction.stacks import Frames, frames, put_back

_WARM_UP = b" "
_PICTURE = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
_STAND_INS = 8
_SETTLED = 3  # looks at which all its threads sleep
_LOOK_SECONDS, _LOOKS = 0.005, 4_000  # together 20 seconds, on a machine that is busy
_DESCRIPTORS = 64
_scratch: int | None = None
_resting: tuple[Frames, ...] = ()

_libc = ctypes.CDLL(None, use_errno=True)


def load() -> Any:
    """Return the module `iscc_tika`, importing it only now: most runs never need it.

    Raises:
        ImportError: it is not installed.
    """
    return importlib.import_module("iscc_tika")


def start() -> frozenset[int]:
    """Start the virtual machine and its threads in this process, for it and its forked children.

    Returns the descriptors that it keeps open.

    Raises:
        OSError: it does not come to rest.
    """
    before = _descriptors()
    stream, _ = load().Extractor().extract_bytes(bytearray(_WARM_UP))
    stream.read(len(_WARM_UP))
    # Parsers of documents with pictures need the library for pictures; it is loaded before the
    # picture is refused for want of a temp file.
    with suppress(OSError, RuntimeError, TypeError, ValueError):
        stream, _ = load().Extractor().extract_bytes(bytearray(_PICTURE))
        stream.read(len(_PICTURE))
    settle()
    return frozenset(_descriptors() - before)


def inherit() -> None:
    """Make the machine that this process was forked with usable in it, before it is confined.

    Opens the one memory file that `path_of` will use in this process. When a thread of the machine
    ends, the machine joins the one that ended before it, once. The first such is from before the
    fork, and to the C library its number is free, so that the new thread would be given it and wait
    for itself (EDEADLK; nptl/allocatestack.c, __reclaim_stacks). Threads that end at once take such
    numbers and can be joined in its stead; what they write over is put back.
    """
    global _scratch  # noqa: PLW0603 - of this process, like the machine itself
    _scratch = _memory_file()
    at_once, taken = ctypes.cast(_libc.getpid, ctypes.c_void_p), []
    for _ in range(_STAND_INS):
        thread = ctypes.c_ulong()
        if _libc.pthread_create(ctypes.byref(thread), None, at_once, None):
            raise OSError("no thread can be started")
        taken.append(thread.value)
    put_back(_resting, taken)


def readable() -> tuple[Path, ...]:
    """Return the files and folders that it opens while it starts."""
    spec = find_spec("iscc_tika")
    places = tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()
    devices = map(Path, ("/dev/null", "/dev/random", "/dev/urandom"))
    return (*places, Path("/proc/self/maps"), Path("/proc/self/task"), *devices)


@contextmanager
def path_of(data: bytes) -> Iterator[str]:
    """Yield a path that opens `data` for reading in this process only, and that is on no disk.

    Inside the sandbox there is one memory file: finish with one path before asking for the next.
    """
    descriptor = _memory_file() if _scratch is None else _scratch
    try:
        os.ftruncate(descriptor, 0)
        view = memoryview(data)
        while view:
            view = view[os.pwrite(descriptor, view, len(data) - len(view)) :]
        yield f"/proc/self/fd/{descriptor}"
    finally:
        if descriptor != _scratch:
            os.close(descriptor)


def _memory_file() -> int:
    return os.memfd_create("document", os.MFD_CLOEXEC)


def _descriptors() -> set[int]:
    return {number for number in range(_DESCRIPTORS) if _is_open(number)}


def _is_open(descriptor: int) -> bool:
    with suppress(OSError):
        os.fstat(descriptor)
        return True
    return False


def settle() -> None:
    """Wait until every other thread of this process sleeps, so that none holds a lock at a fork.

    What stands on their stacks then is kept for forked children (`archive.extraction.stacks`).

    Raises:
        OSError: they do not come to rest.
    """
    global _resting  # noqa: PLW0603 - of this process, like the machine itself
    asleep = 0
    for _ in range(_LOOKS):
        asleep = asleep + 1 if all(map(_sleeps, Path("/proc/self/task").iterdir())) else 0
        if asleep == _SETTLED:
            _resting = frames()
            return
        time.sleep(_LOOK_SECONDS)
    raise OSError("the virtual machine does not come to rest")


def _sleeps(task: Path) -> bool:
    if int(task.name) == threading.get_native_id():
        return True
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
        return "S" in (task / "stat").read_text().rpartition(")")[2].split()[:1]
    return False
