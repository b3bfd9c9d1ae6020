"""What adds up with the hidden places of one copy: those of other copies that are out.

A pseudonym says that two copies hide one person. Of each source no more than one place is drawn,
over everything that is released at one time; the pages of every further copy are set anew.
"""

from __future__ import annotations

from archive.model.access import Level
from archive.model.ids import RecordId, SourceRef
from archive.model.search import SearchRequest
from archive.redaction import label_of
from archive.redaction.pages import telling
from archive.search import wire
from archive.services.indexes.finding import ask
from archive.services.parts import Archive
from archive.services.redaction.pages import Drawing, effective
from archive.services.redaction.plans import Desk, blank_plan
from archive.services.session import Session


def drawing_of(
    archive: Archive, session: Session, desk: Desk, *, insisted: bool = False
) -> Drawing:
    """Return whether a record's pages may be drawn; a submitted copy stays as it is.

    Raises:
        NotPermitted: the session holds no identity of `reading`.
    """
    pages = desk.stored.copy.pages if desk.stored and desk.stored.copy else None
    plan = effective(blank_plan(desk), desk.text)
    labels = [span.label for _, span in telling(desk.text, plan.redactions)]
    if pages is not None and pages.is_anew:
        return Drawing(frozenset(labels))
    chosen = pages.insisted if pages is not None else insisted
    alone = labels[0] if len(set(labels)) == 1 else ""
    sources = {one.source for one in plan.redactions if one.source is not None}
    linked = (one for one in sources if label_of(one) == alone)
    found = any(_is_elsewhere(archive, session, plan.record, one) for one in linked)
    return Drawing(frozenset({alone} if found else ()), chosen)


def _is_elsewhere(archive: Archive, session: Session, record: RecordId, source: SourceRef) -> bool:
    """Return whether another released copy carries a pseudonym, as the reading index knows them."""
    request = SearchRequest("source", facets={"source": (source,)}, limit=2)
    question = {"act": "search", "request": wire.encode_request(request)}
    answer = ask(archive, session, Level.READING, question).value
    hits = wire.decode_results(answer).hits if answer is not None else ()
    return any(hit.record != record for hit in hits)
