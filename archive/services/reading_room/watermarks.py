"""Whether copies that leave say who took them, and the line that says so.

The setting is the newest `watermark-set` entry about the collection, signed by a custodian: nobody
with the disk alone can switch it off.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from archive.catalog import Snapshot
from archive.errors import BindingMismatch
from archive.ledger import parse_entry
from archive.model.access import Action, Role
from archive.model.provenance import Entry, EntryDraft, EventOutcome, EventType
from archive.services.events import authorise, checked_signer, record_event
from archive.services.parts import Archive
from archive.services.session import Session

if TYPE_CHECKING:
    import pikepdf

_ON, _OFF = "on", "off"
_SIZE = 8.0  # points
_EDGE = 12.0  # points between the line and the edges of the page


def set_watermark(archive: Archive, session: Session, *, on: bool) -> None:
    """Decide whether reading copies that are downloaded from now on carry a watermark.

    Raises:
        NotPermitted: the member is no custodian.
    """
    authorise(archive, session, Action.SET_WATERMARK)
    links = {"watermark": _ON if on else _OFF}
    about = archive.collection
    record_event(
        archive,
        session,
        EntryDraft(EventType.WATERMARK_SET, about, EventOutcome.SUCCESS, links, {}),
    )


def watermarked(archive: Archive, session: Session) -> bool:
    """Return whether downloads of reading copies carry a watermark.

    Raises:
        BindingMismatch: the setting was not made by a custodian.
    """
    with archive.catalog.read() as snapshot:
        return _is_on(archive, session, snapshot)


def watermark(archive: Archive, session: Session, snapshot: Snapshot) -> str | None:
    """Return the line that a download carries now, `None` where the collection asks for none.

    Raises:
        BindingMismatch: the setting was not made by a custodian.
    """
    if not _is_on(archive, session, snapshot):
        return None
    return f"Taken by {session.name} on {archive.clock():%Y-%m-%d %H:%M} UTC"


def _is_on(archive: Archive, session: Session, snapshot: Snapshot) -> bool:
    mark = f'"type":"{EventType.WATERMARK_SET.value}"'.encode()
    newest: Entry | None = None
    for body in snapshot.ledger.later_bodies(archive.collection, -1):
        if mark in body:
            newest = parse_entry(body)
    if newest is None:
        return False
    if checked_signer(session, snapshot, newest).role is not Role.CUSTODIAN:
        raise BindingMismatch
    return newest.links.get("watermark") == _ON


def stamp(pdf: bytes, line: str) -> bytes:
    """Return a PDF with a line of text near the lower edge of every page, on white."""
    import pikepdf  # noqa: PLC0415 - 0.1 s

    with pikepdf.open(BytesIO(pdf)) as document:
        for page in document.pages:
            box = pikepdf.Rectangle(page.mediabox)
            with pikepdf.open(BytesIO(_overlay(box, line))) as overlay:
                page.add_overlay(overlay.pages[0], box)
        out = BytesIO()
        document.save(out)
        return out.getvalue()


def _overlay(box: pikepdf.Rectangle, line: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - 0.2 s

    from archive.services.printing.pdf_text import draw, register_fonts, width_of, wrap  # noqa: PLC0415

    register_fonts()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(box.width, box.height), invariant=1)
    rows = wrap(line, _SIZE, max(box.width - 2 * _EDGE, _SIZE))
    canvas.setFillGray(1)
    wide = min(width_of(line, _SIZE), box.width - 2 * _EDGE)
    canvas.rect(_EDGE - 2, _EDGE - 3, wide + 4, len(rows) * (_SIZE + 2) + 2, stroke=0, fill=1)
    canvas.setFillGray(0)
    for number, row in enumerate(reversed(rows)):
        draw(canvas, _EDGE, _EDGE + number * (_SIZE + 2), row, _SIZE)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()
