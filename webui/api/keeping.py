"""Handing in, and what became of it: ingest, accessions, jobs, receipts."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from werkzeug.datastructures import FileStorage

from archive.errors import InvalidValue
from archive.model.access import Scope
from archive.model.ids import parse_accession_ref, parse_source_ref
from archive.model.provenance import EventType
from archive.model.receipt import RunId
from archive.services import accessions as register
from archive.services.holdings import jobs as work
from archive.services.intake import receipts as stored
from archive.services.intake.ingest import Upload
from archive.services.intake.ingest import ingest as take_in
from archive.services.intake.receipts import Run
from webui.api import shapes
from webui.api.operations import FORM, JSON, Room
from webui.api.shapes import told
from webui.desk import archive, session

room = Room()


@room.declare(
    "POST",
    "/ingest",
    Scope.INGEST,
    asked=shapes.IngestAsked,
    gives=shapes.IngestTold,
    takes=FORM,
)
def ingest(asked: shapes.IngestAsked) -> shapes.Told:
    """Hand in files; each ends in exactly one outcome."""
    uploads = [_upload(one) for one in request.files.getlist("files") if one.filename]
    if not uploads:
        raise InvalidValue("No file came.", hint="Send each file as a part `files` with a name.")
    run = Run(archive(), session())
    source = parse_source_ref(asked.source) if asked.source else None
    accession = parse_accession_ref(asked.accession) if asked.accession else None
    reports = tuple(
        take_in(archive(), session(), uploads, source=source, accession=accession, run=run)
    )
    receipt = None if run.issued is None else run.id
    return told(shapes.IngestTold, {"run": receipt, "files": reports})


def _upload(one: FileStorage) -> Upload:
    return Upload(one.filename or "", one.stream)  # type: ignore[arg-type]


@room.declare("GET", "/accessions", Scope.INGEST, gives=shapes.AccessionsTold)
def accessions() -> shapes.Told:
    """List the accession register with the number of records by outcome."""
    views = register.accessions(archive(), session())
    return shapes.AccessionsTold(accessions=tuple(_accession(one) for one in views))


def _accession(view: register.AccessionView) -> shapes.AccessionTold:
    one = view.accession
    return shapes.AccessionTold(
        ref=one.ref,
        title=one.title,
        received=one.received,
        donor=one.donor,
        source=one.source,
        agreement=one.agreement,
        restrictions=one.restrictions,
        embargo=one.embargo,
        state=view.state.value,
        created=view.created,
        updated=view.updated,
        records=view.records,
        released=view.released,
    )


@room.declare("GET", "/jobs", Scope.INGEST, asked=shapes.JobsAsked, gives=shapes.JobsTold)
def jobs(asked: shapes.JobsAsked) -> shapes.Told:
    """List what waits for a better reader, a repair or a person, oldest first."""
    every = asked.everything
    found = work.list_jobs(archive(), session(), stage=asked.stage, everything=every)
    return told(shapes.JobsTold, {"jobs": found})


@room.declare(
    "GET", "/receipts", Scope.ORIGINALS, asked=shapes.ListAsked, gives=shapes.ReceiptsTold
)
def receipts(asked: shapes.ListAsked) -> shapes.Told:
    """List the receipts of ingest runs, newest first."""
    found = stored.list_receipts(archive(), session(), page=asked.page, limit=asked.limit)
    return told(shapes.ReceiptsTold, {"receipts": found})


@room.declare("GET", "/receipts/<uuid:run>", Scope.ORIGINALS, gives=JSON)
def receipt(run: UUID) -> Response:
    """Take a signed receipt away, as `strongroom receipt verify` reads it."""
    signed = stored.show_receipt(archive(), session(), RunId(str(run)), EventType.EXPORT)
    return Response(signed.document, mimetype=JSON)
