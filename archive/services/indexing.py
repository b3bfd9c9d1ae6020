"""The outbox feeds the indexes: what is in the catalog becomes findable, exactly once, in time."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.catalog.rows import IndexRow, OutboxKind, OutboxRow
from archive.errors import ArchiveBusy, IndexTampered, IntegrityError, ObjectMissing, RecordNotFound
from archive.model.access import Compartment, Level
from archive.model.ids import RecordId, new_uuid
from archive.model.objects import Manifest
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.search import IndexDocument
from archive.search import IndexState, SearchIndex, WhooshIndex
from archive.services.events import record_event
from archive.services.near_duplicates import rebuild_signatures
from archive.services.parts import Archive
from archive.services.reading import released_copy
from archive.services.records import canonical_text, held_back, open_record
from archive.services.session import Session

_BATCH = 2000
_PATIENCE = 60.0  # seconds
_KINDS = {
    Level.ORIGINALS: (OutboxKind.INDEX_ORIGINAL,),
    Level.READING: (OutboxKind.INDEX_READING, OutboxKind.REMOVE_READING),
}


def drain(archive: Archive, session: Session, *, patience: float = _PATIENCE) -> None:
    """Bring every index that the session holds the key of up to date with the catalog.

    While another process is indexing, wait up to `patience` seconds and then leave it to that one.
    A record that cannot be opened is tried again later, five times at most, and holds up no other.

    Raises:
        IndexTampered: an index was changed outside Strongroom.
    """
    for level in Level:
        if session.identities.get(Compartment(level.value)):
            with suppress(ArchiveBusy):
                _drain_level(archive, session, level, patience)


def _pending(archive: Archive, level: Level) -> tuple[OutboxRow, ...]:
    with archive.catalog.read() as snapshot:
        return tuple(snapshot.outbox.take(_BATCH, archive.collection, _KINDS[level]))


def _drain_level(archive: Archive, session: Session, level: Level, patience: float) -> None:
    if not _pending(archive, level):
        return
    with archive.folder.lock(f"index-{level.value}", wait=patience):
        tried: set[int] = set()
        while rows := [row for row in _pending(archive, level) if row.id not in tried]:
            tried.update(row.id for row in rows)
            with writable_index(archive, session, level) as index:
                _apply(archive, session, level, index, rows)


def _apply(
    archive: Archive, session: Session, level: Level, index: SearchIndex, rows: list[OutboxRow]
) -> None:
    wanted = {row.record: row.kind for row in rows}
    removed = [r for r, kind in wanted.items() if kind is OutboxKind.REMOVE_READING]
    failed: dict[RecordId, str] = {}
    documents = _documents(archive, session, level, set(wanted) - set(removed), failed)
    state = index.update(documents, removed)
    with archive.catalog.write() as tx:
        tx.indexes.put(_row(archive, level, state))
        tx.outbox.done([row.id for row in rows if row.record not in failed])
        for record, code in failed.items():
            tx.outbox.fail([row.id for row in rows if row.record == record], code)
    index.prune()


def _documents(
    archive: Archive,
    session: Session,
    level: Level,
    records: Iterable[RecordId],
    failed: dict[RecordId, str],
) -> Iterator[IndexDocument]:
    """Yield what can be indexed; note the code of the error of each record that cannot."""
    make = _original_document if level is Level.ORIGINALS else _reading_document
    for record in sorted(records):
        try:
            document = make(archive, session, record)
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
    if held is not None:
        return None
    text = canonical_text(archive, opened)
    if text is None:
        return None
    manifest = opened.manifest
    return IndexDocument(
        record=record,
        title=manifest.title,
        text=text.text,
        date=manifest.date,
        language=manifest.language,
        facets=_facets(manifest),
    )


def _facets(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    facets: dict[str, tuple[str, ...]] = {"type": (manifest.media_type,)}
    if manifest.date:
        facets["year"] = (manifest.date[:4],)
    if manifest.source:
        facets["source"] = (manifest.source,)
    return facets


def _reading_document(archive: Archive, session: Session, record: RecordId) -> IndexDocument | None:
    with archive.catalog.read() as snapshot:
        try:
            copy = released_copy(session, snapshot, record)
        except RecordNotFound:
            return None
    facets: dict[str, tuple[str, ...]] = {"year": (copy.date[:4],)} if copy.date else {}
    return IndexDocument(
        record=record,
        title=copy.title,
        text=copy.text,
        date=copy.date,
        language=copy.language,
        facets=facets,
    )


def _path(archive: Archive, index_id: str) -> Path:
    return archive.folder.path / "index" / index_id


def _row(archive: Archive, level: Level, state: IndexState) -> IndexRow:
    return IndexRow(
        collection=archive.collection,
        level=level.value,
        index_id=state.index_id,
        generation=state.generation,
        manifest_digest=state.manifest_digest,
    )


@contextmanager
def writable_index(archive: Archive, session: Session, level: Level) -> Iterator[SearchIndex]:
    """Open the index at `level` for a change, making it when there is none yet."""
    key = session.index_key(level)
    row = _current(archive, level)
    index = _create(archive, key, level) if row is None else _open_row(archive, key, row)
    try:
        yield index
    finally:
        index.close()


def _create(archive: Archive, key: bytes, level: Level) -> SearchIndex:
    index = WhooshIndex.create(archive.folder.path / "index", key, random=archive.random)
    with archive.catalog.write() as tx:
        tx.indexes.put(_row(archive, level, index.state))
    return index


@contextmanager
def readable_index(
    archive: Archive, session: Session, level: Level
) -> Iterator[SearchIndex | None]:
    """Open the index at `level` for searching; `None` when nothing was ever indexed.

    Raises:
        IndexTampered: it was changed outside Strongroom.
        NotPermitted: the session does not hold the level's key.
    """
    index = _open_current(archive, session.index_key(level), level)
    try:
        yield index
    finally:
        if index is not None:
            index.close()


def _current(archive: Archive, level: Level) -> IndexRow | None:
    with archive.catalog.read() as snapshot:
        return snapshot.indexes.get(archive.collection, level.value)


def _open_row(archive: Archive, key: bytes, row: IndexRow) -> SearchIndex:
    state = IndexState(row.index_id, row.generation, row.manifest_digest)
    return WhooshIndex.open(_path(archive, row.index_id), key, state, random=archive.random)


def _open_current(archive: Archive, key: bytes, level: Level) -> SearchIndex | None:
    """Open what the catalog names; look again when a writer moved it on in between."""
    row = _current(archive, level)
    while row is not None:
        try:
            return _open_row(archive, key, row)
        except IndexTampered:
            newer = _current(archive, level)
            if newer == row:
                raise
            row = newer
    return None


def rebuild(archive: Archive, session: Session, level: Level) -> int:
    """Build the index at `level` anew from the catalog and return how many records it was given.

    At originals level the signatures of similar texts are made anew too.

    Raises:
        ArchiveBusy: another process goes on indexing or ingesting.
        NotPermitted: the session does not hold the level's key.
    """
    key = session.index_key(level)
    with archive.folder.lock(f"index-{level.value}", wait=_PATIENCE):
        old = _current(archive, level)
        index = _create(archive, key, level)
        index.close()
        if old is not None:
            shutil.rmtree(_path(archive, old.index_id), ignore_errors=True)
        kind = _KINDS[level][0]
        with archive.catalog.write() as tx:
            records = (
                [row.id for row in tx.records.list(archive.collection)]
                if level is Level.ORIGINALS
                else [row.record for row in tx.releases.all() if row.state == "released"]
            )
            tx.outbox.add_many([OutboxRow(0, kind, archive.collection, r) for r in records])
    _drain_level(archive, session, level, _PATIENCE)
    if level is Level.ORIGINALS:
        with archive.folder.lock("ingest", wait=_PATIENCE):
            rebuild_signatures(archive, session)
    record_event(
        archive,
        session,
        EntryDraft(
            type=EventType.INDEX_REBUILT,
            object=new_uuid(archive.ids),
            outcome=EventOutcome.SUCCESS,
            links={"level": level.value},
            commitments={},
        ),
    )
    return len(records)
