"""The finding aid as the ledger has it: sealed changes, replayed from the newest sealed trees.

Every act is an entry about the collection's finding aid; beside it lies, sealed, what was done, and
beside every 32nd the whole tree too (ADR 64). A session opens the entries since the tree before the
newest one, checks that the changes lead from the one to the other, and then those that come anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from archive import policy
from archive.catalog import Snapshot
from archive.errors import (
    BindingMismatch,
    InvalidValue,
    RecordNotFound,
    SealedObjectDamaged,
)
from archive.ledger import parse_entry, row_hash
from archive.model.access import Action, Compartment
from archive.model.arrangement import Arranging, Change, DescriptionUnit, FindingAid, UnitId
from archive.model.description import LevelOfDescription
from archive.model.ids import CollectionId, RecordId
from archive.model.provenance import Entry, EventType, LedgerRow
from archive.services.codec import decode, encode
from archive.services.events import checked_signer, confided
from archive.services.session import Session

PERIOD = 32
"""Changes from one sealed tree to the next."""

_CHANGE, _TREE = "change", "tree"
_DIGITS = 9
_MARK = f'"type":"{EventType.ARRANGED.value}"'.encode()
_NAME = "strongroom finding aid"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit on the way down to a place; `reference` is its whole reference code."""

    unit: UnitId
    reference: str
    level: LevelOfDescription
    title: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A finding aid, how many acts made it, and the hash (hex) of the newest one's entry."""

    tree: FindingAid
    acts: int = 0
    head: str | None = None


def object_of(collection: CollectionId) -> str:
    """Return the id (UUID, version 5) that entries about a collection's finding aid have."""
    return str(uuid5(UUID(collection), _NAME))


def replayed(
    session: Session, snapshot: Snapshot, collection: CollectionId, *, whole: bool = False
) -> Replayed:
    """Return the finding aid of a collection, which is the caller's own to change.

    It is replayed from its newest sealed trees, or from what the session has seen of it before;
    with `whole` every act since the first is replayed.

    Raises:
        NotPermitted: the session holds no identity of `originals`.
        BindingMismatch: an act is missing, is not its signer's to do, or a tree is not what the
            acts before it made.
        LedgerTampered: an entry is malformed or not signed by its agent.
        SealedObjectDamaged: sealed values are gone or cannot be opened.
    """
    session.opening(Compartment.ORIGINALS)
    about = object_of(collection)
    known: Replayed | None = None if whole else session.kept.get(about)
    rows = _rows(snapshot, about, whole=whole)
    found = _continued(session, snapshot, rows, known) if known else None
    if found is None:
        found = _begun(session, snapshot, rows, whole=whole)
    session.kept[about] = found
    return replace(found, tree=found.tree.copy())


def _rows(snapshot: Snapshot, about: str, *, whole: bool) -> list[LedgerRow]:
    """Return the acts of two periods, or more, oldest first; there may be none.

    Other entries about the finding aid, such as refusals, are no acts.
    """
    for count in (None,) if whole else (2 * PERIOD, None):
        rows = snapshot.ledger.newest_of(about, count)
        acts = [row for row in rows if _MARK in row.body]
        if count is None or len(acts) == count or len(rows) < count:
            break
    return acts


def _continued(
    session: Session, snapshot: Snapshot, rows: Sequence[LedgerRow], known: Replayed
) -> Replayed | None:
    """Return what was seen before with the acts since; `None` where they do not follow on it."""
    hashes = [_hash(row) for row in rows]
    if known.head not in hashes:
        return None
    newer = [_Act.of(row) for row in rows[hashes.index(known.head) + 1 :]]
    return _replay(session, snapshot, newer, replace(known, tree=known.tree.copy()))


