"""What a search gives to take away or to come back to: exports, batches, saved searches."""

from __future__ import annotations

import json
from dataclasses import asdict

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug import Response as AnyResponse

from archive.errors import ArchiveError, InvalidInput, SearchError
from archive.model.access import Action, Level
from archive.services.indexes import listing
from archive.services.indexes.listing import Lines
from archive.services.printing import tables
from archive.services.reading_room import saved_searches
from webui.desk import archive, field, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.headers import FILE_POLICY
from webui.news import recount
from webui.pages.search import LEVELS, best_level, kept, level_of, recalled
from webui.wording import say

pages = Blueprint("lists", __name__, url_prefix="/search")

Shown = str | tuple[str, int]


@pages.post("/<int:number>/export")
@needs(Action.SEARCH_READING)
def export(number: int) -> Response:
    """Hand out the whole list of a search as CSV or JSON."""
    wanted, level = recalled(number)
    hits = listing.export(archive(), session(), wanted, level)
    if field("format") == "json":
        keys = ("record", "title", "date", "score")
        body = json.dumps([{k: asdict(hit)[k] for k in keys} for hit in hits], ensure_ascii=False)
        return _file(body, "application/json", "json")
    return _file(tables.hits_table(hits), "text/csv", "csv")


def _file(body: str, media_type: str, ending: str) -> Response:
    response = Response(body.encode(), mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="search.{ending}"'
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@pages.get("/batch")
@needs(Action.SEARCH_READING)
def batch_form() -> Shown:
    """Show the form for many lines."""
    return _batch_page(best_level())


@pages.post("/batch")
@needs(Action.SEARCH_READING)
def batch() -> Response | Shown:
    """Search for each pasted line; show a table, or hand it out as CSV."""
    level = level_of(field("level"))
    try:
        lines = Lines.parse(field("lines"))
        rows = tuple(listing.batch(archive(), session(), lines, level))
    except (SearchError, InvalidInput) as error:
        return _batch_page(level, error=error)
    if field("format") == "csv":
        return _file(tables.batch_table(rows), "text/csv", "csv")
    return _batch_page(level, rows=rows)


def _batch_page(
    level: Level, rows: tuple[object, ...] | None = None, error: ArchiveError | None = None
) -> Shown:
    html = render_template(
        "batch.html",
        rows=rows,
        error=error,
        lines=field("lines"),
        levels=LEVELS,
        level=level,
        most=listing.MAX_LINES,
    )
    return html if error is None else (html, status_code(error))


@pages.get("/saved")
@needs(Action.SEARCH_READING)
def saved() -> Shown:
    """List the member's saved searches."""
    return _saved_page()


@pages.post("/saved")
@needs(Action.SEARCH_READING)
def saved_act() -> AnyResponse | Shown:
    """Say what is new, run a saved search, or delete one."""
    name = field("name")
    if field("act") == "run":
        one, _ = saved_searches.run(archive(), session(), name)
        return redirect(url_for("search.results", number=kept(one.request, one.level)), 303)
    if field("act") == "delete":
        saved_searches.delete(archive(), session(), name)
        notice(say("The saved search is deleted."))
        return redirect(url_for("lists.saved"), 303)
    recount()
    return _saved_page()


@pages.post("/<int:number>/save")
@needs(Action.SEARCH_READING)
def save(number: int) -> AnyResponse:
    """Save a search under a name."""
    wanted, level = recalled(number)
    saved_searches.save(archive(), session(), field("name"), wanted, level)
    notice(say("The search is saved."))
    return redirect(url_for("lists.saved"), 303)


def _saved_page() -> Shown:
    return render_template(
        "saved.html", searches=saved_searches.saved(archive(), session()), levels=LEVELS
    )
