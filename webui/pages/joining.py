"""Choosing a passphrase: with a one-time code, or in place of the present one."""

from __future__ import annotations

import threading

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import ArchiveError, CodeRefused, InvalidValue
from archive.services.members import administration, codes, entering
from archive.services.members.passphrases import MIN_LENGTH, Strength, check_passphrase, strength
from webui.confirming import confirmed
from webui.desk import archive, desk, field, session
from webui.endings import Why
from webui.errors import status_code
from webui.sessions import new_id
from webui.settings import COOKIE
from webui.waiting import address, wait_for
from webui.wording import say

pages = Blueprint("joining", __name__)

_AT_ONCE = threading.BoundedSemaphore(2)  # Argon2id runs, as at the sign-in page


@pages.get("/join")
def form() -> Response:
    """Show the form for a member with a one-time code."""
    return _joining(None, None)


@pages.post("/join")
def join() -> Response:
    """Take a one-time code and a passphrase; then the member signs in."""
    name = field("name")
    if field("act") == "try":
        return _joining(None, _strength(name))
    wait = wait_for(name)
    if wait:
        return _joining(
            CodeRefused(hint=say("Wait %(seconds)s seconds, then try again.", seconds=wait)), None
        )
    try:
        _require_same()
        with _AT_ONCE, entering.watched(archive(), name):
            profile = administration.kdf_profile(None)
            code, new = (bytearray(field(one).encode()) for one in ("code", "new"))
            codes.join(archive(), name, code, new, profile).lock()
    except ArchiveError as error:
        if isinstance(error, CodeRefused):
            desk().throttle.failed(name, address())
        return _joining(error, None)
    desk().throttle.succeeded(name, address())
    return redirect(url_for("auth.sign_in"), 303)


def _joining(error: ArchiveError | None, found: Strength | None) -> Response:
    cookie = request.cookies.get(COOKIE) or new_id(archive().random)
    response = _page(say("Choose a passphrase"), url_for("joining.join"), cookie, error, found)
    response.set_cookie(COOKIE, cookie, secure=True, httponly=True, samesite="Strict", path="/")
    return response


@pages.get("/passphrase")
def own() -> Response:
    """Show the form for another passphrase."""
    return _own(None, None)


@pages.post("/passphrase")
def change() -> Response:
    """Set another passphrase, once the present one was right; then the member signs in with it."""
    me = session()
    if field("act") == "try":
        return _own(None, _strength(me.name))
    try:
        _require_same()
        new = bytearray(field("new").encode())
        check_passphrase(new, (me.name,))
        with confirmed("current") as opened:
            profile = administration.kdf_profile(None)
            administration.change_passphrase(archive(), opened, new, profile)
    except ArchiveError as error:
        return _own(error, None)
    desk().sessions.end(request.cookies.get(COOKIE, ""), Why.CHANGED)
    return redirect(url_for("auth.sign_in"), 303)


def _own(error: ArchiveError | None, found: Strength | None) -> Response:
    cookie = request.cookies.get(COOKIE, "")
    return _page(say("Change your passphrase"), url_for("joining.change"), cookie, error, found)


def _require_same() -> None:
    if field("new") != field("again"):
        raise InvalidValue(
            say("The two new passphrases differ."), hint=say("Type it twice the same.")
        )


def _strength(name: str) -> Strength:
    return strength(field("new").encode(errors="replace"), (name,))


def _page(
    title: str, action: str, cookie: str, error: ArchiveError | None, found: Strength | None
) -> Response:
    response = make_response(
        render_template(
            "new_passphrase.html",
            title=title,
            action=action,
            joining=action == url_for("joining.join"),
            ticket=desk().form_token(cookie),
            error=error,
            found=found,
            least=MIN_LENGTH,
        )
    )
    response.status_code = 200 if error is None else status_code(error)
    return response
