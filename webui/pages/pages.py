"""Pages as pictures: of a reading copy, beside its text, and of a plan, with its boxes."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug import Response as Answer

from archive.errors import RecordNotFound
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.services.reading_room import access, exports
from archive.services.redaction.page_pictures import as_png, plan_page, preview_page
from webui.desk import archive, session
from webui.guard import needs
from webui.passages import REASONS, copy_passages

pages = Blueprint("pages", __name__)


@pages.get("/reading/<uuid:record>/pages/<int:number>")
@needs(Action.READ_READING)
def read(record: UUID, number: int) -> str | Answer:
    """Show a page of a reading copy, with the redacted text beside it."""
    reference = RecordId(str(record))
    view = access.show(archive(), session(), reference, Level.READING)
    if not view.pages:
        return redirect(url_for("reading.read", record=reference), 303)
    if not 1 <= number <= view.pages:
        raise RecordNotFound
    return render_template(
        "page.html",
        copy=view,
        number=number,
        passages=copy_passages(view.text, view.markers),
        reasons=REASONS,
    )


@pages.get("/reading/<uuid:record>/pages/<int:number>.png")
@needs(Action.READ_READING)
def picture(record: UUID, number: int) -> Response:
    """Hand out the picture of a page, made from the reading copy alone."""
    found = exports.page_picture(archive(), session(), RecordId(str(record)), number)
    return Response(found, mimetype="image/png")


@pages.get("/reading/<uuid:record>/pages/<int:number>/small.png")
@needs(Action.READ_READING)
def thumbnail(record: UUID, number: int) -> Response:
    """Hand out a small picture of a page, made from the reading copy alone."""
    reference, dpi = RecordId(str(record)), exports.THUMBNAIL_DPI
    found = exports.page_picture(archive(), session(), reference, number, dpi)
    return Response(found, mimetype="image/png")


@pages.get("/redact/<uuid:record>/pages/<int:number>.png")
@needs(Action.REDACT)
def veiled(record: UUID, number: int) -> Response:
    """Hand out the picture of a page of the original with its boxes as a veil."""
    page = plan_page(archive(), session(), RecordId(str(record)), number)
    return Response(as_png(page.picture), mimetype="image/png")


@pages.get("/redact/<uuid:record>/preview/<int:number>.png")
@needs(Action.REDACT)
def previewed(record: UUID, number: int) -> Response:
    """Hand out the picture of a page as a researcher will see it."""
    found = preview_page(archive(), session(), RecordId(str(record)), number)
    return Response(as_png(found), mimetype="image/png")
