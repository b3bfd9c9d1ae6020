"""The archivist's room: every record with its state, and originals."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from archive.errors import ArchiveError, DescriptionChanged, InvalidValue
from archive.model.access import Action, Level
from archive.model.description import Element
from archive.model.ids import RecordId
from archive.model.objects import Standing
from archive.services.holdings import describing, retention
from archive.services.reading_room import access
from archive.services.redaction.pages import is_paged
from webui.desk import archive, field, notice, page_asked, session
from webui.elements import ELEMENTS
from webui.errors import status_code
from webui.guard import needs
from webui.kinds import facts, groups
from webui.originals import download
from webui.pages.search import day_of
from webui.passages import lines
from webui.wording import say

pages = Blueprint("records", __name__, url_prefix="/records")

PER_PAGE = 50
_DIGITS = 9  # of a version

Shown = str | tuple[str, int]


@pages.get("")
@needs(Action.READ_ORIGINALS)
def listing() -> str:
    """List the records with their outcome and the state of their redaction plan."""
    at = page_asked()
    asked = request.args.get("state", "")
    state = Standing(asked) if asked in {one.value for one in Standing} else None
    found = access.records(
        archive(), session(), level=Level.ORIGINALS, page=at, limit=PER_PAGE, standing=state
    )
    last = max(1, -(-found.total // PER_PAGE))
    return render_template("records.html", found=found, at=at, last=last, state=state)


@pages.get("/<uuid:record>")
@needs(Action.READ_ORIGINALS)
def show(record: UUID) -> Shown:
    """Show a record's text at originals level, with what its plan hides marked."""
    return _shown(RecordId(str(record)))


def _shown(
    record: RecordId,
    error: ArchiveError | None = None,
    undescribed: InvalidValue | DescriptionChanged | None = None,
) -> Shown:
    view = access.show(archive(), session(), record, Level.ORIGINALS)
    html = render_template(
        "record.html",
        view=view,
        lines=lines(view.text, view.redactions) if view.text else (),
        paged=is_paged((view.metadata or {}).get("type", "")),
        facts=facts(view.metadata or {}),
        told_of_it=list(groups(view.metadata or {})),
        today=archive().clock().date(),
        error=error,
        undescribed=undescribed,
        elements={one: ELEMENTS[one] for one in Element},
        given=None if undescribed is None else {one: field(one.value) for one in Element},
        at_fault=_at_fault(undescribed),
    )
    problem = error or undescribed
    return html if problem is None else (html, status_code(problem))


def _at_fault(error: ArchiveError | None) -> tuple[Element, ...]:
    """Return the elements of the form that an error is about."""
    if not isinstance(error, InvalidValue):
        return ()
    return tuple(one for one in Element if not describing.usable(field(one.value)))


@pages.post("/<uuid:record>/description")
@needs(Action.DESCRIBE)
def describe(record: UUID) -> AnyResponse | Shown:
    """Write the description of a record as the form has it, made from the version it saw."""
    about = RecordId(str(record))
    changes = {one: field(one.value) for one in Element}
    try:
        describing.describe(archive(), session(), about, changes, _seen())
    except (InvalidValue, DescriptionChanged) as error:
        return _shown(about, undescribed=error)
    notice(say("The description is saved."))
    return redirect(url_for("records.show", record=record, _anchor="isad"), 303)


def _seen() -> int:
    said = field("seen")
    if not (said.isascii() and said.isdecimal() and len(said) <= _DIGITS):
        raise InvalidValue(
            say("The form does not say which version of the description it is for."),
            hint=say("Open the record again and send the form from there."),
        )
    return int(said)


@pages.post("/<uuid:record>/retention")
@needs(Action.SET_RETENTION)
def retain(record: UUID) -> AnyResponse | Shown:
    """Set or change the day on which a record is decided about, or lift it."""
    about, reason = RecordId(str(record)), field("reason")
    try:
        if field("act") == "lift":
            retention.lift_retention(archive(), session(), about, reason)
            notice(say("The record is kept without a day."))
        else:
            retention.set_retention(archive(), session(), about, _review(), reason)
            notice(say("The retention date is set."))
    except InvalidValue as error:
        return _shown(about, error)
    return redirect(url_for("records.show", record=record), 303)


def _review() -> date:
    day = day_of(field("review"))
    if day is None:
        raise InvalidValue(say("Give the day on which to decide."))
    return date.fromisoformat(day)


@pages.post("/<uuid:record>/original")
@needs(Action.READ_ORIGINALS)
def original(record: UUID) -> Response:
    """Hand out the original as a download under an opaque name; never shown in the browser."""
    return download(RecordId(str(record)))
