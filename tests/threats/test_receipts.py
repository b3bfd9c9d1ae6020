"""T2, T3: a doctored receipt is refused, and near-duplicates never reach a researcher."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from archive.errors import (
    IndexTampered,
    IntegrityError,
    NotPermitted,
    RecordNotFound,
    SealedObjectDamaged,
)
from archive.model.access import Compartment, Level
from archive.model.receipt import RunId
from archive.model.search import SearchRequest
from archive.sealing import FileKey, open_bytes
from archive.services.indexes import indexing
from archive.services.indexes.near_duplicates import near_record
from archive.services.intake.ingest import PathInput, ingest
from archive.services.intake.receipt_checks import verify_receipt
from archive.services.intake.receipt_codec import sign_receipt
from archive.services.intake.receipts import Run, list_receipts, show_receipt
from archive.services.reading_room import access
from archive.services.redaction import redact
from tests.catalog_file import by_hand
from tests.small_archive import Small

WORDS = " ".join(f"Kettle {number} went for {number * 7} won at the ferry." for number in range(30))


def take(small: Small, place: Path, *texts: str) -> Run:
    """Ingest texts, one file each, and return the run."""
    place.mkdir()
    for number, text in enumerate(texts):
        (place / f"{number}.txt").write_text(text)
    run = Run(small.archive, small.people["archivist"])
    for _ in ingest(small.archive, small.people["archivist"], [PathInput(place)], run=run):
        pass
    return run


def doctor(small: Small, statement: str, **values: object) -> None:
    with by_hand(small.archive.folder.catalog) as db:
        assert db.execute(statement, values).rowcount
    db.close()


def shown(small: Small, run: Run) -> str:
    return show_receipt(small.archive, small.people["archivist"], run.id).digest


DOCTORED = {
    "changed payload": "UPDATE receipts SET sealed = zeroblob(length(sealed)) WHERE run = :run",
    "payload of another run": (
        "UPDATE receipts SET sealed = (SELECT sealed FROM receipts WHERE run = :other), "
        "header = (SELECT header FROM receipts WHERE run = :other) WHERE run = :run"
    ),
    "everything of another run": (
        "UPDATE receipts SET (sealed, header, entry_index) = (SELECT sealed, header, entry_index "
        "FROM receipts WHERE run = :other) WHERE run = :run"
    ),
    "entry of another act": "UPDATE receipts SET entry_index = 0 WHERE run = :run",
    "header of a record": (
        "UPDATE receipts SET header = (SELECT header FROM records LIMIT 1) WHERE run = :run"
    ),
}


@pytest.mark.parametrize("statement", DOCTORED.values(), ids=DOCTORED)
def test_a_receipt_that_is_not_the_committed_one_is_refused(
    small: Small, tmp_path: Path, statement: str
) -> None:
    run, other = (take(small, tmp_path / name, name) for name in ("one", "two"))
    assert shown(small, run) != shown(small, other)
    values = {"run": run.id, "other": other.id}
    doctor(small, statement, **{k: v for k, v in values.items() if f":{k}" in statement})
    with pytest.raises((IntegrityError, NotPermitted)):
        shown(small, run)
    with pytest.raises((IntegrityError, NotPermitted)):
        list_receipts(small.archive, small.people["archivist"])


def test_a_receipt_is_verified_against_members_and_ledger(small: Small, tmp_path: Path) -> None:
    run = take(small, tmp_path / "one", "one")
    archive_id = small.archive.folder.archive_id
    assert run.issued is not None
    document = run.issued.document
    assert verify_receipt(small.archive.catalog, archive_id, document).ok

    def codes() -> list[str]:
        verdict = verify_receipt(small.archive.catalog, archive_id, document)
        return [finding.code for finding in verdict.findings]

    other = verify_receipt(small.archive.catalog, "another", document)
    assert [finding.code for finding in other.findings] == ["another-archive"]
    archivist = small.people["archivist"].member.id
    doctor(small, "UPDATE members SET role = 'custodian' WHERE id = :id", id=archivist)
    assert codes() == ["signer"]
    doctor(small, "UPDATE members SET role = 'archivist' WHERE id = :id", id=archivist)
    assert codes() == []
    founder = small.people["custodian"].member.id
    with by_hand(small.archive.folder.catalog) as db:
        query = "SELECT public_json FROM members WHERE id = ?"
        (kept,) = db.execute(query, (founder,)).fetchone()
        (theirs,) = db.execute(query, (archivist,)).fetchone()
    db.close()
    doctor(small, "UPDATE members SET public_json = :json WHERE id = :id", json=theirs, id=founder)
    assert codes() == ["signer"]
    doctor(small, "UPDATE members SET public_json = :json WHERE id = :id", json=kept, id=founder)
    doctor(small, "DELETE FROM ledger_entries WHERE object = :run", run=run.id)
    assert codes() == ["ledger"]


def test_a_receipt_signed_by_another_member_than_its_entry_is_refused(
    small: Small, tmp_path: Path
) -> None:
    run = take(small, tmp_path / "one", "one")
    assert run.issued is not None
    forged = sign_receipt(run.issued.receipt, small.people["custodian"].secret)
    verdict = verify_receipt(
        small.archive.catalog, small.archive.folder.archive_id, forged.document
    )
    assert [finding.code for finding in verdict.findings] == ["signature"]


def test_a_receipt_quotes_the_ledger_as_its_entry_does(small: Small, tmp_path: Path) -> None:
    run = take(small, tmp_path / "one", "one")
    assert run.issued is not None
    with small.archive.catalog.read() as snapshot:
        row = snapshot.receipts.get(run.id)
        assert row is not None
        assert run.issued.receipt.size == row.entry_index
        sizes = dict(snapshot.ledger.checkpoints())
    assert run.issued.receipt.size in sizes


def test_who_stops_listening_gets_a_receipt_of_what_is_stored(small: Small, tmp_path: Path) -> None:
    box = tmp_path / "many"
    box.mkdir()
    for number in range(3000):
        (box / f"{number:04}.txt").write_text(f"Number {number}.")
    run = Run(small.archive, small.people["archivist"])
    reports = ingest(small.archive, small.people["archivist"], [PathInput(box)], run=run)
    next(reports)
    reports.close()
    assert run.issued is not None
    assert not run.issued.receipt.complete
    with small.archive.catalog.read() as snapshot:
        stored = {row.id for row in snapshot.records.list(small.archive.collection)}
    told = {line.record for line in run.issued.receipt.lines}
    assert stored == told | {small.released, small.kept}
    assert len(told) < 3000


def test_a_receipt_of_a_run_that_never_was_is_not_found(small: Small) -> None:
    with pytest.raises(RecordNotFound):
        show_receipt(small.archive, small.people["archivist"], RunId(small.kept))


def near_ones(small: Small, place: Path) -> tuple[str, str]:
    """Ingest two near-duplicates and release the first."""
    run = take(small, place, f"First. {WORDS}", f"Second. {WORDS}")
    assert run.issued is not None
    first, second = run.issued.receipt.lines
    assert first.record is not None
    assert second.record is not None
    assert [one.record for one in second.near] == [first.record]
    redact.propose(small.archive, small.people["custodian"], first.record)
    redact.submit(small.archive, small.people["custodian"], first.record)
    redact.approve(small.archive, small.people["archivist"], first.record)
    redact.release(small.archive, small.people["archivist"], first.record)
    return first.record, second.record


def test_a_researcher_is_told_nothing_of_near_duplicates(small: Small, tmp_path: Path) -> None:
    first, second = near_ones(small, tmp_path / "near")
    researcher, archivist = small.people["researcher"], small.people["archivist"]
    seen = [
        asdict(access.show(small.archive, researcher, first)),
        asdict(access.records(small.archive, researcher)),
        asdict(access.search(small.archive, researcher, SearchRequest(query="kettle"))),
        asdict(access.show(small.archive, archivist, first, Level.READING)),
    ]
    assert first in json.dumps(seen, default=str)
    assert second not in json.dumps(seen, default=str)
    assert [one.get("near") for one in seen] == [(), None, None, ()]
    assert [one.record for one in access.show(small.archive, archivist, first).near] == [second]
    with pytest.raises(NotPermitted):
        near_record(small.archive, researcher, first)
    with pytest.raises(NotPermitted):
        list(ingest(small.archive, researcher, [PathInput(tmp_path / "near")]))


def test_no_key_of_a_researcher_opens_the_signatures(small: Small, tmp_path: Path) -> None:
    near_ones(small, tmp_path / "near")
    researcher = small.people["researcher"]
    with small.archive.catalog.read() as snapshot:
        (row, *_) = snapshot.similarities.all(small.archive.collection)
    for purpose in ("similarity-file", "similarity", "index"):
        key = FileKey(researcher.derived_key(Compartment.READING, purpose)[:16])
        with pytest.raises(SealedObjectDamaged):
            open_bytes(key, row.sealed)


def test_equal_texts_leave_no_equal_bytes_in_the_catalog(small: Small, tmp_path: Path) -> None:
    near_ones(small, tmp_path / "near")
    take(small, tmp_path / "third", f"Third. {WORDS}")
    with small.archive.catalog.read() as snapshot:
        sealed = [row.sealed for row in snapshot.similarities.all(small.archive.collection)]
    assert len(sealed) == 2
    pieces = [one[at : at + 16] for one in sealed for at in range(len(one) - 16)]
    assert len(set(pieces)) == len(pieces)


def test_changed_signatures_are_refused_and_a_rebuild_makes_them_anew(
    small: Small, tmp_path: Path
) -> None:
    first, second = near_ones(small, tmp_path / "near")
    archivist = small.people["archivist"]
    doctor(small, "UPDATE similarities SET sealed = zeroblob(length(sealed))")
    with pytest.raises(IndexTampered):
        near_record(small.archive, archivist, first)
    with pytest.raises(IndexTampered):
        list(ingest(small.archive, archivist, [PathInput(tmp_path / "near")]))
    indexing.rebuild(small.archive, archivist, Level.ORIGINALS)
    assert [one.record for one in near_record(small.archive, archivist, first)] == [second]


def test_many_small_batches_are_merged_and_nothing_is_forgotten(
    small: Small, tmp_path: Path
) -> None:
    first, second = near_ones(small, tmp_path / "near")
    for number in range(66):
        words = " ".join(f"word{number}x{at}" for at in range(40))
        take(small, tmp_path / f"box{number}", words)
    with small.archive.catalog.read() as snapshot:
        batches = list(snapshot.similarities.all(small.archive.collection))
    assert len(batches) < 10
    found = near_record(small.archive, small.people["archivist"], first)
    assert [one.record for one in found] == [second]
