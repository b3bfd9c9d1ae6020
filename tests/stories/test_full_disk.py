"""T7: on a full disk every file still ends in one outcome, and the same ingest goes on later."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from archive.bootstrap import open_archive
from archive.errors import DiskFull
from archive.model.objects import Outcome
from archive.model.search import SearchRequest
from archive.services import audit
from archive.services.intake.ingest import PathInput, Upload, ingest, totals
from archive.services.intake.receipts import Run
from archive.services.members import administration
from archive.services.reading_room import access
from archive.services.session import sign_in
from tests.small_archive import PASSPHRASE, Small, build
from tests.threats.durability_rig import fill, mounted


def _named(small: Small) -> list[str]:
    with small.archive.catalog.read() as snapshot:
        return list(snapshot.objects.digests())


def test_an_ingest_that_fills_the_disk_reports_every_file_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    box = tmp_path / "box"
    box.mkdir()
    for number in range(40):
        words = os.urandom(60_000).hex() if number % 2 else f"Letter {number} about herons."
        (box / f"{number:02}.txt").write_text(words)
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=16m,mode=700", "none") as disk:
        filler = disk / "filler"
        filler.write_bytes(bytes(13 << 20))
        small = build(disk / "small")
        archivist = small.people["archivist"]
        run = Run(small.archive, archivist)
        first = totals(ingest(small.archive, archivist, [PathInput(box)], run=run))
        assert first["files"] == 40
        assert first["failed"] > 0
        assert set(small.archive.store.digests()) <= set(_named(small))
        assert list((small.archive.folder.objects / "tmp").glob("*/*")) == []
        assert run.issued is not None
        lines = run.issued.receipt.lines
        assert sum(line.outcome is Outcome.FAILED for line in lines) == first["failed"]
        assert {line.record for line in lines if line.outcome is Outcome.FAILED} == {None}
        filler.unlink()
        again = totals(ingest(small.archive, archivist, [PathInput(box)]))
        assert again["files"] == 40
        assert again["duplicate"] == first["ingested"]
        assert again["failed"] + again["rejected"] == 0
        request = SearchRequest(query="herons")
        assert access.search(small.archive, archivist, request).total == 20
        assert audit.verify(small.archive.catalog, small.archive.folder.vkeys).ok
        small.archive.store.close()
        small.archive.close()


class WhenRead(io.BytesIO):
    """A stream that does something when it is read for the first time."""

    def __init__(self, content: bytes, act: Callable[[], None]) -> None:
        super().__init__(content)
        self._act: Callable[[], None] | None = act

    def read(self, size: int | None = -1, /) -> bytes:
        act, self._act = self._act, None
        if act is not None:
            act()
        return super().read(size)


@contextmanager
def apart(place: Path, stage: str) -> Iterator[tuple[Small, Path]]:
    """A small archive of which one part is on a disk of its own, and that disk."""
    small = build(place)
    small.archive.store.close()
    small.archive.close()
    root = place / "archive"
    if stage == "catalog":  # the file is at the top: everything else is taken off its disk
        disks = [(root, "4m"), *((root / one, "32m") for one in ("objects", "headers", "index"))]
    else:
        disks = [(root / stage, "4m")]
    with ExitStack() as open_:
        for disk, size in disks:
            kept = place / f"kept-{disk.name}"
            shutil.copytree(disk, kept)
            open_.enter_context(mounted(disk, "-t", "tmpfs", "-o", f"size={size},mode=700", "none"))
            shutil.copytree(kept, disk, dirs_exist_ok=True)
        small.archive = open_archive(root)
        small.people = {"archivist": sign_in(small.archive, "archivist", bytearray(PASSPHRASE))}
        try:
            yield small, disks[0][0]
        finally:
            small.archive.store.close()
            small.archive.close()


STORED_NOTHING = {"objects": True, "headers": True, "catalog": True, "index": False}


@pytest.mark.parametrize("stage", STORED_NOTHING)
def test_a_disk_that_is_full_at_a_stage_gives_each_file_one_outcome(
    stage: str, tmp_path: Path
) -> None:
    with apart(tmp_path, stage) as (small, disk):
        archive, archivist = small.archive, small.people["archivist"]

        def letters(act: Callable[[], None]) -> list[Upload]:
            plain = [Upload(f"{n}.txt", io.BytesIO(b"Herons, %d." % n)) for n in range(3)]
            copy = Upload("copy.txt", io.BytesIO(b"Herons, 0."))
            return [*plain, copy, Upload("last.txt", WhenRead(b"Herons at last.", act))]

        run = Run(archive, archivist)
        reports = list(ingest(archive, archivist, letters(lambda: fill(disk)), run=run))
        counts = totals(reports)
        if STORED_NOTHING[stage]:
            assert counts["failed"] == counts["files"] == 5
            assert all(DiskFull.message in (report.reason or "") for report in reports)
            assert set(archive.store.digests()) <= set(_named(small))
        else:
            assert (counts["ingested"], counts["duplicate"]) == (4, 1)
            assert administration.status(archive).pending == 4
        (disk / "filler").unlink()
        again = totals(ingest(archive, archivist, letters(lambda: None)))
        assert again["ingested"] == (4 if STORED_NOTHING[stage] else 0)
        assert again["duplicate"] == (1 if STORED_NOTHING[stage] else 5)
        assert access.search(archive, archivist, SearchRequest(query="herons")).total == 4
        assert audit.verify(archive.catalog, archive.folder.vkeys).ok


def test_a_disk_that_is_full_when_the_receipt_is_due_takes_nothing_back(tmp_path: Path) -> None:
    with apart(tmp_path, "catalog") as (small, disk):
        archive, archivist = small.archive, small.people["archivist"]
        run = Run(archive, archivist)
        letters = [Upload(f"{n}.txt", io.BytesIO(b"Herons, %d." % n)) for n in range(3)]
        reports = ingest(archive, archivist, letters, run=run)
        told = [next(reports) for _ in letters]
        fill(disk)
        assert list(reports) == []
        assert totals(told)["ingested"] == 3
        assert run.issued is None
        (disk / "filler").unlink()
        later = Run(archive, archivist)
        letters = [Upload(f"{n}.txt", io.BytesIO(b"Herons, %d." % n)) for n in range(3)]
        assert totals(ingest(archive, archivist, letters, run=later))["duplicate"] == 3
        assert later.issued is not None
        assert access.search(archive, archivist, SearchRequest(query="herons")).total == 3
        assert audit.verify(archive.catalog, archive.folder.vkeys).ok
