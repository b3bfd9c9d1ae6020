"""Whose request is worked on next: nobody's many requests take the places of everybody else.

Requests of one session take turns (`webui.sessions`), and those of one member wait for each other
in the search; each that waits sits in one of few threads. So a member has no more than some of the
threads, strangers together have no more than some, and who lets too many wait is told to come back.

Threads share one interpreter, so whoever asks without a pause slows down everybody who asks now and
then, with one request at a time too. Such a member's next request begins when nobody else's is at
work, or when it has waited for a while.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

OF_SESSION = 2  # at work at once: one, and one that waits for it or says that it cannot
OF_MEMBER = 3
QUEUED = 64  # of one member
FAIR = 0.25  # of the last seconds; a request of whom had more at work gives way to others'
PATIENCE = 0.25  # seconds for which it does
_LAST = 10.0  # seconds: the time constant after which what somebody had is forgotten


@dataclass(frozen=True, slots=True)
class Who:
    """Who sends a request: ids of the member and of the session, empty for every stranger."""

    member: str = ""
    session: str = ""


class Busy(Error):  # type: ignore[misc]
    """Too many requests of the same member wait already (RFC 9110 section 15.6.4)."""

    code = 503
    reason = "Service Unavailable"


class Shares:
    """How much of the last seconds each member had a request at work; times are in seconds."""

    def __init__(self) -> None:
        self._had: dict[str, tuple[float, float]] = {}

    def add(self, member: str, seconds: float, now: float) -> None:
        """Count a request that was at work for some seconds until now."""
        self._had = {one: had for one, had in self._had.items() if now - had[1] < 10 * _LAST}
        self._had[member] = (self._left(member, now) + seconds, now)

    def beyond(self, member: str, now: float) -> bool:
        """Return whether somebody had more than `FAIR` of the last seconds."""
        return self._left(member, now) > FAIR * _LAST

    def _left(self, member: str, now: float) -> float:
        seconds, then = self._had.get(member, (0.0, now))
        return seconds * math.exp((then - now) / _LAST)


class Turns(ThreadedTaskDispatcher):  # type: ignore[misc]
    """A dispatcher of connections with whole requests; `who` returns `None` for what never waits.

    Strangers count together as one member. `clock` gives seconds that only grow.
    """

    def __init__(
        self, who: Callable[[Any], Who | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._who = who
        self._clock = clock
        self._work: Counter[Who | str] = Counter()
        self._shares = Shares()

    def add_task(self, task: Any) -> None:
        """Let a connection whose next request is whole wait for its turn."""
        request = task.requests[0]
        who = None if request.error else self._who(request)
        with self.lock:
            if who is not None and self._queued(who.member) >= QUEUED:
                request.error, who = Busy("too many of your requests wait"), None
            task.who, task.since = who, self._clock()
            self.queue.append(task)
            self.queue_cv.notify()

    def handler_thread(self, thread_no: int) -> None:
        """Work on one connection after the other until told to stop."""
        while (task := self._next(thread_no)) is not None:
            who, began = task.who, self._clock()
            try:
                task.service()
            except BaseException:
                self.logger.exception("Exception when servicing %r", task)
            finally:
                with self.lock:
                    self._count(who, -1)
                    self._note(who, began)

    def _next(self, thread_no: int) -> Any:
        """Return the first connection whose turn it is, `None` when this thread is to end."""
        with self.lock:
            while (task := self._first()) is None and not self.stop_count:
                self.active_count -= 1
                self.queue_cv.wait(PATIENCE if self.queue else None)
                self.active_count += 1
            if self.stop_count:
                self.active_count -= 1
                self.stop_count -= 1
                self.threads.discard(thread_no)
                self.thread_exit_cv.notify()
                return None
            self.queue.remove(task)
            self._count(task.who, 1)
            return task

    def _first(self) -> Any:
        now = self._clock()
        return next((one for one in self.queue if self._fits(one.who, one.since, now)), None)

    def _fits(self, who: Who | None, since: float, now: float) -> bool:
        if who is None:
            return True
        if who.member and self._work[who] >= OF_SESSION:
            return False
        if self._work[who.member] >= OF_MEMBER:
            return False
        gives_way = now - since < PATIENCE and self._shares.beyond(who.member, now)
        return not gives_way or not self._sparing_at_work(now)

    def _sparing_at_work(self, now: float) -> bool:
        """Return whether a request is at work of somebody who does not ask without a pause."""
        members = (one for one in self._work if isinstance(one, str))
        return any(not self._shares.beyond(one, now) for one in members)

    def _note(self, who: Who | None, began: float) -> None:
        if who is not None:
            now = self._clock()
            self._shares.add(who.member, now - began, now)

    def _count(self, who: Who | None, change: int) -> None:
        if who is not None:
            self._work.update({who: change, who.member: change})
            self._work += Counter()

    def _queued(self, member: str) -> int:
        return sum(one.who is not None and one.who.member == member for one in self.queue)
