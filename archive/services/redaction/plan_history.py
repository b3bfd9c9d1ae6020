"""The versions of a plan: what differs between two, one step back, one step forth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.errors import RecordNotFound, WrongPlanState
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.model.provenance import EventType
from archive.model.redaction import PlanState, Redaction, Region
from archive.services.events import authorise, look
from archive.services.parts import Archive
from archive.services.redaction.plan_versions import place
from archive.services.redaction.plan_views import PlanView, view_of
from archive.services.redaction.plans import (
    Seen,
    StoredPlan,
    open_desk,
    plan_history,
    put_draft,
    require_seen,
)
from archive.services.session import Session

_BEFORE_ALL, _NO_PLAN = -1, 0  # place among acts, version
_OUT = (PlanState.APPROVED, PlanState.RELEASED)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version of a plan hides and the other does not; offsets count in their own texts.

    Who found a mark and who looked at it makes no difference.

    `same_text` says whether both are of one text of the record.
    """

    record: RecordId
    before: int
    after: int
    added: tuple[Redaction, ...]
    removed: tuple[Redaction, ...]
    same_text: bool
    regions_added: tuple[Region, ...] = ()
    regions_removed: tuple[Region, ...] = ()


def diff(
    archive: Archive,
    session: Session,
    record: RecordId,
    before: int | None = None,
    after: int | None = None,
) -> Difference:
    """Return what changed between two versions of a plan.

    By default from the newest one that was ever approved, else the first, to the newest.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record or version, or no plan.
    """
    authorise(archive, session, Action.REDACT, record)
    look(archive, session, EventType.VIEW, record, of="differences", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
        versions = plan_history(session, snapshot, desk.opened)
    if not versions:
        raise RecordNotFound("There is no redaction plan yet.", hint="Run `redact propose` first.")
    if before is None:
        out = [one.row.version for one in versions[:-1] if one.state in _OUT]
        before = out[-1] if out else 1
    first, second = _version(versions, before), _version(versions, after or len(versions))
    return Difference(
        record,
        first.row.version,
        second.row.version,
        _without(second.plan.redactions, first.plan.redactions),
        _without(first.plan.redactions, second.plan.redactions),
        first.plan.text_digest == second.plan.text_digest,
        tuple(sorted({*second.plan.regions} - {*first.plan.regions})),
        tuple(sorted({*first.plan.regions} - {*second.plan.regions})),
    )


def _without(these: Sequence[Redaction], others: Sequence[Redaction]) -> tuple[Redaction, ...]:
    known = set(map(place, others))
    return tuple(one for one in these if place(one) not in known)


def _version(versions: Sequence[StoredPlan], number: int) -> StoredPlan:
    if not 1 <= number <= len(versions):
        raise RecordNotFound("The plan has no such version.")
    return versions[number - 1]


def undo(
    archive: Archive, session: Session, record: RecordId, seen: Seen | None = None
) -> PlanView:
    """Put the marks back that the plan had before its last act, as a new draft.

    Raises:
        NotPermitted: the member may not redact.
        WrongPlanState: there is nothing to undo since the record has its present text.
        PlanChanged: plan or text is not what was `seen`.
    """
    return _step(archive, session, record, -1, seen)


def redo(
    archive: Archive, session: Session, record: RecordId, seen: Seen | None = None
) -> PlanView:
    """Do again what was undone last.

    Raises:
        NotPermitted: the member may not redact.
        WrongPlanState: nothing was undone, or something else was marked since.
        PlanChanged: plan or text is not what was `seen`.
    """
    return _step(archive, session, record, 1, seen)


def _step(
    archive: Archive, session: Session, record: RecordId, step: int, seen: Seen | None
) -> PlanView:
    authorise(archive, session, Action.REDACT, record)
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        require_seen(desk, seen)
        versions = plan_history(session, tx, desk.opened)
        acts, at = _acts(versions)
        if desk.stored is None or not _can_be(versions, acts, at + step):
            raise WrongPlanState("There is nothing to undo or redo.")
        now, event = desk.stored.plan, EventType.REDACTION_MARKED
        if at + step == _BEFORE_ALL:
            plan, version = replace(now, redactions=(), regions=(), title=""), _NO_PLAN
        else:
            wanted = acts[at + step]
            plan, version = replace(wanted.plan, lost=now.lost), wanted.row.version
        return view_of(put_draft(archive, session, tx, desk, plan, event, restores=version))


def _can_be(versions: Sequence[StoredPlan], acts: Sequence[StoredPlan], wanted: int) -> bool:
    """Return whether there is such an act; before the first one nothing was marked in that text."""
    if wanted == _BEFORE_ALL:
        return bool(acts) and acts[0].plan.text_digest == versions[0].plan.text_digest
    return 0 <= wanted < len(acts)


def _acts(versions: Sequence[StoredPlan]) -> tuple[list[StoredPlan], int]:
    """Return the versions that one can go back and forth between, and where the plan stands.

    A new act after undoing forgets what was undone; so does a new text of the record.
    """
    acts: list[StoredPlan] = []
    at = _BEFORE_ALL
    last = ""
    for one in versions:
        if one.row.digest == last:
            continue  # the state changed, not the marks
        last = one.row.digest
        if acts and acts[0].plan.text_digest != one.plan.text_digest:
            acts, at = [], _BEFORE_ALL
        numbers = [act.row.version for act in acts]
        if acts and one.plan.restores == _NO_PLAN:
            at = _BEFORE_ALL
        elif one.plan.restores in numbers:
            at = numbers.index(one.plan.restores)
        else:
            acts = [*acts[: at + 1], one]
            at = len(acts) - 1
    return acts, at
