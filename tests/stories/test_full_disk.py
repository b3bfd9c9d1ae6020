"""T7: on a full disk every file still ends in one outcome, and the same ingest goes on later."""

from __future__ import annotations

import os
from pathlib import Path

from archive.model.objects import Outcome
from archive.model.search import SearchRequest
from archive.services import access, audit
from archive.services.ingest import PathInput, ingest, totals
from archive.services.receipts import Run
from tests.small_archive import Small, build
from tests.threats.durability_rig import mounted


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
