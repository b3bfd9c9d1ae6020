"""T2, T3, T7, T8: a newer text shows nothing that was hidden, and is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from archive.bootstrap import open_archive
from archive.catalog import Catalog
from archive.errors import (
    FourEyesRequired,
    IntegrityError,
    NotPermitted,
    RecordNotFound,
    WrongPlanState,
)
from archive.model.access import Level
from archive.model.ids import RecordId
from archive.model.redaction import PlanState, Review
from archive.model.search import SearchRequest
from archive.services import audit
from archive.services.holdings import jobs
from archive.services.holdings.reextraction import Change, extract_again, extract_all
from archive.services.intake.ingest import Upload, ingest
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.storage import ArchiveFolder, LocalStore, verify
from tests.catalog_file import by_hand
from tests.generations import (
    FIRST,
    MARKED,
    SECOND,
    SECRETS,
    mark_all,
    publish,
    take_in,
    with_readers,
)
from tests.readers import document
from tests.small_archive import Small, build


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Small, RecordId]]:
    """An archive with one record that was released from the first generation's text."""
    small = build(tmp_path_factory.mktemp("small"))
    record = take_in(small, "letter.txt", document(FIRST, SECOND))
    mark_all(small, record)
    publish(small, record)
    yield small, record
    small.archive.close()


@pytest.fixture
def copy(built: tuple[Small, RecordId], tmp_path: Path) -> Iterator[tuple[Small, RecordId]]:
    """A copy of it, opened anew by the same people."""
    small, record = built
    with by_hand(small.archive.folder.catalog) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(small.archive.folder.path, tmp_path / "archive")
    archive = open_archive(tmp_path / "archive")
    yield replace(small, archive=archive), record
    archive.close()


def again(small: Small, record: RecordId, by: str = "custodian", readers: str = "second") -> Change:
    return extract_again(with_readers(small.archive, readers), small.people[by], record).change


def sql(small: Small, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with by_hand(small.archive.folder.catalog) as db:
        return db.execute(statement, values).fetchall()


def shown(small: Small, record: RecordId, version: int | None = None) -> str:
    archivist = small.people["archivist"]
    return access.show(small.archive, archivist, record, Level.ORIGINALS, version).text


def test_a_plan_that_was_carried_over_and_released_shows_nothing_that_was_hidden(
    copy: tuple[Small, RecordId],
) -> None:
    small, record = copy
    assert again(small, record) is Change.NEW_TEXT
    publish(small, record)
    researcher = small.people["researcher"]
    released = access.show(small.archive, researcher, record)
    assert "Between the lines stood" in released.text
    assert not [word for word in SECRETS if word in released.text + released.title]
    for word in ("bicycle", "lantern", "Sol", "nam"):
        found = access.search(small.archive, researcher, SearchRequest(query=word))
        assert [hit.record for hit in found.hits if hit.record == record] == [], word


def test_a_released_copy_stays_as_it_was_approved_whoever_reads_the_original_anew(
    copy: tuple[Small, RecordId],
) -> None:
    small, record = copy
    before = access.show(small.archive, small.people["researcher"], record)
    assert again(small, record, by="archivist") is Change.NEW_TEXT
    assert access.show(small.archive, small.people["researcher"], record) == before
    assert "read badly" in before.text
    codes = {one.error for one in jobs.list_jobs(small.archive, small.people["custodian"])}
    assert {"plan-carried-over", "reading-copy-of-older-text"} <= codes


def test_an_approval_of_the_older_text_does_not_release_the_newer(
    copy: tuple[Small, RecordId],
) -> None:
    small, record = copy
    redact.mark(small.archive, small.people["custodian"], record, text="kettles")
    redact.submit(small.archive, small.people["custodian"], record)
    redact.approve(small.archive, small.people["archivist"], record)
    assert again(small, record) is Change.NEW_TEXT
    plan = redact.plan(small.archive, small.people["custodian"], record)
    assert plan.state is PlanState.DRAFT
    assert {one.review for one in plan.redactions} <= set(Review) - {Review.NONE}
    with pytest.raises(WrongPlanState):
        redact.release(small.archive, small.people["archivist"], record)


def test_whoever_carried_a_plan_over_cannot_approve_it(copy: tuple[Small, RecordId]) -> None:
    small, record = copy
    again(small, record, by="archivist")
    redact.submit(small.archive, small.people["custodian"], record)
    with pytest.raises(FourEyesRequired):
        redact.approve(small.archive, small.people["archivist"], record)


def test_a_researcher_and_an_auditor_extract_nothing(copy: tuple[Small, RecordId]) -> None:
    small, record = copy
    for name in ("researcher", "auditor"):
        with pytest.raises(NotPermitted):
            again(small, record, by=name)
    with pytest.raises(RecordNotFound):
        access.show(small.archive, small.people["researcher"], record, Level.READING, 1)


def test_an_older_manifest_that_is_put_back_is_refused(copy: tuple[Small, RecordId]) -> None:
    small, record = copy
    columns = "manifest, manifest_digest, entry_index"
    [old] = sql(small, f"SELECT {columns} FROM records WHERE id = ?", record)
    again(small, record)
    [new] = sql(small, f"SELECT {columns} FROM records WHERE id = ?", record)
    for values in (old, (*old[:2], new[2])):
        change = "UPDATE records SET manifest = ?, manifest_digest = ?, entry_index = ?"
        sql(small, f"{change} WHERE id = ?", *values, record)
        with pytest.raises(IntegrityError):
            shown(small, record)


def test_an_older_plan_that_is_put_back_is_refused(copy: tuple[Small, RecordId]) -> None:
    small, record = copy
    again(small, record)
    newest = "SELECT max(version) FROM plans WHERE record = ?"
    sql(small, f"DELETE FROM plans WHERE record = ? AND version = ({newest})", record, record)
    with pytest.raises(IntegrityError):
        redact.plan(small.archive, small.people["custodian"], record)


def test_an_older_text_in_the_place_of_the_newest_is_refused(copy: tuple[Small, RecordId]) -> None:
    small, record = copy
    again(small, record)
    order = "AND representation = 'canonical-text' ORDER BY version"
    old, new = sql(small, f"SELECT digest FROM objects WHERE record = ? {order}", record)
    folder = small.archive.folder.objects
    files = [folder / digest[:2] / f"{digest}.age" for (digest,) in (old, new)]
    files[1].chmod(0o600)
    shutil.copy(files[0], files[1])
    with pytest.raises(IntegrityError):
        shown(small, record)
    assert shown(small, record, 1) == FIRST


@contextmanager
def killed_at(step: int) -> Iterator[None]:
    """Kill this process at the n-th moment before or after something became durable."""
    moments = iter(range(step + 1))

    def moment() -> None:
        if next(moments) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            moment()
            done = real(*given, **named)
            moment()
            return done

        return call

    @contextmanager
    def writing(catalog: Catalog, real: Callable[..., Any] = Catalog.write) -> Iterator[Any]:
        with real(catalog) as tx:
            moment()
            yield tx
            moment()
        moment()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalStore, "commit", around(LocalStore.commit))
        patch.setattr(ArchiveFolder, "write_headers", around(ArchiveFolder.write_headers))
        patch.setattr(Catalog, "write", writing)
        yield


