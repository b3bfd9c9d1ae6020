"""The box that a reader runs in: limits, no privileges, no files, no network. Linux, plain ctypes.

Layers, each independent of the others: setrlimit(2); capset(2) to nothing; PR_SET_NO_NEW_PRIVS and
PR_SET_DUMPABLE 0; Landlock without any allowed path or port; a seccomp filter that allows what the
reader's `Confinement` needs and answers EPERM to all else. Of the last two, those are entered that
the sandbox was started with; one that cannot be entered then is an error.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from dataclasses import dataclass

from archive.extraction import landlock, native, seccomp
from archive.extraction.limits import MAX_INPUT_BYTES, Confinement, Limits
from archive.extraction.tiers import Layer

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_OPEN_FILES = {Confinement.THREADS: 64}  # two, and a few to spare
_FEW_FILES = 16
_CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Box:
    """What a zygote confines its children with; `zygote` is its process id."""

    limits: Limits
    layers: frozenset[Layer]
    zygote: int


def confine(kind: Confinement, box: Box) -> None:
    """Confine the calling process for good. When the zygote dies, so does the caller.

    Raises:
        OSError: a layer of the box could not be entered.
    """
    _limit_resources(kind, box.limits)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != box.zygote:
        raise OSError("the zygote is gone")
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    _drop_capabilities()
    if kind is Confinement.THREADS:
        native.inherit()
    if Layer.LANDLOCK in box.layers:
        landlock.enter()
    if Layer.SECCOMP in box.layers:
        seccomp.enter(seccomp.THREADS if kind is Confinement.THREADS else seccomp.PURE)


def keep_out(box: Box) -> None:
    """Let the calling zygote open what the virtual machine starts with, and nothing else, for good.

    It runs no program either, where there is Landlock: parsers look for some while they start.

    Raises:
        OSError: the ruleset was refused.
    """
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if Layer.LANDLOCK in box.layers:
        landlock.enter(native.readable())


def _limit_resources(kind: Confinement, limits: Limits) -> None:
    """Set the limits; at the soft one for CPU time SIGXCPU comes, at the hard one SIGKILL.

    RLIMIT_NPROC counts threads, so under THREADS only seccomp tells them from processes.
    """
    values = {
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 1),
        resource.RLIMIT_NOFILE: (_OPEN_FILES.get(kind, _FEW_FILES),) * 2,
        resource.RLIMIT_CORE: (0, 0),
    }
    if kind is Confinement.THREADS:
        values[resource.RLIMIT_DATA] = (limits.memory_bytes, limits.memory_bytes)
        values[resource.RLIMIT_FSIZE] = (MAX_INPUT_BYTES, MAX_INPUT_BYTES)
    else:
        values[resource.RLIMIT_AS] = (limits.memory_bytes, limits.memory_bytes)
        values[resource.RLIMIT_FSIZE] = values[resource.RLIMIT_NPROC] = (0, 0)
    for which, (soft, hard) in values.items():
        resource.setrlimit(which, (_lower(which, soft), _lower(which, hard)))


def _lower(kind: int, wanted: int) -> int:
    """Return a limit that may be set: what was lowered before this process cannot be raised."""
    ceiling = resource.getrlimit(kind)[1]
    return wanted if ceiling == resource.RLIM_INFINITY else min(wanted, ceiling)


def _drop_capabilities() -> None:
    """Give up all capabilities; capset(2) fails only where there is nothing to give up."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _libc.capset(header, bytes(24))


def _prctl(option: int, *values: int) -> None:
    arguments = [ctypes.c_ulong(one) for one in values]
    padding = [ctypes.c_ulong(0)] * (4 - len(arguments))
    if _libc.prctl(option, *arguments, *padding):
        raise OSError(ctypes.get_errno(), "prctl refused")
