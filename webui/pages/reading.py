"""The reading room: what is released, and one reading copy per page; nothing else."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.services.reading_room import access, papers, watermarks
from webui.desk import archive, member, page_asked, session
from webui.guard import needs
from webui.passages import REASONS, copy_passages

pages = Blueprint("reading", __name__, url_prefix="/reading")


PER_PAGE = 50


@pages.get("")
@needs(Action.READ_READING)
def listing() -> str:
    """List what is released."""
    at = page_asked()
    found = access.records(archive(), session(), level=Level.READING, page=at, limit=PER_PAGE)
    last = max(1, -(-found.total // PER_PAGE))
    return render_template("reading_copies.html", found=found, at=at, last=last)


@pages.get("/<uuid:record>")
@needs(Action.READ_READING)
def read(record: UUID) -> str:
    """Show a reading copy with its redactions marked and how to cite it."""
    view = access.show(archive(), session(), RecordId(str(record)), Level.READING)
    return render_template(
        "reading.html",
        copy=view,
        passages=copy_passages(view.text or "", view.markers),
        reasons=REASONS,
        own=papers.beside(archive(), session()),
        marked=watermarks.watermarked(archive(), session()),
        back=next((number for number, _ in member().searches.newest()), None),
    )
