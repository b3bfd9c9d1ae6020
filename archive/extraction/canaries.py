"""The attacks that the sandbox makes on itself: readers that try to get out and say how it went.

Each runs in a child of its own, confined like any other. None does harm where it gets through: a
signal is signal 0, memory is not touched, what is made is taken away again.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from archive.extraction.limits import Confinement
from archive.model.objects import CanonicalText, Extraction

STOPPED, GOT_THROUGH = "stopped", "got through"
ENDLESS_LOOP, THREAD = "loop for ever", "start a thread"
_CLONE_NEWUSER, _PTRACE_SEIZE = 0x10000000, 0x4206  # linux/sched.h, linux/ptrace.h
_ZYGOTE = os.getpid()  # when this is imported; a child has a number of its own

_libc = ctypes.CDLL(None, use_errno=True)


def media_type(confinement: Confinement, attack: str) -> str:
    """Return the name under which a zygote makes an attack; no file is ever of such a type."""
    return f"canary/{confinement.value}/{attack}"


def attacks(confinement: Confinement) -> tuple[str, ...]:
    """Return the names of the attacks on a confinement: 15, or 14 where threads are allowed."""
    allowed = {THREAD} if confinement is Confinement.THREADS else set()
    return tuple(name for name in _ATTACKS if name not in allowed)


@dataclass(frozen=True, slots=True)
class CanaryReader:
    """One attack, in the form of a reader; the document is a number of bytes, in decimal."""

    attack: str
    confinement: Confinement
    name: str = "canary/1"

    @property
    def media_types(self) -> tuple[str, ...]:
        """The one name of this attack."""
        return (media_type(self.confinement, self.attack),)

    def read(self, data: bytes) -> Extraction:
        """Make the attack; the text says whether it was stopped."""
        try:
            _ATTACKS[self.attack](data)
        except (OSError, MemoryError, RuntimeError):
            return Extraction(CanonicalText(STOPPED, self.name))
        return Extraction(CanonicalText(GOT_THROUGH, self.name))


def _write_a_file(_: bytes) -> None:
    path = Path("/tmp", f"strongroom-{os.urandom(8).hex()}")  # noqa: S108 - to see it refused
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    path.unlink()


def _run_a_program(_: bytes) -> None:
    os.execv(sys.executable, [sys.executable, "-c", ""])  # noqa: S606 - to see it refused


def _start_a_process(_: bytes) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _read_the_zygote(_: bytes) -> None:
    held = ctypes.create_string_buffer(8)
    local = (ctypes.c_uint64 * 2)(ctypes.addressof(held), len(held))  # struct iovec
    remote = (ctypes.c_uint64 * 2)(id(None), len(held))
    _check(_libc.process_vm_readv(_ZYGOTE, local, 1, remote, 1, 0))


def _take_memory(size: bytes) -> None:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    mmap.mmap(-1, int(size), flags).close()


def _loop(_: bytes) -> None:
    while True:
        pass


def _check(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")


_ATTACKS: dict[str, Callable[[bytes], object]] = {
    "read a file of the program": lambda _: os.open(__file__, os.O_RDONLY),
    "read /etc/passwd": lambda _: os.open("/etc/passwd", os.O_RDONLY),
    "write a file": _write_a_file,
    "open a TCP socket": lambda _: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "open a UDP socket": lambda _: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "open a Unix socket": lambda _: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "run a program": _run_a_program,
    "start a process": _start_a_process,
    THREAD: lambda _: threading.Thread(target=int).start(),
    "signal another process": lambda _: os.kill(_ZYGOTE, 0),
    "trace another process": lambda _: _check(_libc.ptrace(_PTRACE_SEIZE, _ZYGOTE, None, None)),
    "read another process's memory": _read_the_zygote,
    "take more memory than allowed": _take_memory,
    "enter a new user namespace": lambda _: _check(_libc.unshare(_CLONE_NEWUSER)),
    ENDLESS_LOOP: _loop,
}

CANARIES = tuple(
    CanaryReader(attack, confinement)
    for confinement, attack in product(Confinement, _ATTACKS)
    if attack in attacks(confinement)
)
