"""The calendar: embargoes and retention dates, restrictions, identities that close again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template

from archive.model.access import Action
from archive.services import accessions
from archive.services.accessions import AccessionView
from archive.services.holdings import retention
from archive.services.sources import unsealing
from webui.desk import archive, session
from webui.guard import needs

pages = Blueprint("calendar", __name__)


@dataclass(frozen=True, slots=True)
class Day:
    """An accession with an embargo: when it ends, and whether it has ended."""

    ends: date
    over: bool
    view: AccessionView

    @property
    def waiting(self) -> int:
        """How many of its records are not released."""
        return sum(self.view.records.values()) - self.view.released


@pages.get("/calendar")
@needs(Action.MANAGE_ACCESSIONS)
def listing() -> str:
    """Show which embargoes and terms end when, what is kept back, and whose time runs out."""
    today = archive().clock().date()
    views = accessions.accessions(archive(), session())
    days = [
        Day(one.accession.embargo, one.accession.embargo <= today, one)
        for one in views
        if one.accession.embargo is not None
    ]
    may = session().allows(Action.UNSEAL)
    terms = retention.retained(archive(), session())
    return render_template(
        "custody/calendar.html",
        today=today,
        ahead=sorted((day for day in days if not day.over), key=lambda day: day.ends),
        over=sorted((day for day in days if day.over and day.waiting), key=lambda day: day.ends),
        restricted=[v for v in views if v.accession.restrictions and not v.accession.embargo],
        due=[one for one in terms if one.due],
        kept=[one for one in terms if not one.due],
        unsealings=unsealing.requests(archive(), session()) if may else (),
    )
