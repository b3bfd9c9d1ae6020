"""The inbox holds what could not be read back, indexed or read; it survives and is worked off."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import pytest

from archive.catalog.rows import OutboxKind, OutboxRow
from archive.errors import InvalidValue, NotPermitted, RecordNotFound
from archive.extraction import Concern, NoText
from archive.model.ids import RecordId
from archive.model.jobs import JobState, Stage
from archive.model.search import SearchRequest
from archive.services import inbox
from archive.services.holdings import jobs
from archive.services.intake.ingest import Upload, ingest
from archive.services.intake.verification import verify_again, verify_new
from archive.services.reading_room import access
from archive.storage import LocalStore
from tests.small_archive import Small


def files(small: Small, record: RecordId) -> list[Path]:
    with small.archive.catalog.read() as snapshot:
        digests = [row.digest for row in snapshot.objects.for_record(record)]
    return [small.archive.folder.objects / one[:2] / f"{one}.age" for one in digests]


def waiting(small: Small, everything: bool = False) -> list[tuple[RecordId, Stage, str | None]]:
    found = jobs.list_jobs(small.archive, small.people["archivist"], everything=everything)
    return [(one.record, one.stage, one.error) for one in found]


def test_what_does_not_read_back_after_its_commit_is_in_the_inbox(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = LocalStore.commit

    def mangling(store: LocalStore, staged: list[object]) -> None:
        commit(store, staged)  # type: ignore[arg-type]
        for digest in store.digests():
            path = small.archive.folder.objects / digest[:2] / f"{digest}.age"
            if path not in before:
                path.chmod(0o600)
                path.write_bytes(path.read_bytes()[:-1] + b"\0")

    before = set(small.archive.folder.objects.glob("??/*.age"))
    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "commit", mangling)
        archivist = small.people["archivist"]
        [report] = ingest(small.archive, archivist, [Upload("a.txt", BytesIO(b"Herons."))])
    assert (report.record, Stage.VERIFY, "binding-mismatch") in waiting(small)


def test_every_record_is_read_back_once(small: Small) -> None:
    assert verify_new(small.archive) == 0
    with small.archive.catalog.read() as snapshot:
        rows = list(snapshot.records.list(small.archive.collection))
        done = snapshot.progress.get(small.archive.collection, Stage.VERIFY)
    assert len(rows) == 2
    assert done == max(row.entry_index for row in rows)


def test_a_missing_object_is_a_job_until_it_is_back(small: Small, tmp_path: Path) -> None:
    [path, *_] = files(small, small.kept)
    shutil.move(path, tmp_path / "away")
    assert verify_again(small.archive, small.kept) == "object-missing"
    assert waiting(small) == [(small.kept, Stage.VERIFY, "object-missing")]
    archivist = small.people["archivist"]
    [failed] = jobs.retry(small.archive, archivist, stage=Stage.VERIFY)
    assert (failed.done, failed.error) == (False, "object-missing")
    shutil.move(tmp_path / "away", path)
    [done] = jobs.retry(small.archive, archivist)
    assert (done.record, done.done) == (small.kept, True)
    assert waiting(small) == []


def test_what_an_index_could_not_take_is_shown_and_taken_when_it_is_mended(
    small: Small, tmp_path: Path
) -> None:
    archivist = small.people["archivist"]
    [report] = ingest(small.archive, archivist, [Upload("a.txt", BytesIO(b"Cormorants."))])
    assert report.record is not None
    moved = files(small, report.record)
    for number, path in enumerate(moved):
        shutil.move(path, tmp_path / str(number))
    row = OutboxRow(0, OutboxKind.INDEX_ORIGINAL, small.archive.collection, report.record)
    with small.archive.catalog.write() as tx:
        tx.outbox.add_many([row])
    for _ in range(7):
        access.search(small.archive, archivist, SearchRequest(query="cormorants"))
    assert waiting(small) == [(report.record, Stage.INDEX, "object-missing")]
    for number, path in enumerate(moved):
        shutil.move(tmp_path / str(number), path)
    [done] = jobs.retry(small.archive, archivist, [report.record])
    assert (done.stage, done.done, done.error) == (Stage.INDEX, True, None)
    assert waiting(small, everything=True) == []


def test_concerns_of_a_reader_are_reviewed_and_dismissed(small: Small) -> None:
    with small.archive.catalog.write() as tx:
        inbox.settle(
            small.archive,
            tx,
            small.kept,
            None,
            [one.value for one in (Concern.READERS_DISAGREE, Concern.LOW_CONFIDENCE)],
        )
    archivist = small.people["archivist"]
    assert {code for _, _, code in waiting(small)} == {"readers-disagree", "low-confidence"}
    assert list(jobs.retry(small.archive, archivist)) == []
    with pytest.raises(RecordNotFound):
        list(jobs.retry(small.archive, archivist, [small.kept]))
    assert jobs.dismiss(small.archive, archivist, small.kept, "looked at it") == 2
    assert waiting(small) == []
    dismissed = jobs.list_jobs(small.archive, archivist, everything=True)
    assert {one.state for one in dismissed} == {JobState.DISMISSED}
    with small.archive.catalog.write() as tx:
        inbox.settle(small.archive, tx, small.kept, None, [Concern.LOW_CONFIDENCE.value])
    assert [code for _, _, code in waiting(small)] == ["low-confidence"]


@pytest.mark.parametrize("reason", [one.value for one in NoText])
def test_every_reason_without_text_has_a_code_of_its_own(reason: str) -> None:
    codes = {inbox.extract_code(one.value) for one in NoText}
    assert len(codes) == len(NoText)
    assert "no-text" not in codes
    assert inbox.extract_code(reason) in codes
    assert inbox.extract_code("something new") == "no-text"
    assert inbox.extract_code(None) is None


def test_only_those_who_work_on_originals_retry_and_dismiss(small: Small) -> None:
    for name in ("researcher", "auditor"):
        session = small.people[name]
        with pytest.raises(NotPermitted):
            list(jobs.retry(small.archive, session))
        with pytest.raises(NotPermitted):
            jobs.dismiss(small.archive, session, small.kept, "no reason")
    with pytest.raises(InvalidValue):
        jobs.dismiss(small.archive, small.people["archivist"], small.kept, "  ")
