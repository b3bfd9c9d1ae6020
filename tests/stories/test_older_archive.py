"""An archive from before texts had versions goes on as it was."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from archive.bootstrap import open_archive
from archive.model.access import Level
from archive.model.objects import Manifest, Representation
from archive.model.redaction import PlanState, Review
from archive.services import audit, codec
from archive.services.holdings import jobs
from archive.services.holdings.outdated import outdated
from archive.services.holdings.reextraction import Change, extract_again
from archive.services.intake import prepare as intake_prepare
from archive.services.intake.ingest import Upload, ingest
from archive.services.reading_room import access
from archive.services.redaction import redact
from tests.catalog_file import by_hand
from tests.generations import FIRST, SECOND, mark_all, publish, take_in, with_readers
from tests.readers import document
from tests.small_archive import Small, build

OLDER = """
DROP TABLE jobs; DROP TABLE progress; DROP TABLE receipts; DROP TABLE similarities;
DROP TABLE saved_searches; DROP TABLE redaction_proofs; DROP TABLE dossier_shares;
DROP TABLE unsealings; DROP TABLE attempts; DROP TABLE retentions; DROP TABLE papers;
DROP TABLE access_requests;
DROP TABLE accessions; DROP INDEX records_accession; ALTER TABLE records DROP COLUMN accession;
ALTER TABLE objects RENAME TO newer;
CREATE TABLE objects (digest TEXT NOT NULL, record TEXT NOT NULL, representation TEXT NOT NULL,
  size INTEGER NOT NULL, PRIMARY KEY (digest),
  CONSTRAINT objects_representation UNIQUE (record, representation),
  FOREIGN KEY(record) REFERENCES records (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
INSERT INTO objects SELECT digest, record, representation, size FROM newer;
DROP TABLE newer;
UPDATE alembic_version SET version_num = '0001';
"""


def encode_older(manifest: Manifest) -> bytes:
    """Encode a manifest as it was before: the one text stands among the objects."""
    body: dict[str, Any] = codec.decode(codec.encode_manifest(manifest))
    for newer in ("accession", "description", "checks", "quarantine", "sandbox", "language"):
        body.pop(newer)
    for one in body.pop("texts"):
        body["objects"][Representation.CANONICAL_TEXT.value] = one["fixity"]
    return codec.encode(body)


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """An archive as revision 0001 wrote it, upgraded by being opened."""
    with monkeypatch.context() as patch:
        patch.setattr(intake_prepare, "encode_manifest", encode_older)
        small = build(tmp_path / "small")
        record = take_in(small, "letter.txt", document(FIRST, SECOND))
        take_in(small, "bad.txt", document("damaged", "Cormorants."))
    mark_all(small, record)
    publish(small, record)
    small.archive.close()
    with by_hand(small.archive.folder.catalog) as db:
        db.executescript(OLDER)
    return replace(small, archive=open_archive(small.archive.folder.path), released=record)


def test_its_records_plans_and_copies_are_read_as_before(older: Small) -> None:
    archivist, researcher = older.people["archivist"], older.people["researcher"]
    view = access.show(older.archive, archivist, older.released, Level.ORIGINALS)
    assert (view.text, view.text_version, view.texts) == (FIRST, 1, 1)
    assert view.reader == "text/1 (generations)"
    plan = redact.plan(older.archive, archivist, older.released)
    assert plan.state is PlanState.RELEASED
    assert {one.review for one in plan.redactions} == {Review.NONE}
    assert "read badly" in access.show(older.archive, researcher, older.released).text
    assert audit.verify(older.archive.catalog, older.archive.folder.vkeys).ok


def test_what_had_no_text_is_in_the_inbox(older: Small) -> None:
    [one] = jobs.list_jobs(older.archive, older.people["archivist"])
    assert (one.error, one.title) == ("no-text", "bad.txt")
    archive = with_readers(older.archive, "first")
    [tried] = jobs.retry(archive, older.people["archivist"])
    assert (tried.done, tried.error) == (False, "reader-failed")
    [one] = jobs.list_jobs(older.archive, older.people["archivist"])
    assert one.error == "reader-failed"


def test_its_texts_are_compared_with_the_readers_of_today(older: Small) -> None:
    archivist = older.people["archivist"]
    assert older.released not in outdated(with_readers(older.archive, "first"), archivist)
    assert older.released in outdated(with_readers(older.archive, "second"), archivist)
    same = extract_again(with_readers(older.archive, "first"), archivist, older.released)
    assert (same.change, same.reader) == (Change.UNCHANGED, "text/1 (generations)")


def test_it_takes_new_texts_beside_the_old_ones_and_new_records(older: Small) -> None:
    custodian = older.people["custodian"]
    found = extract_again(with_readers(older.archive, "second"), custodian, older.released)
    assert (found.change, found.version, found.plan_to_review) == (Change.NEW_TEXT, 2, True)
    for version, text in ((1, FIRST), (2, SECOND), (None, SECOND)):
        view = access.show(older.archive, custodian, older.released, Level.ORIGINALS, version)
        assert view.text == text
    [report] = ingest(older.archive, custodian, [Upload("new.txt", BytesIO(b"Herons."))])
    assert report.record is not None
    assert access.show(older.archive, custodian, report.record).texts == 1
