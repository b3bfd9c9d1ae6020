"""Group commit: what several threads want durable at the same time becomes so in one transaction.

The first that comes leads: once it may write, it commits its own work and that of whoever came by
then. Nobody goes on before what it asked for is durable (Gray and Reuter, Transaction Processing,
9.4.3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from threading import Event, Lock
from typing import Generic, TypeVar

from archive.errors import WriteFailed

Work = TypeVar("Work")


class Waiting(Generic[Work]):
    """The work of one thread, until it is durable or has failed."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.leads = False
        self.error: BaseException | None = None
        self._index: int | None = None
        self._called = Event()

    def done(self, index: int) -> None:
        """Say at which index of the ledger the work is durable."""
        self._index = index

    def failed(self, error: BaseException) -> None:
        """Say why it never will be; what was said first counts."""
        self.error = self.error or error

    def call(self, *, leads: bool = False) -> None:
        """Wake the thread: to lead, or since its work is settled."""
        self.leads = leads
        self._called.set()

    def wait(self) -> None:
        """Wait to be called."""
        self._called.wait()

    def outcome(self) -> int:
        """Return the index; raise what the work failed with, each thread its own copy."""
        if self.error is not None:
            raise copy(self.error).with_traceback(self.error.__traceback__)
        if self._index is None:
            raise WriteFailed
        return self._index


Group = Sequence[Waiting[Work]]
Lead = Callable[[Callable[[], Group[Work]], Callable[[], None]], None]
"""Settles a group. The first function gives it, in the order in which it came; the second is called
when the next may begin."""


class GroupCommit(Generic[Work]):
    """Puts the work of threads into groups that are committed one after the other, in order."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[Waiting[Work]] = []
        self._led = False

    def run(self, work: Work, lead: Lead[Work]) -> int:
        """Return the index of `work` once it is durable; `lead` may have to settle others' too.

        Raises whatever `lead` says that it failed with.
        """
        mine = Waiting(work)
        if self._comes_first(mine):
            mine.leads = True
        else:
            mine.wait()
        if mine.leads:
            self._lead(lead)
        return mine.outcome()

    def _comes_first(self, mine: Waiting[Work]) -> bool:
        with self._lock:
            self._waiting.append(mine)
            led, self._led = self._led, True
        return not led

    def _lead(self, lead: Lead[Work]) -> None:
        group: list[Waiting[Work]] = []
        handed_on = Event()

        def take() -> Group[Work]:
            with self._lock:
                group.extend(self._waiting)
                self._waiting.clear()
            return group

        def hand_on() -> None:
            if not handed_on.is_set():
                handed_on.set()
                self._hand_on()

        try:
            lead(take, hand_on)
        except BaseException as error:
            for one in group or take():
                one.failed(error)
            if not isinstance(error, Exception):
                raise
        finally:
            hand_on()
            for one in group:
                one.call()

    def _hand_on(self) -> None:
        """Let the next that waits lead, if there is one."""
        with self._lock:
            if self._waiting:
                self._waiting[0].call(leads=True)
            else:
                self._led = False
