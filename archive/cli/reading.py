"""`search`, `records`, `show` and `get`: finding and reading at one's own clearance."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from typing import Any

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.errors import InvalidValue
from archive.model.access import Level
from archive.model.ids import parse_record_id
from archive.model.search import SearchHit, SearchRequest
from archive.services import access
from archive.services.access import RecordView

LEVEL = click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    help="Which view; by default the highest that is open to you.",
)


def _level(value: str | None) -> Level | None:
    return Level(value) if value else None


@click.command()
@click.argument("query")
@LEVEL
@click.option("--from", "date_from", metavar="DATE", help="Not before this day (YYYY-MM-DD).")
@click.option("--to", "date_to", metavar="DATE", help="Not after this day (YYYY-MM-DD).")
@click.option("--language", metavar="TAG", help="Only this language (BCP 47).")
@click.option("--facet", "facets", multiple=True, metavar="NAME=VALUE", help="Narrow down.")
@click.option("--sort", type=click.Choice(["relevance", "date", "-date"]), default="relevance")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--page", type=click.IntRange(1, 1000), default=1, show_default=True)
@common
@pass_door
def search(
    door: Door,
    query: str,
    level: str | None,
    date_from: str | None,
    date_to: str | None,
    language: str | None,
    facets: tuple[str, ...],
    sort: str,
    limit: int,
    page: int,
) -> None:
    """Search for QUERY: words, "phrases", AND, OR, NOT, (groups), word*."""
    request = SearchRequest(
        query=query,
        date_from=date_from,
        date_to=date_to,
        language=language,
        facets=dict(_pair(facet) for facet in facets),
        sort=sort,
        limit=limit,
        page=page,
    )
    with door.session() as (archive, session):
        found = access.search(archive, session, request, _level(level))
    data = {
        "total": found.total,
        "hits": [_hit(hit) for hit in found.hits],
        "facets": found.facets,
        "suggestion": found.suggestion,
    }
    lines = [_line(hit) for hit in found.hits]
    if not found.hits:
        lines = [
            "Nothing found." + (f" Did you mean {found.suggestion}?" if found.suggestion else "")
        ]
    else:
        lines.append(f"{found.total} found.")
    door.emit(data, "\n".join(lines))


def _pair(facet: str) -> tuple[str, str]:
    name, separator, value = facet.partition("=")
    if not separator:
        raise InvalidValue("A facet is given as NAME=VALUE.")
    return name, value


def _hit(hit: SearchHit) -> dict[str, Any]:
    return {
        "record": hit.record,
        "title": hit.title,
        "date": hit.date,
        "score": round(hit.score, 6),
        "snippet": hit.snippet.text,
        "marks": [list(mark) for mark in hit.snippet.hits],
    }


def _line(hit: SearchHit) -> str:
    return (
        f"{hit.record}  {hit.date or '':10}  {hit.title}\n    {' '.join(hit.snippet.text.split())}"
    )


@click.command()
@LEVEL
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@common
@pass_door
def records(door: Door, level: str | None, limit: int, page: int) -> None:
    """List records, newest first; a researcher's list holds what was released."""
    with door.session() as (archive, session):
        found = access.records(archive, session, level=_level(level), page=page, limit=limit)
    for one in found.items:
        state = "released" if one.released else one.plan_state or one.outcome
        door.emit(asdict(one), f"{one.record}  {state:10}  {one.title}")
    if not found.items:
        door.note("There are no records yet.")


@click.command()
@click.argument("record")
@LEVEL
@click.option("--text", "text_only", is_flag=True, help="Print the text and nothing else.")
@click.option("--version", type=click.IntRange(1), help="An older version of the text.")
@common
@pass_door
def show(door: Door, record: str, level: str | None, text_only: bool, version: int | None) -> None:
    """Show a record at your clearance. It is in the ledger before it is opened."""
    with door.session() as (archive, session):
        view = access.show(archive, session, parse_record_id(record), _level(level), version)
    data = asdict(view)
    data["redactions"] = [
        {"start": r.start, "end": r.end, "reason": r.reason.value, "method": r.method.value}
        for r in view.redactions
    ]
    lines = [] if text_only else [*_head(view), ""]
    near = [f"similar to {one.record} ({one.percent} %)" for one in view.near]
    after = [] if text_only or not near else ["", *near]
    door.emit(data, "\n".join([*lines, view.text, *after]))


def _head(view: RecordView) -> list[str]:
    lines = [view.title, f"{view.reference}  {view.date or ''}".rstrip()]
    if view.reader is not None:
        lines.append(f"text {view.text_version} of {view.texts}, read by {view.reader}")
    return lines


@click.command()
@click.argument("record")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to; - for stdout.")
@common
@pass_door
def get(door: Door, record: str, output: str) -> None:
    """Write the original file of a record, in clear, to FILE (a new file)."""
    with door.session() as (archive, session):
        found = access.original(archive, session, parse_record_id(record))
        with found.stream as stream:
            if output == "-":
                shutil.copyfileobj(stream, sys.stdout.buffer)
                return
            with new_file(output) as out:
                shutil.copyfileobj(stream, out)
    door.emit({"record": record, "path": output, "size": found.size}, f"Written to {output}.")
