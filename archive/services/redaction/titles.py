"""The title that researchers see of a record whose own says too much, or nothing."""

from __future__ import annotations

from dataclasses import replace

from archive.errors import InvalidValue
from archive.model.access import Action
from archive.model.ids import RecordId
from archive.model.provenance import EventType
from archive.model.redaction import RedactionPlan
from archive.services.parts import Archive
from archive.services.redaction.changing import change
from archive.services.redaction.plan_views import PlanView
from archive.services.redaction.plans import Desk, Seen
from archive.services.refusals import tells_refusals
from archive.services.session import Session

LONGEST = 120
"""Code points of a title."""


@tells_refusals(Action.REDACT)
def entitle(
    archive: Archive, session: Session, record: RecordId, title: str, seen: Seen | None = None
) -> PlanView:
    """Give the reading copy of a record a title; an empty one gives back what it would have.

    It passes register, detectors, approval and gate as every other text of the copy does.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: it is too long, or already the title.
        RecordNotFound: no such record, or it has neither text nor pages.
        PlanChanged: the plan or the text is not what `seen` says.
    """
    plain = " ".join(title.split())
    if len(plain) > LONGEST:
        raise InvalidValue(f"A title has at most {LONGEST} characters.")

    def edit(_desk: Desk, plan: RedactionPlan) -> RedactionPlan:
        if plan.title == plain:
            raise InvalidValue("That is its title already.")
        return replace(plan, title=plain)

    return change(archive, session, record, EventType.REDACTION_MARKED, edit, seen)
