"""From a request to one page of results, all of it computed from one view."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from archive.errors import InvalidValue
from archive.model.search import SearchHit, SearchRequest, SearchResults
from archive.search import dates
from archive.search.grammar import parse
from archive.search.query import Expansion, Words, positive_leaves
from archive.search.schema import FACETS, check_facets
from archive.search.snippets import snippet
from archive.search.suggestions import suggest
from archive.search.view import Matches, View

MAX_LIMIT = 100  # hits of a page
MAX_PAGE = 10_000
_SORTS = ("relevance", "date", "-date")


def check_request(request: SearchRequest) -> None:
    """Refuse a request whose filters, order or page make no sense.

    Raises:
        InvalidValue: naming what is wrong, not its value.
    """
    if not 1 <= request.limit <= MAX_LIMIT:
        raise InvalidValue(f"The hits of a page are 1 to {MAX_LIMIT}.")
    if not 1 <= request.page <= MAX_PAGE:
        raise InvalidValue(f"The page is 1 to {MAX_PAGE}.")
    if request.sort not in _SORTS:
        raise InvalidValue("The order is one of: " + ", ".join(_SORTS) + ".")
    check_facets(request.facets)


def search(view: View, request: SearchRequest) -> SearchResults:
    """Return the page of results that `request` asks for.

    Raises:
        QuerySyntax, QueryTooBroad: the query cannot be answered.
        InvalidValue: a filter, the order or the page makes no sense.
        IndexTampered: a file that is read for it is not what was written.
    """
    check_request(request)
    days = dates.bounds(request.date_from, request.date_to)
    query = parse(request.query)
    matches = view.execute(query)
    keep = _passing(view, request, days)[matches.documents]
    matches = Matches(matches.documents[keep], matches.scores[keep])
    leaves = positive_leaves(query)
    return SearchResults(
        total=len(matches.documents),
        hits=tuple(_hit(view, matches, place, leaves) for place in _page(view, matches, request)),
        facets={facet: _counts(view, facet, matches) for facet in FACETS},
        suggestion=suggest(request.query, query, len(matches.documents), view),
    )


def _passing(view: View, request: SearchRequest, days: dates.Span | None) -> NDArray[np.bool_]:
    passing = np.ones(view.documents, np.bool_)
    for facet, wanted in request.facets.items():
        values = view.column(facet).values
        passing &= view.column(facet).matching([n for n, v in enumerate(values) if v == wanted])
    if request.language:
        tags = view.column("language")
        wanted_tags = [n for n, v in enumerate(tags.values) if _speaks(v, request.language)]
        passing &= tags.matching(wanted_tags)
    if days is not None:
        first, last = view.dates
        low, high = (date.fromisoformat(day).toordinal() for day in days)
        passing &= (first >= 0) & (first <= high) & (last >= low)
    return passing


def _speaks(tag: str, wanted: str) -> bool:
    """Basic filtering of language tags (RFC 4647, section 3.3.1): `en` takes `en-GB` in."""
    return f"{tag.lower()}-".startswith(f"{wanted.lower()}-")


def _page(view: View, matches: Matches, request: SearchRequest) -> list[int]:
    end = request.page * request.limit
    if request.sort == "relevance":
        ordered = view.best(matches, end)
    else:
        first, last = (part[matches.documents].astype(np.int64) for part in view.dates)
        begins, ends = (first, last) if request.sort == "date" else (-first, -last)
        records = view.records(matches.documents)
        ordered = np.lexsort((records["low"], records["high"], ends, begins, first < 0))[:end]
    places: list[int] = ordered[end - request.limit :].tolist()
    return places


def _counts(view: View, facet: str, matches: Matches) -> dict[str, int]:
    """Return counts of values, most first, then in alphabetical order."""
    column = view.column(facet)
    counts = zip(column.values, column.counts(matches.documents).tolist(), strict=True)
    return dict(sorted(((v, n) for v, n in counts if v and n), key=lambda i: (-i[1], i[0])))


def _hit(
    view: View, matches: Matches, place: int, leaves: tuple[Words | Expansion, ...]
) -> SearchHit:
    document = int(matches.documents[place])
    stored = view.stored(document)
    return SearchHit(
        record=view.record(document),
        title=stored.title,
        date=next(iter(view.column("date").of(document)), None),
        score=float(matches.scores[place]),
        snippet=snippet(stored.text, leaves),
    )
