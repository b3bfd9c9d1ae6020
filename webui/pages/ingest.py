"""Handing in files, and the receipt with exactly one outcome for each."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.datastructures import FileStorage

from archive.errors import ArchiveError, InvalidValue, RecordNotFound
from archive.model.access import Action
from archive.model.ids import SourceRef, parse_source_ref
from archive.model.objects import Outcome
from archive.services import ingest as service
from archive.services import sources
from archive.services.ingest import FileReport, Upload
from webui.desk import archive, desk, field, member, session
from webui.errors import status_code
from webui.guard import needs

pages = Blueprint("ingest", __name__, url_prefix="/ingest")

OUTCOMES = {
    Outcome.INGESTED: "stored and searchable",
    Outcome.DUPLICATE: "stored already",
    Outcome.NO_TEXT: "stored, without text",
    Outcome.REJECTED: "refused",
    Outcome.FAILED: "failed",
}


@pages.get("")
@needs(Action.INGEST)
def form() -> str | tuple[str, int]:
    """Show the upload form and the receipts of this session."""
    return _form(None)


@pages.post("")
@needs(Action.INGEST)
def take() -> Response | str | tuple[str, int]:
    """Ingest the uploaded files and go to their receipt."""
    uploads = [_upload(one) for one in request.files.getlist("files") if one.filename]
    try:
        if not uploads:
            raise InvalidValue("No file was chosen.", hint="Choose one or more files.")
        reports = tuple(service.ingest(archive(), session(), uploads, source=_source()))
    except ArchiveError as error:
        return _form(error)
    number = member().receipts.add(reports)
    return redirect(url_for("ingest.receipt", number=number), 303)


@pages.get("/receipts/<int:number>")
@needs(Action.INGEST)
def receipt(number: int) -> str:
    """Show a receipt: a row for each file and attachment, and counts that add up."""
    reports = member().receipts.get(number)
    if reports is None:
        raise RecordNotFound
    rows = tuple(_flat(reports))
    counts = {outcome: sum(r.outcome is outcome for r, _ in rows) for outcome in Outcome}
    return render_template("receipt.html", rows=rows, counts=counts, outcomes=OUTCOMES)


def _flat(reports: tuple[FileReport, ...], depth: int = 0) -> Iterator[tuple[FileReport, int]]:
    for report in reports:
        yield report, depth
        yield from _flat(report.attachments, depth + 1)


def _upload(one: FileStorage) -> Upload:
    return Upload(one.filename or "", one.stream)  # type: ignore[arg-type]


def _source() -> SourceRef | None:
    text = field("source")
    return parse_source_ref(text) if text else None


def _form(error: ArchiveError | None) -> str | tuple[str, int]:
    html = render_template(
        "ingest.html",
        error=error,
        sources=sources.list_sources(archive(), session()),
        receipts=member().receipts.newest(),
        most=desk().settings.max_upload,
    )
    return html if error is None else (html, status_code(error))
