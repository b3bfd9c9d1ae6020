"""Arranging the finding aid: units made, changed, moved and removed, records placed in them.

What was done is undone by the opposite act. Every act is an entry in the ledger with what was done
sealed beside it; who reads reading copies learns nothing of the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from archive.catalog import Snapshot, Transaction
from archive.errors import (
    DescriptionChanged,
    InQuarantine,
    InvalidValue,
    NotPermitted,
    RecordNotFound,
)
from archive.model.access import Action, Compartment, Level
from archive.model.arrangement import Arranging, Change, DescriptionUnit, FindingAid, UnitId
from archive.model.description import Description, Element
from archive.model.ids import AccessionRef, RecordId, new_uuid
from archive.model.objects import DISCARDED, QUARANTINED
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.services.description.describing import description_of, written
from archive.services.description.finding_aid import (
    Place,
    Replayed,
    links_of,
    object_of,
    path_of,
    replayed,
    values_of,
)
from archive.services.events import append_confidential, authorise, look
from archive.services.parts import Archive
from archive.services.records import open_record
from archive.services.refusals import tells_refusals
from archive.services.session import Session

MAX_PLACED = 10_000
"""Records that one act places or takes out at most."""


@dataclass(frozen=True, slots=True)
class Aid:
    """The finding aid as it stands: every unit with the records in it and below it.

    `unplaced` is how many records of the collection have no place.
    """

    tree: FindingAid
    totals: Mapping[UnitId, int]
    unplaced: int


@dataclass(frozen=True, slots=True)
class Arranged:
    """The finding aid after an act, and the act with every unit by its id."""

    tree: FindingAid
    change: Change

    @property
    def unit(self) -> UnitId | None:
        """The unit that the act was about, if it was about one."""
        return self.change.unit

    @property
    def reference(self) -> str | None:
        """The reference code of that unit, if it still stands."""
        there = self.unit is not None and self.unit in self.tree.units
        return self.tree.reference(self.unit) if self.unit and there else None


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit, the way down to it, its description, and a page of the records in it by title."""

    aid: Aid
    unit: DescriptionUnit
    path: tuple[Place, ...]
    description: Description
    records: tuple[tuple[RecordId, str], ...]

    @property
    def reference(self) -> str:
        """The whole reference code (ISAD(G) 3.1.1)."""
        return self.path[-1].reference


