"""Searching and reading at the token's scope."""

from __future__ import annotations

from typing import cast
from uuid import UUID

import msgspec
from flask import Response

from archive.model.access import Scope
from archive.model.ids import RecordId
from archive.model.search import SearchRequest
from archive.services.indexes import listing
from archive.services.indexes.listing import Lines
from archive.services.reading_room import access, exports
from webui.api import shapes
from webui.api.operations import Room
from webui.api.shapes import told
from webui.desk import archive, session
from webui.originals import download

room = Room()
_READERS = (Scope.READING, Scope.ORIGINALS)


@room.declare("POST", "/search", *_READERS, asked=shapes.SearchAsked, gives=shapes.ResultsTold)
def search(asked: shapes.SearchAsked) -> shapes.Told:
    """Search at a level, and return one page of hits with facets and snippets."""
    found = access.search(archive(), session(), _request(asked), asked.level)
    return told(shapes.ResultsTold, found)


@room.declare("POST", "/search/all", *_READERS, asked=shapes.SearchAsked, gives=shapes.HitsTold)
def search_all(asked: shapes.SearchAsked) -> shapes.Told:
    """Return every hit of a search as a list to take away; the ledger has it as an export."""
    hits = listing.export(archive(), session(), _request(asked), asked.level)
    return told(shapes.HitsTold, {"hits": hits})


@room.declare(
    "POST",
    "/search/complete",
    *_READERS,
    asked=shapes.CompleteAsked,
    gives=shapes.CompletionsTold,
)
def complete(asked: shapes.CompleteAsked) -> shapes.Told:
    """Complete the last word of a query with words of the level's own index."""
    found = listing.complete(archive(), session(), asked.begun, asked.level, asked.limit)
    return shapes.CompletionsTold(completions=found)


@room.declare("POST", "/search/batch", *_READERS, asked=shapes.BatchAsked, gives=shapes.BatchTold)
def batch(asked: shapes.BatchAsked) -> shapes.Told:
    """Search for each of many lines."""
    lines = Lines.parse("\n".join(asked.lines))
    rows = tuple(listing.batch(archive(), session(), lines, asked.level, asked.top))
    return told(shapes.BatchTold, {"rows": rows})


@room.declare("GET", "/records", *_READERS, asked=shapes.RecordsAsked, gives=shapes.RecordsTold)
def records(asked: shapes.RecordsAsked) -> shapes.Told:
    """List records, newest first: released reading copies, or all of them at originals level."""
    page, limit = asked.page, asked.limit
    found = access.records(archive(), session(), level=asked.level, page=page, limit=limit)
    return told(shapes.RecordsTold, found)


@room.declare(
    "GET",
    "/records/<uuid:record>",
    *_READERS,
    asked=shapes.RecordAsked,
    gives=shapes.RecordTold,
)
def record(record: UUID, asked: shapes.RecordAsked) -> shapes.Told:
    """Read a record: its reading copy, or its text at originals level."""
    view = access.show(archive(), session(), _id(record), asked.level, asked.version)
    return told(shapes.RecordTold, view)


@room.declare("GET", "/records/<uuid:record>/pages/<int:number>", Scope.READING, gives="image/png")
def page(record: UUID, number: int) -> bytes:
    """Draw a page, from 1, of a reading copy."""
    return exports.page_picture(archive(), session(), _id(record), number)


@room.declare(
    "GET",
    "/records/<uuid:record>/copy/<any(pdf, text):form>",
    Scope.READING,
    gives=shapes.ExportTold,
)
def copy(record: UUID, form: str) -> shapes.Told:
    """Take a reading copy away as a file, with the manifest of what is hidden in it."""
    made = exports.export(archive(), session(), _id(record), exports.Form(form))
    return shapes.ExportTold(
        form="pdf" if made.form is exports.Form.PDF else "text",
        data=made.data,
        manifest=made.manifest.decode(),
    )


@room.declare(
    "GET",
    "/records/<uuid:record>/original",
    Scope.ORIGINALS,
    gives="application/octet-stream",
)
def original(record: UUID) -> Response:
    """Take the original file away under an opaque name."""
    return download(_id(record))


def _id(record: UUID) -> RecordId:
    return RecordId(str(record))


def _request(asked: shapes.SearchAsked) -> SearchRequest:
    fields = msgspec.structs.asdict(asked)
    del fields["level"]
    return SearchRequest(**{**fields, "query": cast(str, fields["query"]).strip()})
