"""The parent's side: hands a document to a confined child and believes nothing of its answer."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Lock
from types import TracebackType

from archive.errors import InvalidValue, ReaderFailed, ReaderLimit, SandboxError
from archive.extraction.canaries import ENDLESS_LOOP, STOPPED, attacks
from archive.extraction.canaries import media_type as canary_type
from archive.extraction.disagreement import disagree
from archive.extraction.launch import KnownReader, Zygote, wait
from archive.extraction.limits import (
    DEFAULT_LIMITS,
    MAX_INPUT_BYTES,
    MAX_PASSWORD_BYTES,
    NOT_RECORDS,
    QUESTIONS,
    SCANNED_PDF,
    SECOND_PDF,
    Confinement,
    Limits,
)
from archive.extraction.reasons import Concern, NoText, too_large
from archive.extraction.recognised import read_on
from archive.extraction.signatures import UNKNOWN
from archive.extraction.tiers import (
    EVERY_LAYER,
    Canary,
    Layer,
    SandboxCheck,
    Tier,
    available,
    tier_of,
)
from archive.extraction.wire import PREFIX, parse_answer, parse_prefix
from archive.model.objects import Extraction

_BLOCK = 1 << 20
_PDF = "application/pdf"
# fcntl(2), since Linux 5.1. F_SEAL_WRITE waits for the kernel to let go of the pages just written
# and fails with EBUSY where that takes 150 ms; both are the same for a file that was never mapped.
_SEAL_FUTURE_WRITE = 0x0010
_SEALS = _SEAL_FUTURE_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
_OUT_OF_TIME = (signal.SIGXCPU, signal.SIGKILL)
_CANARY_SECONDS, _LOOP_SECONDS = 60.0, 0.1

_working: dict[frozenset[Layer], frozenset[Layer]] = {}
_told: dict[str, Mapping[str, KnownReader]] = {}
_checked: dict[tuple[str, frozenset[Layer], Confinement], SandboxCheck] = {}
"""What was found out about this machine, for the life of this process and those forked from it."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a process found out about this machine and its readers, for one forked before that."""

    working: Mapping[frozenset[Layer], frozenset[Layer]]
    told: Mapping[str, Mapping[str, KnownReader]]
    checked: Mapping[tuple[str, frozenset[Layer], Confinement], SandboxCheck]

    @classmethod
    def of_this_process(cls) -> Findings:
        """Return what this process knows."""
        return cls(_working, _told, _checked)

    def adopt(self) -> None:
        """Take it up in this process."""
        _working.update(self.working)
        _told.update(self.told)
        _checked.update(self.checked)


