"""Tokens at the web door: sessions of programs, found by a hash, each with its token's scope."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from archive.errors import ArchiveError
from archive.model.access import Scope
from archive.services.members import tokens, unlocking
from archive.services.members.tokens import Token
from archive.services.parts import Archive
from webui.sessions import WebSession
from webui.settings import Settings
from webui.turns import Who

_SCHEME = "bearer"  # RFC 6750 section 2.1; schemes are case-insensitive (RFC 9110, 11.1)


def token_of(header: str) -> str:
    """Return the token of an Authorization header, empty when there is none."""
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == _SCHEME else ""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program that was let in: its session, whose requests take turns, and its token."""

    web: WebSession
    token: Token

    def lend(self, text: str) -> None:
        """Let the request that has the turn use the keys that its token is a half of."""
        self.web.lend(tokens.parse(text).half.hex())


class BearerStore:
    """Every session of a token in this process; the texts of tokens are kept nowhere."""

    def __init__(
        self,
        archive: Archive,
        settings: Settings,
        clock: Callable[[], datetime],
        *,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_end` is called after a session of this process has ended."""
        self._on_end = on_end
        self._archive = archive
        self._settings = settings
        self._clock = clock
        self._bearers: dict[str, Bearer] = {}
        self._lock = threading.Lock()

    def find(self, text: str) -> Bearer | None:
        """Return the session of a token that was let in before and is not due to end."""
        with self._lock:
            found = self._bearers.get(_digest(text))
            now = self._clock()
            if found is None or not self._due(found, now):
                if found is not None:
                    found.web.seen = now
                return found
        self.end(found.token.id)
        return None

    def begin(self, text: str) -> Bearer:
        """Let a token in, and return its session.

        Raises:
            TokenRefused: see `tokens.resume`.
        """
        session, token = tokens.resume(self._archive, text)
        if session.unlocked is not None:
            session.unlocked.lend(b"")
        made = Bearer(WebSession(session, self._clock()), token)
        with self._lock:
            kept = self._bearers.setdefault(_digest(text), made)
        if kept is not made:
            session.lock()
        return kept

    def most(self, text: str) -> int:
        """Return how many bytes who has a token may send in one request; 0 when it is not good.

        That is no activity.
        """
        try:
            token = tokens.stands(self._archive, text)
        except ArchiveError:
            return 0
        hands_in = Scope.INGEST in token.scopes
        return self._settings.max_upload if hands_in else self._settings.max_form

    def whose(self, text: str) -> Who:
        """Return whose a token is that was let in before; a stranger's otherwise."""
        with self._lock:
            found = self._bearers.get(_digest(text))
        return Who() if found is None else Who(found.web.member.id, found.token.id)

    def end(self, token: str) -> None:
        """End the session of a token, by its id, and its keyholder, if it was let in here."""
        with self._lock:
            ended = [key for key, one in self._bearers.items() if one.token.id == token]
            found = [self._bearers.pop(key) for key in ended]
        for one in found:
            one.web.end()
        if found:
            self._on_end()

    def sweep(self) -> int:
        """End every session that is due, or whose keyholder is gone; return how many were."""
        with self._lock:
            every = list(self._bearers.values())
        live = unlocking.live(self._archive) if every else {}
        now = self._clock()
        due = [one.token.id for one in every if self._due(one, now) or one.web.holder not in live]
        for token in due:
            self.end(token)
        return len(due)

    def lay_down(self) -> None:
        """Forget every session and leave its keyholder: its token comes with the next request."""
        with self._lock:
            left = list(self._bearers.values())
            self._bearers.clear()
        for one in left:
            one.web.session.lock()

    def end_all(self) -> None:
        """End every session."""
        with self._lock:
            ended = list(self._bearers.values())
            self._bearers.clear()
        for one in ended:
            one.web.end()

    def __len__(self) -> int:
        return len(self._bearers)

    def _due(self, one: Bearer, now: datetime) -> bool:
        return now - one.web.seen >= self._settings.idle or now >= one.token.expires


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
