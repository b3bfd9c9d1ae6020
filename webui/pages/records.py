"""The archivist's room: every record with its state, and originals."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, render_template, request

from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.services import access
from archive.services.pages import is_paged
from webui.desk import archive, session
from webui.guard import needs
from webui.originals import download
from webui.passages import lines

pages = Blueprint("records", __name__, url_prefix="/records")

PER_PAGE = 50


@pages.get("")
@needs(Action.READ_ORIGINALS)
def listing() -> str:
    """List the records with their outcome and the state of their redaction plan."""
    at = max(1, request.args.get("page", 1, type=int))
    found = access.records(archive(), session(), level=Level.ORIGINALS, page=at, limit=PER_PAGE)
    last = max(1, -(-found.total // PER_PAGE))
    return render_template("records.html", found=found, at=at, last=last)


@pages.get("/<uuid:record>")
@needs(Action.READ_ORIGINALS)
def show(record: UUID) -> str:
    """Show a record's text at originals level, with what its plan hides marked."""
    view = access.show(archive(), session(), RecordId(str(record)), Level.ORIGINALS)
    rows = lines(view.text, view.redactions) if view.text else ()
    paged = is_paged((view.metadata or {}).get("type", ""))
    return render_template("record.html", view=view, lines=rows, paged=paged)


@pages.post("/<uuid:record>/original")
@needs(Action.READ_ORIGINALS)
def original(record: UUID) -> Response:
    """Hand out the original as a download under an opaque name; never shown in the browser."""
    return download(RecordId(str(record)))
