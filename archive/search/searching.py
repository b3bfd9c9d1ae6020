"""From a question to its answer, all of it computed from one view."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

import numpy as np

from archive.errors import InvalidValue, QueryTooBroad, SearchError
from archive.model.ids import RecordId
from archive.model.search import BatchRow, SearchHit, SearchRequest, SearchResults, Snippet
from archive.search import effort
from archive.search.analysis import languages_in
from archive.search.filters import Filters
from archive.search.grammar import parse
from archive.search.likeness import collapse, like
from archive.search.matching import Matches
from archive.search.ordering import SORTS, ordered
from archive.search.query import All, Expansion, Node, Words, positive_leaves
from archive.search.snippets import apart, places, snippet
from archive.search.suggestions import suggest
from archive.search.view import View

MAX_LIMIT = 100  # hits of a page
MAX_PAGE = 10_000
MAX_WITHIN = 8  # earlier queries that a search may stay within
MAX_EXPORT = 10_000  # hits of an exported list
MAX_TOP = 10  # records that a line of a batch shows
_COLLAPSED = 200  # hits, from the first, among which those nearly the same are put together
_PLACES = 500  # of a hit that are told

_Leaves: TypeAlias = "tuple[Words | Expansion, ...]"


def check_request(request: SearchRequest) -> None:
    """Refuse a request whose order or page makes no sense.

    Raises:
        InvalidValue: naming what is wrong, not its value.
    """
    if not 1 <= request.limit <= MAX_LIMIT:
        raise InvalidValue(f"The hits of a page are 1 to {MAX_LIMIT}.")
    if not 1 <= request.page <= MAX_PAGE:
        raise InvalidValue(f"The page is 1 to {MAX_PAGE}.")
    if request.sort not in SORTS:
        raise InvalidValue("The order is one of: " + ", ".join(SORTS) + ".")
    if len(request.within) > MAX_WITHIN:
        raise InvalidValue(f"A search can stay within {MAX_WITHIN} others.")


class _Found:
    """What a request matches, before it is put in order."""

    def __init__(self, view: View, request: SearchRequest) -> None:
        check_request(request)
        today = date.fromisoformat(request.today) if request.today else None
        languages = languages_in(lambda term: view.term_documents("text", term))
        nodes = [parse(q, today=today, languages=languages) for q in request.within]
        self.asked: Node | None = None
        if request.query.strip() or not request.like:
            self.asked = parse(request.query, today=today, languages=languages)
        nodes += [self.asked] if self.asked is not None else []
        own = -1
        if request.like is not None:
            node, own = like(view, request.like)
            nodes.append(node)
        self.node: Node = nodes[0] if len(nodes) == 1 else All(tuple(nodes))
        found = view.execute(self.node)
        if own >= 0:
            found = _chosen(found, found.documents != own)
        self.filters = Filters(view, request, found.documents)
        self.matches = _chosen(found, self.filters.passing())

    @property
    def total(self) -> int:
        """How many records match."""
        return len(self.matches.documents)


def _chosen(matches: Matches, mask: np.typing.NDArray[np.bool_]) -> Matches:
    return Matches(matches.documents[mask], matches.scores[mask])


def search(view: View, request: SearchRequest, *, facets: bool = True) -> SearchResults:
    """Return the page of results that `request` asks for; with `facets`, what can be chosen.

    Raises:
        QuerySyntax, QueryTooBroad: the query cannot be answered.
        InvalidValue: a filter, the order or the page makes no sense.
        RecordNotFound: the record to be like is not in the index.
        IndexTampered: a file that is read for it is not what was written.
    """
    found = _Found(view, request)
    leaves = positive_leaves(found.node)
    end = request.page * request.limit
    reach = max(end, _COLLAPSED) if request.collapse else end
    numbers = ordered(view, found.matches, request.sort, reach)
    rows = (
        _collapsed(view, found.matches, numbers)
        if request.collapse
        else [(number, ()) for number in numbers]
    )
    hits = [_hit(view, found.matches, row, leaves) for row in rows[end - request.limit : end]]
    asked = found.asked
    return SearchResults(
        total=found.total,
        hits=tuple(hits),
        facets=found.filters.counts() if facets else {},
        suggestion=suggest(request.query, asked, found.total, view) if asked else None,
    )


def _collapsed(
    view: View, matches: Matches, numbers: list[int]
) -> list[tuple[int, tuple[RecordId, ...]]]:
    number_of = {int(matches.documents[n]): n for n in numbers[:_COLLAPSED]}
    rows: list[tuple[int, tuple[RecordId, ...]]] = [
        (number_of[document], tuple(view.record(other) for other in others))
        for document, others in collapse(view, number_of)
    ]
    return rows + [(number, ()) for number in numbers[_COLLAPSED:]]


def _hit(
    view: View, matches: Matches, row: tuple[int, tuple[RecordId, ...]], leaves: _Leaves
) -> SearchHit:
    number, similar = row
    document = int(matches.documents[number])
    stored = view.stored(document)
    where = places(stored.text, leaves)
    different = apart(where)
    return SearchHit(
        record=view.record(document),
        title=stored.title,
        date=_date(view, document),
        score=float(matches.scores[number]),
        snippet=snippet(stored.text, where),
        count=len(different),
        places=tuple(place.start for place in different[:_PLACES]),
        similar=similar,
        ends=tuple(place.end for place in different[:_PLACES]),
    )


def _date(view: View, document: int) -> str | None:
    return next(iter(view.values("date", document)), None)


def _few(view: View, request: SearchRequest, hint: str) -> _Found:
    """Return what matches, unless that is more than a list may hold."""
    found = _Found(view, request)
    if found.total > MAX_EXPORT:
        raise QueryTooBroad(f"The search finds more than {MAX_EXPORT} records.", hint=hint)
    return found


def export(view: View, request: SearchRequest) -> tuple[SearchHit, ...]:
    """Return every hit of `request` in its order, without snippets; its page plays no part.

    Raises:
        QueryTooBroad: there are more than `MAX_EXPORT`.
        QuerySyntax, InvalidValue, RecordNotFound, IndexTampered: as `search`.
    """
    found = _few(view, request, "Narrow the search down by date or facet and export it in parts.")
    return tuple(
        SearchHit(
            record=view.record(document),
            title=view.stored(document).title,
            date=_date(view, document),
            score=float(found.matches.scores[number]),
            snippet=Snippet(""),
        )
        for number in ordered(view, found.matches, request.sort, max(found.total, 1))
        for document in (int(found.matches.documents[number]),)
    )


def matching(view: View, request: SearchRequest) -> tuple[RecordId, ...]:
    """Return every record that matches `request`, by id.

    Raises:
        QueryTooBroad: there are more than `MAX_EXPORT`.
        QuerySyntax, InvalidValue, RecordNotFound, IndexTampered: as `search`.
    """
    found = _few(view, request, "Narrow the search down by date or facet and save it again.")
    return tuple(sorted(view.record(int(document)) for document in found.matches.documents))


def batch(
    view: View, lines: tuple[str, ...], top: int, today: str | None = None
) -> tuple[BatchRow, ...]:
    """Return what each line finds, each a query of its own; `top` best records of each.

    A line that cannot be searched for has the code of its refusal, and the others go on.

    Raises:
        IndexTampered: a file that is read for it is not what was written.
    """
    return tuple(_batch_row(view, line, top, today, len(lines)) for line in lines)


def _batch_row(view: View, line: str, top: int, today: str | None, lines: int) -> BatchRow:
    try:
        with effort.one_of(lines):
            found = _Found(view, SearchRequest(line, today=today))
    except (SearchError, InvalidValue) as error:
        return BatchRow(line, 0, error=error.code)
    best = [int(found.matches.documents[n]) for n in ordered(view, found.matches, "relevance", top)]
    return BatchRow(line, found.total, tuple((view.record(d), view.stored(d).title) for d in best))
