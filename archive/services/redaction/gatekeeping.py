"""What the release gate looks at beside the words of a copy: what a search finds, and its twins.

A report holds places, never words. A place of the field `index` is where the search engine leads
somebody who asks for a registered form; one of `twin:RECORD` is where a released near-duplicate
shows what this plan hides, one of `hidden-in:RECORD` where this copy shows what that one's hides.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence

from archive.errors import PageNotRebuilt, SearchError
from archive.extraction import Sandbox
from archive.model.redaction import Leak, ReadingCopy
from archive.model.search import IndexDocument, SearchHit, SearchRequest
from archive.model.sources import Registered
from archive.redaction import said, stem_alone
from archive.redaction.pages import lay_out
from archive.search import SearchIndex
from archive.services.indexes.near_duplicates import near_records
from archive.services.parts import Archive
from archive.services.redaction.copies import MadeCopy, all_leaks
from archive.services.redaction.pages import Progress, picture_of, runs_of, silent
from archive.services.redaction.plans import Desk, blank_plan
from archive.services.redaction.sightings import names_at
from archive.services.redaction.twins import twins
from archive.services.register import all_sources, matcher
from archive.services.session import Session

_TITLE_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = 3  # of a stem
_LOOK = 72  # dots per inch, to learn the size of a page


def gate(
    archive: Archive,
    session: Session,
    sandbox: Sandbox,
    desk: Desk,
    made: MadeCopy,
    progress: Progress = silent,
) -> tuple[Leak, ...]:
    """Return every place by which a reading copy or its pages would betray what it hides.

    Raises:
        NotPermitted: the session holds no identity of `originals` or `reading`.
        PageNotRebuilt: the pages cannot be looked at.
        DiskFull, WriteFailed: there was no room for an index of this one copy.
    """
    register = all_sources(archive, session)
    found = all_leaks(sandbox, made, matcher(archive, session), progress)
    found = (*found, *beside(found, drawn(archive, session, sandbox, desk, made.copy)))
    if found:
        return found
    nearest = near_records(archive, session)
    return (
        *asked(archive, made.copy, register),
        *twins(archive, session, blank_plan(desk), desk.text.text, made.copy, nearest),
    )


def drawn(
    archive: Archive, session: Session, sandbox: Sandbox, desk: Desk, copy: ReadingCopy
) -> tuple[Leak, ...]:
    """Return what proposals would hide in pictures: small letters are read at their resolution.

    Raises:
        PageNotRebuilt: a page cannot be looked at, and the plan does not hide all of it.
        StorageError, IntegrityError: the original cannot be read.
    """
    if copy.pages is None:
        return ()
    pages = frozenset(copy.pages.drawn)
    if not pages:
        return ()
    names = names_at(archive, session, sandbox, desk, pages=pages, first=min(pages))
    if names is None:
        return ()
    plan = blank_plan(desk)
    layout = lay_out(desk.text, plan.redactions, plan.regions)
    for number in sorted(pages - names.looked):
        _, picture = picture_of(archive, sandbox, desk.opened, number, _LOOK)
        if not layout.is_covered(number, picture.width, picture.height):
            message = f"Page {number + 1} cannot be looked at."
            raise PageNotRebuilt(message, page=number + 1)
    return tuple(leak for leak in names.leaks(plan, desk.text) if leak.page in pages)


def is_told_by_lines(desk: Desk, copy: ReadingCopy) -> bool:
    """Return whether a copy has pages drawn that an earlier version did not set anew."""
    pages = copy.pages
    if pages is None or pages.insisted or pages.is_anew:
        return False
    return bool(runs_of(desk.text, blank_plan(desk)))


def beside(found: Sequence[Leak], more: Iterable[Leak]) -> Iterator[Leak]:
    """Yield leaks that the box of none before them meets on its page."""
    for leak in more:
        if not any(_meet(one, leak) for one in found):
            yield leak


def _meet(one: Leak, other: Leak) -> bool:
    if one.box is None or other.box is None or one.source != other.source:
        return False
    return one.page == other.page and one.box.meets(other.box)


def question(form: str) -> str:
    """Return the query of somebody who knows a registered form: the phrase."""
    return '"' + " ".join(form.replace('"', " ").split()) + '"'


def asked(archive: Archive, copy: ReadingCopy, register: Iterable[Registered]) -> tuple[Leak, ...]:
    """Ask an index of this one copy every registered form, as a researcher would.

    The index is sealed under a key that is thrown away; its words are those of the copy without
    the markers. The same engine answers that will answer researchers.
    """
    from archive.search import WhooshIndex  # noqa: PLC0415 - NumPy and its like take 0.2 s

    document = IndexDocument(copy.record, said(copy.title), said(copy.text, copy.markers))
    index = WhooshIndex.create(archive.folder.index, archive.random(32), random=archive.random)
    folder = archive.folder.index / index.state.index_id
    try:
        index.update([document], [])
        return tuple(_answers(index, register, document))
    finally:
        index.close()
        shutil.rmtree(folder, ignore_errors=True)


def _answers(
    index: SearchIndex, register: Iterable[Registered], document: IndexDocument
) -> Iterator[Leak]:
    for source in register:
        for form in source.forms:
            for hit in _hits(index, form):
                for place in betraying(form, hit, document.title, document.text):
                    yield Leak("index", place, place, source.source)


def betraying(form: str, hit: SearchHit, title: str, text: str) -> tuple[int, ...]:
    """Return the places of a hit that tell something of a form: not everyday words of its stem.

    Place 0 stands for the title.
    """
    if hit.places:
        return tuple(place for place in hit.places if not stem_alone(form, text, place))
    starts = (word.start() for word in _TITLE_WORD.finditer(title))
    stem = form.casefold()[:_LETTERS]
    alike = [at for at in starts if title[at:].casefold().startswith(stem)]
    return () if alike and all(stem_alone(form, title, at) for at in alike) else (0,)


def _hits(index: SearchIndex, form: str) -> Sequence[SearchHit]:
    try:
        return index.search(SearchRequest(question(form))).hits
    except SearchError:
        return ()
