"""Each layer of the box holds by itself: one that fails is not covered up by the others."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from archive.extraction import confinement, landlock, seccomp

ROOT = Path(confinement.__file__).parents[2]
HEAD = """
import ctypes, os, resource, signal, socket, sys
from archive.extraction import confinement, landlock, seccomp
from archive.extraction.limits import Confinement, Limits
from archive.extraction.tiers import Layer
def refused(act):
    try:
        act()
    except OSError as error:
        return error.errno
    return 0
"""


def ends_with(program: str) -> int:
    """Run a program in a process of its own and return its exit code."""
    return subprocess.run(
        [sys.executable, "-c", HEAD + program], cwd=ROOT, capture_output=True, check=False
    ).returncode


with_landlock = pytest.mark.skipif(landlock.version() < 1, reason="this kernel has no Landlock")


@with_landlock
def test_landlock_alone_refuses_files() -> None:
    program = """
confinement._prctl(38, 1)
landlock.enter()
sys.exit(refused(lambda: os.open("/etc/hostname", os.O_RDONLY)))
"""
    assert ends_with(program) == 13  # EACCES


@pytest.mark.skipif(landlock.version() < 4, reason="this kernel's Landlock knows no network")
def test_landlock_alone_refuses_connections() -> None:
    program = """
confinement._prctl(38, 1)
landlock.enter()
held = socket.socket()
sys.exit(refused(lambda: held.connect(("127.0.0.1", 9))))
"""
    assert ends_with(program) == 13


@pytest.mark.skipif(platform.machine() not in seccomp.MACHINES, reason="no filter for this machine")
def test_the_filter_alone_refuses_files_sockets_and_processes() -> None:
    program = """
confinement._prctl(38, 1)
seccomp.enter(seccomp.PURE)
attempts = [
    lambda: os.open("/etc/hostname", os.O_RDONLY),
    lambda: os.stat("/"),
    socket.socket,
    os.fork,
    lambda: os.kill(os.getpid(), 0),
]
sys.exit(0 if all(refused(one) == 1 for one in attempts) else 1)
"""
    assert ends_with(program) == 0


def test_capabilities_are_gone() -> None:
    program = """
confinement._drop_capabilities()
lines = open("/proc/self/status").read().splitlines()
held = [line.split()[1] for line in lines if line.startswith(("CapEff", "CapPrm", "CapInh"))]
sys.exit(0 if len(held) == 3 and not any(int(one, 16) for one in held) else 1)
"""
    assert ends_with(program) == 0


def test_the_limits_are_set_and_never_above_what_was_there() -> None:
    program = """
resource.setrlimit(resource.RLIMIT_CPU, (7, 7))
confinement._limit_resources(Confinement.PURE, Limits(memory_bytes=300 << 20))
sys.exit(0 if [resource.getrlimit(kind) for kind in (
    resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE,
    resource.RLIMIT_NPROC, resource.RLIMIT_CORE,
)] == [(7, 7), (300 << 20,) * 2, (0, 0), (16, 16), (0, 0), (0, 0)] else 1)
"""
    assert ends_with(program) == 0


def test_a_confined_process_cannot_be_looked_into_or_gain_privileges() -> None:
    program = """
confinement.confine(Confinement.PURE, confinement.Box(Limits(), frozenset(), os.getppid()))
state = ctypes.CDLL(None).prctl
sys.exit(0 if (state(3, 0, 0, 0, 0), state(39, 0, 0, 0, 0)) == (0, 1) else 1)
"""
    assert ends_with(program) == 0


@with_landlock
def test_every_layer_is_entered_not_only_the_last() -> None:
    program = """
layers = frozenset({Layer.LANDLOCK})
confinement.confine(Confinement.PURE, confinement.Box(Limits(), layers, os.getppid()))
held = ctypes.create_string_buffer(24)
ctypes.CDLL(None).capget(ctypes.c_char_p(b"\\x22\\x05\\x08\\x20" + bytes(4)), held)
closed = refused(lambda: os.open("/etc/hostname", os.O_RDONLY)) == 13
sys.exit(0 if closed and held.raw == bytes(24) else 1)
"""
    assert ends_with(program) == 0


@with_landlock
def test_a_zygote_with_a_machine_opens_and_runs_nothing() -> None:
    program = """
confinement.keep_out(confinement.Box(Limits(), frozenset({Layer.LANDLOCK}), os.getppid()))
attempts = [
    lambda: os.open("/etc/hostname", os.O_RDONLY),
    lambda: os.open("/tmp/made-by-a-zygote", os.O_WRONLY | os.O_CREAT),
    lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
]
sys.exit(0 if all(refused(one) == 13 for one in attempts) else 1)
"""
    assert ends_with(program) == 0


def test_a_child_whose_zygote_is_gone_does_not_begin() -> None:
    program = """
try:
    confinement.confine(Confinement.PURE, confinement.Box(Limits(), frozenset(), 1))
except OSError as error:
    sys.exit(0 if "zygote" in str(error) else 1)
sys.exit(2)
"""
    assert ends_with(program) == 0
