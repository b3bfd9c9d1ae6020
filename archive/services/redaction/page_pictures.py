"""Pages as pictures for the web: pixels alone, and for archivists what a plan hides on them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from PIL import Image

from archive.errors import InvalidValue
from archive.extraction import Sandbox
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.model.pages import PageBox, PagePicture
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.redaction.pages import Leaf, lay_out, picture_of_sheet, veil
from archive.services.events import authorise, look, record_event
from archive.services.parts import Archive
from archive.services.redaction.adding_up import drawing_of
from archive.services.redaction.pages import (
    drawn,
    effective,
    has_pages,
    leaves_of,
    picture_of,
    runs_of,
)
from archive.services.redaction.plans import Desk, blank_plan, open_desk
from archive.services.session import Session

SCREEN_DPI = 110
_LOOK = 72  # dots per inch, to learn how many pages there are


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


@dataclass(frozen=True, slots=True)
class PreviewPlace:
    """A page of a copy, from 1, out of how many, and whether it can be shown.

    It is not `placed` when words are to be hidden of which nobody knows where they stand on it.
    """

    number: int
    total: int
    placed: bool


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
    """Return a page, from 1, of the copy as a researcher will see it: black with labels, or set.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
        InvalidValue: the copy has no such page.
        PageNotRebuilt: the page cannot be rendered or set.
        PlaceUnknown: words are to be hidden of which the place on the page is not known.
    """
    authorise(archive, session, Action.REDACT, record)
    look(archive, session, EventType.VIEW, record, of="preview", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    plan = effective(blank_plan(desk), desk.text)
    with closing(archive.sandbox()) as sandbox:
        leaf = _chosen(_leaves(archive, session, sandbox, desk), number)
        if leaf.sheet is not None:
            return picture_of_sheet(leaf.sheet)
        _, picture = picture_of(archive, sandbox, desk.opened, leaf.page, dpi)
    pixels, _ = drawn(lay_out(desk.text, plan.redactions, plan.regions), leaf.page, picture)
    return replace(picture, data=pixels.tobytes())


def preview_place(
    archive: Archive, session: Session, record: RecordId, number: int
) -> PreviewPlace:
    """Return what is known of a page, from 1, of the copy of a plan before it is looked at.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
        InvalidValue: the copy has no such page.
        PageNotRebuilt: its pages cannot be rendered or set.
    """
    authorise(archive, session, Action.REDACT, record)
    look(archive, session, EventType.VIEW, record, of="preview", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    plan = effective(blank_plan(desk), desk.text)
    with closing(archive.sandbox()) as sandbox:
        found = _leaves(archive, session, sandbox, desk)
        leaf = _chosen(found, number)
        if leaf.sheet is not None:
            return PreviewPlace(number, len(found), placed=True)
        _, picture = picture_of(archive, sandbox, desk.opened, leaf.page, _LOOK)
    layout = lay_out(desk.text, plan.redactions, plan.regions)
    placed = layout.is_placed(leaf.page, picture.width, picture.height)
    return PreviewPlace(number, len(found), placed=placed)


def _chosen(found: Sequence[Leaf], number: int) -> Leaf:
    if not 1 <= number <= len(found):
        raise InvalidValue("The record has no such page.")
    return found[number - 1]


def _leaves(archive: Archive, session: Session, sandbox: Sandbox, desk: Desk) -> tuple[Leaf, ...]:
    """Return the pages of the copy of a plan: the one that was submitted, if there is one."""
    if not has_pages(desk.opened):
        raise InvalidValue("The record has no such page.")
    total, _ = picture_of(archive, sandbox, desk.opened, 0, _LOOK)
    plan, drawing = blank_plan(desk), drawing_of(archive, session, desk)
    runs = () if drawing.insisted else runs_of(desk.text, plan, drawing)
    return leaves_of(desk.text, plan, runs, total)


def as_png(picture: PagePicture) -> bytes:
    """Return a page as a PNG of pixels alone."""
    channels = () if picture.mode == "L" else (3,)
    pixels = np.frombuffer(picture.data, np.uint8)
    written = BytesIO()
    image = Image.fromarray(pixels.reshape(picture.rows, picture.columns, *channels))
    image.save(written, "PNG")
    return written.getvalue()
