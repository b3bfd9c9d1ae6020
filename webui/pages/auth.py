"""Signing in and out."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from archive.errors import ArchiveError, SecondFactorRefused, SignInRefused, WrongPassphrase
from archive.model.access import Action
from archive.services import session as service
from archive.services.members import entering, passkey_entry, passkeys, second_factor, unlocking
from archive.services.printing.qr import qr_rows
from archive.services.session import Session
from webui.desk import archive, desk, field, member, session, web
from webui.endings import Why
from webui.errors import status_code
from webui.headers import allow_passkeys
from webui.sessions import new_id
from webui.settings import COOKIE, DOOR
from webui.waiting import address, wait_for
from webui.wording import lazy, say

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
    name = field("name")
    wait = wait_for(name)
    if wait:
        return _later(wait, _form)
    try:
        with _AT_ONCE, entering.watched(archive(), name):
            opened, half = _open(name, bytearray(field("passphrase").encode()))
    except WrongPassphrase:
        desk().throttle.failed(name, address())
        return _form(SignInRefused())
    _end_session()
    must = opened.member.role in desk().settings.second_factor
    waiting = must or second_factor.enrolled(archive(), opened)
    entering.entered(archive(), opened, DOOR, factor="asked" if waiting else "none")
    if not waiting:
        desk().throttle.succeeded(name, address())
    place = "auth.factor" if waiting else "auth.home"
    cookie = desk().sessions.begin(opened, half, waiting=waiting)
    return _give_cookie(redirect(url_for(place), 303), cookie)


def _later(wait: int, form: Callable[[ArchiveError], Response]) -> Response:
    hint = say("Wait %(seconds)s seconds, then try again.", seconds=wait)
    response = form(SignInRefused(say("Too many attempts did not fit."), hint=hint))
    response.status_code = 429
    response.headers["Retry-After"] = str(wait)
    return response


@pages.get("/sign-in/passkey")
def passkey_form() -> Response:
    """Show the form for a passkey that opens keys; the browser is asked the same for any name."""
    if web() is not None:
        return redirect(url_for("auth.home"), 303)
    return _passkey_form(None)


@pages.post("/sign-in/passkey")
def enter_by_passkey() -> Response:
    """Try a name and what a passkey answered; every failure reads the same."""
    name = field("name")
    wait = wait_for(name)
    if wait:
        return _later(wait, _passkey_form)
    asked = desk().questions.take(request.cookies.get(COOKIE, ""))
    held = desk().settings.keyholders
    try:
        with entering.watched(archive(), name):
            opened, half = passkey_entry.sign_in(
                archive(), name, asked, field("answer"), keyholders=held
            )
    except WrongPassphrase:
        desk().throttle.failed(name, address())
        return _passkey_form(SignInRefused())
    _end_session()
    entering.entered(archive(), opened, DOOR, factor="passkey")
    desk().throttle.succeeded(name, address())
    cookie = desk().sessions.begin(opened, half)
    return _give_cookie(redirect(url_for("auth.home"), 303), cookie)


def _passkey_form(error: ArchiveError | None) -> Response:
    cookie = request.cookies.get(COOKIE) or new_id(archive().random)
    asked = passkey_entry.ask_anybody(archive(), passkeys.site_of(request.host))
    if asked is not None:
        desk().questions.put(cookie, asked)
    token = desk().form_token(cookie)
    response = make_response(
        render_template(
            "sign_in_passkey.html", error=error, ticket=token, asked=asked, over=_over(cookie)
        )
    )
    response.status_code = 200 if error is None else status_code(error)
    return _give_cookie(allow_passkeys(response) if asked else response, cookie)


def _open(name: str, passphrase: bytearray) -> tuple[Session, bytes | None]:
    """Open a member's keys: in a keyholder, or here when the desk has none."""
    if desk().settings.keyholders:
        return unlocking.enter(archive(), name, passphrase)
    return service.sign_in(archive(), name, passphrase), None


@pages.get("/second-factor")
def factor() -> Response:
    """Ask for the second factor, or let a member set one up who must and has none."""
    if not member().waiting and second_factor.enrolled(archive(), session()):
        return redirect(url_for("auth.home"), 303)
    return _factor_form(None)


