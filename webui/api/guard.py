"""Before any operation: a token that is good, within its scope, and an entry that it is used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import g, request
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from archive.errors import TokenRefused
from archive.services.members import tokens
from archive.services.members.entering import AttemptKind, note_attempt
from webui.bearers import Bearer, token_of
from webui.desk import archive, desk
from webui.waiting import address, wait_for

_OPEN = frozenset({"api.description"})
"""Endpoints that need no token: the description is the same for everybody."""


@dataclass(frozen=True, slots=True)
class _Try:
    """A token that was not let in before: guesses at it are slowed down like passphrases."""

    text: str

    @property
    def name(self) -> str:
        """A name for the count of failures, of which the token cannot be made."""
        return f"token {hashlib.sha256(self.text.encode()).hexdigest()[:16]}"


def admit() -> None:
    """Let a request with a good token go on, with the session that its keyholder gives.

    Cookies are not looked at, so that no page of another site can make a browser ask.

    Raises:
        TokenRefused: no token, or not a good one.
        TooManyRequests: too many failed from this address.
        ServiceUnavailable: an earlier request with the same token takes too long.
    """
    g.web = g.bearer = None
    if request.endpoint in _OPEN:
        return
    text = token_of(request.headers.get("Authorization", ""))
    if not text:
        raise TokenRefused
    found = desk().bearers.find(text) or _begin(_Try(text))
    if not found.web.enter(desk().settings.turn.total_seconds()):
        if found.web.ended:
            raise TokenRefused
        raise ServiceUnavailable
    g.web, g.bearer = found.web, found
    found.lend(text)
    try:
        tokens.renew(archive(), found.web.session, found.token)
    except TokenRefused:
        end()
        raise


def enter(operation: str, allowed: bool) -> None:
    """Write that the token is used for an operation, or that it was not made for that.

    Raises:
        KeysLocked: its keyholder is gone.
        ScopeMissing: the operation is outside of its scope.
    """
    found = bearer()
    if not allowed:
        raise tokens.refuse(archive(), found.web.session, found.token, operation)
    tokens.used(archive(), found.web.session, found.token, operation)


def bearer() -> Bearer:
    """Return who sent this request; `admit` lets nobody else this far."""
    found: Bearer = g.bearer
    return found


def end() -> None:
    """End the session of this request's token; its keys go when the request is over."""
    found: Bearer | None = g.get("bearer")
    if found is not None:
        desk().bearers.end(found.token.id)


def _begin(tried: _Try) -> Bearer:
    wait = wait_for(tried.name)
    if wait:
        raise TooManyRequests(retry_after=wait)
    try:
        found = desk().bearers.begin(tried.text)
    except TokenRefused:
        desk().throttle.failed(tried.name, address())
        note_attempt(archive(), tried.name, AttemptKind.TOKEN)
        raise
    desk().throttle.succeeded(tried.name, address())
    return found
