"""Reading what a search found: hit after hit, document after document; references; copies to take.

Addresses carry the number of a search in the session and of a hit in it, never a word of it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug import Response as Answer

from archive.errors import ArchiveError, InvalidValue, NotPermitted
from archive.model.access import Action, Level
from archive.model.ids import RecordId, parse_reference
from archive.model.search import SearchHit
from archive.services.reading_room import access, exports, papers, watermarks
from archive.services.reading_room.access import RecordView
from webui.desk import archive, field, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.headers import FILE_POLICY
from webui.pages.search import LEVELS, PER_PAGE, recalled
from webui.passages import REASONS, Passage, Stretch, hidden_as, meaning, passages
from webui.wording import say

pages = Blueprint("room", __name__)

_HIT = "hit"
_ENDINGS = {exports.Form.PDF: "pdf", exports.Form.TEXT: "txt"}

Shown = str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text: plain, with a redaction's `label`, or a hit with its `number` from 1."""

    text: str
    label: str | None = None
    number: int = 0


@pages.get("/search/<int:number>/hits/<int:at>")
@needs(Action.SEARCH_READING)
def hit(number: int, at: int) -> str | Answer:
    """Show the document of the hit `at`, from 1, of a kept search, with every hit in it marked."""
    wanted, level = recalled(number)
    asked = replace(wanted, page=at, limit=1)
    found = access.search(archive(), session(), asked, level, facets=False)
    if not found.hits:
        notice(say("There is no further document in this search."))
        return redirect(url_for("search.results", number=number), 303)
    one = found.hits[0]
    view = access.show(archive(), session(), one.record, level)
    text = tuple(runs(view, one))
    return render_template(
        "room/hit.html",
        view=view,
        text=text,
        hits=max((run.number for run in text), default=0),
        number=number,
        at=at,
        total=found.total,
        page=(at - 1) // PER_PAGE + 1,
        levels=LEVELS,
        reasons=REASONS,
        own=papers.beside(archive(), session()),
        marked=level is Level.READING and watermarks.watermarked(archive(), session()),
    )


def runs(view: RecordView, one: SearchHit) -> Iterator[Run]:
    """Yield the text of a record cut at its redactions and at the places of a hit."""
    words = cache(meaning)  # a page has hundreds of marks of a few kinds
    hidden = [Stretch(m.start, m.end, words(m.label)) for m in view.markers]
    hidden += [Stretch(r.start, r.end, hidden_as(r)) for r in view.redactions]
    yield from _numbered(passages(view.text, [*hidden, *_places(one)]))


def _places(one: SearchHit) -> Iterator[Stretch]:
    for start, end in zip(one.places, one.ends, strict=True):
        yield Stretch(start, end, _HIT)


def _numbered(cut: Iterable[Passage]) -> Iterator[Run]:
    number = 0
    for passage in cut:
        if passage.label == _HIT:
            number += 1
            yield Run(passage.text, None, number)
        else:
            yield Run(passage.text, passage.label)


@pages.get("/search/reference")
@needs(Action.SEARCH_READING)
def reference() -> Shown:
    """Show the form that takes a reference."""
    return _reference_page(None)


@pages.post("/search/reference")
@needs(Action.SEARCH_READING)
def resolve() -> Answer | Shown:
    """Go to the record of a reference, and say when another reading copy is out by now."""
    try:
        record, digest = parse_reference(field("reference"))
    except InvalidValue:
        return _reference_page(InvalidValue(say("That is not a reference such as strongroom:…#….")))
    view = access.show(archive(), session(), record, Level.READING)
    if digest and not view.reference.endswith(f"#{digest}"):
        notice(
            say("This is another reading copy than the one that was cited: it was released later.")
        )
    return redirect(url_for("reading.read", record=record), 303)


def _reference_page(error: ArchiveError | None) -> Shown:
    html = render_template("room/reference.html", error=error, given=field("reference"))
    return html if error is None else (html, status_code(error))


@pages.post("/reading/<uuid:record>/export")
@needs(Action.READ_READING)
def export(record: UUID) -> Response:
    """Hand out a reading copy and what is redacted in it, as a ZIP of two files."""
    try:
        form = exports.Form(field("form") or exports.Form.PDF.value)
    except ValueError:
        raise NotPermitted from None
    found = exports.export(archive(), session(), RecordId(str(record)), form)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"{record}.{_ENDINGS[form]}", found.data)
        packed.writestr("redactions.json", found.manifest)
    response = Response(buffer.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{record}.zip"'
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@pages.get("/watermark")
@needs(Action.SET_WATERMARK)
def watermark() -> str:
    """Show whether downloads carry a watermark."""
    on = watermarks.watermarked(archive(), session())
    return render_template("room/watermark.html", on=on)


@pages.post("/watermark")
@needs(Action.SET_WATERMARK)
def set_watermark() -> Answer:
    """Switch the watermark of downloads on or off."""
    on = field("on") == "1"
    watermarks.set_watermark(archive(), session(), on=on)
    if on:
        notice(say("Downloads carry a watermark from now on."))
    else:
        notice(say("Downloads carry no watermark from now on."))
    return redirect(url_for("room.watermark"), 303)
