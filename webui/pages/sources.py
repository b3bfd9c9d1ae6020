"""The source register: pseudonyms, and the words that may betray each."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from archive.errors import InvalidInput, InvalidValue, RecordNotFound
from archive.model.access import Action
from archive.model.ids import parse_source_ref
from archive.services import sources as service
from webui.desk import archive, field, notice, session
from webui.errors import status_code
from webui.guard import needs

pages = Blueprint("sources", __name__, url_prefix="/sources")

Shown = str | tuple[str, int]


@pages.get("")
@needs(Action.MANAGE_SOURCES)
def listing() -> Shown:
    """List the sources by pseudonym."""
    return _page(None)


@pages.post("")
@needs(Action.MANAGE_SOURCES)
def add() -> Response | Shown:
    """Register a source."""
    try:
        name = _required("name", "A source needs a name.")
        aliases = [line.strip() for line in field("aliases").splitlines() if line.strip()]
        source = service.add_source(archive(), session(), name, aliases, field("notes").strip())
    except InvalidInput as error:
        return _page(error)
    notice(f"Registered as {source}.")
    return redirect(url_for("sources.listing"), 303)


@pages.post("/<source>/aliases")
@needs(Action.MANAGE_SOURCES)
def add_alias(source: str) -> Response | Shown:
    """Add one more word or number that betrays a source."""
    try:
        reference = parse_source_ref(source)
    except InvalidValue:
        raise RecordNotFound from None
    try:
        alias = _required("alias", "An alias needs at least one character.")
        service.add_alias(archive(), session(), reference, alias)
    except InvalidInput as error:
        return _page(error)
    notice(f"Alias added to {reference}.")
    return redirect(url_for("sources.listing"), 303)


def _required(name: str, otherwise: str) -> str:
    text = field(name).strip()
    if not text:
        raise InvalidValue(otherwise)
    return text


def _page(error: InvalidInput | None) -> Shown:
    found = service.list_sources(archive(), session())
    html = render_template("sources.html", sources=found, error=error)
    return html if error is None else (html, status_code(error))
