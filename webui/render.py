"""What templates may use: escaping that nothing gets round, plain words, and the error page."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace

from flask import Flask, Response, make_response, render_template, request
from jinja2 import StrictUndefined
from markupsafe import Markup

from archive.errors import ArchiveError
from archive.model.access import Action
from archive.model.description import LevelOfDescription
from archive.model.ids import RecordId
from archive.services.persons import STAMP, said_in_public
from archive.services.session import Session
from webui import wording
from webui.desk import archive, desk, web
from webui.kinds import facet, kind
from webui.languages import LANGUAGES, language, look
from webui.news import news
from webui.passages import hidden_as, snippet_passages
from webui.settings import COOKIE, Settings
from webui.wording import lazy, say, told

Room = tuple[Action | None, str, str]
"""The act that opens a room, none if every member may, its first page and its name."""

_ROOMS: tuple[Room, ...] = (
    (Action.READ_ORIGINALS, "records.listing", lazy("Records")),
    (Action.INGEST, "ingest.form", lazy("Hand in")),
    (Action.LIST_JOBS, "inbox.listing", lazy("Inbox")),
    (Action.APPROVE, "redact.queue", lazy("Review")),
    (Action.SEARCH_READING, "search.ask", lazy("Search")),
    (Action.READ_READING, "own.desk", lazy("Desk")),
    (Action.MANAGE_SOURCES, "sources.listing", lazy("Sources")),
    (Action.MANAGE_ACCESSIONS, "accessions.listing", lazy("Accessions")),
    (Action.READ_ORIGINALS, "aid.listing", lazy("Finding aid")),
    (Action.AUDIT, "audit.timeline", lazy("Ledger")),
    (Action.MANAGE_MEMBERS, "members.listing", lazy("Members")),
    (Action.READ_ORIGINALS, "receipts.listing", lazy("Receipts")),
    (Action.MANAGE_MEMBERS, "custody.keys", lazy("Keys")),
    (Action.UNSEAL, "unsealing.listing", lazy("Identities")),
    (Action.MANAGE_ACCESSIONS, "calendar.listing", lazy("Calendar")),
    (Action.BACK_UP, "operations.overview", lazy("Operations")),
    (None, "status.about", lazy("About")),
)
"""The rooms in the order of the navigation."""

_MOST_ROOMS = 8
"""Rooms that a row holds in every language; of more, those that few days need are folded."""

_SELDOM = frozenset(
    {
        "receipts.listing",
        "custody.keys",
        "unsealing.listing",
        "calendar.listing",
        "operations.overview",
        "status.about",
    }
)

_CLEARANCES = (
    (Action.READ_ORIGINALS, lazy("sees originals")),
    (Action.READ_READING, lazy("sees released reading copies")),
    (Action.AUDIT, lazy("sees the ledger, no documents")),
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
        message = told(error.public_message, error.message)
        return cls(error.code, message, told(error.next_step, error.hint))

    @classmethod
    def for_status(cls, status: int) -> Notice:
        """Return the notice of an HTTP error that the program did not raise itself."""
        return _HTTP.get(status, _HTTP[400])

    def numbered(self, incident: str) -> Notice:
        """Return the notice with the number under which the log has it."""
        return replace(self, incident=incident)


_HTTP = {
    400: Notice(
        "bad-request", lazy("The request was not understood."), lazy("Go back and try again.")
    ),
    403: Notice(
        "not-from-here",
        lazy("The form was too old, or did not come from these pages."),
        lazy("Open the page again and send the form once more."),
    ),
    405: Notice(
        "bad-method", lazy("That is not how this page works."), lazy("Go back and try again.")
    ),
    413: Notice(
        "too-large",
        lazy("That is more than can be uploaded at once."),
        lazy("Upload fewer files at a time; very large files go in with `strongroom ingest`."),
    ),
    503: Notice(
        "busy",
        lazy("Your last request is still being worked on."),
        lazy("Wait until it is done, then reload this page."),
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
    environment.policies["ext.i18n.trimmed"] = True
    environment.filters.update(
        day=wording.day,
        facet=facet,
        hidden_as=hidden_as,
        kind=kind,
        moment=wording.moment,
        number=wording.number,
        short=short,
        size=wording.size,
        snippet=snippet_passages,
        told=told,
        when=wording.when,
        word=wording.word,
    )
    environment.globals.update(
        Action=Action,
        clearance=clearance,
        LANGUAGES=LANGUAGES,
        LEVELS=tuple(LevelOfDescription),
        form_token=form_token,
        is_here=is_here,
        language=language,
        look=look,
        me=web,
        news=news,
        notices=take_notices,
        page_stamp=page_stamp,
        rooms=rooms,
        settings=_settings,
    )


def _settings() -> Settings:
    return desk().settings


def rooms(session: Session) -> tuple[list[Room], list[Room]]:
    """Return the rooms that a member may enter: those of the menu's row, and those folded."""
    allowed = [one for one in _ROOMS if one[0] is None or session.allows(one[0])]
    if len(allowed) <= _MOST_ROOMS:
        return allowed, []
    row = [one for one in allowed if one[1] not in _SELDOM]
    return row, [one for one in allowed if one[1] in _SELDOM]


def is_here(endpoint: str) -> bool:
    """Return whether the page that is asked for is in the room of a first page."""
    return (request.endpoint or "").partition(".")[0] == endpoint.partition(".")[0]


def clearance(session: Session) -> str:
    """Return in words what a member sees, for the banner that every page carries."""
    for action, words in _CLEARANCES:
        if session.allows(action):
            return words
    return say("sees nothing")


def page_stamp(shown: object = None) -> str | None:
    """Return what stands on every page of an archive of one person, and on what one released.

    `shown` is the reading copy on the page, if there is one.
    """
    with suppress(ArchiveError):
        if said_in_public(archive()):
            return STAMP
    return getattr(shown, "stamp", None)


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


def short(record: RecordId | str) -> str:
    """Return the first eight characters of an id, to recognise it by."""
    return str(record)[:8]
