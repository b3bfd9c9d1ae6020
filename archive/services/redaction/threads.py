"""What the plans of the other mails of a thread hide, so that it is proposed in this one too.

The index of originals knows the thread (`thread_ids`): a mail is found without opening the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.catalog import Snapshot
from archive.errors import ArchiveError, InQuarantine, RecordNotFound
from archive.model.access import Level
from archive.model.ids import RecordId
from archive.model.objects import Manifest
from archive.model.provenance import EventType
from archive.model.redaction import Reason
from archive.model.search import SearchRequest
from archive.redaction import THREAD, thread_name
from archive.search import wire
from archive.services.events import look
from archive.services.indexes.finding import ask
from archive.services.indexes.thread_ids import thread_ids, thread_word
from archive.services.parts import Archive
from archive.services.records import open_record
from archive.services.redaction.plans import open_desk
from archive.services.session import Session

_DEEPEST = 8  # letters enclosed in one another
_STEPS = 8  # from answer to answer, where mails name only the one that they answer
_AT_ONCE = 40  # identifiers of one query
_MOST = 200  # mails of a thread
_NAMING = (Reason.SOURCE_IDENTITY, Reason.THIRD_PARTY)


def thread_names(archive: Archive, session: Session, record: RecordId) -> tuple[str, ...]:
    """Return the names that plans of the other mails of a record's thread hide.

    What was enclosed in a mail belongs to its thread. The ledger knows before a plan is opened.

    Raises:
        RecordNotFound: no such record.
        NotPermitted: `originals` was not granted.
        SearchTimeout, SearchFailed: the search was stopped, or its process died.
    """
    with archive.catalog.read() as snapshot:
        ids = {one for above in _above(session, snapshot, record) for one in _ids(above)}
    others = _thread(archive, session, record, ids) if ids else ()
    if not others:
        return ()
    look(archive, session, EventType.LIST, record, of="thread", level=Level.ORIGINALS.value)
    found: dict[str, None] = {}
    for other in others:
        found.update(dict.fromkeys(_hidden(archive, session, other)))
    return tuple(found)


def _above(session: Session, snapshot: Snapshot, record: RecordId) -> Iterator[Manifest]:
    """Yield a record's manifest and those of what it was enclosed in."""
    at: RecordId | None = record
    for _ in range(_DEEPEST):
        if at is None:
            return
        try:
            manifest = open_record(session, snapshot, at).manifest
        except RecordNotFound:
            if at == record:
                raise
            return  # what it was enclosed in was discarded
        yield manifest
        at = manifest.parent


def _ids(manifest: Manifest) -> tuple[str, ...]:
    return thread_ids(manifest.metadata)


def _thread(
    archive: Archive, session: Session, record: RecordId, ids: set[str]
) -> tuple[RecordId, ...]:
    """Return the other mails of a thread, from answer to answer."""
    known, fresh = set(ids), sorted(ids)
    seen: dict[RecordId, None] = {}
    for _ in range(_STEPS):
        hits = [hit for hit in _search(archive, session, fresh) if hit not in seen]
        more: set[str] = set()
        with archive.catalog.read() as snapshot:
            for hit in hits[: _MOST - len(seen)]:
                try:
                    own = set(_ids(open_record(session, snapshot, hit).manifest))
                except ArchiveError:
                    continue  # opening it says why
                if own & known:
                    seen[hit] = None
                    more |= own
        fresh = sorted(more - known)
        known |= more
        if not fresh or len(seen) >= _MOST:
            break
    seen.pop(record, None)
    return tuple(seen)


def _search(archive: Archive, session: Session, ids: list[str]) -> Iterator[RecordId]:
    """Yield the records that the index of originals knows by an identifier."""
    for at in range(0, len(ids), _AT_ONCE):
        query = " OR ".join(map(thread_word, ids[at : at + _AT_ONCE]))
        question = {"act": "export", "request": wire.encode_request(SearchRequest(query))}
        for hit in ask(archive, session, Level.ORIGINALS, question).value or ():
            yield wire.decode_hit(hit).record


def _hidden(archive: Archive, session: Session, record: RecordId) -> Iterator[str]:
    """Yield the names that a record's plan hides, but for those that came from its thread."""
    try:
        with archive.catalog.read() as snapshot:
            desk = open_desk(archive, session, snapshot, record)
    except (RecordNotFound, InQuarantine):
        return
    for one in desk.stored.plan.redactions if desk.stored else ():
        if one.reason in _NAMING and one.detector != THREAD:
            name = thread_name(desk.text.text[one.start : one.end])
            if name is not None:
                yield name
