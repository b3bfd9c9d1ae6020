"""Many documents at once: other processes analyse, invert and seal, each segment in one of them.

A worker is this module run by the same interpreter. What it is told comes through its standard
input, what it says goes through its standard output, as JSON objects with their lengths before
them (4 bytes, big-endian): first the folder, key and generation, then for each segment its name
and documents. Nothing of a document goes anywhere else.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from archive.errors import DiskFull, WriteFailed
from archive.model.search import IndexDocument
from archive.search.codec import segment
from archive.search.files import SealedFiles
from archive.search.folder import IndexFolder, disk
from archive.search.inversion import Batch
from archive.search.manifest import StoredFile
from archive.search.memory import reused

_LENGTH = struct.Struct(">I")
_MAIN = f"import sys; from {__name__} import work; work(sys.stdin.buffer, sys.stdout.buffer)"


def _send(pipe: IO[bytes], message: object) -> None:
    content = json.dumps(message).encode()
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    return json.loads(pipe.read(length))


class _Worker:
    def __init__(self, start: dict[str, object]) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _MAIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.busy = False
        self._send(start)

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None  # noqa: S101
        try:
            _send(self._process.stdin, message)
        except OSError:
            raise WriteFailed from None

    def take(self, name: str, documents: list[IndexDocument]) -> None:
        self._send({"name": name, "documents": [_told(document) for document in documents]})
        self.busy = True

    def result(self) -> dict[str, Any]:
        """Wait for the segment that was given last and return what the manifest says of it.

        Raises:
            DiskFull, WriteFailed: the disk refused, or the worker is gone.
        """
        assert self._process.stdout is not None  # noqa: S101
        self.busy = False
        try:
            answer: dict[str, Any] = _receive(self._process.stdout)
        except EOFError:
            raise WriteFailed from None
        if "error" in answer:
            raise DiskFull if answer["error"] == DiskFull.code else WriteFailed
        return answer

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


class Bulk:
    """As many workers as there are processors; they start with the first segment."""

    def __init__(self, files: SealedFiles) -> None:
        """`files` is what the segments are added to."""
        self._files = files
        self._count = len(os.sched_getaffinity(0))
        self._workers: list[_Worker] = []

    @property
    def worthwhile(self) -> bool:
        """Whether there is more than one processor."""
        return self._count > 1

    def put(self, name: str, documents: list[IndexDocument]) -> list[str]:
        """Give the segment `name` to a worker; return the names of segments that are done.

        Raises:
            DiskFull, WriteFailed: the disk refused, or a worker is gone.
        """
        done = []
        if len(self._workers) < self._count:
            self._workers.append(_Worker(self._files.told()))
        elif self._workers[0].busy:
            done.append(self._taken(self._workers[0]))
        worker = self._workers.pop(0) if not self._workers[0].busy else self._workers.pop()
        worker.take(name, documents)
        self._workers.append(worker)
        return done

    def _taken(self, worker: _Worker) -> str:
        stored = StoredFile(**worker.result())
        self._files.adopt(stored)
        return stored.name

    def finish(self) -> list[str]:
        """Wait for all segments and return the names of those not told of before.

        Raises:
            DiskFull, WriteFailed: the disk refused, or a worker is gone.
        """
        return [self._taken(worker) for worker in self._workers if worker.busy]

    def stop(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.stop()
        self._workers.clear()


def _told(document: IndexDocument) -> list[object]:
    return [getattr(document, name) for name in IndexDocument.__slots__]


def _document(told: list[Any]) -> IndexDocument:
    fields = dict(zip(IndexDocument.__slots__, told, strict=True))
    facets = {name: tuple(values) for name, values in fields.pop("facets").items()}
    return IndexDocument(**fields, facets=facets)


def _segment(files: SealedFiles, name: str, documents: list[list[Any]]) -> dict[str, Any]:
    batch = Batch()
    for told in documents:
        batch.add(_document(told))
    try:
        with disk():
            out = files.writer(name)
            segment.write(out, batch.content())
            out.close()
    except (DiskFull, WriteFailed) as refusal:
        return {"error": refusal.code}
    return asdict(files.files[name])


def work(source: IO[bytes], sink: IO[bytes]) -> None:
    """Write segments as told by `source` until it ends, and tell `sink` of each."""
    start = _receive(source)
    files = SealedFiles(
        IndexFolder(Path(start["folder"])),
        bytes.fromhex(start["key"]),
        {},
        start["generation"],
        random=os.urandom,
    )
    with reused(), suppress(EOFError):
        while True:
            message = _receive(source)
            _send(sink, _segment(files, message["name"], message["documents"]))
