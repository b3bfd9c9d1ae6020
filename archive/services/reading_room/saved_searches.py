"""A member's saved searches and alerts: sealed to that member alone, all of them in one envelope.

The envelope is a key-committing AEAD under a key derived from the member's own secret, padded, so
that neither names nor queries nor how many there are can be seen; see docs/formats/envelopes.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from archive import policy
from archive.catalog import Snapshot
from archive.catalog.rows import SavedSearchesRow
from archive.errors import (
    InvalidValue,
    NameTaken,
    NotPermitted,
    QuerySyntax,
    QueryTooBroad,
    RecordNotFound,
    SealedObjectDamaged,
)
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.model.padding import padme
from archive.model.provenance import EventType
from archive.model.search import SearchRequest, SearchResults
from archive.search import wire
from archive.services.codec import decode, encode
from archive.services.events import authorise, look
from archive.services.indexes.finding import admit, ask, told
from archive.services.parts import Archive
from archive.services.reading_room import access
from archive.services.refusals import tells_refusals
from archive.services.session import Session
from keys.errors import KeysError
from keys.primitives import committing_open, committing_seal

MAX_SAVED = 50
MAX_NAME = 80  # code points
_LABEL = b"strongroom/saved-searches/v1"
_LEAST = 4096  # bytes; a member's first searches all look alike


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search under a name; `known` are the records that it found when it was last run."""

    name: str
    request: SearchRequest
    level: Level
    known: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """How many records a saved search finds now, and how many it did not find the last time.

    `error` is the code of its refusal when it can no longer be run.
    """

    name: str
    total: int
    new: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What alerts are counted from: the digest of the envelope, and id and number of each index."""

    envelope: str
    indexes: tuple[tuple[str, int], ...]


def save(
    archive: Archive,
    session: Session,
    name: str,
    request: SearchRequest,
    level: Level | None = None,
) -> SavedSearch:
    """Save a search; what it finds now counts as known.

    Raises:
        InvalidValue: the name cannot be used, or there are too many saved searches.
        NameTaken: there is one of that name.
        NotPermitted, QuerySyntax, QueryTooBroad, SearchTimeout, SearchFailed: as `access.search`.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise InvalidValue(f"A name has 1 to {MAX_NAME} characters.")
    level, known = _matching(archive, session, request, level)
    made = SavedSearch(name, replace(request, page=1), level, known)

    def add(all_: tuple[SavedSearch, ...]) -> tuple[SavedSearch, ...]:
        if any(one.name == name for one in all_):
            raise NameTaken("There is a saved search of that name.")
        if len(all_) >= MAX_SAVED:
            raise InvalidValue(f"At most {MAX_SAVED} searches can be saved; delete one first.")
        return (*all_, made)

    _change(archive, session, add)
    return made


def saved(archive: Archive, session: Session) -> tuple[SavedSearch, ...]:
    """Return the member's saved searches in the order in which they were saved.

    Raises:
        NotPermitted: the member may not search.
        SealedObjectDamaged: they were changed outside Strongroom.
    """
    authorise(archive, session, Action.SEARCH_READING)
    look(archive, session, of="saved-searches")
    with archive.catalog.read() as snapshot:
        return _load(session, snapshot)


@tells_refusals(Action.SEARCH_READING)
def run(
    archive: Archive, session: Session, name: str, page: int = 1
) -> tuple[SavedSearch, SearchResults]:
    """Run a saved search and return it with what it finds, which counts as known from now on.

    Raises:
        RecordNotFound: there is no saved search of that name.
        NotPermitted, QuerySyntax, QueryTooBroad, SearchTimeout, SearchFailed: as `access.search`.
    """
    one = _named(saved(archive, session), name)
    _, known = _matching(archive, session, one.request, one.level)
    found = access.search(archive, session, replace(one.request, page=page), one.level)
    seen = replace(one, known=known)
    _change(archive, session, lambda all_: tuple(seen if s.name == name else s for s in all_))
    return one, found


def alerts(archive: Archive, session: Session) -> tuple[Alert, ...]:
    """Say for each saved search how many new records it finds; what is new stays new.

    The ledger knows of all of them, in one entry for each level, before the first is run. One that
    is refused, as for finding too much by now, is told beside the others.

    Raises:
        NotPermitted: the member may not search.
        SearchTimeout, SearchFailed: as `access.search`.
    """
    all_ = saved(archive, session)
    refused = {}
    for level in dict.fromkeys(one.level for one in all_):
        requests = [told(one.request) for one in all_ if one.level is level]
        words = {
            name: json.dumps([one[name] for one in requests], ensure_ascii=False)
            for name in requests[0]
        }
        try:
            admit(archive, session, level, "watch", words)
        except NotPermitted as error:
            refused[level] = error.code
    return tuple(_alert(archive, session, one, refused.get(one.level)) for one in all_)


