"""The search page. A query is sent by POST and kept in the session, so it is in no address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import ArchiveError, InvalidValue, NotPermitted, RecordNotFound, SearchError
from archive.model.access import Action, Level
from archive.model.search import SearchRequest, SearchResults
from archive.services import access
from webui.desk import archive, field, member, session
from webui.errors import status_code
from webui.guard import needs

pages = Blueprint("search", __name__, url_prefix="/search")

PER_PAGE = 20
SORTS = {"relevance": "best match first", "date": "oldest first", "-date": "newest first"}
LEVELS = {Level.ORIGINALS: "originals", Level.READING: "released reading copies"}

Shown = str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results: the number under which its query is kept, this page and the last."""

    results: SearchResults
    number: int
    at: int
    last: int


@pages.get("")
@needs(Action.SEARCH_READING)
def ask() -> Shown:
    """Show the empty search form."""
    return _page(SearchRequest(query=""), _best_level())


@pages.post("")
@needs(Action.SEARCH_READING)
def keep() -> Response | Shown:
    """Keep a query in the session and go to its results."""
    level = _level(field("level"))
    wanted = SearchRequest(query=field("query"))
    try:
        wanted = _wanted()
    except InvalidValue as error:
        return _page(wanted, level, error=error)
    number = member().searches.add((wanted, level))
    return redirect(url_for("search.results", number=number), 303)


@pages.get("/<int:number>")
@needs(Action.SEARCH_READING)
def results(number: int) -> Shown:
    """Run a kept query and show one page of what it finds."""
    kept = member().searches.get(number)
    if kept is None:
        raise RecordNotFound
    wanted, level = kept
    at = max(1, request.args.get("page", 1, type=int))
    try:
        found = access.search(archive(), session(), replace(wanted, page=at), level)
    except (SearchError, InvalidValue) as error:
        return _page(wanted, level, error=error)
    last = max(1, -(-found.total // PER_PAGE))
    return _page(wanted, level, found=Found(found, number, at, last))


def _best_level() -> Level:
    allowed = session().allows(Action.SEARCH_ORIGINALS)
    return Level.ORIGINALS if allowed else Level.READING


def _level(text: str) -> Level:
    """Return the level that a form asks for; asking for more than is allowed finds nothing.

    Raises:
        NotPermitted: there is no such level.
    """
    if not text:
        return _best_level()
    try:
        return Level(text)
    except ValueError:
        raise NotPermitted from None


def _wanted() -> SearchRequest:
    return SearchRequest(
        query=field("query").strip(),
        date_from=_day(field("from")),
        date_to=_day(field("to")),
        language=field("language") or None,
        facets=_facets(),
        sort=field("sort") if field("sort") in SORTS else "relevance",
        limit=PER_PAGE,
    )


def _facets() -> dict[str, str]:
    """Return the chosen facets: fields `facet-NAME`, and the button `facet` of `NAME=VALUE`."""
    chosen = {
        name.removeprefix("facet-"): value
        for name, value in request.form.items()
        if name.startswith("facet-") and value
    }
    name, equals, value = field("facet").partition("=")
    if equals:
        chosen[name] = value
    return {name: value for name, value in chosen.items() if name != field("drop")}


def _day(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InvalidValue("A date is written as year-month-day, such as 1998-04-30.") from None


def _page(
    wanted: SearchRequest,
    level: Level,
    *,
    found: Found | None = None,
    error: ArchiveError | None = None,
) -> Shown:
    html = render_template(
        "search.html",
        wanted=wanted,
        level=level,
        found=found,
        error=error,
        sorts=SORTS,
        levels=LEVELS,
    )
    return html if error is None else (html, status_code(error))
