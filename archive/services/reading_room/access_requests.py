"""Readers ask the archivists, in words of their own, for what they cannot find or open.

A request is never compared with the catalog: its answer, its time and its form tell nothing of what
there is. It is sealed to `originals`; its answer is sealed under a key that the request carries and
that the asking member keeps among their own papers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive.catalog import Snapshot
from archive.catalog.rows import AccessRequestRow
from archive.errors import (
    BindingMismatch,
    InvalidValue,
    NotPermitted,
    RecordNotFound,
    SealedObjectDamaged,
)
from archive.model.access import Action, Compartment
from archive.model.ids import new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.codec import decode, encode
from archive.services.events import append, authorise, look, trusted_entry
from archive.services.parts import Archive
from archive.services.reading_room import papers
from archive.services.reading_room.papers import Asked
from archive.services.refusals import tells_refusals
from archive.services.session import Session
from keys.age import open_small, seal_small
from keys.errors import KeysError
from keys.primitives import committing_open, committing_seal

MAX_TEXT = 4_000  # code points of a request or an answer
MAX_ASKED = 50  # requests that a member keeps
_PADDED = 1 << 14  # bytes; a request is as long as any other
_LABEL = b"strongroom/access-answer/v1"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request as the archivists see it: who asked, when, what, and the answer if there is one."""

    id: str
    name: str
    text: str
    created: datetime
    answer: str | None = None
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request as its member sees it."""

    id: str
    text: str
    answer: str | None


def ask(archive: Archive, session: Session, text: str) -> None:
    """Send the archivists a request; what it asks for is not looked up.

    Raises:
        NotPermitted: the member reads nothing here.
        InvalidValue: empty, too long, or there are too many already.
    """
    text = _checked(text)
    authorise(archive, session, Action.READ_READING)
    one = Asked(new_uuid(archive.ids), archive.random(32).hex(), text)

    def keep(mine: papers.Papers) -> papers.Papers:
        if len(mine.asked) >= MAX_ASKED:
            raise InvalidValue(f"At most {MAX_ASKED} requests are kept; remove one first.")
        return replace(mine, asked=(*mine.asked, one))

    papers.change(archive, session, keep)
    body = encode({"member": session.member.id, "name": session.name, "key": one.key, "text": text})
    sealed = seal_small(
        body.ljust(_PADDED), [session.recipients[Compartment.ORIGINALS]], random=archive.random
    )
    links = {"request": hashlib.sha256(sealed).hexdigest()}
    draft = EntryDraft(EventType.ACCESS_REQUESTED, one.id, EventOutcome.SUCCESS, links, {})
    with archive.catalog.write() as tx:
        index = append(archive, session, tx, [draft]).first_index
        row = AccessRequestRow(one.id, archive.collection, sealed, None, index, archive.clock())
        tx.access_requests.put(row)


def mine(archive: Archive, session: Session) -> tuple[OwnRequest, ...]:
    """Return the member's own requests, newest first, with the answers that there are.

    Raises:
        NotPermitted: the member reads nothing here.
        SealedObjectDamaged: something was changed outside Strongroom.
    """
    asked = papers.papers(archive, session).asked
    with archive.catalog.read() as snapshot:
        return tuple(_own(snapshot, one) for one in reversed(asked))


def forget(archive: Archive, session: Session, request: str) -> None:
    """Forget a request of one's own; the archivists keep theirs.

    Raises:
        NotPermitted, SealedObjectDamaged: as `mine`.
    """

    def without(held: papers.Papers) -> papers.Papers:
        return replace(held, asked=tuple(one for one in held.asked if one.id != request))

    papers.change(archive, session, without)


def requests(archive: Archive, session: Session) -> tuple[AccessRequest, ...]:
    """Return every request, newest first, to somebody who may read originals.

    Raises:
        NotPermitted: the member may not read originals.
        BindingMismatch: a request is not the one that its member signed for.
    """
    _require_staff(archive, session)
    look(archive, session, EventType.LIST, of="access-requests")
    with archive.catalog.read() as snapshot:
        return tuple(_all(archive, session, snapshot))


@tells_refusals(Action.READ_ORIGINALS)
def answer(archive: Archive, session: Session, request: str, text: str) -> None:
    """Answer a request; only its member can read the answer, beside the archivists.

    Raises:
        NotPermitted: the member may not read originals.
        RecordNotFound: there is no such request.
        InvalidValue: empty or too long.
        BindingMismatch: the request is not the one that its member signed for.
    """
    text = _checked(text)
    _require_staff(archive, session)
    with archive.catalog.write() as tx:
        row = tx.access_requests.get(request)
        if row is None:
            raise RecordNotFound("There is no such request.")
        key = _opened(session, tx, row).key
        sealed = committing_seal(key, _LABEL, encode({"text": text}).ljust(_PADDED))
        links = {"answer": hashlib.sha256(sealed).hexdigest()}
        draft = EntryDraft(EventType.ACCESS_ANSWERED, request, EventOutcome.SUCCESS, links, {})
        append(archive, session, tx, [draft])
        tx.access_requests.put(replace(row, answer=sealed))


def _require_staff(archive: Archive, session: Session) -> None:
    authorise(archive, session, Action.READ_ORIGINALS)
    if not session.identities.get(Compartment.ORIGINALS):
        raise NotPermitted


def _all(archive: Archive, session: Session, snapshot: Snapshot) -> Iterator[AccessRequest]:
    for row in snapshot.access_requests.all(archive.collection):
        yield _opened(session, snapshot, row)


def _opened(session: Session, snapshot: Snapshot, row: AccessRequestRow) -> AccessRequest:
    """Return a request after checking that the member whom it names signed for these very bytes."""
    types = (EventType.ACCESS_REQUESTED,)
    entry = trusted_entry(session, snapshot, row.entry_index, types, row.id)
    if entry.links.get("request") != hashlib.sha256(row.sealed).hexdigest():
        raise BindingMismatch
    try:
        body = decode(open_small(row.sealed, session.opening(Compartment.ORIGINALS)))
    except KeysError:
        raise SealedObjectDamaged from None
    signer = session.directory.by_key_id(entry.agent.key_id)
    if signer.member.id != body["member"]:
        raise BindingMismatch
    key = bytes.fromhex(body["key"])
    told = None if row.answer is None else _answer(key, row.answer)
    return AccessRequest(row.id, body["name"], body["text"], row.created, told, key)


def _own(snapshot: Snapshot, one: Asked) -> OwnRequest:
    row = snapshot.access_requests.get(one.id)
    if row is None or row.answer is None:
        return OwnRequest(one.id, one.text, None)
    return OwnRequest(one.id, one.text, _answer(bytes.fromhex(one.key), row.answer))


def _answer(key: bytes, sealed: bytes) -> str:
    try:
        return str(decode(committing_open(key, _LABEL, sealed))["text"])
    except KeysError:
        raise SealedObjectDamaged from None


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidValue("Write what it is about.")
    if len(text) > MAX_TEXT:
        raise InvalidValue(f"At most {MAX_TEXT} characters.")
    return text
