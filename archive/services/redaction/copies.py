"""Making the reading copy of a record: its redacted text, and its rebuilt pages if it has any."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archive.errors import PageNotRebuilt
from archive.extraction import Sandbox
from archive.model.pages import PageSet
from archive.model.redaction import Leak, ReadingCopy, Region
from archive.redaction import Description, SourceMatcher, default_detectors, leaks
from archive.redaction.render import render
from archive.services.parts import Archive
from archive.services.redaction.adding_up import drawing_of
from archive.services.redaction.pages import (
    Drawing,
    Progress,
    effective,
    has_pages,
    rebuild,
    silent,
)
from archive.services.redaction.pages_gate import page_leaks
from archive.services.redaction.plans import Desk, blank_plan
from archive.services.register import matcher
from archive.services.session import Session


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants of a copy: no pages, or none set anew although they would be."""

    text_only: bool = False
    as_drawn: bool = False


_SAFE = Wanted()


@dataclass(frozen=True, slots=True)
class MadeCopy:
    """A reading copy, and the PDF that its `pages` bind."""

    copy: ReadingCopy
    pdf: bytes | None = None


def render_text(archive: Archive, session: Session, desk: Desk) -> ReadingCopy:
    """Return the reading copy of a record without pages, under a fresh salt."""
    manifest = desk.opened.manifest
    plan = blank_plan(desk)
    title = plan.title or ("" if manifest.title == manifest.name else manifest.title)
    with archive.catalog.read() as snapshot:
        again = snapshot.releases.get(manifest.record) is not None
    return render(
        effective(plan, desk.text),
        desk.text.text,
        Description(title, manifest.date, None, manifest.metadata, again),
        matcher=matcher(archive, session),
        detectors=default_detectors(),
        salt=archive.random(16).hex(),
    )


def make_copy(
    archive: Archive,
    session: Session,
    sandbox: Sandbox,
    desk: Desk,
    wanted: Wanted = _SAFE,
    progress: Progress = silent,
) -> MadeCopy:
    """Return the reading copy of a record with its pages, unless the text alone is wanted.

    Raises:
        PageNotRebuilt: a page cannot be rendered or set.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
    """
    copy = render_text(archive, session, desk)
    if wanted.text_only or not has_pages(desk.opened):
        return MadeCopy(copy)
    drawing = drawing_of(archive, session, desk, insisted=wanted.as_drawn)
    pdf, pages = _rebuilt(archive, sandbox, desk, progress, drawing)
    return MadeCopy(replace(copy, pages=pages), pdf)


def submitted_copy(
    archive: Archive,
    session: Session,
    sandbox: Sandbox,
    desk: Desk,
    progress: Progress = silent,
) -> MadeCopy:
    """Return the copy that was submitted, its pages rebuilt and compared; of a draft, a new one.

    Raises:
        PageNotRebuilt: the pages cannot be rebuilt as they were submitted.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
    """
    copy = desk.stored.copy if desk.stored is not None else None
    if copy is None:
        return make_copy(archive, session, sandbox, desk, _SAFE, progress)
    if copy.pages is None:
        return MadeCopy(copy)
    drawing = drawing_of(archive, session, desk)
    pdf, pages = _rebuilt(archive, sandbox, desk, progress, drawing)
    if pages.origins != copy.pages.origins:
        raise PageNotRebuilt(
            "Pages that were submitted as drawings must be set anew by now.",
            hint="Submit the plan again: hidden places add up, in one copy or with another that is "
            "out.",
        )
    if pages != copy.pages:
        raise PageNotRebuilt(
            "The pages can no longer be rebuilt as they were submitted.",
            hint="Submit the plan again; a newer version of a library draws pages differently.",
        )
    return MadeCopy(copy, pdf)


def _rebuilt(
    archive: Archive, sandbox: Sandbox, desk: Desk, progress: Progress, drawing: Drawing
) -> tuple[bytes, PageSet]:
    plan = blank_plan(desk)
    return rebuild(archive, sandbox, desk.opened, desk.text, plan, progress, drawing)


def all_leaks(
    sandbox: Sandbox, made: MadeCopy, register: SourceMatcher, progress: Progress = silent
) -> tuple[Leak, ...]:
    """Return every place of a copy and of its pages in which a registered form stands.

    Raises:
        PageNotRebuilt: the pages cannot be looked at.
    """
    found = leaks(made.copy, register)
    if made.pdf is None:
        return found
    return (*found, *page_leaks(sandbox, made.pdf, made.copy, register, progress))


def without_region(regions: tuple[Region, ...], taken: Region) -> tuple[Region, ...]:
    """Return regions without those that touch another one."""
    return tuple(one for one in regions if one.page != taken.page or not one.box.meets(taken.box))
