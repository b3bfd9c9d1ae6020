"""Who made which version of a plan, when, and by what act."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from archive.catalog import Snapshot
from archive.errors import RecordNotFound, SealedObjectDamaged
from archive.ledger import parse_entry
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.model.provenance import Entry, EventType
from archive.model.redaction import PlanState, Redaction
from archive.services.events import authorise, checked_signer, confided, look
from archive.services.names import Names
from archive.services.parts import Archive
from archive.services.redaction.plans import StoredPlan, open_desk, plan_history
from archive.services.refusals import tells_refusals
from archive.services.session import Session


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a plan; `by` is who made it, `None` where the name cannot be opened.

    `added` and `taken` count places against the version before, regions among them; `restores` is
    the version that it went back or forth to; `everywhere` says that it was marked in all records
    at once, `why` what was said when it was sent back.
    """

    number: int
    state: PlanState
    event: EventType
    by: str | None
    mine: bool
    made: datetime
    marks: int
    regions: int
    added: int
    taken: int
    restores: int | None
    everywhere: bool
    why: str | None = field(default=None, repr=False)


@tells_refusals(Action.REDACT)
def versions(
    archive: Archive, session: Session, record: RecordId, after: int = 0
) -> tuple[Version, ...]:
    """Return the versions of a record's plan later than version `after`, newest first.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or no plan for it yet.
        BindingMismatch: a version is not the one that its editor signed.
    """
    authorise(archive, session, Action.REDACT, record)
    look(archive, session, EventType.VIEW, record, of="versions", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
        stored = plan_history(session, snapshot, desk.opened)
        if not stored:
            raise RecordNotFound("There is no redaction plan yet.", hint="Propose one first.")
        names = Names(session, snapshot)
        pairs = zip([None, *stored], stored, strict=False)
        found = [_version(session, snapshot, names, *pair) for pair in pairs]
    return tuple(reversed([one for one in found if one.number > after]))


def _version(
    session: Session, snapshot: Snapshot, names: Names, before: StoredPlan | None, now: StoredPlan
) -> Version:
    row = now.row
    entry = next(
        parse_entry(one.body)
        for one in snapshot.ledger.entries(row.entry_index, row.entry_index + 1)
    )
    signer = checked_signer(session, snapshot, entry)
    was, is_ = _places(before), _places(now)
    state_only = before is not None and before.row.digest == row.digest
    return Version(
        number=row.version,
        state=now.state,
        event=entry.type,
        by=names.of(signer.id),
        mine=signer.id == session.member.id,
        made=row.updated,
        marks=len(now.plan.redactions),
        regions=len(now.plan.regions),
        added=sum((is_ - was).values()),
        taken=sum((was - is_).values()),
        restores=None if state_only else now.plan.restores,
        everywhere="act" in entry.links or "undoes" in entry.links,
        why=_why(session, snapshot, row.entry_index, entry),
    )


def _why(session: Session, snapshot: Snapshot, index: int, entry: Entry) -> str | None:
    """Return why a plan was sent back, as its entry commits to it."""
    if entry.type is not EventType.PLAN_REJECTED:
        return None
    try:
        return str(confided(session, snapshot, index, entry)["reason"])
    except SealedObjectDamaged:
        return None


def _places(stored: StoredPlan | None) -> Counter[object]:
    if stored is None:
        return Counter()
    return Counter([*map(place, stored.plan.redactions), *stored.plan.regions])


def place(one: Redaction) -> tuple[int, int, str, str | None]:
    """Return what a mark hides and as what, without who found it and who looked at it."""
    return one.start, one.end, one.reason.value, one.source
