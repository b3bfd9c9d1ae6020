"""The audit room: timeline, checkpoint, verification. No document text reaches these pages."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import Blueprint, Response, render_template, request

from archive.errors import InvalidInput, InvalidValue
from archive.model.access import Action
from archive.model.ids import parse_record_id
from archive.model.provenance import EventOutcome, EventType
from archive.services import audit as service
from archive.services.events import look
from archive.services.oversight.cosigning import standing
from archive.services.oversight.evidence import make_bundle
from archive.services.printing.qr import qr_rows
from archive.services.redaction.proofs import audit_released
from webui.desk import archive, session
from webui.errors import status_code
from webui.guard import needs
from webui.pages.search import day_of
from webui.wording import lazy_word

pages = Blueprint("audit", __name__, url_prefix="/audit")

Shown = str | tuple[str, int]

PER_PAGE = 50
KINDS = {one.value: lazy_word(one.name.lower().replace("_", " ")) for one in EventType}
"""Event types in the words that pages use."""
_MOST_PIN = 65536  # bytes of a pin file
_OVERDUE = 90  # days
_FILTERS = ("kind", "outcome", "object", "member", "since", "until")


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
    verdict = service.verify(archive().catalog, archive().folder.vkeys, files=_files())
    return render_template("verdict.html", verdict=verdict, pinned=False)


@pages.get("/pin")
@needs(Action.AUDIT)
def pin() -> Response:
    """Hand out the newest checkpoint with the log's keys, to be kept outside."""
    look(archive(), session(), EventType.EXPORT, of="checkpoint")
    return _download(service.pin(archive().catalog, archive().folder.vkeys), "strongroom-pin.txt")


@pages.get("/checkpoint")
@needs(Action.AUDIT)
def checkpoint() -> str:
    """Show the newest checkpoint as text and as a QR code, to be carried by hand."""
    look(archive(), session(), EventType.EXPORT, None, of="checkpoint")
    note = service.short_note(service.checkpoint(archive().catalog))
    return render_template("audit_checkpoint.html", note=note, code=qr_rows(note))


@pages.post("/extend")
@needs(Action.AUDIT)
def extend() -> Shown:
    """Verify that the ledger only grew since a checkpoint that the auditor kept."""
    given = request.files.get("pin")
    data = given.stream.read(_MOST_PIN) if given is not None else b""
    me = archive().folder.archive_id
    look(archive(), session(), EventType.LEDGER_VERIFIED, me, pin="given")
    try:
        verdict = service.extend(archive().catalog, data.decode("utf-8", "replace"))
    except InvalidInput as error:
        return _page(error)
    return render_template("verdict.html", verdict=verdict, pinned=True)


@pages.get("/about/<uuid:record>")
@needs(Action.AUDIT)
def about(record: UUID) -> str:
    """Show everything that the ledger says about one object, and whether its history has a gap."""
    look(archive(), session(), EventType.LIST, None, of="ledger")
    told = service.history(archive().catalog, archive().folder.vkeys, str(record))
    way = proof = None
    if any(one.type == EventType.RELEASE.value for one in told.about):
        way = service.redaction(archive().catalog, archive().folder.vkeys, str(record))
        if way.released:
            proof = audit_released(archive(), session(), parse_record_id(str(record)))
    a_record = any(one.type == EventType.INGESTION.value for one in told.about)
    shown = {"told": told, "way": way, "proof": proof, "a_record": a_record}
    return render_template("audit_object.html", record=record, kinds=KINDS, **shown)


@pages.post("/about/<uuid:record>/bundle")
@needs(Action.AUDIT)
def bundle(record: UUID) -> Response:
    """Hand out the evidence bundle of a record, zipped; nothing confidential is opened in it."""
    made = make_bundle(archive(), session(), [parse_record_id(str(record))], ())
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as out:
        for name, data in made.files.items():
            out.writestr(ZipInfo(f"evidence-{record}/{name}"), data)
    response = Response(packed.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="evidence-{record}.zip"'
    return response


@pages.get("/proof/<int:number>")
@needs(Action.AUDIT)
def proof(number: int) -> Response:
    """Hand out the proof of an entry, which checks by itself (C2SP tlog-proof)."""
    look(archive(), session(), EventType.EXPORT, None, of="proof")
    files = _files()
    with archive().catalog.read() as view:
        files.publish(view.ledger, service.log_keys(archive().folder.vkeys))
        (made,) = service.prove(view.ledger, files, str(number))
    return _download(made.encode(), f"{number}.tlog-proof")


@pages.get("/holdings")
@needs(Action.AUDIT)
def holdings() -> str:
    """Show fixity runs, what is overdue and what failed, and who worked on what was released."""
    look(archive(), session(), EventType.LIST, None, of="holdings")
    vkeys = archive().folder.vkeys
    held = service.holdings(archive().catalog, vkeys)
    return render_template(
        "audit_holdings.html",
        held=held,
        overdue=held.overdue(archive().clock(), _OVERDUE),
        failed=[one for one in held.living if one.failed],
        days=_OVERDUE,
        releases=service.releases(archive().catalog, vkeys),
    )


def _files() -> service.LogFiles:
    return service.LogFiles(archive().folder)


def _download(text: str, name: str) -> Response:
    response = Response(text, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(error: InvalidInput | None) -> Shown:
    chosen = {name: request.args.get(name, "").strip() for name in _FILTERS}
    newest = request.args.get("from", type=int)
    about, days = None, dict.fromkeys(("since", "until"))
    try:
        about = parse_record_id(chosen["object"]) if chosen["object"] else None
        days = {name: day_of(chosen[name]) for name in days}
    except InvalidValue as refused:
        error = error or refused
    look(archive(), session(), of="ledger")
    rows = service.timeline(
        archive().catalog,
        newest=newest,
        limit=PER_PAGE,
        type_contains=chosen["kind"] if chosen["kind"] in KINDS else None,
        outcome=chosen["outcome"] or None,
        object_id=about,
        member=chosen["member"] or None,
        **days,
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
        witnesses=standing(archive()),
        error=error,
    )
    return html if error is None else (html, status_code(error))
