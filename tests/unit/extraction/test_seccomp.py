"""The tables of system calls hold the right numbers, also for the machine that is not this one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archive.extraction import seccomp
from archive.extraction.seccomp import COMPUTING, PURE, THREADS, Call

X86_64 = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
GENERIC = Path("/usr/include/asm-generic/unistd.h")  # what aarch64 uses
DEFINED = re.compile(r"#define (__NR\w+)\s+(\w+)")
ONLY_OLD = {"stat"}  # aarch64 has the same with `at` only
EVERY = {call.name: call for call in (*PURE, *THREADS, seccomp._CLONE3)}


def numbers(header: Path) -> dict[str, int]:
    """Return the system calls that a header defines, aliases followed."""
    pairs = dict(DEFINED.findall(header.read_text()))
    values = {name: pairs.get(value, value) for name, value in pairs.items()}
    return {
        name.removeprefix("__NR_"): int(value)
        for name, value in values.items()
        if value.isdecimal()
    }


@pytest.mark.parametrize(
    ("header", "machine"), [(X86_64, "x86_64"), (GENERIC, "aarch64")], ids=["x86-64", "aarch64"]
)
def test_every_number_is_that_of_the_kernel_header(header: Path, machine: str) -> None:
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    known = numbers(header)
    table = {name: getattr(call, machine) for name, call in EVERY.items()}
    here = {name: number for name, number in table.items() if number is not None}
    assert here == {name: known.get(name) for name in here}


def test_every_call_has_a_number_on_both_machines_but_for_what_aarch64_never_had() -> None:
    missing = {name for name, call in EVERY.items() if None in (call.x86_64, call.aarch64)}
    assert missing == ONLY_OLD


def test_each_table_allows_what_the_narrower_one_does() -> None:
    names = [{call.name for call in table} for table in (COMPUTING, PURE, THREADS)]
    assert names[0] < names[1] < names[2]


def test_no_table_allows_a_process_a_socket_a_signal_or_a_file_to_be_made() -> None:
    never = {"fork", "vfork", "execve", "execveat", "socket", "connect", "kill", "tgkill", "open"}
    never |= {"ptrace", "unshare", "setns", "mount", "io_uring_setup", "process_vm_readv", "bpf"}
    never |= {"mkdirat", "unlinkat", "renameat", "fcntl", "ioctl", "clone3", "openat2", "setrlimit"}
    assert not never & {call.name for call in (*PURE, *THREADS)}


def test_calls_with_an_argument_that_matters_are_tested() -> None:
    tested = {call.name for call in THREADS if call.tests}
    assert tested == {"mmap", "clone", "prctl", "prlimit64", "openat"}


@pytest.mark.parametrize("machine", sorted(seccomp.MACHINES))
def test_a_program_is_whole_and_short_enough(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    for table in (PURE, THREADS):
        code = seccomp.program(table)
        assert len(code) % 8 == 0
        assert len(code) // 8 < 4096  # BPF_MAXINSNS
        assert code.count(seccomp.MACHINES[machine].to_bytes(4, "little")) == 1


def test_another_architecture_has_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(KeyError):
        seccomp.program((Call("read", 0, 63),))
