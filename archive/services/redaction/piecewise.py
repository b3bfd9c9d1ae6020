"""Proposals for long documents: some pages at a time, each kept before the next are looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.errors import InvalidValue
from archive.model.ids import RecordId
from archive.services.parts import Archive
from archive.services.redaction.faces import FacesLooked
from archive.services.redaction.pages import ALL_PAGES, Progress, silent
from archive.services.redaction.plan_views import PlanView
from archive.services.redaction.redact import propose
from archive.services.redaction.sightings import NamesLooked
from archive.services.session import Session

PIECE = 48
"""Pages that are looked at before what was found is kept: some minutes of a scan."""


def propose_in_pieces(
    archive: Archive,
    session: Session,
    record: RecordId,
    *,
    pages: range = ALL_PAGES,
    progress: Progress = silent,
    kept: Callable[[int], None],
) -> PlanView:
    """Do as `propose` does, and keep the finds of `PIECE` pages before the next are looked at.

    `kept` is told up to which page, from 1, that is done; so work that is cut off can be gone on
    with there.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
        InvalidValue: the record has fewer pages.
        PlanChanged: somebody else changed the plan meanwhile.
    """
    faces: FacesLooked | None = None
    names: NamesLooked | None = None
    first = pages.start
    while True:
        piece = range(first, min(first + PIECE, pages.stop))
        view = propose(archive, session, record, pages=piece, progress=progress)
        total = max(one.pages if one is not None else 0 for one in (view.faces, view.names))
        if total and first >= total:
            raise InvalidValue(f"There are only {total} pages.")
        faces = _faces(faces, view.faces, first)
        names = _names(names, view.names, first)
        first = piece.stop
        if first >= min(total, pages.stop):
            return replace(view, faces=faces, names=names)
        kept(first)


def _faces(before: FacesLooked | None, now: FacesLooked | None, first: int) -> FacesLooked | None:
    if before is None or now is None:
        return now
    unseen = (*_missed(before, first), *now.unseen)
    return replace(now, unseen=unseen, regions=(*before.regions, *now.regions))


def _names(before: NamesLooked | None, now: NamesLooked | None, first: int) -> NamesLooked | None:
    if before is None or now is None:
        return now
    unseen = (*_missed(before, first), *now.unseen)
    found, sizes = (*before.found, *now.found), (*before.sizes, *now.sizes)
    return replace(now, unseen=unseen, found=found, sizes=sizes)


def _missed(before: FacesLooked | NamesLooked, first: int) -> tuple[int, ...]:
    """Return the pages before `first` that were not seen."""
    return tuple(page for page in before.unseen if page < first)
