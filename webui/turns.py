"""Whose request is worked on next: nobody's many requests take the places of everybody else.

Requests of one session take turns (`webui.sessions`), and those of one member wait for each other
in the search; each that waits sits in one of few threads. So a member has no more than some of the
threads, strangers together have no more than some, and who lets too many wait is told to come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import Error

OF_SESSION = 2  # at work at once: one, and one that waits for it or says that it cannot
OF_MEMBER = 3
QUEUED = 64  # of one member


@dataclass(frozen=True, slots=True)
class Who:
    """Who sends a request: ids of the member and of the session, empty for every stranger."""

    member: str = ""
    session: str = ""


class Busy(Error):  # type: ignore[misc]
    """Too many requests of the same member wait already (RFC 9110 section 15.6.4)."""

    code = 503
    reason = "Service Unavailable"


class Turns(ThreadedTaskDispatcher):  # type: ignore[misc]
    """A dispatcher of connections with whole requests; `who` returns `None` for what never waits.

    Strangers count together as one member.
    """

    def __init__(self, who: Callable[[Any], Who | None]) -> None:
        super().__init__()
        self._who = who
        self._work: Counter[Who | str] = Counter()

    def add_task(self, task: Any) -> None:
        """Let a connection whose next request is whole wait for its turn."""
        request = task.requests[0]
        who = None if request.error else self._who(request)
        with self.lock:
            if who is not None and self._queued(who.member) >= QUEUED:
                request.error, who = Busy("too many of your requests wait"), None
            task.who = who
            self.queue.append(task)
            self.queue_cv.notify()

    def handler_thread(self, thread_no: int) -> None:
        """Work on one connection after the other until told to stop."""
        while (task := self._next(thread_no)) is not None:
            who = task.who
            try:
                task.service()
            except BaseException:
                self.logger.exception("Exception when servicing %r", task)
            finally:
                with self.lock:
                    self._count(who, -1)

    def _next(self, thread_no: int) -> Any:
        """Return the first connection whose turn it is, `None` when this thread is to end."""
        with self.lock:
            while (task := self._first()) is None and not self.stop_count:
                self.active_count -= 1
                self.queue_cv.wait()
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
        return next((one for one in self.queue if self._fits(one.who)), None)

    def _fits(self, who: Who | None) -> bool:
        if who is None:
            return True
        if who.member and self._work[who] >= OF_SESSION:
            return False
        return self._work[who.member] < OF_MEMBER

    def _count(self, who: Who | None, change: int) -> None:
        if who is not None:
            self._work.update({who: change, who.member: change})
            self._work += Counter()

    def _queued(self, member: str) -> int:
        return sum(one.who is not None and one.who.member == member for one in self.queue)
