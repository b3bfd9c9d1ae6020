"""Handing in files, and the receipt with exactly one outcome for each."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.datastructures import FileStorage

from archive.errors import ArchiveError, InvalidValue
from archive.model.access import Action
from archive.model.accessions import AccessionState
from archive.model.ids import AccessionRef, SourceRef, parse_accession_ref, parse_source_ref
from archive.services import accessions
from archive.services.intake import ingest as service
from archive.services.intake.ingest import Upload
from archive.services.intake.receipts import Run, line_of
from archive.services.sources import entries as sources
from webui.desk import archive, desk, field, session
from webui.errors import status_code
from webui.guard import needs
from webui.headers import UPLOAD_POLICY
from webui.pages import receipts
from webui.wording import say

pages = Blueprint("ingest", __name__, url_prefix="/ingest")


@pages.get("")
@needs(Action.INGEST)
def form() -> Response:
    """Show the upload form and the receipts of this session."""
    return _form(None)


@pages.post("")
@needs(Action.INGEST)
def take() -> Response | str:
    """Ingest the uploaded files and go to their receipt."""
    uploads = [_upload(one) for one in request.files.getlist("files") if one.filename]
    run = Run(archive(), session())
    try:
        if not uploads:
            raise InvalidValue(say("No file was chosen."), hint=say("Choose one or more files."))
        source, accession = behind()
        reports = tuple(
            service.ingest(
                archive(), session(), uploads, source=source, accession=accession, run=run
            )
        )
    except ArchiveError as error:
        return _form(error)
    if run.issued is None:
        return receipts.page(tuple(line_of(one) for one in reports), None)
    return redirect(url_for("receipts.show", run=run.id), 303)


def _upload(one: FileStorage) -> Upload:
    return Upload(one.filename or "", one.stream)  # type: ignore[arg-type]


def behind() -> tuple[SourceRef | None, AccessionRef | None]:
    """Return the source and the accession that a form names for its files.

    Raises:
        InvalidValue: one is no reference.
    """
    source, accession = field("source"), field("accession")
    return (
        parse_source_ref(source) if source else None,
        parse_accession_ref(accession) if accession else None,
    )


def _form(error: ArchiveError | None) -> Response:
    html = render_template(
        "ingest.html",
        error=error,
        accessions=[
            one.accession
            for one in accessions.accessions(archive(), session())
            if one.state is AccessionState.OPEN
        ],
        accession=field("accession") or request.args.get("accession", ""),
        sources=sources.pseudonyms(archive(), session()),
        most=desk().settings.max_upload,
    )
    response = make_response(html, 200 if error is None else status_code(error))
    response.headers["Content-Security-Policy"] = UPLOAD_POLICY
    return response
