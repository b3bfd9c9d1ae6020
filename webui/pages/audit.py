"""The audit room: timeline, checkpoint, verification. No document text reaches these pages."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from archive.errors import InvalidInput, InvalidValue
from archive.model.access import Action
from archive.model.ids import parse_record_id
from archive.model.provenance import EventOutcome, EventType
from archive.services import audit as service
from archive.services.events import look
from webui.desk import archive, session
from webui.errors import status_code
from webui.guard import needs

pages = Blueprint("audit", __name__, url_prefix="/audit")

Shown = str | tuple[str, int]

PER_PAGE = 50
KINDS = {one.value: one.name.lower().replace("_", " ") for one in EventType}
"""Event types in the words that pages use."""
_MOST_PIN = 65536  # bytes of a pin file


@pages.get("")
@needs(Action.AUDIT)
def timeline() -> Shown:
    """Show the newest entries that fit the filters, and the newest checkpoint."""
    return _page(None)


@pages.post("/verify")
@needs(Action.AUDIT)
def verify() -> str:
    """Recompute the whole ledger and show the verdict."""
    look(archive(), session(), EventType.LEDGER_VERIFIED, archive().folder.archive_id)
    verdict = service.verify(archive().catalog, archive().folder.vkeys)
    return render_template("verdict.html", verdict=verdict, pinned=False)


@pages.get("/pin")
@needs(Action.AUDIT)
def pin() -> Response:
    """Hand out the newest checkpoint with the log's keys, to be kept outside."""
    look(archive(), session(), EventType.EXPORT, of="checkpoint")
    text = service.pin(archive().catalog, archive().folder.vkeys)
    response = Response(text, mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="strongroom-pin.txt"'
    return response


@pages.post("/extend")
@needs(Action.AUDIT)
def extend() -> Shown:
    """Verify that the ledger only grew since a checkpoint that the auditor kept."""
    given = request.files.get("pin")
    data = given.stream.read(_MOST_PIN) if given is not None else b""
    look(archive(), session(), EventType.LEDGER_VERIFIED, archive().folder.archive_id, pin="given")
    try:
        verdict = service.extend(archive().catalog, data.decode("utf-8", "replace"))
    except InvalidInput as error:
        return _page(error)
    return render_template("verdict.html", verdict=verdict, pinned=True)


def _page(error: InvalidInput | None) -> Shown:
    chosen = {name: request.args.get(name, "") for name in ("kind", "outcome", "object")}
    newest = request.args.get("from", type=int)
    try:
        about = parse_record_id(chosen["object"]) if chosen["object"].strip() else None
    except InvalidValue as refused:
        about, error = None, error or refused
    look(archive(), session(), of="ledger")
    rows = service.timeline(
        archive().catalog,
        newest=newest,
        limit=PER_PAGE,
        type_contains=_kind(chosen["kind"]),
        outcome=chosen["outcome"] or None,
        object_id=about,
    )
    more = rows[-1].index - 1 if len(rows) == PER_PAGE and rows[-1].index else None
    html = render_template(
        "audit.html",
        rows=rows,
        chosen=chosen,
        more=more,
        kinds=KINDS,
        outcomes=list(EventOutcome),
        checkpoint=service.checkpoint(archive().catalog),
        error=error,
    )
    return html if error is None else (html, status_code(error))


def _kind(text: str) -> str | None:
    return text if text in KINDS else None
