"""What every page needs at hand: the archive, the sessions, and who is asking."""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from typing import cast

from flask import current_app, g, request

from archive.services.intake.uploads import Uploads
from archive.services.parts import Archive
from archive.services.session import Session
from webui.bearers import BearerStore
from webui.questions import Questions
from webui.sessions import SessionStore, WebSession, same
from webui.settings import Settings
from webui.throttle import SignInThrottle

EXTENSION = "strongroom"
LAST_PAGE = 1_000_000  # as the API has it


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of one web door. `form_key` (32 bytes) binds forms to cookies.

    `uploads` are the files that are on their way in. `spent` is set once a session has ended that
    this process used: what passed through its memory is still there.
    """

    archive: Archive
    settings: Settings
    sessions: SessionStore
    bearers: BearerStore
    throttle: SignInThrottle
    form_key: bytes
    uploads: Uploads
    questions: Questions = field_of(default_factory=Questions)
    spent: threading.Event = field_of(default_factory=threading.Event)

    def going_on(self, form_key: bytes) -> Desk:
        """Return the same desk, with another form key."""
        return replace(self, form_key=form_key)

    def form_token(self, cookie: str) -> str:
        """Return the token that a form must carry from a browser with this cookie."""
        return hmac.digest(self.form_key, cookie.encode(), hashlib.sha256).hex()

    def token_fits(self, cookie: str | None, token: str) -> bool:
        """Return whether a form with `token` was made for this cookie."""
        return bool(cookie) and same(self.form_token(cookie or ""), token)


def desk() -> Desk:
    """Return the desk of the running app."""
    return cast(Desk, current_app.extensions[EXTENSION])


def web() -> WebSession | None:
    """Return the live web session of this request, if somebody is signed in."""
    return cast("WebSession | None", g.get("web"))


def member() -> WebSession:
    """Return the web session of this request; the guard lets nobody else this far."""
    found = web()
    if found is None:
        raise LookupError("the guard lets nobody through without a session")
    return found


def session() -> Session:
    """Return the signed-in member's session."""
    return member().session


def archive() -> Archive:
    """Return the open archive."""
    return desk().archive


def field(name: str) -> str:
    """Return a form field of this request, empty when it is missing."""
    return request.form.get(name, "")


def page_asked() -> int:
    """Return the page of a list that the address asks for: from 1 up to what a catalog counts."""
    return min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)


def notice(text: str) -> None:
    """Show `text` once, on the next page that this session sees."""
    member().notices.append(text)
