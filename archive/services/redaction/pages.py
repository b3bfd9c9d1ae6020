"""A record's pages rebuilt: its original rendered in the sandbox, redacted here, written anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import groupby

from archive.errors import InvalidValue, PageNotRebuilt, SandboxError
from archive.extraction import DPI, IMAGE_PAGES, PDF_PAGES, Order, Sandbox, parse_pictures
from archive.model.objects import CanonicalText, Representation
from archive.model.pages import PageBox, PagePicture, PageSet
from archive.model.redaction import RedactionPlan, Region
from archive.redaction import merge
from archive.redaction.pages import (
    Layout,
    Leaf,
    PageWriter,
    Pixels,
    PlacedWord,
    Run,
    add_sheet,
    burn,
    inscribe,
    is_legible,
    lay_out,
    leaves,
    set_anew,
    under,
)
from archive.services.parts import Archive
from archive.services.records import OpenRecord, open_object

Progress = Callable[[int, int], None]
"""Is told how many pages are done, out of how many."""

ALL_PAGES = range(1_000_000)
"""Every page of any document, from 0."""

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


@dataclass(frozen=True, slots=True)
class Drawing:
    """Whether pages may be drawn from the original.

    `elsewhere` are markers that other copies have too, which add up with those of this one;
    `insisted`, a person chose to have drawn what would be set anew.
    """

    elsewhere: frozenset[str] = frozenset()
    insisted: bool = False


SAFE = Drawing()
"""Pages are set anew as soon as the document itself asks for it."""


def runs_of(text: CanonicalText, plan: RedactionPlan, drawing: Drawing = SAFE) -> tuple[Run, ...]:
    """Return the pages that a plan lets nobody draw, whether or not somebody insists on it."""
    return set_anew(text, effective(plan, text).redactions, drawing.elsewhere)


def rebuild(
    archive: Archive,
    sandbox: Sandbox,
    opened: OpenRecord,
    text: CanonicalText,
    plan: RedactionPlan,
    progress: Progress = silent,
    drawing: Drawing = SAFE,
) -> tuple[bytes, PageSet]:
    """Return the rebuilt pages of a record as a PDF; equal records and plans give equal bytes.

    Raises:
        PageNotRebuilt: a page cannot be rendered or set, or there is none.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
        InvalidValue: a region is on no page.
        StorageError, IntegrityError: the original cannot be read.
    """
    data = original_of(archive, opened)
    return redraw(sandbox, _kind(opened), data, text, plan, progress, drawing)


def redraw(
    sandbox: Sandbox,
    question: str,
    data: bytes,
    text: CanonicalText,
    plan: RedactionPlan,
    progress: Progress = silent,
    drawing: Drawing = SAFE,
) -> tuple[bytes, PageSet]:
    """Return the pages of a document rebuilt; `question` asks the sandbox for its pictures.

    Pages on which line ends would tell what is hidden are set anew (ADR 0068).

    Raises:
        PageNotRebuilt: a page cannot be rendered or set, or there is none.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
        InvalidValue: a region is on no page.
    """
    plan = effective(plan, text)
    runs = runs_of(text, plan, drawing)
    layout = lay_out(text, plan.redactions, plan.regions)
    made = _Copy(layout, plan, () if drawing.insisted else runs)
    for number, total, picture in _pictures(sandbox, question, data):
        _require_regions(plan, number, total, picture)
        made.add(number, total, picture)
        progress(number + 1, total)
    return made.finish(insisted=drawing.insisted and bool(runs))


class _Copy:
    """Collects the pages of a reading copy from those of the original, in their order."""

    def __init__(self, layout: Layout, plan: RedactionPlan, runs: tuple[Run, ...]) -> None:
        self._layout, self._plan, self._runs = layout, plan, runs
        self._leaves: dict[int, tuple[Leaf, ...]] = {}
        self._writer = PageWriter()
        self._origins: list[int | None] = []

    def add(self, number: int, total: int, picture: PagePicture) -> None:
        """Add what stands for a page of the original, of which there are so many."""
        if not number:
            found = leaves_of(self._layout.text, self._plan, self._runs, total)
            by_page = groupby(found, lambda leaf: leaf.page)
            self._leaves = {page: tuple(group) for page, group in by_page}
        for leaf in self._leaves.get(number, ()):
            if leaf.sheet is not None:
                add_sheet(self._writer, leaf.sheet)
            else:
                pixels, words = drawn(self._layout, number, picture)
                self._writer.add(picture.width, picture.height, pixels, words)
            self._origins.append(None if leaf.sheet is not None else number)

    def finish(self, *, insisted: bool) -> tuple[bytes, PageSet]:
        """Return the file and what binds it."""
        pdf = self._writer.finish()
        origins = tuple(self._origins) if self._runs else ()
        digest = hashlib.sha256(pdf).hexdigest()
        return pdf, PageSet(digest, len(pdf), self._writer.count, origins, insisted)


def leaves_of(
    text: CanonicalText, plan: RedactionPlan, runs: tuple[Run, ...], total: int
) -> tuple[Leaf, ...]:
    """Return the pages of the reading copy of a document that has so many pages.

    Raises:
        PageNotRebuilt: no font here shows the letters of a page that must be set anew.
    """
    found = tuple(leaves(text, effective(plan, text).redactions, runs, total))
    for leaf in found:
        if leaf.sheet is not None and not is_legible("".join(line.text for line in leaf.sheet)):
            raise PageNotRebuilt(
                f"From page {leaf.page + 1} on, pages must be set anew, and no font here has their "
                "letters.",
                hint="Install fonts (Debian: fonts-noto-cjk, fonts-noto-core, fonts-dejavu), or "
                "submit the text alone with `redact submit RECORD --text-only`.",
                page=leaf.page + 1,
            )
    return found


def drawn(
    layout: Layout, number: int, picture: PagePicture
) -> tuple[Pixels, tuple[PlacedWord, ...]]:
    """Return a page of the original with its boxes black, and the words under the picture.

    Raises:
        PlaceUnknown: words are to be hidden of which the place on the page is not known.
    """
    page = layout.page(number, picture.width, picture.height)
    pixels = burn(picture, page.boxes)
    inscribe(pixels, picture, page.labels)
    return pixels, page.words


def _require_regions(plan: RedactionPlan, number: int, total: int, picture: PagePicture) -> None:
    for region in plan.regions:
        if region.page >= total:
            raise _off_page(region)
        if region.page == number:
            _require_on(region, picture)


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
