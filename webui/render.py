"""What templates may use: escaping that nothing gets round, plain words, and the error page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Flask, Response, make_response, render_template, request
from jinja2 import StrictUndefined
from markupsafe import Markup

from archive.errors import ArchiveError
from archive.model.access import Action
from archive.model.ids import RecordId
from archive.services.session import Session
from webui.desk import desk, web
from webui.passages import hidden_as, snippet_passages
from webui.settings import COOKIE, Settings

ROOMS = (
    (Action.READ_ORIGINALS, "records.listing", "Records"),
    (Action.INGEST, "ingest.form", "Hand in"),
    (Action.READ_ORIGINALS, "receipts.listing", "Receipts"),
    (Action.LIST_JOBS, "inbox.listing", "Inbox"),
    (Action.APPROVE, "redact.queue", "Review"),
    (Action.SEARCH_READING, "search.ask", "Search"),
    (Action.READ_READING, "own.desk", "Desk"),
    (Action.MANAGE_SOURCES, "sources.listing", "Sources"),
    (Action.MANAGE_ACCESSIONS, "accessions.listing", "Accessions"),
    (Action.AUDIT, "audit.timeline", "Ledger"),
    (Action.MANAGE_MEMBERS, "members.listing", "Members"),
)
"""The rooms in the order of the navigation, each with the act that opens it."""

_CLEARANCES = (
    (Action.READ_ORIGINALS, "sees originals"),
    (Action.READ_READING, "sees released reading copies"),
    (Action.AUDIT, "sees the ledger, no documents"),
)

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters and lone surrogates, which HTML 13.1 does not allow in a document."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An error in plain words: stable code, what happened, what to do, and a number to quote."""

    code: str
    message: str
    hint: str
    incident: str | None = None

    @classmethod
    def of(cls, error: ArchiveError) -> Notice:
        """Return the notice of a refusal."""
        return cls(error.code, error.public_message, error.next_step)

    @classmethod
    def for_status(cls, status: int) -> Notice:
        """Return the notice of an HTTP error that the program did not raise itself."""
        return _HTTP.get(status, _HTTP[400])

    def numbered(self, incident: str) -> Notice:
        """Return the notice with the number under which the log has it."""
        return replace(self, incident=incident)


_HTTP = {
    400: Notice("bad-request", "The request was not understood.", "Go back and try again."),
    403: Notice(
        "not-from-here",
        "The form was too old, or did not come from these pages.",
        "Open the page again and send the form once more.",
    ),
    405: Notice("bad-method", "That is not how this page works.", "Go back and try again."),
    413: Notice(
        "too-large",
        "That is more than can be uploaded at once.",
        "Upload fewer files at a time; very large files go in with `strongroom ingest`.",
    ),
    503: Notice(
        "busy",
        "Your last request is still being worked on.",
        "Wait until it is done, then reload this page.",
    ),
}


def error_page(status: int, notice: Notice) -> Response:
    """Return the one error page."""
    return make_response(render_template("error.html", error=notice), status)


def prepare(app: Flask) -> None:
    """Give templates what they may use."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.finalize = printable
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(
        when=when, size=size, hidden_as=hidden_as, short=short, snippet=snippet_passages
    )
    environment.globals.update(
        Action=Action,
        clearance=clearance,
        form_token=form_token,
        me=web,
        notices=take_notices,
        rooms=ROOMS,
        settings=_settings,
    )


def _settings() -> Settings:
    return desk().settings


def clearance(session: Session) -> str:
    """Return in words what a member sees, for the banner that every page carries."""
    for action, words in _CLEARANCES:
        if session.allows(action):
            return words
    return "sees nothing"


def form_token() -> str:
    """Return the token that this browser's forms must carry."""
    return desk().form_token(request.cookies.get(COOKIE, ""))


def take_notices() -> tuple[str, ...]:
    """Return what is to be shown once, and forget it."""
    found = web()
    if found is None:
        return ()
    taken = tuple(found.notices)
    found.notices.clear()
    return taken


def printable(value: object) -> object:
    """Replace characters that no page may hold; everything else is escaped by Jinja afterwards."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def when(moment: datetime) -> str:
    """Return a moment in UTC to the minute."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def size(count: int) -> str:
    """Return a count of bytes in the largest binary unit (IEC 80000-13) that fits."""
    power = min(max(count.bit_length() - 1, 0) // 10, 3)
    if power == 0:
        return f"{count} bytes"
    return f"{count / (1 << (10 * power)):.1f} {('KiB', 'MiB', 'GiB')[power - 1]}"


def short(record: RecordId | str) -> str:
    """Return the first eight characters of an id, to recognise it by."""
    return str(record)[:8]
