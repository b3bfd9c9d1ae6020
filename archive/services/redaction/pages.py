"""A record's pages rebuilt: its original rendered in the sandbox, redacted here, written anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace

from archive.errors import InvalidValue, PageNotRebuilt, SandboxError
from archive.extraction import DPI, IMAGE_PAGES, PDF_PAGES, Order, Sandbox, parse_pictures
from archive.model.objects import CanonicalText, Representation
from archive.model.pages import PageBox, PagePicture, PageSet
from archive.model.redaction import RedactionPlan, Region
from archive.redaction import merge
from archive.redaction.pages import PageWriter, burn, inscribe, lay_out, under
from archive.services.parts import Archive
from archive.services.records import OpenRecord, open_object

Progress = Callable[[int, int], None]
"""Is told how many pages are done, out of how many."""

_QUESTIONS = {
    "application/pdf": PDF_PAGES,
    **dict.fromkeys(
        ("image/png", "image/jpeg", "image/gif", "image/tiff", "image/webp", "image/bmp"),
        IMAGE_PAGES,
    ),
    "image/avif": IMAGE_PAGES,
}
_AT_ONCE = 32  # pages, or fewer: the child sends no more pixels at once than memory has room for
_LOOK = 72  # dots per inch, to learn the size of a page


def silent(done: int, total: int) -> None:
    """Tell nobody how far the work is."""


def has_pages(opened: OpenRecord) -> bool:
    """Return whether the original is of a kind that has pages."""
    return is_paged(opened.manifest.media_type)


def is_paged(media_type: str) -> bool:
    """Return whether documents of a media type have pages that can be rebuilt."""
    return media_type in _QUESTIONS


def effective(plan: RedactionPlan, text: CanonicalText) -> RedactionPlan:
    """Return a plan whose spans hide the words under its regions too."""
    if not plan.regions:
        return plan
    hidden = merge([*plan.redactions, *under(text, plan.regions)])
    return replace(plan, redactions=hidden)


def rebuild(
    archive: Archive,
    sandbox: Sandbox,
    opened: OpenRecord,
    text: CanonicalText,
    plan: RedactionPlan,
    progress: Progress = silent,
) -> tuple[bytes, PageSet]:
    """Return the rebuilt pages of a record as a PDF; equal records and plans give equal bytes.

    Raises:
        PageNotRebuilt: a page cannot be rendered, or there is none.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
        InvalidValue: a region is on no page.
        StorageError, IntegrityError: the original cannot be read.
    """
    return redraw(sandbox, _kind(opened), original_of(archive, opened), text, plan, progress)


def redraw(
    sandbox: Sandbox,
    question: str,
    data: bytes,
    text: CanonicalText,
    plan: RedactionPlan,
    progress: Progress = silent,
) -> tuple[bytes, PageSet]:
    """Return the pages of a document rebuilt; `question` asks the sandbox for its pictures.

    Raises:
        PageNotRebuilt: a page cannot be rendered, or there is none.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
        InvalidValue: a region is on no page.
    """
    plan = effective(plan, text)
    layout = lay_out(text, plan.redactions, plan.regions)
    writer = PageWriter()
    for number, total, picture in _pictures(sandbox, question, data):
        for region in plan.regions:
            if region.page >= total:
                raise _off_page(region)
            if region.page == number:
                _require_on(region, picture)
        page = layout.page(number, picture.width, picture.height)
        pixels = burn(picture, page.boxes)
        inscribe(pixels, picture, page.labels)
        writer.add(picture.width, picture.height, pixels, page.words)
        progress(number + 1, total)
    pdf = writer.finish()
    return pdf, PageSet(hashlib.sha256(pdf).hexdigest(), len(pdf), writer.count)


def picture_of(
    archive: Archive, sandbox: Sandbox, opened: OpenRecord, number: int, dpi: int = DPI
) -> tuple[int, PagePicture]:
    """Return how many pages a record has, and one of them as it is in the original.

    Raises:
        InvalidValue: there is no such page.
        PageNotRebuilt: it cannot be rendered.
    """
    return picture_in(sandbox, _kind(opened), original_of(archive, opened), number, dpi)


def picture_in(
    sandbox: Sandbox, question: str, data: bytes, number: int, dpi: int = DPI
) -> tuple[int, PagePicture]:
    """Return how many pages a document has, and one of them.

    Raises:
        InvalidValue: there is no such page.
        PageNotRebuilt: it cannot be rendered.
    """
    try:
        found = parse_pictures(sandbox.ask(question, data, bytes(Order(number, 1, dpi))))
    except SandboxError:
        raise _not_rebuilt(number) from None
    if number and not found.total:
        raise InvalidValue(f"There is no page {number + 1}.", page=number + 1)
    if number not in found.pages:
        raise _not_rebuilt(number)
    return found.total, found.pages[number]


def require_region(archive: Archive, opened: OpenRecord, region: Region) -> None:
    """Check that a region lies on a page of the record.

    Raises:
        InvalidValue: it does not, or the record has no pages.
        PageNotRebuilt: there is no such page, or it cannot be rendered.
    """
    if not has_pages(opened):
        raise InvalidValue("The record has no pages; mark words or spans of its text instead.")
    with closing(archive.sandbox()) as sandbox:
        _, picture = picture_of(archive, sandbox, opened, region.page, _LOOK)
    _require_on(region, picture)


def _require_on(region: Region, picture: PagePicture) -> None:
    box = region.box
    upright = box.left < box.right and box.bottom < box.top
    # a person reads sizes to whole points; half a point over the edge is on the page
    page = PageBox(-0.5, -0.5, picture.width + 0.5, picture.height + 0.5)
    if not upright or not page.holds(box):
        raise _off_page(region)


def _off_page(region: Region) -> InvalidValue:
    return InvalidValue(
        f"The region is not on page {region.page + 1}.",
        hint="Give P:LEFT,BOTTOM,RIGHT,TOP in points from the page's lower left corner.",
        page=region.page + 1,
    )


def _not_rebuilt(number: int) -> PageNotRebuilt:
    return PageNotRebuilt(f"Page {number + 1} cannot be rebuilt.", page=number + 1)


def _kind(opened: OpenRecord) -> str:
    return _QUESTIONS[opened.manifest.media_type]


def original_of(archive: Archive, opened: OpenRecord) -> bytes:
    """Return the bytes of a record's original, for a reader in the sandbox.

    Raises:
        StorageError, IntegrityError: it cannot be read.
    """
    with open_object(archive, opened, Representation.ORIGINAL) as stream:
        return stream.read()


def _pictures(
    sandbox: Sandbox, question: str, data: bytes
) -> Iterator[tuple[int, int, PagePicture]]:
    """Yield each page with its number and how many there are; a few at a time are in memory.

    A page that fails among others is asked for once more by itself.
    """
    first, total = 0, 1
    while first < total:
        pages: dict[int, PagePicture] = {}
        with suppress(SandboxError):
            found = parse_pictures(sandbox.ask(question, data, bytes(Order(first, _AT_ONCE))))
            pages, total = dict(found.pages), found.total
        if first not in pages:
            total, pages[first] = picture_in(sandbox, question, data, first)
        while first in pages:
            yield first, total, pages.pop(first)
            first += 1
