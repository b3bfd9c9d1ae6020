"""T7: no acknowledged object or row is lost to a kill, a power cut, a full or a failing disk."""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import resource
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
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
from archive.errors import ArchiveError, DiskFull, StorageError, WriteFailed
from archive.model.ids import CollectionId, RecordId
from archive.storage import ArchiveFolder, LocalStore, verify

MAIN = CollectionId("main")
NOW = datetime(2026, 1, 2, tzinfo=UTC)
SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN of ext4 and xfs
NO_LOG_FLUSH = struct.pack("I", 2)  # FS_IOC_SHUTDOWN flag: what is not synced is lost
KILLS = 40
POWER_CUTS = 6


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
        staged = []
        for content, digest in zip(contents, digests, strict=True):
            handle = self.store.stage()
            staged.append(handle)
            handle.write(content[:4000])
            handle.write(content[4000:])
            handle.seal(digest)
        self.store.commit(staged)
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
    assert {p.name for p in (path / "objects" / "tmp").iterdir()} == set()
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


def endless(path: Path, seed: int) -> Callable[[int], None]:
    def work(pipe: int) -> None:
        writer = Writer.on(path, seed)
        os.write(pipe, b"ready\n")
        while True:
            os.write(pipe, (" ".join(writer.batch()) + "\n").encode())

    return work


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path, chance, acknowledged = new_archive(tmp_path / "archive"), random.Random(7), []
    for seed in range(1, KILLS + 1):
        with child(endless(path, seed)) as (process, lines):
            assert next(lines) == "ready\n"
            time.sleep(chance.uniform(0, 0.04))
            os.kill(process, signal.SIGKILL)
            acknowledged += [digest for line in lines for digest in line.split()]
        if seed % 8 == 0:
            check(path, acknowledged)
    assert len(acknowledged) > KILLS


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
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=3m,mode=700", "none") as disk:
        path = new_archive(disk / "archive")
        filler = disk / "filler"
        filler.write_bytes(bytes(1 << 20))
        acknowledged: list[str] = []
        writer = Writer.on(path)
        with pytest.raises(DiskFull):
            acknowledged.extend(digest for _ in count() for digest in writer.batch())
        writer.close()
        assert len(acknowledged) > 20
        filler.unlink()
        check(path, acknowledged)
        writer = Writer.on(path, seed=1)
        acknowledged += writer.batch()
        writer.close()
        check(path, acknowledged)


@pytest.mark.parametrize("filled", ["before", "after"])
def test_a_disk_that_is_full_is_named_as_such_wherever_it_strikes(
    tmp_path: Path, filled: str
) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=2m,mode=700", "none") as disk:
        path = new_archive(disk / "archive")
        writer = Writer.on(path)
        if filled == "after":
            writer.batch()
        fill(disk)
        staged = writer.store.stage()
        acts: list[Callable[[], object]] = [
            lambda: staged.write(b"x" * 5000),
            lambda: writer.folder.write_headers([("h", "r", [], b"x" * 5000)], name="full"),
            lambda: writer.insert([f"{n:064x}" for n in range(300)]),
        ]
        for act in acts:
            with pytest.raises(DiskFull):
                act()
        staged.discard()
        assert not list((path / "headers").glob("full*"))
        writer.close()