def _alert(archive: Archive, session: Session, one: SavedSearch, refused: str | None) -> Alert:
    if refused is not None:
        return Alert(one.name, 0, 0, refused)
    try:
        now = _found(archive, session, one.request, one.level)
    except (InvalidValue, NotPermitted, QuerySyntax, QueryTooBroad, RecordNotFound) as error:
        return Alert(one.name, 0, 0, error.code)
    return Alert(one.name, len(now), len(set(now) - set(one.known)))


def basis(archive: Archive, session: Session) -> Basis | None:
    """Return what alerts would be counted from now; `None` when the member saved no search ever.

    Nothing is opened and no index is asked, so that a door can look before every page.
    """
    with archive.catalog.read() as snapshot:
        row = snapshot.saved_searches.get(session.member.id)
        if row is None:
            return None
        levels = [level for level in Level if session.allows(policy.SEARCH_AT[level])]
        indexes = [snapshot.indexes.get(archive.collection, level.value) for level in levels]
    generations = tuple((one.index_id, one.generation) for one in indexes if one is not None)
    return Basis(hashlib.sha256(row.sealed).hexdigest(), generations)


@tells_refusals(Action.SEARCH_READING)
def delete(archive: Archive, session: Session, name: str) -> None:
    """Delete a saved search.

    Raises:
        NotPermitted: the member may not search.
        RecordNotFound: there is no saved search of that name.
    """
    authorise(archive, session, Action.SEARCH_READING)
    look(archive, session, EventType.SEARCH_FORGOTTEN, session.member.id)

    def without(all_: tuple[SavedSearch, ...]) -> tuple[SavedSearch, ...]:
        _named(all_, name)
        return tuple(one for one in all_ if one.name != name)

    _change(archive, session, without)


def _named(all_: tuple[SavedSearch, ...], name: str) -> SavedSearch:
    for one in all_:
        if one.name == name:
            return one
    raise RecordNotFound("There is no saved search of that name.")


def _matching(
    archive: Archive, session: Session, request: SearchRequest, level: Level | None
) -> tuple[Level, tuple[RecordId, ...]]:
    level = admit(archive, session, level, "watch", told(request))
    return level, _found(archive, session, request, level)


def _found(
    archive: Archive, session: Session, request: SearchRequest, level: Level
) -> tuple[RecordId, ...]:
    question = {"act": "matching", "request": wire.encode_request(request)}
    found = ask(archive, session, level, question).value or ()
    return tuple(RecordId(record) for record in found)


def _key(session: Session) -> bytes:
    return session.secret.derive(_LABEL.decode())


def _load(session: Session, snapshot: Snapshot) -> tuple[SavedSearch, ...]:
    row = snapshot.saved_searches.get(session.member.id)
    if row is None:
        return ()
    try:
        body = committing_open(_key(session), _LABEL, row.sealed)
    except KeysError:
        raise SealedObjectDamaged from None
    return tuple(_decode(one) for one in decode(body)["searches"])


def _change(
    archive: Archive,
    session: Session,
    change: Callable[[tuple[SavedSearch, ...]], tuple[SavedSearch, ...]],
) -> None:
    """Replace the envelope in one transaction, so that two changes at once lose nothing."""
    with archive.catalog.write() as tx:
        body = encode({"searches": [_encode(one) for one in change(_load(session, tx))]})
        padded = body.ljust(padme(max(len(body), _LEAST)))
        sealed = committing_seal(_key(session), _LABEL, padded)
        tx.saved_searches.put(SavedSearchesRow(session.member.id, sealed))


def _encode(one: SavedSearch) -> dict[str, Any]:
    return {
        "name": one.name,
        "level": one.level.value,
        "request": wire.encode_request(one.request),
        "known": one.known,
    }


def _decode(body: dict[str, Any]) -> SavedSearch:
    known = tuple(RecordId(record) for record in body["known"])
    return SavedSearch(
        body["name"], wire.decode_request(body["request"]), Level(body["level"]), known
    )
