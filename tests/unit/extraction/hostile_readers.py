"""Readers that try what a taken-over reader would try. Loaded by a zygote in the tests only.

Each attempt is there once for each `Confinement`: as `pure/...`, `threads/...` and so on.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from archive.errors import ReaderFailed
from archive.extraction import native
from archive.extraction.limits import Confinement, Limits
from archive.extraction.wire import PREFIX, Answer, encode_answer
from archive.model.objects import Attachment, CanonicalText, Extraction

_GROWS_DOWN = 0x100
_ZYGOTE = os.getpid()
_DOCUMENT = 0
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


def _start_thread() -> Extraction:
    try:
        threading.Thread(target=lambda: None).start()
    except RuntimeError:
        return _said("refused")
    return _said("allowed")


def _read_the_zygote() -> None:
    held = ctypes.create_string_buffer(8)
    local = (ctypes.c_uint64 * 2)(ctypes.addressof(held), 8)
    remote = (ctypes.c_uint64 * 2)(id(None), 8)
    _system_call(310, _ZYGOTE, ctypes.addressof(local), 1, ctypes.addressof(remote), 1, 0)


def _use_tika(data: bytes) -> Extraction:
    with native.path_of(data) as path:
        stream, _ = native.load().Extractor().extract_file(path)
        return _said(stream.read(1 << 20).decode())


def _spoil_tika(data: bytes) -> Extraction:
    """Leave the virtual machine of this process useless, and a document in its memory file."""
    with native.path_of(data) as path:
        native.load().Extractor().extract_file(path)
    os.closerange(4, 64)
    return _said("spoilt")


def _left_over(_: bytes) -> Extraction:
    return _said(f"{os.fstat(native._scratch or 0).st_size} bytes")


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


def _spin_past_the_limit() -> Extraction:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    return _spin()


def _stay() -> Extraction:
    """Outlive whoever asked, if the system lets it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return _wait_for_ever()


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
    "read-a-file": lambda _: _attempted(lambda: os.open("/etc/passwd", os.O_RDONLY)),
    "write-a-file": lambda data: _attempted(lambda: os.open(data, os.O_CREAT)),
    "stat-a-file": lambda _: _attempted(lambda: os.stat("/etc/passwd")),
    "list-a-folder": lambda _: _attempted(lambda: os.listdir("/")),
    "tcp": lambda _: _attempted(lambda: _connect(socket.AF_INET, socket.SOCK_STREAM)),
    "udp": lambda _: _attempted(lambda: _connect(socket.AF_INET6, socket.SOCK_DGRAM)),
    "unix-socket": lambda _: _attempted(lambda: _connect(socket.AF_UNIX, socket.SOCK_STREAM)),
    "fork": lambda _: _attempted(_fork),
    "exec": lambda _: _attempted(lambda: os.execv("/bin/true", ["true"])),
    "kill-the-zygote": lambda _: _attempted(lambda: os.kill(_ZYGOTE, 9)),
    "new-session": lambda _: _attempted(os.setsid),
    "memory-file": lambda _: _attempted(lambda: os.memfd_create("x")),
    "raise-limits": lambda _: _attempted(lambda: _system_call(160, 7, 0)),  # setrlimit
    "thread": lambda _: _start_thread(),
    "shared-memory": lambda _: _attempted(lambda: mmap.mmap(-1, 1 << 20)),
    "growing-memory": lambda _: _attempted(
        lambda: mmap.mmap(-1, 1 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _GROWS_DOWN)
    ),
    "write-into-the-document": lambda _: _attempted(lambda: os.pwrite(_DOCUMENT, b"x", 0)),
    "make-a-file": lambda data: _attempted(lambda: os.open(data, os.O_RDWR | os.O_CREAT)),
    "open-for-writing": lambda data: _attempted(lambda: os.open(data, os.O_RDWR)),
    "path-only": lambda _: _attempted(lambda: os.open("/etc", os.O_PATH)),
    "process-by-clone": lambda _: _attempted(lambda: _system_call(56, 17, 0, 0, 0, 0)),
    "process-by-clone3": lambda _: _attempted(lambda: _system_call(435, 0, 0)),
    "new-user-namespace": lambda _: _attempted(lambda: _system_call(272, 0x10000000)),  # unshare
    "read-the-zygote": lambda _: _attempted(_read_the_zygote),
    "look-up-its-limits": lambda _: _attempted(lambda: _system_call(302, _ZYGOTE, 7, 0, 0)),
    "use-tika": _use_tika,
    "spoil-tika": _spoil_tika,
    "left-over": _left_over,
    "look": lambda data: _said("there" if os.path.exists(data) else "not there"),
    "where-is-home": lambda _: _said(" ".join(os.environ.get(k, "-") for k in ("HOME", "TMPDIR"))),
    "spin-past-the-limit": lambda _: _spin_past_the_limit(),
    "stay": lambda _: _stay(),
    "trace": lambda _: _attempted(lambda: _system_call(101, 16, 1, 0, 0)),  # ptrace
    "flood": lambda _: _write_raw(*_flood()),
    "nonsense": lambda _: _write_raw(b"\x80\x04pickle?" * 9),
    "silence": lambda _: _write_raw(),
    "half": lambda _: _write_raw(PREFIX.pack(b"SRX1", 50, 0), b"{"),
    "too-much": lambda _: _write_raw(*_good_answer(), b"x"),
    "answer-and-crash": lambda _: _answer_and_crash(),
    "chatter": _chatter,
    "memory": lambda _: _consume_memory(),
    "spin": lambda _: _spin(),
    "wait": lambda _: _wait_for_ever(),
    "crash": lambda _: _crash(),
    "recurse": lambda _: _recurse(),
    "quote-in-an-exception": _fail_with,
    "give-up": lambda _: _give_up(),
    "own-reason": lambda data: Extraction(None, reason=data.decode()),
    "blank": lambda _: _said(" \n\u200b\u00ad\t"),
    "controls": lambda _: _said("a\u202eb\x1b[2J\ud800c\r\nd"),
    "many": lambda _: Extraction(
        None, {}, tuple(Attachment("x", "", b"") for _ in range(100_001)), "there is no text in it"
    ),
    "echo": lambda data: _said(struct.pack("3s", data[:3]).decode("latin-1")),
}


@dataclass(frozen=True)
class HostileReader:
    """One attempt, under a media type that names it."""

    attempt: str
    confinement: Confinement
    name: str = "hostile/1"

    @property
    def media_types(self) -> tuple[str, ...]:
        """The one media type."""
        return (f"{self.confinement.value}/{self.attempt}",)

    def read(self, data: bytes) -> Extraction:
        """Try it."""
        return _ATTEMPTS[self.attempt](data)


READERS = tuple(HostileReader(*one) for one in product(_ATTEMPTS, Confinement))
