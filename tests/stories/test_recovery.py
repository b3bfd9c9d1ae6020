"""T7: what a crash or a damaged record leaves behind is cleaned up and holds up nobody."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from archive.errors import WrongPlanState
from archive.model.search import SearchRequest
from archive.services.intake.ingest import PathInput, ingest
from archive.services.reading_room import access
from archive.services.redaction import redact
from tests.household import Household
from tests.small_archive import Small


def _ingest(small: Small, folder: Path, text: str) -> list[str]:
    folder.mkdir()
    (folder / "new.txt").write_text(text)
    reports = ingest(small.archive, small.people["archivist"], [PathInput(folder)])
    return [report.record or "" for report in reports]


def _orphan(small: Small, content: bytes) -> str:
    handle = small.archive.store.stage()
    handle.write(content)
    handle.seal(hashlib.sha256(content).hexdigest())
    small.archive.store.commit([handle])
    return hashlib.sha256(content).hexdigest()


def test_objects_of_an_ingest_that_was_cut_off_go_with_the_next_one(
    small: Small, tmp_path: Path
) -> None:
    def cut_off() -> None:
        with small.archive.folder.unfinished("ingest"):
            _orphan(small, b"sealed and never named")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()
    before = set(small.archive.store.digests())
    _ingest(small, tmp_path / "box2", "A third letter.")
    after = set(small.archive.store.digests())
    assert hashlib.sha256(b"sealed and never named").hexdigest() in before - after
    assert len(before - after) == 1


def test_an_ingest_that_ended_well_reaps_nothing(small: Small, tmp_path: Path) -> None:
    digest = _orphan(small, b"of somebody who looks after it")
    _ingest(small, tmp_path / "box2", "A third letter.")
    assert digest in set(small.archive.store.digests())


def test_one_record_that_cannot_be_opened_holds_up_no_search_and_no_other_record(
    small: Small, tmp_path: Path
) -> None:
    generator = ingest(small.archive, small.people["archivist"], [PathInput(_box(tmp_path))])
    reports = [next(generator), next(generator)]  # stored, and not yet indexed
    with small.archive.catalog.read() as snapshot:
        damaged = [o.digest for o in snapshot.objects.for_record(reports[0].record)]
    for digest in damaged:
        small.archive.store.delete(digest)
    for _ in range(7):
        found = access.search(
            small.archive, small.people["archivist"], SearchRequest(query="heron")
        )
    assert [hit.record for hit in found.hits] == [reports[1].record]


def _box(place: Path) -> Path:
    box = place / "herons"
    box.mkdir()
    (box / "1.txt").write_text("The first heron.")
    (box / "2.txt").write_text("The second heron.")
    return box


def test_an_approval_of_another_copy_than_was_looked_at_is_refused(small: Small) -> None:
    custodian, archivist = small.people["custodian"], small.people["archivist"]
    redact.mark(small.archive, custodian, small.kept, text="second")
    looked_at = redact.submit(small.archive, custodian, small.kept).copy_digest
    redact.mark(small.archive, custodian, small.kept, text="kettles")
    redact.submit(small.archive, custodian, small.kept)
    for decide in (redact.approve, lambda *a: redact.reject(*a[:3], "no", a[3])):
        with pytest.raises(WrongPlanState):
            decide(small.archive, archivist, small.kept, looked_at)
    current = redact.plan(small.archive, archivist, small.kept).copy_digest
    redact.approve(small.archive, archivist, small.kept, current)


def test_no_archive_is_founded_when_its_recovery_sheet_has_no_place(tmp_path: Path) -> None:
    house = Household(tmp_path)
    words = ["init", "--member", "custodian"]
    words += ["--new-passphrase-file", str(house.passphrase_file("custodian"))]
    sheet = tmp_path / "no such folder" / "sheet.txt"
    refused = house.run(*words, "--recovery-out", sheet)
    assert refused.code == 1
    assert not house.folder.exists()
    assert house.run(*words, "--recovery-out", tmp_path / "sheet.txt").code == 0
    assert "AGE-SECRET-KEY-PQ-1" in (tmp_path / "sheet.txt").read_text()
