"""Pages as pictures for the web: pixels alone, and for archivists what a plan hides on them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from PIL import Image

from archive.errors import InvalidValue
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.model.pages import PageBox, PagePicture
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.redaction.pages import burn, inscribe, lay_out, veil
from archive.services.events import authorise, look, record_event
from archive.services.parts import Archive
from archive.services.redaction.pages import effective, has_pages, picture_of
from archive.services.redaction.plans import blank_plan, open_desk
from archive.services.session import Session

SCREEN_DPI = 110


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A page of the original, from 1, with what its plan hides; `width` and `height` in points.

    It is not `placed` when words are to be hidden of which nobody knows where they stand on it.
    """

    number: int
    total: int
    width: float
    height: float
    boxes: tuple[PageBox, ...]
    placed: bool
    picture: PagePicture


def plan_page(
    archive: Archive, session: Session, record: RecordId, number: int, dpi: int = SCREEN_DPI
) -> PlanPage:
    """Return a page, from 1, of the original, with the boxes of its plan lying over it as a veil.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
        InvalidValue: the record has no such page.
        PageNotRebuilt: the page cannot be rendered.
    """
    authorise(archive, session, Action.REDACT, record)
    links = {"level": Level.ORIGINALS.value}
    seen = EntryDraft(EventType.VIEW, record, EventOutcome.SUCCESS, links, {})
    record_event(archive, session, seen)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    if not has_pages(desk.opened) or number < 1:
        raise InvalidValue("The record has no such page.")
    with closing(archive.sandbox()) as sandbox:
        total, picture = picture_of(archive, sandbox, desk.opened, number - 1, dpi)
    plan = effective(blank_plan(desk), desk.text)
    layout = lay_out(desk.text, plan.redactions, plan.regions)
    at = number - 1, picture.width, picture.height
    boxes = layout.boxes(*at)
    return PlanPage(number, total, *at[1:], boxes, layout.is_placed(*at), veil(picture, boxes))


def preview_page(
    archive: Archive, session: Session, record: RecordId, number: int, dpi: int = SCREEN_DPI
) -> PagePicture:
    """Return a page, from 1, of the original as a researcher will see it: black, with labels.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
        InvalidValue: the record has no such page.
        PageNotRebuilt: the page cannot be rendered.
        PlaceUnknown: words are to be hidden of which the place on the page is not known.
    """
    authorise(archive, session, Action.REDACT, record)
    look(archive, session, EventType.VIEW, record, of="preview", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    if not has_pages(desk.opened) or number < 1:
        raise InvalidValue("The record has no such page.")
    with closing(archive.sandbox()) as sandbox:
        _, picture = picture_of(archive, sandbox, desk.opened, number - 1, dpi)
    plan = effective(blank_plan(desk), desk.text)
    layout = lay_out(desk.text, plan.redactions, plan.regions)
    page = layout.page(number - 1, picture.width, picture.height)
    pixels = burn(picture, page.boxes)
    inscribe(pixels, picture, page.labels)
    return replace(picture, data=pixels.tobytes())


def as_png(picture: PagePicture) -> bytes:
    """Return a page as a PNG of pixels alone."""
    channels = () if picture.mode == "L" else (3,)
    pixels = np.frombuffer(picture.data, np.uint8)
    written = BytesIO()
    image = Image.fromarray(pixels.reshape(picture.rows, picture.columns, *channels))
    image.save(written, "PNG")
    return written.getvalue()
