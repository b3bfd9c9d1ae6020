"""A member's own papers: notes, tags, baskets, and keys to what was asked; sealed to that member.

All of them lie in one envelope, as saved searches do. Looking and changing leave the same entry in
the ledger and both seal the envelope anew, so that neither tells which of the two it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from archive import policy
from archive.catalog import Snapshot
from archive.catalog.rows import PapersRow
from archive.errors import IntegrityError, InvalidValue, RecordNotFound, SealedObjectDamaged
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.model.padding import padme
from archive.model.provenance import EventType
from archive.services.codec import decode, encode
from archive.services.events import authorise, look
from archive.services.parts import Archive
from archive.services.reading import released_copy
from archive.services.records import open_record
from archive.services.session import Session
from keys.errors import KeysError
from keys.primitives import committing_open, committing_seal

MAX_NOTE = 4_000  # code points
MAX_NOTES = 500
MAX_TAGS = 20  # of one record
MAX_NAME = 80  # code points of a tag or of a basket's name
MAX_BASKETS = 20
MAX_IN_BASKET = 100
_LABEL = b"strongroom/papers/v1"
_LEAST = 1 << 16  # bytes; nobody's first papers can be told from an empty desk


@dataclass(frozen=True, slots=True)
class Note:
    """What a member wrote beside a record, and the tags that they gave it."""

    text: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of one's own: its id, the key of its answer (64 hex digits), and what was asked."""

    id: str
    key: str = field(repr=False)
    text: str


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything in one member's envelope."""

    notes: dict[RecordId, Note] = field(default_factory=dict)
    baskets: dict[str, tuple[RecordId, ...]] = field(default_factory=dict)
    asked: tuple[Asked, ...] = ()

    def tagged(self, tag: str) -> tuple[RecordId, ...]:
        """Return the records that carry a tag."""
        return tuple(record for record, note in self.notes.items() if tag in note.tags)

    @property
    def tags(self) -> dict[str, int]:
        """How many records carry each tag, by tag."""
        every = sorted(tag for note in self.notes.values() for tag in note.tags)
        return {tag: every.count(tag) for tag in dict.fromkeys(every)}


Change = Callable[[Papers], Papers]


def papers(archive: Archive, session: Session) -> Papers:
    """Return the member's papers.

    Raises:
        NotPermitted: the member reads nothing here.
        SealedObjectDamaged: they were changed outside Strongroom.
    """
    return change(archive, session, lambda mine: mine)


def beside(archive: Archive, session: Session) -> Papers:
    """Return the member's papers to be shown beside a record; its own entry is in the ledger.

    Raises:
        SealedObjectDamaged: they were changed outside Strongroom.
    """
    with archive.catalog.read() as snapshot:
        return _load(session, snapshot)


def annotate(
    archive: Archive, session: Session, record: RecordId, text: str, tags: Iterable[str]
) -> None:
    """Put a note and tags beside a record in place of the last ones; without both, it has none.

    Raises:
        InvalidValue: too long, or too many.
        NotPermitted, SealedObjectDamaged: as `papers`.
    """
    note = Note(text.strip(), tuple(dict.fromkeys(filter(None, map(_name, tags)))))
    if len(note.text) > MAX_NOTE:
        raise InvalidValue(f"A note has at most {MAX_NOTE} characters.")
    if len(note.tags) > MAX_TAGS:
        raise InvalidValue(f"A record has at most {MAX_TAGS} tags of yours.")

    def put(mine: Papers) -> Papers:
        others = {one: it for one, it in mine.notes.items() if one != record}
        if note == Note():
            return replace(mine, notes=others)
        if len(others) >= MAX_NOTES:
            raise InvalidValue(f"You keep at most {MAX_NOTES} notes; remove one first.")
        return replace(mine, notes={**others, record: note})

    change(archive, session, put)


