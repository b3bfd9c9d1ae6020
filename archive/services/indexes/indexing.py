"""The outbox feeds the indexes: what is in the catalog becomes findable, exactly once, in time."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive import policy
from archive.catalog import Snapshot
from archive.catalog.rows import IndexRow, OutboxKind, OutboxRow
from archive.errors import (
    ArchiveBusy,
    IndexTampered,
    IntegrityError,
    ObjectMissing,
    RecordNotFound,
)
from archive.model.access import Compartment, Level
from archive.model.ids import RecordId, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.search import IndexDocument
from archive.search import IndexState, SearchIndex
from archive.services.description.describing import description_of
from archive.services.events import authorise, record_event
from archive.services.indexes.documents import Fresh, original_document, reading_document
from archive.services.indexes.near_duplicates import rebuild_signatures
from archive.services.parts import Archive
from archive.services.reading import RELEASED, released_copy
from archive.services.records import canonical_text, held_back, open_record
from archive.services.session import Session, refresh

if TYPE_CHECKING:
    from archive.search import WhooshIndex

BATCH = 1 << 17
"""Pieces of work of one generation: as much as eight processors write at a time."""

_TOLD = 500  # documents after which progress is told
_PATIENCE = 60.0  # seconds
_REMOVALS = (OutboxKind.REMOVE_ORIGINAL, OutboxKind.REMOVE_READING)
Progress = Callable[[int], None]
Make = Callable[[RecordId], IndexDocument | None]
_KINDS = {
    Level.ORIGINALS: (OutboxKind.INDEX_ORIGINAL, OutboxKind.REMOVE_ORIGINAL),
    Level.READING: (OutboxKind.INDEX_READING, OutboxKind.REMOVE_READING),
}


def drain(
    archive: Archive,
    session: Session,
    *,
    patience: float = _PATIENCE,
    fresh: Fresh | None = None,
    mend: bool = False,
) -> None:
    """Bring every index that the session holds the key of up to date with the catalog.

    Records of which `fresh` holds what was just stored are not opened for it. With `mend` an index
    that is damaged is built anew, as a search does it.
    While another process is indexing, wait up to `patience` seconds and then leave it to that one.
    A record that cannot be opened is tried again later, five times at most, and holds up no other.

    Raises:
        IndexTampered: an index was changed outside Strongroom.
        SessionEnded: the member's rights changed since the session began.
    """
    refresh(archive, session)
    for level in Level:
        if session.identities.get(Compartment(level.value)):
            with suppress(ArchiveBusy):
                try:
                    drain_level(archive, session, level, patience, fresh=fresh)
                except IndexTampered as error:
                    if not mend:
                        raise
                    repair(archive, session, level, error.code)


def _pending(archive: Archive, level: Level) -> tuple[OutboxRow, ...]:
    with archive.catalog.read() as snapshot:
        return tuple(snapshot.outbox.take(BATCH, archive.collection, _KINDS[level]))


def drain_level(
    archive: Archive,
    session: Session,
    level: Level,
    patience: float,
    progress: Progress | None = None,
    fresh: Fresh | None = None,
) -> None:
    """Bring the index at one level up to date; `progress` is told how many records are done.

    Of records that are in `fresh`, that document is taken; all others are opened.

    Raises:
        ArchiveBusy: another process is indexing for longer than `patience` seconds.
        IndexTampered: the index was changed outside Strongroom.
        NotPermitted: the session does not hold the level's key.
    """
    if not _pending(archive, level):
        return
    with archive.folder.lock(f"index-{level.value}", wait=patience):
        told = progress or _untold
        tried: set[int] = set()
        while rows := [row for row in _pending(archive, level) if row.id not in tried]:
            done = len(tried)
            tried.update(row.id for row in rows)
            make = _maker(archive, session, level, rows, fresh)
            with _writable_index(archive, session, level) as index:
                _apply(archive, level, index, rows, make, done, told)
            told(len(tried))


def _untold(_: int) -> None:
    """Nobody waits."""


def _maker(
    archive: Archive,
    session: Session,
    level: Level,
    rows: Sequence[OutboxRow],
    fresh: Fresh | None,
) -> Make:
    """Return what makes the document of a record at a level."""
    if level is Level.READING:
        return partial(_reading_document, archive, session)
    with archive.catalog.read() as snapshot:
        stored = snapshot.records.manifests([row.record for row in rows]) if fresh else {}
    changed = Counter(row.record for row in rows)
    ready = fresh.take(stored) if fresh else {}
    ready = {record: one for record, one in ready.items() if changed[record] == 1}

    def make(record: RecordId) -> IndexDocument | None:
        return ready.get(record) or _original_document(archive, session, record)

    return make


def _apply(
    archive: Archive,
    level: Level,
    index: SearchIndex,
    rows: list[OutboxRow],
    make: Make,
    before: int,
    progress: Progress,
) -> None:
    wanted = {row.record: row.kind for row in rows}
    removed = [record for record, kind in wanted.items() if kind in _REMOVALS]
    failed: dict[RecordId, str] = {}
    documents = _documents(make, set(wanted) - set(removed), failed)
    state = index.update(_counted(documents, before, progress), removed)
    with archive.catalog.write() as tx:
        tx.indexes.put(_row(archive, level, state))
        tx.outbox.done([row.id for row in rows if row.record not in failed])
        for code in set(failed.values()):
            tx.outbox.fail([row.id for row in rows if failed.get(row.record) == code], code)
    index.prune()


def _counted(
    documents: Iterator[IndexDocument], before: int, progress: Progress
) -> Iterator[IndexDocument]:
    for number, document in enumerate(documents, before + 1):
        if number % _TOLD == 0:
            progress(number)
        yield document


def _documents(
    make: Make, records: Iterable[RecordId], failed: dict[RecordId, str]
) -> Iterator[IndexDocument]:
    """Yield what can be indexed; note the code of the error of each record that cannot."""
    for record in sorted(records):
        try:
            document = make(record)
        except (IntegrityError, ObjectMissing) as error:
            failed[record] = error.code
            continue
        if document is not None:
            yield document


def _original_document(
    archive: Archive, session: Session, record: RecordId
) -> IndexDocument | None:
    with archive.catalog.read() as snapshot:
        opened = open_record(session, snapshot, record)
        held = held_back(session, snapshot, opened)
        described = description_of(session, snapshot, record)
    if held is not None:
        return None
    text = canonical_text(archive, opened)
    return original_document(opened.manifest, text.text if text else None, described)


def _reading_document(archive: Archive, session: Session, record: RecordId) -> IndexDocument | None:
    with archive.catalog.read() as snapshot:
        try:
            copy = released_copy(session, snapshot, record)
        except RecordNotFound:
            return None
    return reading_document(record, copy)


def index_folder(archive: Archive, row: IndexRow) -> Path:
    """Return the folder of an index."""
    return archive.folder.index / row.index_id


def _row(archive: Archive, level: Level, state: IndexState) -> IndexRow:
    return IndexRow(
        collection=archive.collection,
        level=level.value,
        index_id=state.index_id,
        generation=state.generation,
        manifest_digest=state.manifest_digest,
    )


@contextmanager
def _writable_index(archive: Archive, session: Session, level: Level) -> Iterator[SearchIndex]:
    """Open the index at `level` for a change, making it when there is none yet."""
    key = session.index_key(level)
    row = current_index(archive, level)
    index = _create(archive, key, level) if row is None else _open_row(archive, key, row)
    try:
        yield index
    finally:
        index.close()


def prepare() -> None:
    """Load what indexing needs, while there is nothing else to do."""
    _whoosh_index()


def _whoosh_index() -> type[WhooshIndex]:
    from archive.search import WhooshIndex  # noqa: PLC0415 - NumPy and its like take 0.2 s

    return WhooshIndex


def _create(
    archive: Archive, key: bytes, level: Level, work: Sequence[OutboxRow] = ()
) -> SearchIndex:
    """Make an empty index, and in one transaction the one that counts, with what it is to hold."""
    index = _whoosh_index().create(archive.folder.index, key, random=archive.random)
    with archive.catalog.write() as tx:
        tx.indexes.put(_row(archive, level, index.state))
        tx.outbox.add_many(work)
    return index


def current_index(archive: Archive, level: Level) -> IndexRow | None:
    """Return the index generation that counts at `level`; `None` when nothing was ever indexed."""
    with archive.catalog.read() as snapshot:
        return snapshot.indexes.get(archive.collection, level.value)


def _open_row(archive: Archive, key: bytes, row: IndexRow) -> SearchIndex:
    state = IndexState(row.index_id, row.generation, row.manifest_digest)
    folder = index_folder(archive, row)
    return _whoosh_index().open(folder, key, state, random=archive.random)


def _whole_index(snapshot: Snapshot, archive: Archive, level: Level) -> list[OutboxRow]:
    """Return the work of filling an empty index."""
    if level is Level.ORIGINALS:
        records = [row.id for row in snapshot.records.list(archive.collection)]
    else:
        records = [row.record for row in snapshot.releases.all() if row.state == RELEASED]
    kind = _KINDS[level][0]
    return [OutboxRow(0, kind, archive.collection, record) for record in records]


def _renew(
    archive: Archive,
    session: Session,
    level: Level,
    old: IndexRow | None,
    progress: Progress | None,
) -> int | None:
    """Build the index anew in the place of `old`; `None` when somebody else has done so."""
    key = session.index_key(level)
    with archive.folder.lock(f"index-{level.value}", wait=_PATIENCE):
        if current_index(archive, level) != old:
            return None
        with archive.catalog.read() as snapshot:
            work = _whole_index(snapshot, archive, level)
        _create(archive, key, level, work).close()
        if old is not None:
            shutil.rmtree(index_folder(archive, old), ignore_errors=True)
    drain_level(archive, session, level, _PATIENCE, progress)
    return len(work)


def repair(archive: Archive, session: Session, level: Level, cause: str) -> None:
    """Build the index at `level` anew; `cause` is the code of its error, which the ledger is told.

    Raises:
        ArchiveBusy: another process goes on indexing.
        NotPermitted: the session does not hold the level's key.
    """
    if _renew(archive, session, level, current_index(archive, level), None) is not None:
        _tell(archive, session, level, cause)


def rebuild(
    archive: Archive, session: Session, level: Level, progress: Progress | None = None
) -> int:
    """Build the index at `level` anew from the catalog and return how many records it was given.

    `progress` is told how many are done. At originals level the signatures of similar texts are
    made anew too.

    Raises:
        ArchiveBusy: another process goes on indexing or ingesting.
        NotPermitted: the level is not open to the member.
    """
    authorise(archive, session, policy.SEARCH_AT[level])
    count = _renew(archive, session, level, current_index(archive, level), progress)
    if count is None:
        raise ArchiveBusy("The search index was changed by another process meanwhile.")
    if level is Level.ORIGINALS:
        with archive.folder.lock("ingest", wait=_PATIENCE):
            rebuild_signatures(archive, session)
    _tell(archive, session, level, "asked")
    return count


def _tell(archive: Archive, session: Session, level: Level, cause: str) -> None:
    draft = EntryDraft(
        type=EventType.INDEX_REBUILT,
        object=new_uuid(archive.ids),
        outcome=EventOutcome.SUCCESS,
        links={"level": level.value, "cause": cause},
        commitments={},
    )
    record_event(archive, session, draft)
