"""The inbox: what waits for a better reader, a repair or a person."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import ArchiveError, InvalidValue, RecordNotFound
from archive.model.access import Action
from archive.model.ids import RecordId
from archive.model.jobs import Stage
from archive.services.holdings import jobs as service
from archive.services.inbox import REASONS
from archive.services.indexes.near_duplicates import near_listing
from webui.desk import archive, field, notice, page_asked, session
from webui.errors import status_code
from webui.guard import needs
from webui.wording import lazy, say, told

pages = Blueprint("inbox", __name__, url_prefix="/inbox")

PER_PAGE = 200  # records that are looked at for a page of near-duplicates

Answer = Response | str | tuple[str, int]

STAGES = {
    Stage.EXTRACT: lazy("reading its text"),
    Stage.VERIFY: lazy("reading it back"),
    Stage.INDEX: lazy("making it searchable"),
    Stage.REVIEW: lazy("a person must look"),
}


@pages.get("")
@needs(Action.LIST_JOBS)
def listing() -> Answer:
    """List what waits, oldest first, with a reason for each."""
    return _page(None)


@pages.get("/near-duplicates")
@needs(Action.READ_ORIGINALS)
def near() -> str:
    """List records whose texts are nearly the same, newest first."""
    at = page_asked()
    total, found = near_listing(archive(), session(), page=at, limit=PER_PAGE)
    last = max(1, -(-total // PER_PAGE))
    return render_template("room/near.html", found=found, at=at, last=last, total=total)


@pages.post("/<uuid:record>/retry")
@needs(Action.EXTRACT)
def retry(record: UUID) -> Answer:
    """Try a record's jobs again; a document's own password is used once and not kept."""
    password = bytearray(field("password").encode()) or None
    try:
        tried = tuple(
            service.retry(archive(), session(), [RecordId(str(record))], password=password)
        )
    except RecordNotFound:
        return _gone()
    except ArchiveError as error:
        return _page(error)
    left = [one.error for one in tried if not one.done]
    if left:
        notice(say("It still waits: %(why)s.", why=told(left[0])))
    else:
        notice(say("Done; nothing waits for it any more."))
    return redirect(url_for("inbox.listing"), 303)


@pages.post("/<uuid:record>/dismiss")
@needs(Action.EXTRACT)
def dismiss(record: UUID) -> Answer:
    """Take a record's jobs off the list; the reason is sealed."""
    try:
        service.dismiss(archive(), session(), RecordId(str(record)), field("reason"))
    except RecordNotFound:
        return _gone()
    except InvalidValue as error:
        return _page(error)
    notice(say("Dismissed. It is listed under “all”, and can be tried again there."))
    return redirect(url_for("inbox.listing"), 303)


def _gone() -> Response:
    notice(say("Nothing waits for that record any more."))
    return redirect(url_for("inbox.listing"), 303)


def _page(error: ArchiveError | None) -> Answer:
    everything = request.args.get("all") == "1"
    found = service.list_jobs(archive(), session(), everything=everything)
    html = render_template(
        "inbox.html",
        jobs=found,
        everything=everything,
        stages=STAGES,
        reasons=REASONS,
        error=error,
    )
    return html if error is None else (html, status_code(error))