def lay_in(archive: Archive, session: Session, basket: str, record: RecordId) -> None:
    """Lay a record into a basket, which is made if there is none of that name.

    Raises:
        InvalidValue: the name cannot be used, or there are too many.
        NotPermitted, SealedObjectDamaged: as `papers`.
    """
    name = _name(basket)
    if not name:
        raise InvalidValue("Give the basket a name.")

    def put(mine: Papers) -> Papers:
        if name not in mine.baskets and len(mine.baskets) >= MAX_BASKETS:
            raise InvalidValue(f"You keep at most {MAX_BASKETS} baskets; remove one first.")
        held = dict.fromkeys((*mine.baskets.get(name, ()), record))
        if len(held) > MAX_IN_BASKET:
            raise InvalidValue(f"A basket holds at most {MAX_IN_BASKET} records.")
        return replace(mine, baskets={**mine.baskets, name: tuple(held)})

    change(archive, session, put)


def take_out(archive: Archive, session: Session, basket: str, record: RecordId) -> None:
    """Take a record out of a basket; one that is not in it is fine.

    Raises:
        NotPermitted, SealedObjectDamaged: as `papers`.
    """

    def put(mine: Papers) -> Papers:
        if basket not in mine.baskets:
            return mine
        held = tuple(one for one in mine.baskets[basket] if one != record)
        return replace(mine, baskets={**mine.baskets, basket: held})

    change(archive, session, put)


def drop_basket(archive: Archive, session: Session, basket: str) -> None:
    """Remove a basket, not what is in it; one that is not there is fine.

    Raises:
        NotPermitted, SealedObjectDamaged: as `papers`.
    """

    def put(mine: Papers) -> Papers:
        left = {name: held for name, held in mine.baskets.items() if name != basket}
        return replace(mine, baskets=left)

    change(archive, session, put)


def titles(
    archive: Archive, session: Session, records: Iterable[RecordId]
) -> dict[RecordId, str | None]:
    """Return the titles of records at the member's best level; `None` where it shows none now.

    Raises:
        NotPermitted: the member reads nothing here.
    """
    level = policy.best_level(session.member)
    authorise(archive, session, policy.READ_AT[level])
    look(archive, session, EventType.LIST, of="titles")
    found: dict[RecordId, str | None] = {}
    with archive.catalog.read() as snapshot:
        for record in records:
            found[record] = None
            with suppress(RecordNotFound, IntegrityError):
                found[record] = _title(session, snapshot, record, level)
    return found


def _title(session: Session, snapshot: Snapshot, record: RecordId, level: Level) -> str:
    if level is Level.READING:
        return released_copy(session, snapshot, record).title
    return open_record(session, snapshot, record).manifest.title


def change(archive: Archive, session: Session, made: Change) -> Papers:
    """Replace the envelope in one transaction and return what is in it now.

    Raises:
        NotPermitted: the member reads nothing here.
        SealedObjectDamaged: it was changed outside Strongroom.
    """
    authorise(archive, session, Action.READ_READING)
    look(archive, session, EventType.PAPERS_OPENED, session.member.id)
    with archive.catalog.write() as tx:
        mine = made(_load(session, tx))
        body = encode(_encode(mine))
        padded = body.ljust(padme(max(len(body), _LEAST)))
        tx.papers.put(PapersRow(session.member.id, committing_seal(_key(session), _LABEL, padded)))
    return mine


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > MAX_NAME or not name.isprintable():
        raise InvalidValue(f"A name or tag has at most {MAX_NAME} characters.")
    return name


def _key(session: Session) -> bytes:
    return session.secret.derive(_LABEL.decode())


def _load(session: Session, snapshot: Snapshot) -> Papers:
    row = snapshot.papers.get(session.member.id)
    if row is None:
        return Papers()
    try:
        return _decode(decode(committing_open(_key(session), _LABEL, row.sealed)))
    except KeysError:
        raise SealedObjectDamaged from None


def _encode(mine: Papers) -> dict[str, Any]:
    return {
        "notes": {record: [note.text, list(note.tags)] for record, note in mine.notes.items()},
        "baskets": [[name, list(held)] for name, held in mine.baskets.items()],
        "asked": [[one.id, one.key, one.text] for one in mine.asked],
    }


def _decode(body: dict[str, Any]) -> Papers:
    return Papers(
        {RecordId(one): Note(text, tuple(tags)) for one, (text, tags) in body["notes"].items()},
        {name: tuple(map(RecordId, held)) for name, held in body["baskets"]},
        tuple(Asked(*one) for one in body["asked"]),
    )
