"""Readers that try what a taken-over reader would try. Loaded by a zygote in the tests only."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.errors import ReaderFailed
from archive.extraction.limits import Limits
from archive.extraction.wire import PREFIX, Answer, encode_answer
from archive.model.objects import Attachment, CanonicalText, Extraction

_LIBC = ctypes.CDLL(None, use_errno=True)


def _said(text: str) -> Extraction:
    return Extraction(CanonicalText(text, "hostile/1"))


def _attempted(act: Callable[[], object]) -> Extraction:
    """Do the act and say in the answer whether the system allowed it."""
    try:
        act()
    except OSError as error:
        return _said(f"refused {error.errno}")
    return _said("allowed")


def _system_call(number: int, *arguments: int) -> None:
    if _LIBC.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "")


def _fork() -> None:
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)


def _connect(family: int, kind: int) -> None:
    socket.socket(family, kind)


def _flood() -> Iterator[bytes]:
    yield PREFIX.pack(b"SRX1", 100, 1 << 40)
    while True:
        yield b"x" * 65536


def _write_raw(*pieces: bytes) -> Extraction:
    for piece in pieces:
        os.write(3, piece)
    os._exit(0)


def _good_answer() -> Iterator[bytes]:
    return encode_answer(Answer.READ, Limits(), _said("good"))


def _answer_and_crash() -> Extraction:
    for piece in _good_answer():
        os.write(3, piece)
    return _crash()


def _chatter(data: bytes) -> Extraction:
    os.write(1, data)
    os.write(2, data)
    return _said("spoke")


def _consume_memory() -> Extraction:
    held = [bytearray(64 << 20) for _ in range(64)]
    return _said(str(len(held)))


def _spin() -> Extraction:
    while True:
        pass


def _wait_for_ever() -> Extraction:
    ctypes.CDLL(None).syscall(202, ctypes.byref(ctypes.c_int(0)), 0, 0, None)  # futex wait, x86-64
    return _said("woken")


def _crash() -> Extraction:
    ctypes.string_at(0)
    return _said("alive")


def _recurse() -> Extraction:
    return _recurse()


def _fail_with(data: bytes) -> Extraction:
    raise ValueError(data)


def _give_up() -> Extraction:
    raise ReaderFailed


_ATTEMPTS: dict[str, Callable[[bytes], Extraction]] = {
    "hostile/read-a-file": lambda _: _attempted(lambda: os.open("/etc/passwd", os.O_RDONLY)),
    "hostile/write-a-file": lambda data: _attempted(lambda: os.open(data, os.O_CREAT)),
    "hostile/stat-a-file": lambda _: _attempted(lambda: os.stat("/etc/passwd")),
    "hostile/list-a-folder": lambda _: _attempted(lambda: os.listdir("/")),
    "hostile/tcp": lambda _: _attempted(lambda: _connect(socket.AF_INET, socket.SOCK_STREAM)),
    "hostile/udp": lambda _: _attempted(lambda: _connect(socket.AF_INET6, socket.SOCK_DGRAM)),
    "hostile/unix-socket": lambda _: _attempted(
        lambda: _connect(socket.AF_UNIX, socket.SOCK_STREAM)
    ),
    "hostile/fork": lambda _: _attempted(_fork),
    "hostile/exec": lambda _: _attempted(lambda: os.execv("/bin/true", ["true"])),
    "hostile/kill-the-zygote": lambda _: _attempted(lambda: os.kill(os.getppid(), 9)),
    "hostile/new-session": lambda _: _attempted(os.setsid),
    "hostile/memory-file": lambda _: _attempted(lambda: os.memfd_create("x")),
    "hostile/raise-limits": lambda _: _attempted(lambda: _system_call(160, 7, 0)),  # setrlimit
    "hostile/trace": lambda _: _attempted(lambda: _system_call(101, 16, 1, 0, 0)),  # ptrace
    "hostile/flood": lambda _: _write_raw(*_flood()),
    "hostile/nonsense": lambda _: _write_raw(b"\x80\x04pickle?" * 9),
    "hostile/silence": lambda _: _write_raw(),
    "hostile/half": lambda _: _write_raw(PREFIX.pack(b"SRX1", 50, 0), b"{"),
    "hostile/too-much": lambda _: _write_raw(*_good_answer(), b"x"),
    "hostile/answer-and-crash": lambda _: _answer_and_crash(),
    "hostile/chatter": _chatter,
    "hostile/memory": lambda _: _consume_memory(),
    "hostile/spin": lambda _: _spin(),
    "hostile/wait": lambda _: _wait_for_ever(),
    "hostile/crash": lambda _: _crash(),
    "hostile/recurse": lambda _: _recurse(),
    "hostile/quote-in-an-exception": _fail_with,
    "hostile/give-up": lambda _: _give_up(),
    "hostile/own-reason": lambda data: Extraction(None, reason=data.decode()),
    "hostile/blank": lambda _: _said(" \n\u200b\u00ad\t"),
    "hostile/controls": lambda _: _said("a\u202eb\x1b[2J\ud800c\r\nd"),
    "hostile/many": lambda _: Extraction(
        None, {}, tuple(Attachment("x", "", b"") for _ in range(100_001)), "there is no text in it"
    ),
    "hostile/echo": lambda data: _said(struct.pack("3s", data[:3]).decode("latin-1")),
}


@dataclass(frozen=True)
class HostileReader:
    """One attempt, under a media type that names it."""

    kind: str
    name: str = "hostile/1"

    @property
    def media_types(self) -> tuple[str, ...]:
        """The one media type."""
        return (self.kind,)

    def read(self, data: bytes) -> Extraction:
        """Try it."""
        return _ATTEMPTS[self.kind](data)


READERS = tuple(map(HostileReader, _ATTEMPTS))
