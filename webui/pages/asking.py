"""Readers' requests to the archivists, from both sides."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from archive.errors import ArchiveError, InvalidValue
from archive.model.access import Action
from archive.services.reading_room import access_requests as service
from webui.desk import archive, field, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.wording import say

pages = Blueprint("asking", __name__)

Shown = str | tuple[str, int]


@pages.get("/desk/requests")
@needs(Action.READ_READING)
def own() -> Shown:
    """Show the member's own requests with their answers, and the form for another."""
    return _own_page(None)


@pages.post("/desk/requests")
@needs(Action.READ_READING)
def ask() -> Response | Shown:
    """Send a request to the archivists, or forget one; nothing is looked up for it."""
    if field("act") == "forget":
        service.forget(archive(), session(), field("request"))
        return redirect(url_for("asking.own"), 303)
    try:
        service.ask(archive(), session(), field("text"))
    except InvalidValue as error:
        return _own_page(error)
    notice(say("Your request is with the archivists. Their answer will stand on this page."))
    return redirect(url_for("asking.own"), 303)


def _own_page(error: ArchiveError | None) -> Shown:
    html = render_template(
        "room/own_requests.html",
        requests=service.mine(archive(), session()),
        error=error,
        given=field("text") if error else "",
        most=service.MAX_TEXT,
    )
    return html if error is None else (html, status_code(error))


@pages.get("/inbox/requests")
@needs(Action.READ_ORIGINALS)
def listing() -> Shown:
    """Show every request to the archivists, newest first."""
    return _staff_page(None)


@pages.post("/inbox/requests/<uuid:request>")
@needs(Action.READ_ORIGINALS)
def answer(request: UUID) -> Response | Shown:
    """Answer a request; the answer takes the place of an earlier one."""
    try:
        service.answer(archive(), session(), str(request), field("text"))
    except InvalidValue as error:
        return _staff_page(error)
    notice(say("The answer is sent; besides archivists, only the member who asked can read it."))
    return redirect(url_for("asking.listing"), 303)


def _staff_page(error: ArchiveError | None) -> Shown:
    html = render_template(
        "room/requests.html",
        requests=service.requests(archive(), session()),
        error=error,
        most=service.MAX_TEXT,
    )
    return html if error is None else (html, status_code(error))
