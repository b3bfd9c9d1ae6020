"""The search page. A query is sent by POST and kept in the session, so it is in no address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import ArchiveError, InvalidValue, NotPermitted, RecordNotFound, SearchError
from archive.model.access import Action, Level
from archive.model.ids import RecordId, parse_record_id
from archive.model.search import SearchRequest, SearchResults
from archive.services.indexes import listing
from archive.services.reading_room import access
from webui.desk import archive, field, member, page_asked, session
from webui.errors import status_code
from webui.guard import needs
from webui.histogram import Histogram, histogram, part_of
from webui.wording import lazy, say

pages = Blueprint("search", __name__, url_prefix="/search")

PER_PAGE = 20
SORTS = {
    "relevance": lazy("best match first"),
    "date": lazy("oldest first"),
    "-date": lazy("newest first"),
    "title": lazy("by title"),
}
LEVELS = {Level.ORIGINALS: lazy("originals"), Level.READING: lazy("released reading copies")}
FACETS = {
    "type": lazy("Type"),
    "language": lazy("Language"),
    "source": lazy("Source"),
    "accession": lazy("Accession"),
    "tag": lazy("Tag"),
    "year": lazy("Year"),
    "month": lazy("Month"),
}
"""The facets in the order of the page, with what they are called."""

SHOWN = 12  # values of a facet that are shown unfolded

Shown = str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results: the number under which its query is kept, this page and the last.

    `part_of` is the year of which the search asks for a part.
    """

    results: SearchResults
    number: int
    at: int
    last: int
    histogram: Histogram
    part_of: int | None


@pages.get("")
@needs(Action.SEARCH_READING)
def ask() -> Shown:
    """Show the empty search form."""
    return _page(SearchRequest(query=""), best_level())


@pages.post("")
@needs(Action.SEARCH_READING)
def keep() -> Response | Shown:
    """Keep a query in the session and go to its results; or offer to complete its last word."""
    level = level_of(field("level"))
    wanted = SearchRequest(query=field("query"))
    try:
        wanted = _wanted()
        if field("complete"):
            offered = listing.complete(archive(), session(), wanted.query, level)
            return _page(wanted, level, completions=offered)
    except (SearchError, InvalidValue) as error:
        return _page(wanted, level, error=error)
    return redirect(url_for("search.results", number=kept(wanted, level)), 303)


def kept(wanted: SearchRequest, level: Level) -> int:
    """Keep a search in the session and return its number."""
    return member().searches.add((wanted, level))


@pages.get("/<int:number>")
@needs(Action.SEARCH_READING)
def results(number: int) -> Shown:
    """Run a kept query and show one page of what it finds."""
    wanted, level = recalled(number)
    at = page_asked()
    try:
        found = access.search(archive(), session(), replace(wanted, page=at), level, pages=True)
    except (SearchError, InvalidValue) as error:
        return _page(wanted, level, error=error)
    last = max(1, -(-found.total // PER_PAGE))
    years = wanted.facets.get("year", ())
    drawn = histogram(found.facets, years[0] if len(years) == 1 else None)
    part = part_of(wanted.date_from, wanted.date_to)
    return _page(wanted, level, found=Found(found, number, at, last, drawn, part))


def recalled(number: int) -> tuple[SearchRequest, Level]:
    """Return the search that the session keeps under a number.

    Raises:
        RecordNotFound: there is none any more.
    """
    found = member().searches.get(number)
    if found is None:
        raise RecordNotFound
    return found


def best_level() -> Level:
    """Return the highest level that the member may search."""
    allowed = session().allows(Action.SEARCH_ORIGINALS)
    return Level.ORIGINALS if allowed else Level.READING


def level_of(text: str) -> Level:
    """Return the level that a form asks for; asking for more than is allowed finds nothing.

    Raises:
        NotPermitted: there is no such level.
    """
    if not text:
        return best_level()
    try:
        return Level(text)
    except ValueError:
        raise NotPermitted from None


def _wanted() -> SearchRequest:
    first, last = _days()
    return SearchRequest(
        query=field("query").strip(),
        within=tuple(filter(None, request.form.getlist("within"))),
        like=_record(field("like")),
        date_from=first,
        date_to=last,
        language=field("language") or None,
        facets=_facets(request.form.getlist("facet"), field("drop")),
        sort=field("sort") if field("sort") in SORTS else "relevance",
        collapse=bool(field("collapse")),
        limit=PER_PAGE,
    )


def _facets(given: Sequence[str], dropped: str) -> dict[str, tuple[str, ...]]:
    """Return the chosen facets: fields `facet` of `NAME=VALUE`, without the one in `drop`."""
    chosen: dict[str, tuple[str, ...]] = {}
    for one in dict.fromkeys(given):
        name, equals, value = one.partition("=")
        if equals and value and one != dropped:
            chosen[name] = (*chosen.get(name, ()), value)
    return chosen


def _days() -> tuple[str | None, str | None]:
    """Return the first and the last day: those of a bar that was pressed, else the typed ones."""
    first, dots, last = field("span").partition("..")
    return (day_of(first), day_of(last)) if dots else (day_of(field("from")), day_of(field("to")))


def _record(text: str) -> RecordId | None:
    return parse_record_id(text) if text else None


def day_of(text: str) -> str | None:
    """Return the day that a form names, as ISO 8601 writes it; `None` for nothing.

    Raises:
        InvalidValue: it is no day.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InvalidValue(
            say("A date is written as year-month-day, such as 1998-04-30.")
        ) from None


def _page(
    wanted: SearchRequest,
    level: Level,
    *,
    found: Found | None = None,
    completions: tuple[str, ...] | None = None,
    error: ArchiveError | None = None,
) -> Shown:
    html = render_template(
        "search.html",
        wanted=wanted,
        completions=completions,
        level=level,
        found=found,
        error=error,
        sorts=SORTS,
        levels=LEVELS,
        facets=FACETS,
        shown=SHOWN,
    )
    return html if error is None else (html, status_code(error))
