"""Before any page: the request must be for us, from our own pages, from somebody signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Response, g, redirect, request, url_for
from werkzeug import Response as AnyResponse
from werkzeug.exceptions import BadRequest, Forbidden, MethodNotAllowed, ServiceUnavailable

from archive.errors import KeysLocked, NotPermitted, SessionEnded
from archive.model.access import Action
from archive.services.events import authorise
from archive.services.session import refresh
from webui.api.guard import admit as admit_program
from webui.api.problems import for_api
from webui.desk import archive, desk, field, session
from webui.endings import Why
from webui.settings import COOKIE

Params = ParamSpec("Params")
Returned = TypeVar("Returned")

_METHODS = frozenset({"GET", "HEAD", "POST"})
_PIECEMEAL = frozenset({"uploads.append", "uploads.discard", "uploads.told"})
"""Endpoints of resumable uploads, which by their protocol take PATCH, DELETE and OPTIONS too."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_HEADER = "X-Strongroom-Token"  # noqa: S105 - the name of a header
"""Where a request that is no form carries the form token."""
_OPEN = frozenset(
    {"static", "auth.sign_in", "auth.enter", "joining.form", "joining.join", "looks.choose"}
) | {"auth.passkey_form", "auth.enter_by_passkey"}
"""Endpoints that need no session."""
_WAITING = frozenset(
    {"auth.factor", "auth.enter_factor", "auth.enter_passkey", "auth.sign_out", "looks.choose"}
)
"""Endpoints for a session that waits for its second factor."""

_BY_ITSELF = frozenset({"audit.verification", "audit.progress"})
"""Endpoints that an open page asks for by itself: that keeps no session alive."""


def admit() -> AnyResponse | None:
    """Decide whether a request goes on; return a redirect to the sign-in page when it may not yet.

    Raises:
        MethodNotAllowed: neither GET, HEAD nor POST, nor what the upload protocol needs.
        BadRequest: addressed to another host name (DNS rebinding).
        Forbidden: made by another site's page, or by a form that is not ours.
        ServiceUnavailable: an earlier request of the same session takes too long.
    """
    if request.method not in _METHODS and request.endpoint not in _PIECEMEAL:
        raise MethodNotAllowed(sorted(_METHODS))
    if not _addressed_to_us():
        raise BadRequest
    if request.endpoint == "static":
        return None
    if for_api():
        admit_program()
        return None
    _refuse_other_sites()
    cookie = request.cookies.get(COOKIE)
    if request.method not in _SAFE and not desk().token_fits(cookie, _token()):
        raise Forbidden
    _recognise(cookie)
    if g.web is None and request.endpoint not in _OPEN:
        return redirect(url_for("auth.sign_in"), 303)
    if g.web is not None and g.web.waiting and request.endpoint not in _WAITING:
        return redirect(url_for("auth.factor"), 303)
    return None


def _token() -> str:
    return request.headers.get(TOKEN_HEADER) or field("token")


def _addressed_to_us() -> bool:
    try:
        parts = urlsplit(f"//{request.headers.get('Host', '')}")
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if host is None or parts.username is not None or parts.netloc != request.headers.get("Host"):
        return False
    return (f"[{host}]" if ":" in host else host) in desk().settings.hosts


def _refuse_other_sites() -> None:
    """Judge by Fetch Metadata, and by Origin where a browser does not send it."""
    site = request.headers.get("Sec-Fetch-Site")
    if request.method not in _SAFE:
        if site is not None and site != "same-origin":
            raise Forbidden
        if site is None and not _own_origin(request.headers.get("Origin", "null")):
            raise Forbidden
    elif site in ("cross-site", "same-site") and not _followed_link():
        raise Forbidden


def _own_origin(origin: str) -> bool:
    """Under `Referrer-Policy: no-referrer` a browser sends "null" (Fetch standard, 3.2)."""
    return origin == "null" or origin.partition("://")[2] == request.headers.get("Host", "")


def _followed_link() -> bool:
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" and request.headers.get("Sec-Fetch-Dest") == "document"


def _recognise(cookie: str | None) -> None:
    active = request.endpoint not in _BY_ITSELF
    found = desk().sessions.find(cookie, active=active) if cookie else None
    g.web = None
    if found is None:
        return
    if found.enter(desk().settings.turn.total_seconds()):
        g.web = found
        found.lend(cookie or "")
        _refresh(cookie or "")
    elif not found.ended:
        raise ServiceUnavailable


def _refresh(cookie: str) -> None:
    """End a session whose member was disabled, or has another role or passphrase by now."""
    try:
        refresh(archive(), session())
    except (SessionEnded, KeysLocked) as error:
        release()
        g.web = None
        desk().sessions.end(cookie, Why.of(error))


def release(_error: BaseException | None = None) -> None:
    """Give the session's turn back when the request is over."""
    found = g.pop("web", None)
    if found is not None:
        found.leave()


def until_sent(response: Response) -> Response:
    """Let the session keep its turn until a response that is made while it is sent has been sent.

    Call it last: the page has no session afterwards.
    """
    response.call_on_close(g.pop("web").leave)
    return response


def needs(action: Action) -> Callable[[Callable[Params, Returned]], Callable[Params, Returned]]:
    """Let a page run only for members who may do `action`; a refusal is in the ledger first.

    Raises (in the page):
        NotPermitted: shown exactly as a page that does not exist.
    """

    def decorate(page: Callable[Params, Returned]) -> Callable[Params, Returned]:
        @wraps(page)
        def checked(*args: Params.args, **kwargs: Params.kwargs) -> Returned:
            if not session().allows(action):
                authorise(archive(), session(), action)
                raise NotPermitted
            return page(*args, **kwargs)

        return checked

    return decorate
