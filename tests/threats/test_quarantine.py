"""T2: what is held back, destroyed or in an accession stays so, whatever is done to the catalog."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from archive.errors import InQuarantine, IntegrityError, RecordNotFound
from archive.model.access import Level
from archive.model.accessions import Accession
from archive.model.ids import AccessionRef, RecordId
from archive.model.objects import Outcome
from archive.model.search import SearchRequest
from archive.services import accessions
from archive.services.holdings import quarantine
from archive.services.indexes import indexing
from archive.services.intake.ingest import PathInput, ingest
from archive.services.reading_room import access
from archive.services.redaction import redact
from tests.catalog_file import by_hand
from tests.small_archive import Small


def change(small: Small, statement: str, *values: object) -> None:
    with by_hand(small.archive.folder.catalog) as db:
        assert db.execute(statement, values).rowcount == 1, "the change did not happen"


def held(small: Small, place: Path) -> RecordId:
    """Ingest a file whose checksum is not the one beside it."""
    (place / "box").mkdir()
    (place / "box" / "d.txt").write_text("A letter about walnuts.")
    (place / "box" / "SHA256SUMS").write_text("0" * 64 + "  d.txt\n")
    reports = list(ingest(small.archive, small.people["archivist"], [PathInput(place / "box")]))
    (record,) = [one.record for one in reports if one.outcome is Outcome.REJECTED]
    assert record is not None
    return record


def test_a_record_that_was_moved_out_of_its_accession_on_the_disk_is_refused(
    small: Small, tmp_path: Path
) -> None:
    archive, archivist = small.archive, small.people["archivist"]
    (tmp_path / "c.txt").write_text("A letter under embargo.")
    made = Accession(AccessionRef(""), "Kettle papers", date(2026, 1, 2), embargo=date(2099, 1, 1))
    ref = accessions.open_accession(archive, archivist, made)
    (report,) = ingest(archive, archivist, [PathInput(tmp_path / "c.txt")], accession=ref)
    assert report.record is not None
    change(small, "UPDATE records SET accession = NULL WHERE accession IS NOT NULL")
    with pytest.raises(IntegrityError):
        access.show(archive, archivist, report.record)


def test_a_record_that_was_taken_out_of_quarantine_on_the_disk_alone_stays_in_it(
    small: Small, tmp_path: Path
) -> None:
    archive, archivist = small.archive, small.people["archivist"]
    record = held(small, tmp_path)
    change(small, "UPDATE records SET outcome = 'ingested' WHERE outcome = 'quarantined'")
    indexing.rebuild(archive, archivist, Level.ORIGINALS)
    assert access.search(archive, archivist, SearchRequest("walnuts")).total == 0
    with pytest.raises(InQuarantine):
        redact.propose(archive, archivist, record)
    assert "quarantine" in (access.show(archive, archivist, record).metadata or {})


def test_a_destroyed_record_that_is_put_back_on_the_disk_stays_destroyed(
    small: Small, tmp_path: Path
) -> None:
    archive, archivist = small.archive, small.people["archivist"]
    record = held(small, tmp_path)
    kept = {}
    with by_hand(archive.folder.catalog) as db:
        for table in ("headers", "records"):
            kept[table] = db.execute(f"SELECT * FROM {table}").fetchall()
    quarantine.discard(archive, archivist, record, "not what was sent")
    with pytest.raises(RecordNotFound):
        access.show(archive, archivist, record)
    with by_hand(archive.folder.catalog) as db:
        for table, rows in kept.items():
            marks = ",".join("?" * len(rows[0]))
            db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)
    with pytest.raises(IntegrityError):
        access.show(archive, archivist, record)


MAIL = b"""From: a@example.org
Subject: Alders
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=edge

--edge
Content-Type: text/plain

See the list of hornbeams.
--edge
Content-Type: text/plain
Content-Disposition: attachment; filename="list.txt"

Hornbeams, and nothing else.
--edge--
"""


def test_what_is_inside_a_held_file_is_held_accepted_and_destroyed_with_it(
    small: Small, tmp_path: Path
) -> None:
    archive, archivist = small.archive, small.people["archivist"]
    boxes = [tmp_path / "first", tmp_path / "second"]
    for box in boxes:
        box.mkdir()
        (box / "mail.eml").write_bytes(MAIL.replace(b"else", box.name.encode()))
        (box / "mail.eml.md5").write_text("0" * 32)
    reports = [
        report
        for report in ingest(archive, archivist, [PathInput(box) for box in boxes])
        if report.outcome is Outcome.REJECTED
    ]
    assert [len(report.attachments) for report in reports] == [1, 1]
    assert {one.outcome for report in reports for one in report.attachments} == {Outcome.REJECTED}
    first, second = [report.record for report in reports]
    assert first is not None
    assert second is not None
    assert access.search(archive, archivist, SearchRequest("hornbeams")).total == 0
    assert len(quarantine.accept(archive, archivist, first, "asked the sender")) == 2
    assert access.search(archive, archivist, SearchRequest("hornbeams")).total == 2
    gone = quarantine.discard(archive, archivist, second, "not what was sent")
    assert len(gone) == 2
    assert quarantine.held(archive, archivist) == ()
    with archive.catalog.read() as snapshot:
        assert set(archive.store.digests()) == set(snapshot.objects.digests())
    with pytest.raises(RecordNotFound):
        quarantine.accept(archive, archivist, second, "too late")
