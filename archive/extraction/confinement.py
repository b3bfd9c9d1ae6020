"""The box that a reader runs in: limits, no privileges, no files, no network. Linux, plain ctypes.

Layers, each independent of the others: setrlimit(2); capset(2) to nothing; PR_SET_NO_NEW_PRIVS and
PR_SET_DUMPABLE 0; Landlock without any allowed path or port; a seccomp filter that allows what pure
computing needs and answers EPERM to all else. Landlock (Linux 5.13) and seccomp (x86-64, aarch64)
are entered where the kernel has them.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct

from archive.extraction.limits import Limits

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_OPEN_FILES = 16  # the readers need two; CPython wants a few to spare

# linux/landlock.h: rights that a ruleset can handle, by the ABI version that brought them.
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same numbers on every architecture
_LANDLOCK_FS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_LANDLOCK_NET = {4: 0b11}  # bind and connect TCP
_LANDLOCK_SCOPE = {6: 0b11}  # abstract sockets and signals of processes outside

_CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h

# linux/seccomp.h, linux/filter.h, linux/audit.h
_FILTER_MODE, _KILL, _EPERM, _ALLOW = 2, 0x80000000, 0x00050000 | 1, 0x7FFF0000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCH_AT = 0, 4  # offsets into struct seccomp_data

_NEEDED = (
    # name, x86-64 (asm/unistd_64.h), aarch64 (asm-generic/unistd.h)
    ("read", 0, 63),
    ("write", 1, 64),
    ("close", 3, 57),
    ("lseek", 8, 62),
    ("pread64", 17, 67),
    ("mmap", 9, 222),
    ("mprotect", 10, 226),
    ("munmap", 11, 215),
    ("brk", 12, 214),
    ("mremap", 25, 216),
    ("madvise", 28, 233),
    ("rt_sigaction", 13, 134),
    ("rt_sigprocmask", 14, 135),
    ("rt_sigreturn", 15, 139),
    ("sigaltstack", 131, 132),
    ("sched_yield", 24, 124),
    ("getpid", 39, 172),
    ("gettid", 186, 178),
    ("futex", 202, 98),
    ("sched_getaffinity", 204, 123),
    ("clock_gettime", 228, 113),
    ("gettimeofday", 96, 169),
    ("getrandom", 318, 278),
    ("exit", 60, 93),
    ("exit_group", 231, 94),
)
_MACHINES = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2)}  # AUDIT_ARCH_*, column above

_libc = ctypes.CDLL(None, use_errno=True)


def confine(limits: Limits, parent: int) -> None:
    """Confine the calling process for good.

    `parent` is the process id of the zygote: when it dies, so does the caller.

    Raises:
        OSError: a layer that every supported kernel has could not be entered.
    """
    _limit_resources(limits)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise OSError("the zygote is gone")
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    _drop_capabilities()
    _enter_landlock()
    _enter_seccomp()


def _limit_resources(limits: Limits) -> None:
    """Set the limits; at the soft one for CPU time SIGXCPU comes, at the hard one SIGKILL."""
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (_lower(kind, soft), _lower(kind, hard)))


def _lower(kind: int, wanted: int) -> int:
    """Return a limit that may be set: what was lowered before this process cannot be raised."""
    ceiling = resource.getrlimit(kind)[1]
    return wanted if ceiling == resource.RLIM_INFINITY else min(wanted, ceiling)


def _drop_capabilities() -> None:
    """Give up all capabilities; capset(2) fails only where there is nothing to give up."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _libc.capset(header, bytes(24))


def _enter_landlock() -> None:
    """Handle every right that this kernel knows and allow none (kernel: userspace-api/landlock)."""
    version = _libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return
    fields = (_LANDLOCK_FS, _LANDLOCK_NET, _LANDLOCK_SCOPE)
    masks = [_sum_until(version, field) for field in fields]
    size = 8 * (1 + (version >= 4) + (version >= 6))  # the structure grew with these versions
    ruleset = _libc.syscall(_LANDLOCK_CREATE, struct.pack("=3Q", *masks), size, 0)
    if ruleset < 0 or _libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0):
        raise OSError(ctypes.get_errno(), "Landlock refused the ruleset")
    os.close(ruleset)


def _sum_until(version: int, rights: dict[int, int]) -> int:
    return sum(bits for since, bits in rights.items() if since <= version)


def _enter_seccomp() -> None:
    if platform.machine() not in _MACHINES:
        return
    program = _filter_program()
    buffer = ctypes.create_string_buffer(program, len(program))
    description = struct.pack("=HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    _prctl(_PR_SET_SECCOMP, _FILTER_MODE, description)


def _filter_program() -> bytes:
    """Return the BPF program: another architecture kills, a needed call passes, all else EPERM."""
    arch, column = _MACHINES[platform.machine()]
    lines = [(_LOAD, 0, 0, _ARCH_AT), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _KILL)]
    lines.append((_LOAD, 0, 0, _NUMBER_AT))
    for call in _NEEDED:
        lines += [(_EQUAL, 0, 1, call[column]), (_RETURN, 0, 0, _ALLOW)]  # type: ignore[list-item]
    lines.append((_RETURN, 0, 0, _EPERM))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _prctl(option: int, *values: int | bytes) -> None:
    arguments = [ctypes.c_ulong(one) if isinstance(one, int) else one for one in values]
    padding = [ctypes.c_ulong(0)] * (4 - len(arguments))
    if _libc.prctl(option, *arguments, *padding):
        raise OSError(ctypes.get_errno(), "prctl refused")
