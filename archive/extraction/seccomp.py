"""The system calls that a confined process may make: one table, compiled to classic BPF.

A filter answers EPERM to all that is not in its table and kills a process that changes its
architecture. Numbers: asm/unistd_64.h for x86-64, asm-generic/unistd.h for aarch64.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*, linux/audit.h

# linux/seccomp.h, linux/filter.h
_SET_MODE_FILTER, _GET_ACTION_AVAIL, _ALL_THREADS = 1, 2, 1  # SECCOMP_FILTER_FLAG_TSYNC
_KILL, _ERROR, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_EPERM, _ENOSYS = 1, 38
_LOAD, _AND, _EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16  # offsets into struct seccomp_data
_WORD = 0xFFFFFFFF

_libc = ctypes.CDLL(None, use_errno=True)


class Test(NamedTuple):
    """A condition on an argument: its lower 32 bits (or upper), masked, equal a value."""

    argument: int
    value: int
    mask: int = _WORD
    upper: bool = False


class Call(NamedTuple):
    """A system call that is allowed, with its numbers and the tests that its arguments must pass.

    `None` is the number of a call that the architecture does not have.
    """

    name: str
    x86_64: int | None
    aarch64: int | None
    tests: tuple[Test, ...] = ()

    @property
    def number(self) -> int | None:
        """Its number on this machine."""
        numbers = {"x86_64": self.x86_64, "aarch64": self.aarch64}
        return numbers[platform.machine()]


# linux/sched.h: what pthread_create(3) of glibc asks for, to the bit; a process never looks so.
_A_THREAD = 0x3D0F00
# linux/mman.h: MAP_TYPE and MAP_GROWSDOWN. Shared and growing memory escape RLIMIT_DATA.
_MAP_KIND, _MAP_PRIVATE = 0x10F, 0x002
_O_CLOEXEC = 0o2000000
_PR_SET_NAME = 15

_SECCOMP = Call("seccomp", 317, 277)
MMAP = Call("mmap", 9, 222)
COMPUTING = (
    Call("read", 0, 63),
    Call("write", 1, 64),
    Call("close", 3, 57),
    Call("lseek", 8, 62),
    Call("pread64", 17, 67),
    Call("mprotect", 10, 226),
    Call("munmap", 11, 215),
    Call("brk", 12, 214),
    Call("mremap", 25, 216),
    Call("madvise", 28, 233),
    Call("rt_sigaction", 13, 134),
    Call("rt_sigprocmask", 14, 135),
    Call("rt_sigreturn", 15, 139),
    Call("sigaltstack", 131, 132),
    Call("sched_yield", 24, 124),
    Call("getpid", 39, 172),
    Call("gettid", 186, 178),
    Call("futex", 202, 98),
    Call("sched_getaffinity", 204, 123),
    Call("clock_gettime", 228, 113),
    Call("gettimeofday", 96, 169),
    Call("getrandom", 318, 278),
    Call("exit", 60, 93),
    Call("exit_group", 231, 94),
)
"""What a library that only computes needs, but for memory."""

PURE = (*COMPUTING, MMAP)
"""One thread; memory of any kind, since RLIMIT_AS counts all of it."""

THREADS = (
    *COMPUTING,
    MMAP._replace(tests=(Test(3, _MAP_PRIVATE, _MAP_KIND),)),
    Call("clone", 56, 220, (Test(0, _A_THREAD),)),
    Call("set_robust_list", 273, 99),
    Call("rseq", 334, 293),
    Call("prctl", 157, 167, (Test(0, _PR_SET_NAME),)),
    # of itself, and only to look at: the new limit is a null pointer
    Call("prlimit64", 302, 261, (Test(0, 0), Test(2, 0), Test(2, 0, upper=True))),
    Call("openat", 257, 56, (Test(2, 0, _WORD & ~_O_CLOEXEC),)),  # O_RDONLY
    Call("pwrite64", 18, 68),
    Call("ftruncate", 77, 46),
    Call("pipe2", 293, 59),  # of Tika, before it finds that it can start no program
    Call("fstat", 5, 80),
    Call("newfstatat", 262, 79),
    Call("statx", 332, 291),
    Call("stat", 4, None),  # Java asks for the length of the memory file by its path
    Call("getcwd", 79, 17),
)
"""What threads need, and to fill a memory file and open it by its path under /proc/self/fd."""

_CLONE3 = Call("clone3", 435, 435)  # its flags are behind a pointer; without it glibc uses clone


def available() -> bool:
    """Tell whether there is a table for this machine and the kernel knows filters (Linux 4.14)."""
    if platform.machine() not in MACHINES:
        return False
    action = struct.pack("=I", _ERROR)
    return not _libc.syscall(_SECCOMP.number, _GET_ACTION_AVAIL, 0, action)


def program(allowed: Iterable[Call]) -> bytes:
    """Return the BPF program that lets through what `allowed` lists.

    Raises:
        KeyError: there is no table for this machine.
    """
    lines = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 1, 0, MACHINES[platform.machine()]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_EQUAL, 0, 1, _CLONE3.number or 0),
        (_RETURN, 0, 0, _ERROR | _ENOSYS),
    ]
    for call in allowed:
        if call.number is not None:
            lines += _lines(call.number, call.tests)
    lines.append((_RETURN, 0, 0, _ERROR | _EPERM))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _lines(number: int, tests: tuple[Test, ...]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the lines for one call; those for its arguments end in a verdict either way."""
    yield _EQUAL, 0, 3 * len(tests) + 1 + bool(tests), number
    for left, test in zip(reversed(range(len(tests))), tests, strict=True):
        yield _LOAD, 0, 0, _ARGUMENTS_AT + 8 * test.argument + 4 * test.upper
        yield _AND, 0, 0, test.mask
        yield _EQUAL, 0, 3 * left + 1, test.value
    yield _RETURN, 0, 0, _ALLOW
    if tests:
        yield _RETURN, 0, 0, _ERROR | _EPERM


def enter(allowed: Iterable[Call]) -> None:
    """Filter the system calls of all threads of this process for good, on top of earlier filters.

    Raises:
        OSError: the kernel refused the filter, or has none.
        KeyError: there is no table for this machine.
    """
    code = program(allowed)
    buffer = ctypes.create_string_buffer(code, len(code))
    description = struct.pack("=HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    if _libc.syscall(_SECCOMP.number, _SET_MODE_FILTER, _ALL_THREADS, description):
        raise OSError(ctypes.get_errno(), "seccomp refused the filter")
