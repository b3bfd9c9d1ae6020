"""Near-duplicates: what an archivist should know of texts that are almost the same.

Signatures are kept sealed in batches (docs/formats/envelopes.md) under keys that only holders of
`originals` can derive; nothing here reaches a reading copy. They hold nothing that cannot be
rebuilt from the canonical texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import SimilarityRow
from archive.errors import IndexTampered, IntegrityError, ObjectMissing, SealedObjectDamaged
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId, new_uuid
from archive.model.provenance import EventType
from archive.model.receipt import Near
from archive.sealing import FileKey, open_bytes, seal_bytes
from archive.services.events import authorise, look
from archive.services.parts import Archive
from archive.services.records import canonical_text, open_record
from archive.services.session import Session

if TYPE_CHECKING:
    from archive.extraction.similarity import Signer, SimilarTexts

_LEAST = 0.5  # of the shingles in common
_MOST = 3
_MOST_SHOWN = 10
_SMALL, _MANY = 4096, 64  # entries of a small batch; small batches before they are merged
_ENTRY = 272  # bytes; a UUID and a signature


class NearDuplicates:
    """What is similar to the files of one ingest run: everything stored, and the run's own."""

    def __init__(self, archive: Archive, session: Session) -> None:
        """Open the stored signatures.

        Raises:
            IndexTampered: they were changed outside Strongroom.
        """
        self._archive = archive
        self._session = session
        self._known = _load(archive, session, merge=True)
        self._new: list[tuple[str, bytes]] = []

    def note(self, record: RecordId, of: bytes) -> tuple[Near, ...]:
        """Remember a record by the signature of its text; return what is similar to it."""
        if self._known is None:
            self._known = _nothing()
        found = self._known.find(of, limit=_MOST, least=_LEAST)
        self._known.add(record, of)
        self._new.append((record, of))
        return _near(found)

    def store(self, tx: Transaction) -> None:
        """Keep what was noted since the last time, in the caller's transaction."""
        from archive.extraction.similarity import pack  # noqa: PLC0415 - NumPy, 0.1 s

        if self._new:
            tx.similarities.add(_row(self._archive, self._session, pack(self._new)))
            self._new = []


def near_record(archive: Archive, session: Session, record: RecordId) -> tuple[Near, ...]:
    """Return the records whose texts are similar to that of a record, the most similar first.

    Raises:
        NotPermitted: `originals` was not granted.
        IndexTampered: the stored signatures were changed outside Strongroom.
    """
    known = _load(archive, session, merge=False)
    if known is None:
        return ()
    return _near(known.similar_to(record, limit=_MOST_SHOWN, least=_LEAST))