def killed_extraction(small: Small, record: RecordId, step: int) -> bool:
    """Read a record anew in a process that is killed on the way; tell whether it was."""
    child = os.fork()
    if child == 0:
        try:
            archive = open_archive(small.archive.folder.path)
            with killed_at(step):
                extract_again(with_readers(archive, "second"), small.people["custodian"], record)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_kill_between_any_two_steps_leaves_the_old_text_or_the_new_one_whole(
    copy: tuple[Small, RecordId],
) -> None:
    small, _ = copy
    custodian = small.people["custodian"]
    letters = [
        Upload("letter.txt", BytesIO(document(f"{n} {FIRST}", f"{n} {SECOND}", f"{n} herons.")))
        for n in range(40)
    ]
    reports = ingest(with_readers(small.archive, "first"), custodian, letters)
    records = [report.record for report in reports if report.record is not None]
    steps = 0
    for step, record in enumerate(records):
        redact.mark(small.archive, custodian, record, text=MARKED[0])
        if not killed_extraction(small, record, step):
            break
        newest = shown(small, record)
        reviews = {one.review for one in redact.plan(small.archive, custodian, record).redactions}
        assert newest in (f"{step} {FIRST}", f"{step} {SECOND}")
        assert (reviews == {Review.NONE}) == newest.endswith(FIRST)
        steps += 1
    assert 15 < steps < len(records) - 1
    assert {newest.endswith(FIRST) for newest in (shown(small, one) for one in records)} == {
        True,
        False,
    }
    archive = with_readers(small.archive, "second")
    ends = {found.change for found in extract_all(archive, custodian, records)}
    assert ends == {Change.NEW_TEXT, Change.UNCHANGED}
    assert [shown(small, one) for one in records] == [f"{n} {SECOND}" for n in range(40)]
    named = {digest for (digest,) in sql(small, "SELECT digest FROM objects")}
    assert set(small.archive.store.digests()) == named
    assert all(verify(small.archive.store, digest) for digest in named)
    assert audit.verify(small.archive.catalog, small.archive.folder.vkeys).ok
