"""A member's own desk: notes, tags and baskets, which nobody else can read."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from archive import policy
from archive.errors import ArchiveError, InvalidValue
from archive.model.access import Action, Level
from archive.model.ids import RecordId, parse_record_id
from archive.services.reading_room import papers as service
from webui.desk import archive, field, member, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.wording import say

pages = Blueprint("own", __name__, url_prefix="/desk")

Shown = str | tuple[str, int]


@pages.get("")
@needs(Action.READ_READING)
def desk() -> Shown:
    """Show the member's notes, tags and baskets."""
    return _page(None)


@pages.post("")
@needs(Action.READ_READING)
def act() -> Response | Shown:
    """Show one tag, take a record out of a basket, or remove a basket."""
    basket, doing = field("basket"), field("act")
    if doing == "take-out":
        record = parse_record_id(field("record"))
        service.take_out(archive(), session(), basket, record)
    elif doing == "drop":
        service.drop_basket(archive(), session(), basket)
        notice(say("The basket is removed, not what was in it."))
    else:
        return _page(None, tag=field("tag") or None)
    return redirect(url_for("own.desk"), 303)


@pages.post("/<uuid:record>")
@needs(Action.READ_READING)
def keep(record: UUID) -> Response | Shown:
    """Keep a note and tags beside a record, or lay it into a basket."""
    reference = RecordId(str(record))
    try:
        if field("act") == "basket":
            name = field("new") or field("basket")
            service.lay_in(archive(), session(), name, reference)
            notice(say("It lies in the basket."))
        else:
            tags = field("tags").split(",")
            service.annotate(archive(), session(), reference, field("note"), tags)
            notice(say("Your note is kept; nobody else can read it."))
    except InvalidValue as error:
        return _page(error)
    return redirect(_where(reference), 303)


def _where(record: RecordId) -> str:
    """Return the page that a form beside a record was sent from."""
    number, at = field("search"), field("at")
    if number.isdecimal() and at.isdecimal() and member().searches.get(int(number)):
        return url_for("room.hit", number=int(number), at=int(at))
    if policy.best_level(session().member) is Level.READING:
        return url_for("reading.read", record=record)
    return url_for("records.show", record=record)


def _page(error: ArchiveError | None, tag: str | None = None) -> Shown:
    mine = service.papers(archive(), session())
    shown = mine.tagged(tag) if tag else tuple(mine.notes)
    every = dict.fromkeys((*shown, *(one for held in mine.baskets.values() for one in held)))
    html = render_template(
        "room/desk.html",
        mine=mine,
        shown=shown,
        tag=tag,
        titles=service.titles(archive(), session(), every),
        reading=policy.best_level(session().member) is Level.READING,
        error=error,
    )
    return html if error is None else (html, status_code(error))
