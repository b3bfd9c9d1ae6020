"""Sessions at the web door: kept in this process's memory, found by a hash, truly forgotten.

The cookie carries 32 random bytes and nothing else; the store knows only their SHA-256, so a
look into the store gives nobody a usable cookie (ASVS 5.0, 7.2.2 and 7.2.3).
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from archive.errors import ArchiveError
from archive.model.access import Level, Member
from archive.model.ids import MemberId, RandomBytes
from archive.model.search import SearchRequest
from archive.services.members.passkeys import Asked
from archive.services.members.second_factor import Enrolment
from archive.services.session import Session
from webui.endings import Endings, Why
from webui.holders import Asleep, Holders
from webui.remembered import News, Numbered
from webui.settings import Settings
from webui.turns import Who

ID_BYTES = 32
SESSIONS = 8  # of one member, each with a process that has its keys; the least used end
_REMEMBERED = ("waiting", "enrolment", "codes", "asked", "searches", "notices")


def new_id(random: RandomBytes) -> str:
    """Return a fresh cookie value: 32 random bytes in hex."""
    return random(ID_BYTES).hex()


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Open:
    """A session as its member sees it: when it began and was last used, whether it is this one.

    `handle` names it on the page and is no cookie; `waiting` is for a second factor.
    """

    handle: str
    began: datetime
    used: datetime
    here: bool
    waiting: bool


class WebSession:
    """One signed-in browser: the member's keys and what the pages remember for it.

    Requests of one session take turns, because its keys are one set of objects. `searches` keep
    member input in memory so that URLs need not carry it; `notices` are shown once.
    While it is `waiting` for a second factor no other page is open to it; `enrolment` is the factor
    that is being set up, `codes` its recovery codes until they are shown. `asked` is what the last
    page asked of a passkey, `news` what was last counted of the saved searches.
    """

    def __init__(self, session: Session, now: datetime, *, waiting: bool = False) -> None:
        self.session = session
        self.member = session.member
        self.waiting = waiting
        self.enrolment: Enrolment | None = None
        self.codes: tuple[str, ...] = ()
        self.asked: Asked | None = None
        self.news: News | None = None
        self.created = now
        self.seen = now
        self.searches: Numbered[tuple[SearchRequest, Level]] = Numbered()
        self.notices: list[str] = []
        self._turn = threading.Lock()
        self._ended = False
        self._forgotten = False

    def enter(self, timeout: float) -> bool:
        """Take the turn within `timeout` seconds; return false if that fails or it is over."""
        if not self._turn.acquire(timeout=timeout):
            return False
        if self._ended:
            self.leave()
            return False
        return True

    def lend(self, cookie: str) -> None:
        """Let the request that has the turn use the keys that its cookie is a half of."""
        if self.session.unlocked is not None:
            self.session.unlocked.lend(bytes.fromhex(cookie))

    def leave(self) -> None:
        """Give the turn back; a session that ended meanwhile forgets its keys now."""
        if self.session.unlocked is not None:
            self.session.unlocked.lend(b"")
        self._turn.release()
        if self._ended:
            self._forget()

    def end(self) -> None:
        """Let nobody enter any more, and forget every key as soon as no request is using them."""
        self._ended = True
        self._forget()

    @property
    def ended(self) -> bool:
        """Whether the session is over."""
        return self._ended

    @property
    def holder(self) -> str:
        """The name of the keyholder that has the session's keys, empty when there is none."""
        return "" if self.session.unlocked is None else self.session.unlocked.holder

    def asleep(self, digest: str) -> Asleep:
        """Return the session as another process can go on with it; `digest` is its cookie's."""
        one = self.session
        kept = {name: getattr(self, name) for name in _REMEMBERED}
        return Asleep(
            digest,
            one.member.id,
            one.name,
            one.member.role,
            one.slot_digest,
            self.holder,
            self.created,
            self.seen,
            kept,
        )

    @classmethod
    def woken(cls, one: Asleep, session: Session) -> WebSession:
        """Return a session that another process began, over its keys."""
        made = cls(session, one.seen)
        made.created = one.created
        for name, value in one.remembered.items():
            setattr(made, name, value)
        return made

    def _forget(self) -> None:
        if not self._turn.acquire(blocking=False):
            return
        try:
            if not self._forgotten:
                self._forgotten = True
                self.searches.clear()
                self.notices.clear()
                self.enrolment, self.codes, self.asked, self.news = None, (), None, None
                unlocked = self.session.unlocked
                self.session.lock()
                if unlocked is not None:
                    unlocked.end()
        finally:
            self._turn.release()