@pages.post("/second-factor")
def enter_factor() -> Response:
    """Take a code: of the factor that there is, or of the one that is being set up."""
    name = session().name
    wait = wait_for(name)
    if wait:
        return _too_soon(wait)
    codes: tuple[str, ...] = ()
    try:
        if second_factor.enrolled(archive(), session()):
            second_factor.check(archive(), session(), field("code"))
        else:
            codes = second_factor.confirm(archive(), session(), _enrolment(), field("code"))
    except SecondFactorRefused as error:
        desk().throttle.failed(name, address())
        return _factor_form(error)
    response = _admitted("auth.factor_codes" if codes else "auth.home")
    member().codes = codes
    return response


@pages.post("/second-factor/passkey")
def enter_passkey() -> Response:
    """Take the answer of a passkey to what the page before asked, once."""
    name = session().name
    wait = wait_for(name)
    if wait:
        return _too_soon(wait)
    asked, member().asked = member().asked, None
    try:
        passkeys.check(archive(), session(), asked, field("answer"))
    except SecondFactorRefused as error:
        desk().throttle.failed(name, address())
        return _factor_form(error)
    return _admitted("auth.home")


def _too_soon(wait: int) -> Response:
    hint = say("Wait %(seconds)s seconds, then try again.", seconds=wait)
    response = _factor_form(SecondFactorRefused(hint=hint))
    response.status_code = 429
    response.headers["Retry-After"] = str(wait)
    return response


def _admitted(place: str) -> Response:
    """Let the session in that waited for its second factor, under a new cookie."""
    desk().throttle.succeeded(session().name, address())
    member().enrolment = None
    renewed = desk().sessions.admit(request.cookies.get(COOKIE, ""))
    return _give_cookie(redirect(url_for(place), 303), renewed)


@pages.get("/second-factor/codes")
def factor_codes() -> Response:
    """Show the recovery codes of a factor that was just set up, this once."""
    codes, member().codes = member().codes, ()
    if not codes:
        return redirect(url_for("auth.home"), 303)
    return make_response(render_template("factor_codes.html", codes=codes))


def _enrolment() -> second_factor.Enrolment:
    found = member().enrolment
    if found is None:
        found = member().enrolment = second_factor.begin(archive(), session())
    return found


def _factor_form(error: ArchiveError | None) -> Response:
    shown = None if second_factor.enrolled(archive(), session()) else _enrolment()
    code = qr_rows(shown.uri) if shown else ()
    asked = None if shown else passkeys.ask(archive(), session(), passkeys.site_of(request.host))
    member().asked = asked
    response = make_response(
        render_template("factor.html", error=error, enrolment=shown, code=code, asked=asked)
    )
    if asked is not None:
        allow_passkeys(response)
    response.status_code = 200 if error is None else status_code(error)
    return response


@pages.post("/sign-out")
def sign_out() -> Response:
    """Forget the session's keys and take the cookie back."""
    if web() is not None:
        entering.left(archive(), session(), DOOR)
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


_OVER = {
    Why.IDLE: lazy("It was not used for %(minutes)d minutes."),
    Why.ABSOLUTE: lazy("It had lasted %(hours)d hours, the longest that a session lasts."),
    Why.ELSEWHERE: lazy("You ended it from another session of yours."),
    Why.CROWDED: lazy("You signed in in too many other browsers; the one used least was ended."),
    Why.LOCKED: lazy(
        "The archive locked its keys, as when somebody seals it, when it was started again, or when"
        " your membership was changed."
    ),
    Why.CHANGED: lazy("Your role or passphrase was changed, or your membership ended."),
}


def _over(cookie: str) -> str:
    """Return in words why the session of a cookie ended, nothing when that is not known."""
    why, settings = desk().sessions.over(cookie), desk().settings
    if why is None:
        return ""
    last = {"minutes": settings.idle.total_seconds() // 60}
    last["hours"] = settings.absolute.total_seconds() // 3600
    return str(_OVER[why]) % last


def _form(error: ArchiveError | None) -> Response:
    cookie = request.cookies.get(COOKIE) or new_id(archive().random)
    token = desk().form_token(cookie)
    html = render_template("sign_in.html", error=error, ticket=token, over=_over(cookie))
    response = make_response(html)
    response.status_code = 200 if error is None else status_code(error)
    return _give_cookie(response, cookie)
