"""What an ingest has just stored is indexed as it would be if it were opened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from archive.model.access import Level
from archive.model.search import SearchRequest, SearchResults
from archive.services.indexes import indexing
from archive.services.intake.ingest import PathInput, ingest
from archive.services.parts import Archive
from archive.services.reading_room import access
from archive.services.session import Session
from tests.small_archive import build

QUERIES = ("kettles", "harbour", "ferries", "photograph", "tag:coal", "강변", "lamp")
MAIL = b"""From: Ada Quill <ada@quill.example>\r
To: desk@harbour.example\r
Subject: Ferries in March\r
Date: Tue, 3 Mar 2020 09:00:00 +0000\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=x\r
\r
--x\r
Content-Type: text/plain; charset=utf-8\r
\r
The harbour is closed until the lamp is mended.\r
--x\r
Content-Type: text/plain; name="tide.txt"\r
Content-Disposition: attachment; filename="tide.txt"\r
\r
High water at the harbour at six.\r
--x--\r
"""


def answers(archive: Archive, member: Session) -> list[SearchResults]:
    found = (
        access.search(archive, member, SearchRequest(query), Level.ORIGINALS) for query in QUERIES
    )
    return [replace(one, index=None) for one in found]


def test_the_index_is_the_same_as_one_built_from_the_sealed_records(tmp_path: Path) -> None:
    small = build(tmp_path)
    box = tmp_path / "more"
    box.mkdir()
    (box / "mail.eml").write_bytes(MAIL)
    (box / "note.txt").write_text("강변 presses and the harbour lamp. " * 3)
    (box / "long.txt").write_text("kettles on the harbour wall. " * 4000)
    (box / "photo.bin").write_bytes(b"\0\1\2photograph")
    (box / "metadata.csv").write_text(
        "filename,title,subject\nphoto.bin,A photograph of the quay,coal;kettles\n"
    )
    archivist = small.people["archivist"]
    reports = list(ingest(small.archive, archivist, [PathInput(box)]))
    assert all(report.record for report in reports), reports
    before = answers(small.archive, archivist)
    assert [found.total for found in before] != [0] * len(QUERIES)
    indexing.rebuild(small.archive, archivist, Level.ORIGINALS)
    assert answers(small.archive, archivist) == before
    small.archive.close()
