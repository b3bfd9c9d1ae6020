"""From a request to one page of results, all of it computed from one view."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.errors import InvalidValue
from archive.model.search import SearchHit, SearchRequest, SearchResults
from archive.search import dates
from archive.search.grammar import Prefix, Words, parse, positive_leaves
from archive.search.matching import Matcher
from archive.search.schema import FACETS, check_facets
from archive.search.segments import Segment
from archive.search.snippets import snippet
from archive.search.suggestions import suggest
from archive.search.view import View

MAX_LIMIT = 100  # hits of a page
MAX_PAGE = 10_000
_SORTS = ("relevance", "date", "-date")
_NEVER = "9999-12-31T"  # sorts after every day


@dataclass(frozen=True, slots=True)
class _Match:
    segment: Segment
    document: int
    score: float


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
    matcher = Matcher(query, view.segments, view.statistics)
    matches = [
        _Match(segment, document, score)
        for segment in view.segments
        for document, score in matcher.scores(segment).items()
        if _passes(segment, document, request, days)
    ]
    leaves = positive_leaves(query)
    page = _page(matches, request)
    return SearchResults(
        total=len(matches),
        hits=tuple(_hit(match, leaves) for match in page),
        facets=_facets(matches),
        suggestion=suggest(request.query, query, len(matches), view),
    )


def _passes(
    segment: Segment, document: int, request: SearchRequest, days: dates.Span | None
) -> bool:
    for facet, wanted in request.facets.items():
        if segment.value(facet, document) != wanted:
            return False
    if request.language and not _speaks(segment.value("language", document), request.language):
        return False
    if days is None:
        return True
    span = dates.span(segment.value("date", document))
    return span is not None and dates.overlap(span, days)


def _speaks(tag: str, wanted: str) -> bool:
    """Basic filtering of language tags (RFC 4647, section 3.3.1): `en` takes `en-GB` in."""
    return f"{tag.lower()}-".startswith(f"{wanted.lower()}-")


def _page(matches: list[_Match], request: SearchRequest) -> list[_Match]:
    end = request.page * request.limit
    if request.sort == "relevance":
        ordered = _by_score(matches, end)
    else:
        ordered = _by_date(matches, latest_first=request.sort == "-date")
    return ordered[end - request.limit : end]


def _by_score(matches: list[_Match], count: int) -> list[_Match]:
    """Return the `count` best by score, then record; records are read where scores tie only."""
    if len(matches) > count:
        least = heapq.nlargest(count, (match.score for match in matches))[-1]
        matches = [match for match in matches if match.score >= least]
    return sorted(matches, key=lambda m: (-m.score, m.segment.record(m.document)))


def _by_date(matches: list[_Match], *, latest_first: bool) -> list[_Match]:
    """Return all by date, then record; what has no date comes last in both orders."""
    ordered = sorted(matches, key=lambda m: m.segment.record(m.document))
    ordered.sort(key=lambda m: _day(m, _NEVER if not latest_first else ""), reverse=latest_first)
    return ordered


def _day(match: _Match, missing: str) -> str:
    date = match.segment.value("date", match.document)
    return date if dates.span(date) else missing


def _facets(matches: Iterable[_Match]) -> dict[str, dict[str, int]]:
    """Return how many matches have each value, most first, then in alphabetical order."""
    by_segment: dict[Segment, list[int]] = {}
    for match in matches:
        by_segment.setdefault(match.segment, []).append(match.document)
    facets = {}
    for facet in FACETS:
        counts = Counter(_values(by_segment, facet))
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        facets[facet] = {str(value, "utf-8"): count for value, count in ordered if value}
    return facets


def _values(by_segment: dict[Segment, list[int]], facet: str) -> Iterator[bytes]:
    for segment, documents in by_segment.items():
        column = segment.column(facet)
        for document in documents:
            yield column[document]


def _hit(match: _Match, leaves: tuple[Words | Prefix, ...]) -> SearchHit:
    fields = match.segment.stored(match.document)
    return SearchHit(
        record=match.segment.record(match.document),
        title=fields["title"],
        date=match.segment.value("date", match.document) or None,
        score=match.score,
        snippet=snippet(fields["text"], leaves),
    )
