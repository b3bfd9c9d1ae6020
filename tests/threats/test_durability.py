"""T7: no acknowledged object or row is lost to a kill, a full or a failing disk."""

from __future__ import annotations

import os
import random
import resource
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.errors import ArchiveError, DiskFull, StorageError
from tests.threats.durability_rig import (
    Writer,
    check,
    child,
    endless,
    fill,
    mounted,
    new_archive,
    some,
)

KILLS = 40


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path, chance, acknowledged = new_archive(tmp_path / "archive"), random.Random(7), []
    for seed in range(1, KILLS + 1):
        with child(endless(path, seed)) as (process, lines):
            acknowledged += some(lines, chance)
            os.kill(process, signal.SIGKILL)
            acknowledged += [digest for line in lines for digest in line.split()]
        if seed % 8 == 0:
            check(path, acknowledged)
    assert len(acknowledged) > KILLS


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


def test_after_a_failed_write_the_catalog_stays_shut_until_it_is_reopened(tmp_path: Path) -> None:
    path = new_archive(tmp_path / "archive")

    def limit_files(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def work(pipe: int) -> None:
        writer = Writer.on(path)
        os.write(pipe, f"{' '.join(writer.batch())}\n".encode())
        limit = (path / "catalog.sqlite-wal").stat().st_size + 10_000
        for act in (
            lambda: limit_files(limit),
            lambda: writer.store.stage().write(bytes(limit + 1)),
            lambda: writer.insert([f"{n:064x}" for n in range(300)]),
            lambda: limit_files(resource.RLIM_INFINITY),
            lambda: writer.insert(["f" * 64]),
            lambda: Writer.on(path, seed=1).batch(),
        ):
            try:
                act()
                os.write(pipe, b"done\n")
            except StorageError as error:
                os.write(pipe, f"{error.code}\n".encode())

    with child(work) as (_, lines):
        acknowledged, *codes = lines
    failed = "write-failed\n"
    assert codes == ["done\n", failed, failed, "done\n", failed, "done\n"]
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
