"""A writer that keeps the order of writing, ways to end it, and the check afterwards."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.catalog.rows import (
    CollectionRow,
    HeaderRow,
    ObjectRow,
    OutboxKind,
    OutboxRow,
    RecordRow,
)
from archive.errors import StorageError
from archive.model.ids import CollectionId, RecordId
from archive.storage import ArchiveFolder, LocalStore, StagedObject, verify

MAIN = CollectionId("main")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@dataclass
class Writer:
    """Writes batches in the order of the design: objects, headers, one catalog transaction."""

    folder: ArchiveFolder
    store: LocalStore
    catalog: Catalog
    chance: random.Random

    @classmethod
    def on(cls, path: Path, seed: int = 0) -> Writer:
        folder = ArchiveFolder.open(path)
        store = LocalStore(folder.objects)
        store.recover()
        return cls(folder, store, Catalog.open(folder.catalog), random.Random(seed))

    def batch(self) -> list[str]:
        """Store one batch durably and return the ids of its records."""
        contents = [self.chance.randbytes(6000) for _ in range(self.chance.choice((1, 3, 9)))]
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        staged: list[StagedObject] = []
        try:
            for content, digest in zip(contents, digests, strict=True):
                staged.append(self.store.stage())
                staged[-1].write(content[:4000])
                staged[-1].write(content[4000:])
                staged[-1].seal(digest)
            self.store.commit(staged)
        except StorageError:
            for handle in staged:
                handle.discard()
            raise
        self.folder.write_headers(
            [(digest, digest, [digest], b"header") for digest in digests], name=digests[0]
        )
        self.insert(digests)
        return digests

    def insert(self, digests: list[str]) -> None:
        with self.catalog.write() as tx:
            tail = tx.ledger.tail()
            leaf = [hashlib.sha256(digest.encode()).digest() for digest in digests]
            positions = range(tail.size, tail.size + len(digests))
            entries = [
                (at, digest, 0, digest.encode(), leaf[at - tail.size])
                for at, digest in zip(positions, digests, strict=True)
            ]
            tx.ledger.append(entries, leaf[:1], f"note {tail.size + len(digests)}")
            tx.headers.add_many([HeaderRow(one, MAIN, "originals", 1, b"h") for one in digests])
            tx.records.add_many(
                [
                    RecordRow(RecordId(d), MAIN, d, b"m", d, at, d, 6000, "ingested", NOW)
                    for at, d in zip(positions, digests, strict=True)
                ]
            )
            tx.objects.add_many([ObjectRow(d, RecordId(d), "original", 6000) for d in digests])
            work = [OutboxRow(0, OutboxKind.INDEX_ORIGINAL, MAIN, RecordId(d)) for d in digests]
            tx.outbox.add_many(work)

    def close(self) -> None:
        self.store.close()
        self.catalog.close()


def new_archive(path: Path) -> Path:
    folder = ArchiveFolder.create(path, archive_id="a", origin="o", vkeys=[], created=NOW)
    catalog = Catalog.create(folder.catalog)
    with catalog.write() as tx:
        tx.collections.add(CollectionRow(MAIN, "tag", b"sealed"))
    catalog.close()
    return path


def check(path: Path, acknowledged: list[str]) -> int:
    """Reopen after a failure; return how many whole objects no record names."""
    writer = Writer.on(path)
    with writer.catalog.read() as snapshot:
        records = {row.id: row for row in snapshot.records.list(MAIN)}
        named = set(snapshot.objects.digests())
        waiting = snapshot.outbox.count()
        tail, entries = snapshot.ledger.tail(), [*snapshot.ledger.entries(0, 1 << 40)]
        headers = snapshot.headers.get_many([row.header for row in records.values()])
    assert set(acknowledged) <= set(records)
    assert set(records) == named
    assert waiting == len(records) == len(headers) == len(entries) == tail.size
    assert [entry.index for entry in entries] == list(range(tail.size))
    stored = set(writer.store.digests())
    assert named <= stored
    assert all(verify(writer.store, digest) for digest in stored)
    copied = (path / "headers").glob("*.jsonl")
    assert named <= {line[7:71] for file in copied for line in file.read_text().splitlines()}
    writer.close()
    assert list((path / "objects").glob("tmp/*")) == []
    return len(stored - named)


@contextmanager
def child(work: Callable[[int], None]) -> Iterator[tuple[int, Iterator[str]]]:
    """Fork a process that runs `work` with a pipe; kill it at the end of the block."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        with suppress(BaseException):
            work(writing)
        os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as lines:
        yield process, iter(lines)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def some(lines: Iterator[str], chance: random.Random) -> list[str]:
    """Return what the first few lines acknowledge, and let a moment pass in the next batch."""
    assert next(lines) == "ready\n"
    found = [digest for _ in range(chance.randrange(4)) for digest in next(lines).split()]
    time.sleep(chance.uniform(0, 0.006))
    return found


def endless(path: Path, seed: int) -> Callable[[int], None]:
    def work(pipe: int) -> None:
        writer = Writer.on(path, seed)
        os.write(pipe, b"ready\n")
        while True:
            os.write(pipe, (" ".join(writer.batch()) + "\n").encode())

    return work


@contextmanager
def mounted(folder: Path, *how: str) -> Iterator[Path]:
    """Mount a small file system for the block; skip, saying so, where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *how, str(folder)], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("NOT TESTED: mounting a small file system needs root and loop devices")
    try:
        yield folder
    finally:
        if subprocess.run(["umount", str(folder)], check=False).returncode != 0:
            subprocess.run(["umount", "-l", str(folder)], check=True)
            raise RuntimeError("something in the file system is still open")


def fill(disk: Path) -> None:
    with suppress(OSError), open(disk / "filler", "wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
