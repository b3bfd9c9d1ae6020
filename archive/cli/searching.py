"""`search` and `searches`: one question, many lines at once, lists to take away, alerts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.cli.levels import LEVEL, to_level
from archive.cli.printing import shown
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id
from archive.model.search import BatchRow, SearchHit, SearchRequest, SearchResults
from archive.services.indexes import listing
from archive.services.indexes.listing import Lines
from archive.services.printing import tables
from archive.services.reading_room import access, saved_searches

_FORMATS = (".csv", ".json")


def filters(function: Any) -> Any:
    """Add the options that make a `SearchRequest`; they come as one argument `request`."""
    options = (
        click.option("--from", "date_from", metavar="DATE", help="Not before this day."),
        click.option("--to", "date_to", metavar="DATE", help="Not after this day."),
        click.option(
            "--language",
            metavar="TAG",
            help="Only this language, by tag or name: en, en-GB, english, 영어.",
        ),
        click.option(
            "--facet",
            "facets",
            multiple=True,
            metavar="NAME=VALUE",
            help="Narrow down; several values of one name are alternatives.",
        ),
        click.option("--within", multiple=True, metavar="QUERY", help="Only what this finds too."),
        click.option("--like", metavar="RECORD", help="What has the words of this record."),
        click.option(
            "--sort",
            type=click.Choice(["relevance", "date", "-date", "title"]),
            default="relevance",
            show_default=True,
        ),
        click.option("--collapse", is_flag=True, help="Texts nearly the same under the first."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _request(query: str, options: dict[str, Any]) -> SearchRequest:
    facets: dict[str, tuple[str, ...]] = {}
    for facet in options.pop("facets"):
        name, separator, value = facet.partition("=")
        if not separator:
            raise InvalidValue("A facet is given as NAME=VALUE.")
        facets[name] = (*facets.get(name, ()), value)
    like = options.pop("like")
    return SearchRequest(
        query, like=parse_record_id(like) if like else None, facets=facets, **options
    )


@click.command()
@click.argument("query", default="")
@LEVEL
@filters
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--page", type=click.IntRange(1, 1000), default=1, show_default=True)
@click.option("--pages", is_flag=True, help="Say on which pages the words stand (originals).")
@click.option("--complete", is_flag=True, help="Complete the last word of QUERY.")
@click.option("--batch", metavar="FILE", help="Search for each line of FILE; - is stdin.")
@click.option("--top", type=click.IntRange(0, listing.MAX_TOP), default=3, show_default=True)
@click.option("-o", "--output", metavar="FILE", help="Write the whole list to FILE (.csv, .json).")
@common
@pass_door
def search(
    door: Door,
    /,
    query: str,
    level: str | None,
    pages: bool,
    complete: bool,
    batch: str | None,
    top: int,
    output: str | None,
    **options: Any,
) -> None:
    """Search for QUERY.

    Words side by side must all be there; "..." keeps words together, "..."~5 near; OR, NOT, -word
    and brackets combine; wor*, w?rd and word~1 stand for several words. Fields: title: name: date:
    year: type: language: source: tag: collection: accession:, dates as 2013, 2013-01..2014-06 or
    "last month". A name is found in all its spellings, a Korean noun with its particles.
    """
    request = _request(query, options)
    _check_output(output)
    with door.session() as (archive, session):
        if complete:
            offered = listing.complete(archive, session, query, to_level(level))
            door.emit({"completions": list(offered)}, "\n".join(map(shown, offered)))
        elif batch is not None:
            lines = Lines.parse(_read(batch))
            rows = tuple(listing.batch(archive, session, lines, to_level(level), top))
            _show_batch(door, rows, output)
        elif output is not None:
            _write_hits(door, listing.export(archive, session, request, to_level(level)), output)
        else:
            shown_too = {"pages": pages, "facets": door.settings.json}
            found = access.search(archive, session, request, to_level(level), **shown_too)
            show_results(door, found)


def _check_output(output: str | None) -> None:
    if output is not None and Path(output).suffix not in _FORMATS:
        raise InvalidValue("A list is written as CSV or JSON: end the name in .csv or .json.")


def _read(path: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InvalidValue("The list cannot be read: it must be a text file in UTF-8.") from None


def show_results(door: Door, found: SearchResults) -> None:
    """Print one page of results."""
    if found.notice:
        door.note(found.notice)
    data = {
        "total": found.total,
        "hits": [_hit(hit) for hit in found.hits],
        "facets": found.facets,
        "suggestion": found.suggestion,
        "notice": found.notice,
    }
    lines = [_line(hit) for hit in found.hits]
    if found.suggestion:
        lines.append(f"Did you mean {shown(found.suggestion)}?")
    lines.append(f"{found.total} found." if found.total else "Nothing found.")
    door.emit(data, "\n".join(lines))


def _hit(hit: SearchHit) -> dict[str, Any]:
    return {
        "record": hit.record,
        "title": hit.title,
        "date": hit.date,
        "score": round(hit.score, 6),
        "snippet": hit.snippet.text,
        "start": hit.snippet.start,
        "marks": [list(mark) for mark in hit.snippet.hits],
        "count": hit.count,
        "pages": {str(page): count for page, count in hit.pages.items()},
        "similar": list(hit.similar),
    }


def _line(hit: SearchHit) -> str:
    line = f"{hit.record}  {hit.date or '':10}  {hit.title}"
    more = [f"{hit.count} times"] if hit.count > 1 else []
    more += [f"page {page} ({count})" for page, count in hit.pages.items()]
    more += [f"{len(hit.similar)} nearly the same"] if hit.similar else []
    after = f"\n    [{', '.join(more)}]" if more else ""
    return f"{line}\n    {' '.join(hit.snippet.text.split())}{after}"


def _show_batch(door: Door, rows: tuple[BatchRow, ...], output: str | None) -> None:
    if output is not None:
        body = [asdict(row) for row in rows]
        _write(output, tables.batch_table(rows), body)
        door.emit(
            {"path": output, "lines": len(rows)}, f"{_many(rows, 'line')} written to {output}."
        )
        return
    for row in rows:
        best = "; ".join(title for _, title in row.top)
        door.emit(asdict(row), f"{row.total:7}  {shown(row.line)}  {row.error or best}".rstrip())


def _write_hits(door: Door, hits: tuple[SearchHit, ...], output: str) -> None:
    keys = ("record", "title", "date", "score")
    body = [{key: value for key, value in _hit(hit).items() if key in keys} for hit in hits]
    _write(output, tables.hits_table(hits), body)
    door.emit(
        {"path": output, "records": len(hits)}, f"{_many(hits, 'record')} written to {output}."
    )


def _many(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _write(output: str, table: str, body: list[dict[str, Any]]) -> None:
    text = table if output.endswith(".csv") else json.dumps(body, ensure_ascii=False, indent=1)
    with new_file(output) as out:
        out.write(text.encode())


@click.group()
def searches() -> None:
    """Keep searches under names; be told what is new. They are sealed to you alone."""


@searches.command("save")
@click.argument("name")
@click.argument("query", default="")
@LEVEL
@filters
@common
@pass_door
def save_search(door: Door, /, name: str, query: str, level: str | None, **options: Any) -> None:
    """Save QUERY and its filters as NAME; what it finds now counts as known."""
    request = _request(query, options)
    with door.session() as (archive, session):
        made = saved_searches.save(archive, session, name, request, to_level(level))
    data = {"name": made.name, "known": len(made.known)}
    door.emit(data, f"Saved; it finds {_many(made.known, 'record')} now.")


@searches.command("list")
@common
@pass_door
def list_searches(door: Door) -> None:
    """List your saved searches."""
    with door.session() as (archive, session):
        found = saved_searches.saved(archive, session)
    for one in found:
        data = {"name": one.name, "query": one.request.query, "level": one.level.value}
        door.emit(data, f"{one.name}  {shown(one.request.query)}")


@searches.command("run")
@click.argument("name")
@click.option("--page", type=click.IntRange(1, 1000), default=1, show_default=True)
@common
@pass_door
def run_search(door: Door, name: str, page: int) -> None:
    """Run a saved search; what it finds is known from now on."""
    with door.session() as (archive, session):
        _, found = saved_searches.run(archive, session, name, page)
    show_results(door, found)


@searches.command("new")
@common
@pass_door
def new_searches(door: Door) -> None:
    """Say for each saved search how many records are new since it was last run."""
    with door.session() as (archive, session):
        found = saved_searches.alerts(archive, session)
    for one in found:
        told = f"{one.new:5} new of {one.total:5}" if one.error is None else f"{one.error:18}"
        door.emit(asdict(one), f"{told}  {one.name}")


@searches.command("delete")
@click.argument("name")
@common
@pass_door
def delete_search(door: Door, name: str) -> None:
    """Delete a saved search."""
    with door.session() as (archive, session):
        saved_searches.delete(archive, session, name)
    door.emit({"name": name}, "Deleted.")