def near_of(archive: Archive, session: Session, record: RecordId) -> tuple[Near, ...]:
    """Return the near-duplicates of a record to somebody who redacts.

    Raises:
        NotPermitted: the member may not redact.
        IndexTampered: the stored signatures were changed outside Strongroom.
    """
    authorise(archive, session, Action.REDACT, record)
    look(archive, session, EventType.LIST, record, of="near-duplicates")
    return near_record(archive, session, record)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A record, its title, and the records with a similar text, each with its own title."""

    record: RecordId
    title: str
    near: tuple[tuple[Near, str], ...]


def near_listing(
    archive: Archive, session: Session, *, page: int = 1, limit: int = 200
) -> tuple[int, tuple[Neighbours, ...]]:
    """Return how many records there are, and those of a page of them that have near-duplicates.

    Pages count from 1 and go from the newest record to the oldest.

    Raises:
        NotPermitted: the member may not read originals.
        IndexTampered: the stored signatures were changed outside Strongroom.
    """
    authorise(archive, session, Action.READ_ORIGINALS)
    look(archive, session, EventType.LIST, of="near-duplicates")
    known = _load(archive, session, merge=False) or _nothing()
    with archive.catalog.read() as snapshot:
        total = snapshot.records.count(archive.collection)
        rows = snapshot.records.page(archive.collection, (page - 1) * limit, limit)
        found = []
        for row in list(rows):
            near = _near(known.similar_to(row.id, limit=_MOST_SHOWN, least=_LEAST))
            if near:
                titled = tuple((one, _title(session, snapshot, one.record)) for one in near)
                found.append(Neighbours(row.id, _title(session, snapshot, row.id), titled))
    return total, tuple(found)


def _title(session: Session, snapshot: Snapshot, record: RecordId) -> str:
    return open_record(session, snapshot, record).manifest.title


def _near(found: list[tuple[str, float]]) -> tuple[Near, ...]:
    return tuple(Near(RecordId(record), round(100 * share)) for record, share in found)


def _file_key(session: Session) -> FileKey:
    return FileKey(session.derived_key(Compartment.ORIGINALS, "similarity-file")[:16])


def _row(archive: Archive, session: Session, packed: bytes) -> SimilarityRow:
    sealed = seal_bytes(_file_key(session), packed, random=archive.random)
    return SimilarityRow(new_uuid(archive.random), archive.collection, sealed)


def _nothing() -> SimilarTexts:
    from archive.extraction.similarity import SimilarTexts  # noqa: PLC0415 - NumPy, 0.1 s

    return SimilarTexts()


def _load(archive: Archive, session: Session, *, merge: bool) -> SimilarTexts | None:
    """Return what the stored signatures make up, `None` where none is stored."""
    known: SimilarTexts | None = None
    small: dict[str, bytes] = {}
    with archive.catalog.read() as snapshot:
        for row_id, packed in _open(archive, session, snapshot):
            known = _nothing() if known is None else known
            known.load(packed)
            if len(packed) < _SMALL * _ENTRY:
                small[row_id] = packed
    if merge and len(small) > _MANY:
        _replace(archive, session, small, b"".join(small.values()))
    return known


def _open(archive: Archive, session: Session, snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    file_key = _file_key(session)
    for row in snapshot.similarities.all(archive.collection):
        try:
            packed = open_bytes(file_key, row.sealed)
        except SealedObjectDamaged:
            raise IndexTampered from None
        if len(packed) % _ENTRY:
            raise IndexTampered
        yield row.id, packed


def _replace(archive: Archive, session: Session, old: Iterable[str], packed: bytes) -> None:
    """Put batches of a middling size in place of old ones."""
    step = 4 * _SMALL * _ENTRY
    with archive.catalog.write() as tx:
        tx.similarities.remove(list(old))
        for start in range(0, len(packed), step):
            tx.similarities.add(_row(archive, session, packed[start : start + step]))


def forget_signatures(
    archive: Archive, session: Session, tx: Transaction, records: Collection[str]
) -> None:
    """Write the batches anew that hold signatures of records that are destroyed, without them.

    Raises:
        NotPermitted: `originals` was not granted.
        IndexTampered: the stored signatures were changed outside Strongroom.
    """
    gone = {UUID(one).bytes for one in records}
    for row_id, packed in list(_open(archive, session, tx)):
        entries = [packed[at : at + _ENTRY] for at in range(0, len(packed), _ENTRY)]
        kept = [one for one in entries if one[:16] not in gone]
        if len(kept) < len(entries):
            tx.similarities.remove([row_id])
            if kept:
                tx.similarities.add(_row(archive, session, b"".join(kept)))


def rebuild_signatures(archive: Archive, session: Session) -> None:
    """Make the signatures of all records anew from their canonical texts.

    Records that cannot be opened are left out; opening them says why.

    Raises:
        NotPermitted: `originals` was not granted.
    """
    from archive.extraction.similarity import Signer, pack  # noqa: PLC0415 - NumPy, 0.1 s

    signer = Signer(session.derived_key(Compartment.ORIGINALS, "similarity"))
    with archive.catalog.read() as snapshot:
        old = [row.id for row in snapshot.similarities.all(archive.collection)]
        records = [row.id for row in snapshot.records.list(archive.collection)]
    made = [(record, _signature(archive, session, record, signer)) for record in records]
    packed = pack([(record, of) for record, of in made if of is not None])
    _replace(archive, session, old, packed)


def _signature(
    archive: Archive, session: Session, record: RecordId, signer: Signer
) -> bytes | None:
    try:
        with archive.catalog.read() as snapshot:
            opened = open_record(session, snapshot, record)
        text = canonical_text(archive, opened)
    except (IntegrityError, ObjectMissing):
        return None
    return None if text is None else signer.sign(text.text)
