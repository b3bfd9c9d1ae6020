"""The parent's side: hands a document to a confined child and believes nothing of its answer."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import BinaryIO

from archive.errors import InvalidValue, ReaderFailed, ReaderLimit, SandboxError
from archive.extraction.limits import (
    DEFAULT_LIMITS,
    MAX_INPUT_BYTES,
    MAX_PASSWORD_BYTES,
    Limits,
)
from archive.extraction.reasons import NoText
from archive.extraction.wire import PREFIX, STATUS, parse_answer, parse_prefix
from archive.model.objects import Extraction

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from archive.extraction.zygote import main; main(*sys.argv[2:])"
)
_START_SECONDS = 60.0
_HELLO_BYTES = 1 << 16
_BLOCK = 1 << 20
_NOWHERE = "/nonexistent"
_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
_OUT_OF_TIME = (signal.SIGXCPU, signal.SIGKILL)


class Sandbox:
    """Reads documents in confined children of one zygote process. A context manager; thread-safe.

    A child that hangs, floods or crashes costs its own document only: the zygote is killed with
    all its children and another is started for the next one.
    """

    def __init__(
        self, limits: Limits = DEFAULT_LIMITS, readers: str = "archive.extraction.readers"
    ) -> None:
        """Prepare a sandbox; `readers` is the dotted name of a module with a `READERS` tuple."""
        self._limits = limits
        self._readers = readers
        self._lock = Lock()
        self._zygote: _Zygote | None = None

    def __enter__(self) -> Sandbox:
        """Start the zygote.

        Raises:
            ReaderFailed: the readers cannot be started on this machine.
        """
        with self._lock:
            self._running()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill the zygote and whatever runs under it."""
        with self._lock:
            self._discard()

    def reader_names(self) -> Mapping[str, str]:
        """Return the name and version of the reader of each media type that is read.

        Raises:
            ReaderFailed: the readers cannot be started on this machine.
        """
        with self._lock:
            return dict(self._running().readers)

    def read(self, media_type: str, data: bytes, password: bytes = b"") -> Extraction:
        """Return what the reader for `media_type` finds in `data`, checked and neutralised.

        A format without a reader, and data over `MAX_INPUT_BYTES`, give an extraction with a reason
        and no text. `password` opens what is protected; it goes to the child
        in memory and is used by readers that take one. Waits at most `Limits.wall_seconds`.

        Raises:
            InvalidValue: the password is longer than `MAX_PASSWORD_BYTES`.
            ReaderFailed: the reader gave up, crashed, or answered nonsense.
            ReaderLimit: it took more time, memory or output than allowed.
        """
        if len(data) > MAX_INPUT_BYTES:
            return Extraction(None, reason=NoText.TOO_LARGE.value)
        if len(password) > MAX_PASSWORD_BYTES:
            raise InvalidValue("The document's password is too long.")
        with self._lock:
            if media_type not in self._running().readers:
                return Extraction(None, reason=NoText.NO_READER.value)
            try:
                frame, status = self._ask(media_type, data, password)
            except BaseException:
                self._discard()
                raise
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _OUT_OF_TIME:
            raise ReaderLimit
        if status or frame is None:
            raise ReaderFailed
        return parse_answer(*frame, self._limits)

    def _running(self) -> _Zygote:
        if self._zygote is None or self._zygote.process.poll() is not None:
            self._discard()
            self._zygote = _Zygote(self._readers, self._limits)
        return self._zygote

    def _discard(self) -> None:
        if self._zygote is not None:
            self._zygote.kill()
            self._zygote = None

    def _ask(
        self, media_type: str, data: bytes, password: bytes
    ) -> tuple[tuple[bytes, bytes] | None, int]:
        """Have one document read; return the frame of the answer and how the child ended."""
        deadline = time.monotonic() + self._limits.wall_seconds
        receiving, answer = os.pipe2(os.O_CLOEXEC)
        try:
            with os.fdopen(answer, "wb"), _memory_file(data) as document:
                zygote = self._send(media_type, password, [document.fileno(), answer])
            frame = self._receive(receiving, deadline)
        finally:
            os.close(receiving)
        return frame, zygote.status(deadline)

    def _send(self, media_type: str, password: bytes, descriptors: list[int]) -> _Zygote:
        """Hand the job over; a zygote that died since the last one is replaced once."""
        message = [b"\0".join((media_type.encode("ascii"), password))]
        try:
            socket.send_fds(self._running().control, message, descriptors)
        except OSError:
            self._discard()
            socket.send_fds(self._running().control, message, descriptors)
        return self._running()

    def _receive(self, descriptor: int, deadline: float) -> tuple[bytes, bytes] | None:
        """Return header and body, or `None` for an answer that is cut short or too long."""
        prefix = _read(descriptor, PREFIX.size, deadline)
        if len(prefix) < PREFIX.size:
            return None
        sizes = parse_prefix(prefix, self._limits)
        header, body = (_read(descriptor, size, deadline) for size in sizes)
        whole = (len(header), len(body)) == sizes
        return (header, body) if whole and not _read(descriptor, 1, deadline) else None


class _Zygote:
    """A running zygote: its process, the socket to it, and the readers by media type."""

    def __init__(self, readers: str, limits: Limits) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        path = [str(Path(entry).resolve()) for entry in sys.path]
        settings = json.dumps(dataclasses.asdict(limits))
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                [sys.executable, "-I", "-B", "-c", _START, json.dumps(path), readers, settings],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"LANG": "C.UTF-8", "HOME": _NOWHERE, "TMPDIR": _NOWHERE},
                start_new_session=True,
            )
        self.readers = self._greeting()

    def _greeting(self) -> dict[str, str]:
        try:
            hello = self._message(_HELLO_BYTES, time.monotonic() + _START_SECONDS)
        except SandboxError:
            hello = b""
        if not hello:
            self.kill()
            raise ReaderFailed(
                "The readers of documents could not be started.",
                hint="Run `strongroom doctor`; the installation may be incomplete.",
            )
        lines = (line.partition("\t") for line in hello.decode("ascii").split("\n"))
        return {kind: name for kind, _, name in lines}

    def status(self, deadline: float) -> int:
        """Return how the child of the last job ended, as `waitpid` tells it.

        Raises:
            ReaderFailed: the zygote died.
            ReaderLimit: the child has not ended in time.
        """
        message = self._message(STATUS.size, deadline)
        if len(message) != STATUS.size:
            raise ReaderFailed
        return int(STATUS.unpack(message)[0])

    def _message(self, size: int, deadline: float) -> bytes:
        _wait(self.control.fileno(), deadline)
        with suppress(ConnectionError):
            return self.control.recv(size)
        return b""

    def kill(self) -> None:
        """Kill the zygote and its children, and wait until it is gone."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.control.close()


def _memory_file(data: bytes) -> BinaryIO:
    """Return `data` as a sealed memory file: handed over without a copy on any disk."""
    document = os.fdopen(os.memfd_create("document", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "wb")
    document.write(data)
    document.flush()
    fcntl.fcntl(document, fcntl.F_ADD_SEALS, _SEALS)
    return document


def _read(descriptor: int, size: int, deadline: float) -> bytes:
    """Return `size` bytes, or fewer where the stream ends.

    Raises:
        ReaderLimit: they have not come in time.
    """
    received = bytearray()
    while len(received) < size:
        _wait(descriptor, deadline)
        block = os.read(descriptor, min(_BLOCK, size - len(received)))
        if not block:
            break
        received += block
    return bytes(received)


def _wait(descriptor: int, deadline: float) -> None:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise ReaderLimit
