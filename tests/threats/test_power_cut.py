"""T7: what was acknowledged survives a power cut and a failing disk (needs root, else skips)."""

from __future__ import annotations

import fcntl
import hashlib
import os
import random
import signal
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.errors import WriteFailed
from archive.storage import ArchiveFolder, LocalStore, verify
from tests.threats.durability_rig import (
    Writer,
    check,
    child,
    endless,
    mounted,
    new_archive,
    some,
)

SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN of ext4 and xfs
NO_LOG_FLUSH = struct.pack("I", 2)  # FS_IOC_SHUTDOWN flag: what is not synced is lost
POWER_CUTS = 6


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
                acknowledged += until_the_cut(disk, cut, chance)
            with mount() as disk:
                check(disk / "archive", acknowledged)
    assert len(acknowledged) > POWER_CUTS


def until_the_cut(disk: Path, seed: int, chance: random.Random) -> list[str]:
    """Let a process write until the power goes; return what it acknowledged before that.

    The process is stopped first: a sync that races with the cut may succeed and yet be lost, and
    what is acknowledged after the cut does not count.
    """
    with child(endless(disk / "archive", seed)) as (process, lines):
        before = some(lines, chance)
        os.kill(process, signal.SIGSTOP)
        os.waitpid(process, os.WUNTRACED)
        cut_power(disk)
        os.kill(process, signal.SIGKILL)
        return before + [digest for line in lines for digest in line.split()]


def store_some(path: Path, number: int) -> list[str]:
    """Commit some objects, lose the power and return their digests."""
    store = LocalStore(path / "objects")
    contents = [b"%d" % n for n in range(number)]
    staged = [store.stage() for _ in contents]
    for handle, content in zip(staged, contents, strict=True):
        handle.write(content)
        handle.seal(hashlib.sha256(content).hexdigest())
    store.commit(staged)
    cut_power(path)
    store.close()
    return [hashlib.sha256(content).hexdigest() for content in contents]


@pytest.mark.parametrize("number", [1, 4, 9])
def test_what_is_committed_deleted_or_copied_survives_the_next_moment(
    tmp_path: Path, number: int
) -> None:
    with ext4(tmp_path) as mount:
        with mount() as disk:
            path = new_archive(disk / "archive")
            cut_power(disk)
        with mount():
            digests = store_some(path, number)
        with mount():
            store = LocalStore(path / "objects")
            assert list(store.digests()) == sorted(digests)
            assert all(verify(store, digest) for digest in digests)
            store.delete(digests[0])
            cut_power(disk)
        with mount():
            assert set(LocalStore(path / "objects").digests()) == set(digests[1:])
            ArchiveFolder.open(path).write_headers([("h", "r", [], b"header")], name="one")
            cut_power(disk)
        with mount():
            assert [file.name for file in (path / "headers").iterdir()] == ["one.jsonl"]
            Catalog.open(path / "catalog.sqlite").close()


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