class Sandbox:
    """Reads documents in confined children of zygote processes. A context manager; thread-safe.

    There is one zygote per `Confinement`, started when it is first needed. A child that hangs,
    floods or crashes costs its own document only. Each process has a sandbox of its own: one that
    was entered before a fork belongs to the parent.
    """

    def __init__(
        self,
        limits: Limits = DEFAULT_LIMITS,
        readers: str = "archive.extraction.readers",
        layers: frozenset[Layer] = EVERY_LAYER,
    ) -> None:
        """Prepare a sandbox of those of the layers that this machine has.

        `readers` is the dotted name of a module with a `READERS` tuple.
        """
        self._limits = limits
        self._readers = readers
        self._layers = layers
        self._lock = Lock()
        self._zygotes: dict[Confinement, Zygote] = {}

    def __enter__(self) -> Sandbox:
        """Start the first zygote.

        Raises:
            ReaderFailed: the readers cannot be started on this machine.
        """
        self.start()
        return self

    def start(self) -> None:
        """Start the first zygote here: Linux ends it with the thread that started it.

        Raises:
            ReaderFailed: the readers cannot be started on this machine.
        """
        with self._lock:
            self._running(Confinement.PURE)

    def another(self) -> Sandbox:
        """Return a sandbox like this one, with zygotes of its own."""
        return Sandbox(self._limits, self._readers, self._layers)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Kill the zygotes and whatever runs under them; what is read later starts new ones."""
        with self._lock:
            for confinement in Confinement:
                self._discard(confinement)

    @property
    def tier(self) -> Tier:
        """How well readers are confined here, by the sandbox's own attacks on itself.

        Raises:
            ReaderFailed: the readers cannot be started on this machine.
        """
        return self.check().tier

    @property
    def known(self) -> bool:
        """Whether this process knows already how well readers are confined here."""
        return (self._readers, self._layers, Confinement.PURE) in _checked

    def check(self, confinement: Confinement = Confinement.PURE) -> SandboxCheck:
        """Attack this sandbox from inside and return what was stopped; once for each process.

        Raises:
            ReaderFailed: the readers cannot be started on this machine.
        """
        key = (self._readers, self._layers, confinement)
        if key not in _checked:
            with self._lock:
                self._running(confinement)
                found = tuple(
                    Canary(attack, self._stops(confinement, attack))
                    for attack in attacks(confinement)
                )
            _checked[key] = SandboxCheck(tier_of(_working[self._layers], found), found)
        return _checked[key]

    def _stops(self, confinement: Confinement, attack: str) -> bool:
        seconds = _LOOP_SECONDS if attack == ENDLESS_LOOP else _CANARY_SECONDS
        size = str(2 * max(self._limits.memory_bytes, 1 << 30)).encode("ascii")
        try:
            found = self._have_read(confinement, canary_type(confinement, attack), size, seconds)
        except ReaderLimit:
            return attack == ENDLESS_LOOP
        except SandboxError:
            return False
        return found.text is not None and found.text.text == STOPPED

    def reader_names(self) -> Mapping[str, frozenset[str]]:
        """Return names and versions of the readers that a document of each media type may have.

        Raises:
            ReaderFailed: the readers cannot be started on this machine.
        """
        with self._lock:
            readers = self._by_type()
        told = {kind: one for kind, one in readers.items() if kind not in NOT_RECORDS}
        names = {kind: frozenset({one.name}) for kind, one in told.items()}
        names[_PDF] = names.get(_PDF, frozenset()) | names.pop(SCANNED_PDF, frozenset())
        return names

    def read(self, media_type: str, data: bytes, password: bytes = b"") -> Extraction:
        """Return what the reader for `media_type` finds in `data`, checked and neutralised.

        A format without a reader, and data over `MAX_INPUT_BYTES`, give an extraction with a reason
        and no text. A PDF is read by a second engine too, whose words are only compared, and one
        with pictures is read again with recognition; whatever happens to these, what the first
        reading found stays. A long scan takes several readings. `password` opens what is protected;
        it goes to the child in memory and is used by readers that take one. Waits at most
        `Limits.wall_seconds` for each reading.

        Raises:
            InvalidValue: the password is longer than `MAX_PASSWORD_BYTES`.
            ReaderFailed: the reader gave up, crashed, or answered nonsense.
            ReaderLimit: it took more time, memory or output than allowed.
        """
        if len(password) > MAX_PASSWORD_BYTES:
            raise InvalidValue("The document's password is too long.")
        found = self._read(media_type, data, password)
        if media_type != _PDF:
            return found
        differs = not password and self._differs(found, data)
        if Concern.UNRECOGNISED.value in found.concerns:
            with suppress(SandboxError):
                found = read_on(lambda page: self._scanned(data, page, password))
        if not differs:
            return found
        return replace(found, concerns=(*found.concerns, Concern.READERS_DISAGREE.value))

    def _scanned(self, data: bytes, page: int, password: bytes) -> Extraction:
        return self._read(SCANNED_PDF, data, b"%d " % page + password)

    def ask(self, question: str, data: bytes, order: bytes = b"") -> Extraction:
        """Return the answer to one question about a document, checked like any other reading.

        `question` is one of `QUESTIONS`, `order` says about which pages, as its reader takes it.

        Raises:
            InvalidValue: there is no such question.
            ReaderFailed: the reader gave up, crashed, or answered nonsense.
            ReaderLimit: it took more time, memory or output than allowed.
        """
        if question not in QUESTIONS:
            raise InvalidValue("There is no such question about a document.")
        return self._read(question, data, order)

    def _differs(self, found: Extraction, data: bytes) -> bool:
        """Tell whether another engine finds other words in a PDF; one that fails says nothing."""
        if found.text is None:
            return False
        with suppress(SandboxError):
            second = self._read(SECOND_PDF, data, b"")
            return second.text is not None and disagree(found.text, second.text)
        return False

    def _read(self, media_type: str, data: bytes, password: bytes) -> Extraction:
        if media_type == UNKNOWN:
            return Extraction(None, reason=NoText.NO_READER.value)
        if len(data) > MAX_INPUT_BYTES:
            return Extraction(None, reason=too_large(media_type).value)
        with self._lock:
            reader = self._by_type().get(media_type)
            if reader is None:
                return Extraction(None, reason=NoText.NO_READER.value)
            seconds = self._limits.of(media_type).wall_seconds
            return self._have_read(reader.confinement, media_type, data, seconds, password)

    def _by_type(self) -> Mapping[str, KnownReader]:
        """Return the readers by media type, as the first zygote of this process told of them."""
        if self._readers not in _told:
            self._running(Confinement.PURE)
        return _told[self._readers]

    def _have_read(
        self,
        confinement: Confinement,
        media_type: str,
        data: bytes,
        seconds: float,
        password: bytes = b"",
    ) -> Extraction:
        """Have one document read within so many seconds; a child that goes on is ended."""
        try:
            job = b"\0".join((media_type.encode("ascii"), password))
            frame, status = self._ask(confinement, job, data, seconds)
        except SandboxError:
            zygote = self._zygotes.get(confinement)
            if zygote is not None and not zygote.stop():
                self._discard(confinement)
            raise
        except BaseException:
            self._discard(confinement)
            raise
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _OUT_OF_TIME:
            raise ReaderLimit
        if status or frame is None:
            raise ReaderFailed
        return parse_answer(*frame, self._limits)

    def _running(self, confinement: Confinement) -> Zygote:
        zygote = self._zygotes.get(confinement)
        if zygote is None or not zygote.alive:
            self._discard(confinement)
            zygote = self._zygotes[confinement] = self._start(confinement)
            _told[self._readers] = zygote.readers
        return zygote

    def _start(self, confinement: Confinement) -> Zygote:
        """Start a zygote; the first one of a process tells whether bubblewrap works here."""
        layers = _working.get(self._layers)
        if layers is not None:
            return Zygote(confinement, self._readers, self._limits, layers)
        layers = available(self._layers)
        try:
            zygote = Zygote(confinement, self._readers, self._limits, layers)
        except ReaderFailed:
            if Layer.BUBBLEWRAP not in layers:
                raise
            layers -= {Layer.BUBBLEWRAP}
            zygote = Zygote(confinement, self._readers, self._limits, layers)
        _working[self._layers] = layers
        return zygote

    def _discard(self, confinement: Confinement) -> None:
        zygote = self._zygotes.pop(confinement, None)
        if zygote is not None:
            zygote.kill()

    def _ask(
        self, confinement: Confinement, job: bytes, data: bytes, seconds: float
    ) -> tuple[tuple[bytes, bytes] | None, int]:
        """Have one document read; return the frame of the answer and how the child ended."""
        receiving, answer = os.pipe2(os.O_CLOEXEC)
        try:
            with os.fdopen(answer, "wb"), _memory_file(data) as document:
                zygote = self._send(confinement, job, [document, answer])
            deadline = time.monotonic() + seconds
            frame = self._receive(receiving, deadline)
        finally:
            os.close(receiving)
        return frame, zygote.status(deadline)

    def _send(self, confinement: Confinement, job: bytes, descriptors: list[int]) -> Zygote:
        """Hand the job over; a zygote that died since the last one is replaced once."""
        try:
            socket.send_fds(self._running(confinement).control, [job], descriptors)
        except OSError:
            self._discard(confinement)
            socket.send_fds(self._running(confinement).control, [job], descriptors)
        return self._running(confinement)

    def _receive(self, descriptor: int, deadline: float) -> tuple[bytes, bytes] | None:
        """Return header and body, or `None` for an answer that is cut short or too long."""
        prefix = _read(descriptor, PREFIX.size, deadline)
        if len(prefix) < PREFIX.size:
            return None
        sizes = parse_prefix(prefix, self._limits)
        header, body = (_read(descriptor, size, deadline) for size in sizes)
        whole = (len(header), len(body)) == sizes
        return (header, body) if whole and not _read(descriptor, 1, deadline) else None


@contextmanager
def _memory_file(data: bytes) -> Iterator[int]:
    """Give the descriptor of `data` as a sealed memory file: no copy lies on any disk."""
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    with os.fdopen(os.memfd_create("document", flags), "wb", buffering=0) as document:
        rest = memoryview(data)
        while rest:
            rest = rest[document.write(rest) :]
        fcntl.fcntl(document, fcntl.F_ADD_SEALS, _SEALS)
        yield document.fileno()


def _read(descriptor: int, size: int, deadline: float) -> bytes:
    """Return `size` bytes, or fewer where the stream ends.

    Raises:
        ReaderLimit: they have not come in time.
    """
    received = bytearray()
    while len(received) < size:
        wait(descriptor, deadline)
        block = os.read(descriptor, min(_BLOCK, size - len(received)))
        if not block:
            break
        received += block
    return bytes(received)
