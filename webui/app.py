"""The app factory: one archive in, one WSGI application out."""

from __future__ import annotations

import logging
import secrets
import threading
import traceback
from io import BytesIO
from typing import IO

from flask import Flask, Request, Response, redirect, request, url_for
from werkzeug import Response as AnyResponse
from werkzeug.exceptions import HTTPException

from archive.errors import (
    AccessDenied,
    ArchiveError,
    KeysLocked,
    RecordNotFound,
    SessionEnded,
    SignInRefused,
    TokenRefused,
)
from archive.services.intake.uploads import Uploads
from archive.services.parts import Archive
from webui.api import guard as api_guard
from webui.api import problems
from webui.api import rooms as api
from webui.bearers import BearerStore
from webui.desk import EXTENSION, Desk, desk, web
from webui.endings import Why
from webui.errors import status_code
from webui.guard import admit, release
from webui.headers import harden
from webui.holders import Holders
from webui.languages import speak
from webui.pages import (
    accessions,
    asking,
    audit,
    auth,
    calendar,
    custody,
    editor,
    everywhere,
    inbox,
    ingest,
    joining,
    lists,
    looks,
    members,
    operations,
    own,
    pages,
    passkeys,
    reading,
    receipts,
    records,
    room,
    search,
    signed_in,
    sources,
    status,
    tokens,
    unsealing,
    uploads,
)
from webui.render import Notice, error_page, prepare
from webui.sessions import ID_BYTES, SessionStore
from webui.settings import COOKIE, Settings
from webui.throttle import SignInThrottle
from webui.waiting import stop_trying
from webui.wording import say, told

_MAX_PARTS = 10_000  # form fields and files in one request
_MAX_FIELDS = 1 << 20  # bytes of form fields that are not files
_ROOMS = (
    auth,
    joining,
    passkeys,
    records,
    ingest,
    uploads,
    receipts,
    inbox,
    editor,
    everywhere,
    sources,
    accessions,
    search,
    lists,
    reading,
    room,
    own,
    asking,
    pages,
    audit,
    members,
    unsealing,
    custody,
    calendar,
    operations,
    status,
    looks,
    tokens,
    signed_in,
    api,
)

_log = logging.getLogger("strongroom.web")


class MemoryRequest(Request):
    """A request whose uploads stay in memory; Werkzeug alone would spool them to a temp file."""

    max_form_memory_size = _MAX_FIELDS
    max_form_parts = _MAX_PARTS

    def _get_file_stream(self, *_args: object, **_named: object) -> IO[bytes]:
        return BytesIO()


class StrongroomApp(Flask):
    """Flask with uploads in memory."""

    request_class = MemoryRequest


def create_app(archive: Archive, settings: Settings | None = None) -> Flask:
    """Return the web application over an open archive."""
    chosen = settings or Settings()
    app = StrongroomApp("webui")
    app.config.update(
        MAX_CONTENT_LENGTH=chosen.max_upload,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
        SEND_FILE_MAX_AGE_DEFAULT=None,
    )
    app.extensions[EXTENSION] = make_desk(archive, chosen)
    app.before_request(admit)
    app.teardown_request(release)
    app.teardown_request(stop_trying)
    app.after_request(harden)
    for one in _ROOMS:
        app.register_blueprint(one.pages)
    speak(app)
    prepare(app)
    app.register_error_handler(ArchiveError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crashed)
    return app


def make_desk(archive: Archive, settings: Settings) -> Desk:
    """Return the desk of a new app."""
    spent = threading.Event()
    holders = Holders(archive) if settings.keyholders else None
    return Desk(
        archive=archive,
        settings=settings,
        sessions=SessionStore(
            settings,
            clock=archive.clock,
            random=archive.random,
            holders=holders,
            on_end=spent.set,
        ),
        bearers=BearerStore(archive, settings, clock=archive.clock, on_end=spent.set),
        throttle=SignInThrottle(clock=archive.clock, random=archive.random),
        form_key=archive.random(ID_BYTES),
        uploads=Uploads(),
        spent=spent,
    )


def _refused(error: ArchiveError) -> AnyResponse:
    """Answer a refusal; what is denied reads exactly as what does not exist.

    Whose keyholder is gone signs in again.
    """
    if problems.for_api():
        return _refused_by_api(error)
    if isinstance(error, KeysLocked | SessionEnded) and web() is not None:
        desk().sessions.end(request.cookies.get(COOKIE, ""), Why.of(error))
        return redirect(url_for("auth.sign_in"), 303)
    if isinstance(error, AccessDenied) and not isinstance(error, SignInRefused):
        return error_page(404, Notice.of(error))
    code = status_code(error)
    notice = Notice.of(error)
    return error_page(code, notice.numbered(_note(error)) if code >= 500 else notice)


def _refused_by_api(error: ArchiveError) -> Response:
    """Answer a refusal to a program; whose keyholder is gone needs another token."""
    if isinstance(error, KeysLocked | SessionEnded):
        api_guard.end()
        error = TokenRefused()
    incident = _note(error) if status_code(error) >= 500 else None
    return problems.refused(error, incident)


def _http_error(error: HTTPException) -> Response:
    if problems.for_api():
        return problems.http_error(error)
    code = error.code or 500
    if code in (404, 405) and request.method in ("GET", "HEAD", "POST"):
        return error_page(404, Notice.of(RecordNotFound()))
    return error_page(code, Notice.for_status(code))


def _crashed(error: Exception) -> Response:
    if problems.for_api():
        return problems.crashed(_note(error))
    notice = Notice(
        "error", told(ArchiveError.message), say("Try again; if it stays, report the number.")
    )
    return error_page(500, notice.numbered(_note(error)))


def _note(error: BaseException) -> str:
    """Log what kind of error it was and where in the program, never what it says."""
    incident = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    _log.error("incident %s: %s at %s", incident, type(error).__name__, where)
    return incident