def _begun(
    session: Session, snapshot: Snapshot, rows: Sequence[LedgerRow], *, whole: bool
) -> Replayed:
    """Replay from the tree before the newest one, which it proves; without trees, from nothing."""
    acts = [_Act.of(row) for row in rows]
    first = (acts[-1].number // PERIOD - 1) * PERIOD if acts else 0
    if whole or first <= 0:
        return _replay(session, snapshot, acts, Replayed(FindingAid()))
    base, *newer = [act for act in acts if act.number >= first]
    if base.number != first:
        raise BindingMismatch
    tree = read_tree(_opened(session, snapshot, base).get(_TREE, ""))
    return _replay(session, snapshot, newer, Replayed(tree, first + 1, _hash(base.row)))


@dataclass(frozen=True, slots=True)
class _Act:
    """The entry of an act; its agent signed its number: 0, 1, 2, ..."""

    row: LedgerRow
    entry: Entry
    number: int

    @classmethod
    def of(cls, row: LedgerRow) -> _Act:
        entry = parse_entry(row.body)
        said = entry.links.get("number", "")
        if not (said.isascii() and said.isdecimal() and len(said) <= _DIGITS):
            raise BindingMismatch
        return cls(row, entry, int(said))


def _hash(row: LedgerRow) -> str:
    return row_hash(row).hex()


def _replay(
    session: Session, snapshot: Snapshot, acts: Sequence[_Act], begun: Replayed
) -> Replayed:
    tree, done, head = begun.tree, begun.acts, begun.head
    for act in acts:
        values = _opened(session, snapshot, act)
        if act.number != done or act.entry.links.get("after", "") != (head or ""):
            raise BindingMismatch
        try:
            tree.apply(read_change(values[_CHANGE]))
        except (InvalidValue, RecordNotFound, KeyError):
            raise BindingMismatch from None
        if done and done % PERIOD == 0 and values.get(_TREE) != tree_text(tree):
            raise BindingMismatch
        done, head = done + 1, _hash(act.row)
    return Replayed(tree, done, head)


def place_of(
    session: Session, snapshot: Snapshot, collection: CollectionId, record: RecordId
) -> tuple[Place, ...]:
    """Return the units that a record is placed in, from the top down; none when it is not placed.

    Raises:
        NotPermitted, IntegrityError: see `replayed`.
    """
    tree = replayed(session, snapshot, collection).tree
    unit = tree.places.get(record)
    return () if unit is None else path_of(tree, unit)


def path_of(tree: FindingAid, unit: UnitId) -> tuple[Place, ...]:
    """Return the units from the top of the tree down to one."""
    return tuple(
        Place(one.id, tree.reference(one.id), one.level, one.title) for one in tree.path(unit)
    )


def values_of(change: Change, tree: FindingAid, before: Replayed) -> dict[str, str]:
    """Return what is sealed beside the act that made `tree` of what was before."""
    values = {_CHANGE: change_text(change)}
    if before.acts and before.acts % PERIOD == 0:
        values[_TREE] = tree_text(tree)
    return values


def links_of(change: Change, before: Replayed) -> dict[str, str]:
    """Return what the entry of an act says in clear: which it is, and what it comes after."""
    links = {"act": change.act.value, "number": str(before.acts)}
    return links if before.head is None else {**links, "after": before.head}


def _opened(session: Session, snapshot: Snapshot, act: _Act) -> Mapping[str, str]:
    """Return the sealed values of an act that somebody signed who may arrange."""
    signer = checked_signer(session, snapshot, act.entry)
    if (act.entry.type, act.entry.object) != (EventType.ARRANGED, act.row.object):
        raise BindingMismatch
    if not policy.decide(signer, Action.ARRANGE).allowed:
        raise BindingMismatch
    return confided(session, snapshot, act.row.index, act.entry)


def change_text(change: Change) -> str:
    """Return the JSON form of a change: what is set of it."""
    given = {
        "act": change.act.value,
        "unit": change.unit,
        "parent": change.parent,
        "before": change.before,
        "level": change.level and change.level.value,
        "code": change.code,
        "title": change.title,
        "records": list(change.records),
    }
    return encode({name: value for name, value in given.items() if value}).decode()


def read_change(text: str) -> Change:
    """Return the change of its JSON form.

    Raises:
        SealedObjectDamaged: it is none.
    """
    body = decode(text.encode())
    try:
        level = body.pop("level", None)
        return Change(
            act=Arranging(body.pop("act")),
            level=None if level is None else LevelOfDescription(level),
            records=tuple(map(RecordId, body.pop("records", ()))),
            **body,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SealedObjectDamaged from None


def tree_text(tree: FindingAid) -> str:
    """Return the JSON form of a tree: its units, each before those under it."""
    return encode([_unit_body(unit) for _, unit in tree.walk()]).decode()


def _unit_body(unit: DescriptionUnit) -> dict[str, Any]:
    return {
        "unit": unit.id,
        "parent": unit.parent,
        "level": unit.level.value,
        "code": unit.code,
        "title": unit.title,
        "records": list(unit.records),
        "version": unit.version,
    }


def read_tree(text: str) -> FindingAid:
    """Return the tree of its JSON form.

    Raises:
        SealedObjectDamaged: it is none.
    """
    tree = FindingAid()
    try:
        for one in decode(text.encode()):
            _read_unit(tree, one)
    except (KeyError, TypeError, ValueError, InvalidValue, RecordNotFound):
        raise SealedObjectDamaged from None
    return tree


def _read_unit(tree: FindingAid, body: Mapping[str, Any]) -> None:
    unit = UnitId(body["unit"])
    tree.apply(
        Change(
            Arranging.ADD,
            unit,
            body["parent"],
            level=LevelOfDescription(body["level"]),
            code=body["code"],
            title=body["title"],
        )
    )
    tree.units[unit].version = body["version"]
    records: Iterable[str] = body["records"]
    placed = tuple(map(RecordId, records))
    if placed:
        tree.apply(Change(Arranging.PLACE, unit, records=placed))
