"""One change of a redaction plan: a new draft version in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from archive.model.access import Action
from archive.model.ids import RecordId
from archive.model.provenance import EventType
from archive.model.redaction import RedactionPlan
from archive.services.events import authorise
from archive.services.parts import Archive
from archive.services.redaction.plan_views import PlanView, view_of
from archive.services.redaction.plans import (
    Desk,
    Seen,
    blank_plan,
    open_desk,
    put_draft,
    require_seen,
)
from archive.services.session import Session

Edit = Callable[[Desk, RedactionPlan], RedactionPlan]
"""Gives the plan that is to be, from the record's desk and the plan that is."""


def change(
    archive: Archive,
    session: Session,
    record: RecordId,
    event: EventType,
    edit: Edit,
    seen: Seen | None = None,
) -> PlanView:
    """Store what `edit` makes of a record's plan as a new draft, signed by its editor.

    Raises:
        NotPermitted: the member may not redact.
        PlanChanged: plan or text is not what was `seen`.
    """
    authorise(archive, session, Action.REDACT, record)
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        require_seen(desk, seen)
        changed = edit(desk, blank_plan(desk))
        return view_of(put_draft(archive, session, tx, desk, changed, event))
