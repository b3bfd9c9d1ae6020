"""Faces on the pages of a record, by the sandbox, as regions that are proposed to be hidden."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass

from archive.catalog import Snapshot
from archive.errors import SandboxError
from archive.extraction import (
    FACE,
    IMAGE_FACES,
    PDF_FACES,
    Faces,
    Order,
    Sandbox,
    face_model_state,
    parse_faces,
)
from archive.model.ids import RecordId
from archive.model.redaction import Region
from archive.redaction.pages import heads
from archive.services.parts import Archive
from archive.services.redaction.pages import ALL_PAGES, Progress, has_pages, original_of
from archive.services.redaction.plans import open_desk
from archive.services.session import Session

_PDF, _READY = "application/pdf", "ready"
_AT_ONCE = 16  # pages; one takes one to four seconds of the 300 that a child may


@dataclass(frozen=True, slots=True)
class FacesLooked:
    """How far pages were looked at for faces, and the regions of the heads found.

    `state` is that of the model; where it is not `ready`, nothing was looked at. `pages` counts
    all, `unseen` names those, from 0, that were not reached or cannot be rendered, beginning with
    the first that was meant.
    """

    state: str
    pages: int
    unseen: tuple[int, ...]
    regions: tuple[Region, ...] = ()


def look_for_faces(
    archive: Archive,
    session: Session,
    record: RecordId,
    progress: Progress,
    pages: range = ALL_PAGES,
) -> FacesLooked | None:
    """Look for faces on those pages of a record, from 0; `None` if it has no pages.

    Takes a second or more for a page: call it while no transaction waits.

    Raises:
        RecordNotFound: no such record.
        StorageError, IntegrityError: the original cannot be read.
    """
    with archive.catalog.read() as snapshot:
        found = _original(archive, session, snapshot, record)
    if found is None:
        return None
    question, data = found
    state = face_model_state()
    if state != _READY:
        return FacesLooked(state, 0, ())
    sizes: dict[int, tuple[float, float]] = {}
    regions: list[Region] = []
    total = 0
    with closing(archive.sandbox()) as sandbox:
        for answer, reached in _answers(sandbox, question, data, pages):
            total = max(total, answer.total)
            sizes.update(answer.seen)
            regions += heads(answer.found, answer.seen, FACE)
            progress(min(reached, total), total)
    total = total or pages.start + 1  # nothing could be opened to count them
    unseen = tuple(number for number in range(pages.start, total) if number not in sizes)
    return FacesLooked(state, total, unseen, tuple(regions))


def _original(
    archive: Archive, session: Session, snapshot: Snapshot, record: RecordId
) -> tuple[str, bytes] | None:
    opened = open_desk(archive, session, snapshot, record).opened
    if not has_pages(opened):
        return None
    question = PDF_FACES if opened.manifest.media_type == _PDF else IMAGE_FACES
    return question, original_of(archive, opened)


def _answers(
    sandbox: Sandbox, question: str, data: bytes, pages: range
) -> Iterator[tuple[Faces, int]]:
    """Yield what is found on some pages at a time, and how far that is.

    When some fail together, each is asked for by itself.
    """
    first, total = pages.start, pages.start + 1
    while first < min(total, pages.stop):
        count = min(_AT_ONCE, pages.stop - first)
        try:
            answers = [_asked(sandbox, question, data, Order(first, count))]
        except SandboxError:
            answers = []
            for number in range(first, first + count):
                with suppress(SandboxError):
                    answers.append(_asked(sandbox, question, data, Order(number, 1)))
        total = max([total, *(one.total for one in answers)])
        first += count
        for one in answers:
            yield one, first


def _asked(sandbox: Sandbox, question: str, data: bytes, order: Order) -> Faces:
    return parse_faces(sandbox.ask(question, data, bytes(order)))
