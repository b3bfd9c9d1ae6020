"""From a request to one page of results, all of it computed from one view."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable

from archive.errors import InvalidValue
from archive.model.ids import RecordId
from archive.model.search import SearchHit, SearchRequest, SearchResults
from archive.search import dates
from archive.search.grammar import parse
from archive.search.matching import Matcher
from archive.search.query import Expansion, Words, positive_leaves
from archive.search.schema import FACETS, check_facets
from archive.search.segments import Segment
from archive.search.snippets import snippet
from archive.search.suggestions import suggest
from archive.search.view import View

MAX_LIMIT = 100  # hits of a page
MAX_PAGE = 10_000
_SORTS = ("relevance", "date", "-date")
_NEVER = "9999-12-31T"  # sorts after every day


_Match = tuple[float, Segment, int]
"""Score, segment, document."""


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
    matches: list[_Match] = []
    facets: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    for segment in view.segments:
        found = matcher.scores(segment)
        if days or request.language or request.facets:
            found = {d: s for d, s in found.items() if _passes(segment, d, request, days)}
        matches += [(score, segment, document) for document, score in found.items()]
        _count(facets, segment, found)
    leaves = positive_leaves(query)
    return SearchResults(
        total=len(matches),
        hits=tuple(_hit(match, leaves) for match in _page(matches, request)),
        facets={facet: _ordered(counts) for facet, counts in facets.items()},
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


def _record(match: _Match) -> RecordId:
    return match[1].record(match[2])


def _by_score(matches: list[_Match], count: int) -> list[_Match]:
    """Return the `count` best by score, then record; records are read where scores tie only."""
    if len(matches) > count:
        least = heapq.nlargest(count, (score for score, _, _ in matches))[-1]
        matches = [match for match in matches if match[0] >= least]
    return sorted(matches, key=lambda match: (-match[0], _record(match)))


def _by_date(matches: list[_Match], *, latest_first: bool) -> list[_Match]:
    """Return all by date, then record; what has no date comes last in both orders."""
    missing = "" if latest_first else _NEVER
    ordered = sorted(matches, key=_record)
    ordered.sort(key=lambda match: _day(match) or missing, reverse=latest_first)
    return ordered


def _day(match: _Match) -> str | None:
    date = match[1].value("date", match[2])
    return date if dates.span(date) else None


def _count(facets: dict[str, Counter[str]], segment: Segment, documents: Iterable[int]) -> None:
    for facet, counts in facets.items():
        which, values = segment.facet(facet)
        for number, count in Counter(map(which.__getitem__, documents)).items():
            counts[values[number]] += count


def _ordered(counts: Counter[str]) -> dict[str, int]:
    """Return counts of values, most first, then in alphabetical order."""
    return dict(sorted(((v, n) for v, n in counts.items() if v), key=lambda i: (-i[1], i[0])))


def _hit(match: _Match, leaves: tuple[Words | Expansion, ...]) -> SearchHit:
    score, segment, document = match
    fields = segment.stored(document)
    return SearchHit(
        record=segment.record(document),
        title=fields["title"],
        date=segment.value("date", document) or None,
        score=score,
        snippet=snippet(fields["text"], leaves),
    )
