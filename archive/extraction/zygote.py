"""The process that readers are forked from: imports them once, never reads a document itself.

It is started by `Sandbox` as a fresh program, so that no key of its parent is in its memory, with a
Unix socket as standard input. There is one for each `Confinement` that is needed. It greets with
the media types that there are readers for, by confinement; for every job it receives a media type,
a password if there is one, and two descriptors (the document, and a pipe for the answer), forks,
and reports how the child ended.
"""

from __future__ import annotations

import dataclasses
import encodings
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
from collections.abc import Iterable, Mapping

from archive.errors import ReaderLimit
from archive.extraction import Reader, Unlocking, native
from archive.extraction.canaries import CANARIES
from archive.extraction.canonical import is_blank
from archive.extraction.confinement import Box, confine, keep_out
from archive.extraction.limits import MAX_PASSWORD_BYTES, Confinement, Limits
from archive.extraction.reasons import NoText
from archive.extraction.tiers import Layer
from archive.extraction.wire import STATUS, STOP, Answer, encode_answer
from archive.model.objects import Extraction

Kept = frozenset[int]

_JOB_BYTES = 256 + MAX_PASSWORD_BYTES
_DOCUMENT, _ANSWER = 0, 3  # of a child; 1 and 2 lead nowhere, since libraries print to them


def main(confinement: str, readers: str, limits: str, layers: str) -> None:
    """Serve jobs on standard input until it closes.

    `confinement` is the value of the one that it serves; `readers` is the dotted name of a module
    with a `READERS` tuple; `limits` is JSON of `Limits`, `layers` JSON of a list of `Layer`.
    """
    control = socket.socket(fileno=0)
    kind = Confinement(confinement)
    by_type = _load(readers)
    box = Box(Limits(**json.loads(limits)), frozenset(map(Layer, json.loads(layers))), os.getpid())
    kept = _start_machine(box) if kind is Confinement.THREADS else frozenset()
    gc.freeze()  # a collection in a child then copies no page of what was imported here
    control.send(_greeting(by_type))
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _JOB_BYTES, 2)
        if not message:
            return
        if message != STOP:  # which comes too late when the job has just ended by itself
            asked, _, password = message.partition(b"\0")
            media_type = asked.decode("ascii")
            job = _Job(by_type[media_type], password)
            job.prepare()
            narrow = dataclasses.replace(box, limits=box.limits.of(media_type))
            status = _serve(control, job, descriptors, narrow, kept)
            control.send(STATUS.pack(status))


def _start_machine(box: Box) -> frozenset[int]:
    """Start the virtual machine that children inherit; return the descriptors that it keeps."""
    os.dup2(1, _ANSWER)  # it must not take a number that a child puts something else at
    native.load()
    keep_out(box)
    return native.start()


@dataclasses.dataclass(frozen=True, slots=True)
class _Job:
    """A reader and the password, or none, for one document."""

    reader: Reader
    password: bytes

    def prepare(self) -> None:
        """Let the reader open what it needs before its first document, if it needs anything."""
        prepare = getattr(self.reader, "prepare", None)
        if prepare is not None:
            prepare()
            gc.freeze()

    def read(self, data: bytes) -> Extraction:
        """Read a document, with the password where there is one and the reader takes one."""
        if self.password and isinstance(self.reader, Unlocking):
            return self.reader.unlock(data, self.password)
        return self.reader.read(data)


def _load(readers: str) -> Mapping[str, Reader]:
    """Import readers and every text codec now; a confined child can open no file to import from."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in ("mbcs", "oem"):  # Windows only
            importlib.import_module(f"encodings.{module.name}")
    available: Iterable[Reader] = importlib.import_module(readers).READERS
    return {kind: reader for reader in (*available, *CANARIES) for kind in reader.media_types}


def _greeting(by_type: Mapping[str, Reader]) -> bytes:
    readers = {kind: (one.name, one.confinement.value) for kind, one in by_type.items()}
    return json.dumps(readers, ensure_ascii=True).encode("ascii")


def _serve(control: socket.socket, job: _Job, descriptors: list[int], box: Box, kept: Kept) -> int:
    """Fork a child for one document and wait for it; return its wait status."""
    document, answer = descriptors
    child = os.fork()
    if child == 0:
        _work(job, document, answer, box, kept)
    os.close(document)
    os.close(answer)
    ended = os.pidfd_open(child)
    waiting = select.poll()
    waiting.register(ended, select.POLLIN)
    waiting.register(control, select.POLLIN)  # readable during a job: stop, or the parent is gone
    if all(descriptor != ended for descriptor, _ in waiting.poll()):
        os.kill(child, signal.SIGKILL)
    os.close(ended)
    return os.waitpid(child, 0)[1]


def _work(job: _Job, document: int, answer: int, box: Box, kept: Kept) -> None:
    """Read one document and answer, in the child. Never returns."""
    try:
        os.dup2(document, _DOCUMENT)  # over the socket to the parent
        os.dup2(answer, _ANSWER)
        _close_all_but(kept)
        confine(job.reader.confinement, box)
        for piece in _answer(job, box.limits):
            _write(piece)
    finally:
        os._exit(0)


def _close_all_but(kept: Kept) -> None:
    first = _ANSWER + 1
    for descriptor in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        os.closerange(first, descriptor)
        first = descriptor + 1


def _answer(job: _Job, limits: Limits) -> list[bytes]:
    """Read the document and return the pieces of the answer, whatever happens."""
    try:
        return list(encode_answer(Answer.READ, limits, _settle(job.read(_read_all()))))
    except (MemoryError, RecursionError, ReaderLimit):
        return list(encode_answer(Answer.LIMIT, limits))
    except Exception:  # any fault of a reader is one document without text
        return list(encode_answer(Answer.FAILED, limits))


def _settle(found: Extraction) -> Extraction:
    """Return an extraction whose text shows something, or that says why there is none."""
    if found.text is not None and is_blank(found.text.text):
        return dataclasses.replace(found, text=None, reason=NoText.EMPTY.value)
    return found


def _read_all() -> bytes:
    """Return the document: a memory file that the parent has sealed, so its size holds."""
    return os.pread(_DOCUMENT, os.lseek(_DOCUMENT, 0, os.SEEK_END), 0)


def _write(piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(_ANSWER, view) :]
