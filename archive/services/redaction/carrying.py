"""A record's plan when the record gets a newer text: carried over, and a draft again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archive.catalog import Transaction
from archive.errors import InvalidValue, RecordNotFound, WrongPlanState
from archive.model.access import Action
from archive.model.ids import RecordId
from archive.model.jobs import ReviewCode, Stage
from archive.model.provenance import EventType
from archive.model.redaction import Lost, RedactionPlan
from archive.redaction import carry_over, default_detectors, merge, propose, text_digest
from archive.services.events import authorise
from archive.services.inbox import job
from archive.services.indexes.near_duplicates import near_record
from archive.services.parts import Archive
from archive.services.reading import RELEASED
from archive.services.records import OpenRecord, canonical_text
from archive.services.redaction.plan_views import PlanView, view_of
from archive.services.redaction.plans import (
    WORDLESS,
    Desk,
    StoredPlan,
    blank_plan,
    open_desk,
    put_draft,
)
from archive.services.register import matcher
from archive.services.session import Session


@dataclass(frozen=True, slots=True)
class CarriedPlan:
    """A plan for the newer text, and the desk with the plan that it was made from."""

    desk: Desk
    plan: RedactionPlan


def carry_plan(
    archive: Archive, session: Session, opened: OpenRecord, stored: StoredPlan | None, text: str
) -> CarriedPlan | None:
    """Return the record's plan for the newer `text`; `None` when there is nothing to carry over.

    What was lost at an earlier time is looked for again, from the text that it was marked in.
    """
    old = canonical_text(archive, opened) or WORDLESS
    if stored is None or old.text == text:
        return None
    finds = propose(text, matcher(archive, session), default_detectors())
    number = opened.manifest.texts[-1].version if opened.manifest.texts else 0
    found, gone = carry_over(old.text, text, stored.plan.redactions, finds)
    redactions, lost = [*found], [Lost(number, one) for one in gone]
    for version in sorted({one.text_version for one in stored.plan.lost}):
        before = canonical_text(archive, opened, version)
        marks = [one.redaction for one in stored.plan.lost if one.text_version == version]
        found, gone = carry_over(before.text if before else "", text, marks)
        redactions += found
        lost += [Lost(version, one) for one in gone]
    plan = replace(
        stored.plan,
        text_digest=text_digest(text),
        redactions=merge(redactions),
        lost=tuple(lost),
    )
    return CarriedPlan(Desk(opened, old, stored), plan)


def put_carried(
    archive: Archive,
    session: Session,
    tx: Transaction,
    record: RecordId,
    carried: CarriedPlan | None,
) -> None:
    """Store a carried plan as a draft and put into the inbox what a person must look at.

    Call it when the words of a record's text changed, whether there was a plan or not.

    Raises:
        WrongPlanState: somebody changed the plan meanwhile.
    """
    row = tx.plans.get(record)
    seen = carried.desk.stored.row.version if carried and carried.desk.stored else 0
    if row is not None and row.version != seen:
        raise WrongPlanState
    if carried is not None:
        put_draft(archive, session, tx, carried.desk, carried.plan, EventType.PLAN_CARRIED_OVER)
        code = ReviewCode.PLAN_CARRIED_OVER
        tx.jobs.add_many([job(archive, record, Stage.REVIEW, code.value)])
    release = tx.releases.get(record)
    if release is not None and release.state == RELEASED:
        tx.jobs.add_many([job(archive, record, Stage.REVIEW, ReviewCode.OLDER_COPY.value)])


def carry_to(
    archive: Archive, session: Session, record: RecordId, to: RecordId
) -> tuple[PlanView, int]:
    """Put what a record's plan hides into the plan of a near-duplicate, as a draft.

    Returns that plan and how many redactions found no place in the other text.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, no text, or no plan to carry over.
        InvalidValue: the two are no near-duplicates of one another.
    """
    authorise(archive, session, Action.REDACT, to)
    if to not in {near.record for near in near_record(archive, session, record)}:
        raise InvalidValue("These records are not near-duplicates.", hint="See `redact carry`.")
    register = matcher(archive, session)
    with archive.catalog.write() as tx:
        source, target = (open_desk(archive, session, tx, one) for one in (record, to))
        if source.stored is None:
            raise RecordNotFound("There is no redaction plan to carry over.")
        old, new = source.text.text, target.text.text
        finds = propose(new, register, default_detectors())
        found, lost = carry_over(old, new, source.stored.plan.redactions, finds)
        plan = blank_plan(target)
        plan = replace(plan, redactions=merge([*plan.redactions, *found]))
        event, values = EventType.PLAN_CARRIED_OVER, {"from": str(record)}
        stored = put_draft(archive, session, tx, target, plan, event, values=values)
        code = ReviewCode.PLAN_CARRIED_OVER
        tx.jobs.add_many([job(archive, to, Stage.REVIEW, code.value)])
    return view_of(stored), len(lost)
