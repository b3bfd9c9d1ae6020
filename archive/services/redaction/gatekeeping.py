"""What the release gate looks at beside the words of a copy: what a search finds, and its twins.

A report holds places, never words. A place of the field `index` is where the search engine leads
somebody who asks for a registered form; one of `twin:RECORD` is where a released near-duplicate
shows what this plan hides.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence

from archive.errors import IntegrityError, RecordNotFound, SearchError
from archive.extraction import Sandbox
from archive.model.ids import SourceRef
from archive.model.redaction import Leak, ReadingCopy, RedactionPlan
from archive.model.search import IndexDocument, SearchHit, SearchRequest
from archive.model.sources import Registered, SourceForms
from archive.redaction import SourceMatcher, leaks, said, stem_alone
from archive.search import SearchIndex
from archive.services.indexes.near_duplicates import near_record
from archive.services.parts import Archive
from archive.services.reading import released_copy
from archive.services.redaction.copies import MadeCopy, all_leaks
from archive.services.redaction.pages import Progress, silent
from archive.services.redaction.plans import Desk, blank_plan
from archive.services.redaction.sightings import names_at
from archive.services.register import all_sources, matcher
from archive.services.session import Session

_TITLE_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = 3  # letters and digits; fewer are in any text
_LONGEST = 200  # code points of a hidden stretch that is looked for


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
    found = (*found, *_beside(found, _drawn(archive, session, sandbox, desk, made)))
    if found:
        return found
    return (
        *asked(archive, made.copy, register),
        *twins(archive, session, blank_plan(desk), desk.text.text),
    )


def _drawn(
    archive: Archive, session: Session, sandbox: Sandbox, desk: Desk, made: MadeCopy
) -> tuple[Leak, ...]:
    """Return what proposals would hide in pictures: small letters are read at their resolution."""
    if made.pdf is None:
        return ()
    names = names_at(archive, session, sandbox, desk)
    return () if names is None else names.leaks(blank_plan(desk), desk.text)


def _beside(found: Sequence[Leak], more: Iterable[Leak]) -> Iterator[Leak]:
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


def twins(archive: Archive, session: Session, plan: RedactionPlan, text: str) -> tuple[Leak, ...]:
    """Return where released near-duplicates of a record show what its plan hides.

    A near-duplicate shares half of the shingles of the original texts or more.
    """
    hidden = {text[one.start : one.end].strip(): one.source for one in plan.redactions}
    words = [word for word in hidden if _tells(word)]
    if not words:
        return ()
    forms = [SourceForms(SourceRef(str(n)), (word,)) for n, word in enumerate(words)]
    finder = SourceMatcher(forms, derive=False)
    found = []
    for near in near_record(archive, session, plan.record):
        try:
            with archive.catalog.read() as snapshot:
                twin = released_copy(session, snapshot, near.record)
        except (RecordNotFound, IntegrityError):
            continue
        found += [
            Leak(f"twin:{near.record}", one.start, one.end, hidden[words[int(one.source)]])
            for one in leaks(twin, finder)
            if one.source is not None
        ]
    return tuple(found)


def _tells(word: str) -> bool:
    return sum(map(str.isalnum, word)) >= _LETTERS and len(word) <= _LONGEST