def fill(disk: Path) -> None:
    with suppress(OSError), open(disk / "filler", "wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))


def test_an_archive_that_is_opened_on_a_full_disk_says_so(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=2m,mode=700", "none") as disk:
        path = new_archive(disk / "archive")
        fill(disk)
        with pytest.raises(DiskFull):
            Catalog.open(path / "catalog.sqlite")
        with pytest.raises(DiskFull):
            new_archive(disk / "second")
        (disk / "filler").unlink()
        check(path, [])


@contextmanager
def ext4(tmp_path: Path) -> Iterator[Callable[[], object]]:
    """Yield what mounts one and the same small ext4 image, as a context manager."""
    image = tmp_path / "disk.img"
    with open(image, "wb") as file:
        file.truncate(48 << 20)
    with suppress(FileNotFoundError):
        subprocess.run(["/usr/sbin/mkfs.ext4", "-q", image], capture_output=True, check=False)
    yield lambda: mounted(tmp_path / "disk", "-o", "loop", str(image))


def cut_power(folder: Path) -> None:
    """Lose everything that was not synced, as if the power had gone."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.ioctl(descriptor, SHUTDOWN, NO_LOG_FLUSH)
    os.close(descriptor)


def test_nothing_acknowledged_is_lost_when_the_power_goes(tmp_path: Path) -> None:
    chance, acknowledged = random.Random(11), []
    with ext4(tmp_path) as mount:
        with mount() as disk:
            new_archive(disk / "archive")
            subprocess.run(["sync", "-f", disk], check=True)
        for cut in range(POWER_CUTS):
            with mount() as disk:
                acknowledged += until_the_cut(disk, cut, chance.uniform(0.01, 0.1))
            with mount() as disk:
                check(disk / "archive", acknowledged)
    assert len(acknowledged) > POWER_CUTS


def until_the_cut(disk: Path, seed: int, seconds: float) -> list[str]:
    """Let a process write until the power goes; return what it acknowledged before that.

    The process is stopped first: a sync that races with the cut may succeed and yet be lost, and
    what is acknowledged after the cut does not count.
    """
    with child(endless(disk / "archive", seed)) as (process, lines):
        assert next(lines) == "ready\n"
        time.sleep(seconds)
        os.kill(process, signal.SIGSTOP)
        os.waitpid(process, os.WUNTRACED)
        cut_power(disk)
        os.kill(process, signal.SIGKILL)
        return [digest for line in lines for digest in line.split()]


def test_after_a_failed_sync_nothing_is_written_until_the_archive_is_reopened(
    tmp_path: Path,
) -> None:
    with ext4(tmp_path) as mount:
        with mount() as disk:
            new_archive(disk / "archive")
            writer = Writer.on(disk / "archive")
            acknowledged = writer.batch()
            staged = [writer.store.stage() for _ in range(2)]
            for handle in staged:
                handle.write(b"never acknowledged")
                handle.seal(hashlib.sha256(b"never acknowledged").hexdigest())
            cut_power(disk)
            for act in (
                lambda: writer.store.commit(staged),
                writer.store.stage,
                lambda: writer.store.commit(staged),
                lambda: writer.store.delete("0" * 64),
                lambda: writer.folder.write_headers([], name="late"),
                lambda: writer.insert(["0" * 64]),
                lambda: writer.insert(["1" * 64]),
            ):
                with pytest.raises(WriteFailed):
                    act()
            writer.close()
        with mount() as disk:
            check(disk / "archive", acknowledged)
            writer = Writer.on(disk / "archive", seed=1)
            acknowledged += writer.batch()
            writer.close()
            check(disk / "archive", acknowledged)


def test_a_write_that_fails_is_reported_and_the_catalog_stays_shut(tmp_path: Path) -> None:
    path = new_archive(tmp_path / "archive")

    def work(pipe: int) -> None:
        writer = Writer.on(path)
        os.write(pipe, f"{' '.join(writer.batch())}\n".encode())
        limit = (path / "catalog.sqlite-wal").stat().st_size + 10_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        for act in (
            lambda: writer.store.stage().write(bytes(limit + 1)),
            lambda: writer.insert([f"{n:064x}" for n in range(300)]),
            lambda: writer.insert(["f" * 64]),
        ):
            try:
                act()
            except StorageError as error:
                os.write(pipe, f"{error.code}\n".encode())

    with child(work) as (_, lines):
        acknowledged, *codes = lines
    assert codes == ["write-failed\n"] * 3
    check(path, acknowledged.split())


def test_recovery_twice_is_recovery_once(tmp_path: Path) -> None:
    path = new_archive(tmp_path / "archive")
    with child(endless(path, 3)) as (_, lines):
        acknowledged = [digest for _ in range(5) for digest in next(lines).split()]
    acknowledged.remove("ready")
    first = check(path, acknowledged)
    before = sorted(file for file in path.rglob("*") if file.is_file())
    assert check(path, acknowledged) == first
    assert sorted(file for file in path.rglob("*") if file.is_file()) == before


def test_what_a_failure_reports_names_no_path(tmp_path: Path) -> None:
    path = new_archive(tmp_path / "CANARY-FOLDER")
    writer = Writer.on(path)
    os.rename(path / "objects", path / "gone")
    with pytest.raises(ArchiveError) as failed:
        writer.store.stage()
    assert "CANARY" not in str(failed.value) + repr(failed.value.diagnostics)
    assert failed.value.__cause__ is None
    writer.catalog.close()
