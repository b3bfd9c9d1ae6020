"""Receipts of ingest runs: kept sealed, signed, with exactly one outcome for each file."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, render_template

from archive.errors import RecordNotFound
from archive.model.access import Action
from archive.model.objects import Outcome
from archive.model.provenance import EventType
from archive.model.receipt import ReceiptLine, RunId
from archive.services.intake import receipts as service
from archive.services.intake.receipt_codec import SignedReceipt
from webui.desk import archive, page_asked, session
from webui.guard import needs
from webui.headers import FILE_POLICY
from webui.wording import lazy

pages = Blueprint("receipts", __name__, url_prefix="/receipts")

PER_PAGE = 50
_TYPES = {"json": "application/json", "pdf": "application/pdf"}

OUTCOMES = {
    Outcome.INGESTED: lazy("stored and searchable"),
    Outcome.DUPLICATE: lazy("stored already"),
    Outcome.NO_TEXT: lazy("stored, without text"),
    Outcome.REJECTED: lazy("refused"),
    Outcome.FAILED: lazy("failed"),
}


@pages.get("")
@needs(Action.READ_ORIGINALS)
def listing() -> str:
    """List the receipts, newest first."""
    at = page_asked()
    found = service.list_receipts(archive(), session(), page=at, limit=PER_PAGE)
    return render_template("receipts.html", found=found, at=at, more=len(found) == PER_PAGE)


@pages.get("/<uuid:run>")
@needs(Action.READ_ORIGINALS)
def show(run: UUID) -> str:
    """Show a receipt: a row for each file and each file inside one, and counts that add up."""
    signed = service.show_receipt(archive(), session(), RunId(str(run)))
    return page(signed.receipt.lines, RunId(str(run)))


@pages.post("/<uuid:run>/<form>")
@needs(Action.READ_ORIGINALS)
def keep(run: UUID, form: str) -> Response:
    """Hand out a signed receipt as a file; the export is in the ledger first."""
    if form not in _TYPES:
        raise RecordNotFound
    signed = service.show_receipt(archive(), session(), RunId(str(run)), EventType.EXPORT)
    response = Response(_file(signed, form), mimetype=_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{run}.{form}"'
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _file(signed: SignedReceipt, form: str) -> bytes:
    if form == "json":
        return signed.document
    from archive.services.intake.receipt_pdf import render_pdf  # noqa: PLC0415 - 0.4 s

    return render_pdf(signed)


def page(lines: tuple[ReceiptLine, ...], run: RunId | None) -> str:
    """Return the page of a receipt; `run` is `None` when it could not be stored."""
    rows = tuple(_flat(lines))
    counts = {outcome: sum(line.outcome is outcome for line, _ in rows) for outcome in Outcome}
    return render_template(
        "receipt.html",
        rows=rows,
        counts=counts,
        outcomes=OUTCOMES,
        run=run,
        needing=counts[Outcome.NO_TEXT],
    )


def _flat(lines: tuple[ReceiptLine, ...], depth: int = 0) -> Iterator[tuple[ReceiptLine, int]]:
    for line in lines:
        yield line, depth
        yield from _flat(line.attachments, depth + 1)
