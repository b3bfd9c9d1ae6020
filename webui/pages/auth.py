"""Signing in and out."""

from __future__ import annotations

import threading

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import ArchiveError, SignInRefused, WrongPassphrase
from archive.model.access import Action
from archive.services import session as service
from webui.desk import archive, desk, field, session, web
from webui.errors import status_code
from webui.sessions import new_id
from webui.settings import COOKIE

pages = Blueprint("auth", __name__)

_AT_ONCE = threading.BoundedSemaphore(2)  # Argon2id runs; each takes 64 MiB or more (RFC 9106)


def _give_cookie(response: Response, cookie: str) -> Response:
    response.set_cookie(COOKIE, cookie, secure=True, httponly=True, samesite="Strict", path="/")
    return response


@pages.get("/sign-in")
def sign_in() -> Response:
    """Show the form; a browser without a cookie gets one, which the form's token is bound to."""
    if web() is not None:
        return redirect(url_for("auth.home"), 303)
    return _form(None)


@pages.post("/sign-in")
def enter() -> Response:
    """Try a name and a passphrase; every failure reads the same."""
    name, address = field("name"), request.remote_addr or ""
    wait = desk().throttle.wait(name, address)
    if wait:
        hint = f"Wait {wait} seconds, then try again."
        refused = SignInRefused("Too many attempts did not fit.", hint=hint)
        response = _form(refused)
        response.status_code = 429
        response.headers["Retry-After"] = str(wait)
        return response
    try:
        with _AT_ONCE:
            opened = service.sign_in(archive(), name, bytearray(field("passphrase").encode()))
    except WrongPassphrase:
        desk().throttle.failed(name, address)
        return _form(SignInRefused())
    desk().throttle.succeeded(name, address)
    _end_session()
    return _give_cookie(redirect(url_for("auth.home"), 303), desk().sessions.begin(opened))


@pages.post("/sign-out")
def sign_out() -> Response:
    """Forget the session's keys and take the cookie back."""
    _end_session()
    response = redirect(url_for("auth.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict", path="/")
    return response


@pages.get("/")
def home() -> Response:
    """Lead to the page where the member's work begins."""
    for action, page in _FIRST:
        if session().allows(action):
            return redirect(url_for(page), 303)
    return redirect(url_for("status.about"), 303)


_FIRST = (
    (Action.READ_ORIGINALS, "records.listing"),
    (Action.SEARCH_READING, "search.ask"),
    (Action.AUDIT, "audit.timeline"),
)


def _end_session() -> None:
    desk().sessions.end(request.cookies.get(COOKIE, ""))


def _form(error: ArchiveError | None) -> Response:
    cookie = request.cookies.get(COOKIE) or new_id(archive().random)
    token = desk().form_token(cookie)
    response = make_response(render_template("sign_in.html", error=error, ticket=token))
    response.status_code = 200 if error is None else status_code(error)
    return _give_cookie(response, cookie)