class SessionStore:
    """Every web session of this process; `on_end` is called after one that it used has ended.

    A session that another process began sleeps here until its cookie comes.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        random: RandomBytes,
        holders: Holders | None = None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._random = random
        self._holders = holders
        self._on_end = on_end
        self._sessions: dict[str, WebSession] = {}
        self._asleep: dict[str, Asleep] = {}
        self._lock = threading.Lock()
        self._waking = threading.Lock()
        self.endings = Endings()

    def begin(self, session: Session, half: bytes | None = None, *, waiting: bool = False) -> str:
        """Keep a member's session and return the new cookie value for it.

        The caller's half of a keyholder is the cookie itself, and is kept nowhere else.
        """
        cookie = new_id(self._random) if half is None else half.hex()
        if session.unlocked is not None:
            session.unlocked.lend(b"")
        with self._lock:
            self._sessions[_digest(cookie)] = WebSession(session, self._clock(), waiting=waiting)
        self._end(self._beyond(session.member.id), Why.CROWDED)
        return cookie

    def _of(self, member: MemberId) -> dict[str, WebSession | Asleep]:
        """Return the sessions of a member by the digests of their cookies."""
        mine: dict[str, WebSession | Asleep] = {}
        with self._lock:
            mine |= {key: one for key, one in self._asleep.items() if one.member == member}
            mine |= {key: one for key, one in self._sessions.items() if one.member.id == member}
        return mine

    def _beyond(self, member: MemberId) -> list[str]:
        """Return the sessions of a member that were used longest ago, beyond `SESSIONS`."""
        mine = self._of(member)
        return sorted(mine, key=lambda key: mine[key].seen)[:-SESSIONS]

    def listed(self, member: MemberId, cookie: str) -> tuple[Open, ...]:
        """Return a member's sessions that are not due to end, the last used first.

        `cookie` is that of the one who looks.
        """
        here, now = _digest(cookie), self._clock()
        mine = [
            Open(_digest(key), one.created, one.seen, key == here, one.waiting)
            for key, one in self._of(member).items()
            if self._due(one, now) is None
        ]
        return tuple(sorted(mine, key=lambda one: one.used, reverse=True))

    def end_listed(self, member: MemberId, handles: Container[str]) -> int:
        """End those sessions of a member that have one of these handles; return how many."""
        chosen = [key for key in self._of(member) if _digest(key) in handles]
        return self._end(chosen, Why.ELSEWHERE)

    def admit(self, cookie: str) -> str:
        """Let a session in that waited for its second factor; return its new cookie value."""
        with self._lock:
            found = self._sessions.pop(_digest(cookie))
            unlocked = found.session.unlocked
            half = unlocked.renew() if unlocked is not None else None
            renewed = new_id(self._random) if half is None else half.hex()
            found.waiting = False
            self._sessions[_digest(renewed)] = found
        return renewed

    def find(self, cookie: str) -> WebSession | None:
        """Return the live session of a cookie and count this as activity; end it if it is due."""
        self._wake(cookie)
        with self._lock:
            found = self._sessions.get(_digest(cookie))
            now = self._clock()
            why = None if found is None else self._due(found, now)
            if found is None or why is None:
                if found is not None:
                    found.seen = now
                return found
        self.end(cookie, why)
        return None

    def over(self, cookie: str) -> Why | None:
        """Return why the session of a cookie ended, `None` when that is not known."""
        return self.endings.why(_digest(cookie))

    def _wake(self, cookie: str) -> None:
        """Open the keys of a session that another process began; end it when they are gone."""
        key = _digest(cookie)
        with self._waking:
            one = self._asleep.get(key)
            if one is None or self._holders is None or self._due(one, self._clock()):
                return
            try:
                session = self._holders.resume(one, bytes.fromhex(cookie))
            except ArchiveError as error:
                self.end(cookie, Why.of(error))
                return
            with self._lock:
                ended = self._asleep.pop(key, None) is None
                if not ended:
                    self._sessions[key] = WebSession.woken(one, session)
        if ended:
            session.lock()

    def live(self, cookie: str) -> bool:
        """Return whether a cookie has a session that is let in and not due to end; not counted."""
        return self._let_in(cookie) is not None

    def most(self, cookie: str) -> int:
        """Return how many bytes who has a cookie may send in one request; 0 for a stranger."""
        member = self._let_in(cookie)
        return 0 if member is None else self._settings.most(member)

    def _let_in(self, cookie: str) -> Member | None:
        key = _digest(cookie)
        with self._lock:
            found, asleep = self._sessions.get(key), self._asleep.get(key)
            now = self._clock()
        if found is not None and not found.waiting and not self._due(found, now):
            return found.member
        if asleep is not None and not asleep.waiting and not self._due(asleep, now):
            return Member(asleep.member, asleep.role)
        return None

    def whose(self, cookie: str) -> Who:
        """Return whose session a cookie has, let in or not; a stranger when it has none."""
        key = _digest(cookie)
        with self._lock:
            found, asleep = self._sessions.get(key), self._asleep.get(key)
        if found is not None:
            return Who(found.member.id, key)
        return Who() if asleep is None else Who(asleep.member, key)

    def end(self, cookie: str, why: Why | None = None) -> None:
        """End the session of a cookie, if it has one; `why` unless its member ended it here."""
        self._end([_digest(cookie)], why)

    def _end(self, keys: Iterable[str], why: Why | None) -> int:
        chosen = list(keys)
        with self._lock:
            used = [self._sessions.pop(key) for key in chosen if key in self._sessions]
            unused = [self._asleep.pop(key) for key in chosen if key in self._asleep]
        self.endings.note(chosen, why)
        for one in used:
            one.end()
        for other in unused:
            if self._holders is not None:
                self._holders.end(other.holder)
        if used:
            self._on_end()
        return len(used) + len(unused)

    def sweep(self) -> int:
        """End every session that is due, or whose keyholder is gone; return how many were."""
        with self._lock:
            every: dict[str, WebSession | Asleep] = {**self._sessions, **self._asleep}
        held = any(one.holder for one in every.values())
        live = self._holders.live() if held and self._holders is not None else frozenset()
        now, ended = self._clock(), 0
        for key, one in every.items():
            why = self._due(one, now) or (Why.LOCKED if self._lost(one, live) else None)
            ended += 0 if why is None else self._end([key], why)
        return ended

    def _lost(self, one: WebSession | Asleep, live: frozenset[str]) -> bool:
        return self._holders is not None and bool(one.holder) and one.holder not in live

    def end_all(self) -> None:
        """End every session."""
        with self._lock:
            every = [*self._sessions, *self._asleep]
        self._end(every, Why.LOCKED)

    def lay_down(self) -> tuple[Asleep, ...]:
        """Return every session for another process to go on with; here there is none any more.

        Only what a keyholder has the keys of can go on; the others end.
        """
        with self._lock:
            going = {key: one for key, one in self._sessions.items() if one.holder}
            laid = [*self._asleep.values(), *(one.asleep(key) for key, one in going.items())]
            for key in going:
                del self._sessions[key]
            self._asleep.clear()
        self.end_all()
        return tuple(laid)

    def take_up(self, laid: Iterable[Asleep]) -> None:
        """Go on with sessions that another process laid down."""
        with self._lock:
            self._asleep.update((one.digest, one) for one in laid)

    def __len__(self) -> int:
        return len(self._sessions) + len(self._asleep)

    def _due(self, one: WebSession | Asleep, now: datetime) -> Why | None:
        if now - one.seen >= self._settings.idle:
            return Why.IDLE
        return Why.ABSOLUTE if now - one.created >= self._settings.absolute else None


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return secrets.compare_digest(left.encode(), right.encode())