def finding_aid(archive: Archive, session: Session) -> Aid:
    """Return the whole finding aid; that it was looked at is in the ledger first.

    Raises:
        NotPermitted: the member may not read originals.
        IntegrityError: it is not what the ledger committed to.
    """
    _authorise(archive, session, Action.READ_ORIGINALS)
    look(archive, session, of="finding-aid", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        return aid_in(archive, session, snapshot)


@tells_refusals(Action.READ_ORIGINALS)
def unit(
    archive: Archive, session: Session, wanted: str, *, page: int = 1, limit: int = 50
) -> UnitView:
    """Return a unit by its reference code or id; that it was looked at is in the ledger first.

    Raises:
        NotPermitted: the member may not read originals.
        RecordNotFound: there is no such unit.
        IntegrityError: it is not what the ledger committed to.
    """
    _authorise(archive, session, Action.READ_ORIGINALS)
    with archive.catalog.read() as snapshot:
        about = replayed(session, snapshot, archive.collection).tree.named(wanted).id
    look(archive, session, EventType.VIEW, about, level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        aid = aid_in(archive, session, snapshot)
        found = aid.tree.unit(about)
        chosen = list(found.records)[(page - 1) * limit : page * limit]
        return UnitView(
            aid,
            found,
            path_of(aid.tree, about),
            description_of(session, snapshot, about),
            tuple((one, open_record(session, snapshot, one).manifest.title) for one in chosen),
        )


def aid_in(archive: Archive, session: Session, snapshot: Snapshot) -> Aid:
    """Return the finding aid of a snapshot without the records that were destroyed.

    Raises:
        NotPermitted: the session holds no identity of `originals`.
        IntegrityError: it is not what the ledger committed to.
    """
    tree = replayed(session, snapshot, archive.collection).tree
    holdings = set(snapshot.records.holdings(archive.collection))
    for record in tree.places.keys() - holdings:
        del tree.units[tree.places.pop(record)].records[record]
    totals: dict[UnitId, int] = {}
    for _, one in reversed(list(tree.walk())):
        totals[one.id] = len(one.records) + sum(totals[child] for child in one.children)
    return Aid(tree, totals, len(holdings) - len(tree.places))


@tells_refusals(Action.ARRANGE)
def arrange(
    archive: Archive,
    session: Session,
    change: Change,
    *,
    seen: int | None = None,
    dry_run: bool = False,
) -> Arranged:
    """Do one act on the finding aid and return it as it stands then; a new unit gets its code.

    Units may be named by their reference codes.
    `seen` is the version of the unit that an amendment was made from, where that is known. With
    `dry_run` nothing is changed; that it was looked at is in the ledger.

    Raises:
        NotPermitted: the member may not arrange, or holds no key of originals.
        RecordNotFound: there is no such unit or record.
        InQuarantine: a record is held back.
        DescriptionChanged: the unit is not the one that was seen.
        InvalidValue: the tree would not be one, or nothing would change.
        IntegrityError: the finding aid is not what the ledger committed to.
    """
    _authorise(archive, session, Action.ARRANGE)
    if dry_run:
        look(archive, session, of="finding-aid", level=Level.ORIGINALS.value)
        with archive.catalog.read() as snapshot:
            return _applied(archive, session, snapshot, change, seen)[0]
    with archive.catalog.write() as tx:
        done, before = _applied(archive, session, tx, change, seen)
        _enter(archive, session, tx, done, before)
    return done


def accession_records(
    archive: Archive, session: Session, accession: AccessionRef
) -> tuple[RecordId, ...]:
    """Return the records of an accession that have no place yet, in the order of the ledger.

    Raises:
        NotPermitted: the member may not arrange, or holds no key of originals.
        RecordNotFound: there is no such accession, or all of its records are placed.
    """
    _authorise(archive, session, Action.ARRANGE)
    with archive.catalog.read() as snapshot:
        placed = replayed(session, snapshot, archive.collection).tree.places
        found = snapshot.records.holdings(archive.collection, accession)
    chosen = tuple(one for one in found if one not in placed)[:MAX_PLACED]
    if not chosen:
        raise RecordNotFound("The accession has no record without a place.")
    return chosen


def new_unit(archive: Archive) -> UnitId:
    """Return the id of a unit that is to be added."""
    return UnitId(new_uuid(archive.ids))


@tells_refusals(Action.DESCRIBE)
def describe_unit(
    archive: Archive,
    session: Session,
    wanted: str,
    changes: Mapping[Element, str],
    seen: int | None = None,
) -> Description:
    """Write elements of a unit's description; an empty value takes one away.

    Its level is changed with its title and code: by `arrange`.

    Raises:
        NotPermitted: the member may not, or holds no key of originals.
        RecordNotFound: there is no such unit.
        DescriptionChanged: the description is not the one that was seen.
        InvalidValue: a value is too long or not printable, or nothing is changed.
    """
    _authorise(archive, session, Action.DESCRIBE)
    if Element.LEVEL in changes:
        raise InvalidValue(
            "The level of a unit is part of its place in the tree.",
            hint="Change it with `strongroom arrange set UNIT --level LEVEL`.",
        )
    with archive.catalog.write() as tx:
        found = replayed(session, tx, archive.collection).tree.named(wanted)
        return written(archive, session, tx, found.id, changes, seen)


def check(archive: Archive, session: Session) -> int:
    """Replay every act since the first, against every sealed tree; return how many there were.

    Raises:
        NotPermitted: the member may not read originals.
        IntegrityError: they do not lead to what the newest tree says.
    """
    _authorise(archive, session, Action.READ_ORIGINALS)
    look(archive, session, of="finding-aid", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        return replayed(session, snapshot, archive.collection, whole=True).acts


def _authorise(archive: Archive, session: Session, action: Action) -> None:
    authorise(archive, session, action)
    if not session.identities.get(Compartment.ORIGINALS):
        raise NotPermitted


def _applied(
    archive: Archive, session: Session, snapshot: Snapshot, change: Change, seen: int | None
) -> tuple[Arranged, Replayed]:
    """Return the tree after a change that says all that was left open, and what was before."""
    before = replayed(session, snapshot, archive.collection)
    tree = before.tree.copy()
    change = _named(tree, change)
    if seen is not None and tree.unit(change.unit).version != seen:
        raise DescriptionChanged(
            "The unit was changed after you looked at it; nothing of yours was done."
        )
    if change.act is Arranging.ADD and not change.code:
        change = replace(change, code=tree.free_code(change.parent))
    _require_records(snapshot, change.records)
    tree.apply(change)
    return Arranged(tree, change), before


def _named(tree: FindingAid, change: Change) -> Change:
    """Return a change with the ids of the units that it names by reference codes."""
    unit, parent, before = change.unit, change.parent, change.before
    if unit is not None and change.act is not Arranging.ADD:
        unit = tree.named(unit).id
    if parent is not None:
        parent = tree.named(parent).id
    if before is not None and change.act is not Arranging.PLACE:
        before = tree.named(before).id
    return replace(change, unit=unit, parent=parent, before=before)


def _require_records(snapshot: Snapshot, records: Iterable[RecordId]) -> None:
    chosen = tuple(records)
    if len(chosen) > MAX_PLACED:
        raise InvalidValue("One act places up to 10,000 records.", hint="Place them in parts.")
    for record in chosen:
        row = snapshot.records.get(record)
        if row is None or row.outcome == DISCARDED:
            raise RecordNotFound
        if row.outcome == QUARANTINED:
            raise InQuarantine


def _enter(
    archive: Archive, session: Session, tx: Transaction, done: Arranged, before: Replayed
) -> None:
    """Append the act, and for each record that it is about that it was."""
    links, values = links_of(done.change, before), values_of(done.change, done.tree, before)
    about = object_of(archive.collection)
    draft = EntryDraft(EventType.ARRANGED, about, EventOutcome.SUCCESS, links, {})
    act = {"act": done.change.act.value}
    records = [
        EntryDraft(EventType.ARRANGED, record, EventOutcome.SUCCESS, act, {})
        for record in dict.fromkeys(done.change.records)
    ]
    append_confidential(archive, session, tx, draft, values, after=records)
