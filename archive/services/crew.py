"""Work spread over forked processes; results come back in the order of the tasks.

Forked, not started anew: a child begins with what its parent has in memory, keys included, so that
nothing is handed over a disk or an argument list. Linux drops the children with their parent.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from time import monotonic
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar, cast, runtime_checkable

Task = TypeVar("Task")
Result = TypeVar("Result")
Start = Callable[[], AbstractContextManager[Callable[[Task], Result]]]

_LEAST_AHEAD, _MOST_AHEAD = 2, 12  # tasks that may wait at each process
_AHEAD_SECONDS = 0.5  # of work that waits there, so that none idles while its parent is busy
_PIPE_BYTES = 1 << 20  # the most that Linux gives without privilege (fcntl(2), F_SETPIPE_SZ)
_PR_SET_PDEATHSIG = 1  # prctl(2)
_SELDOM = (20_000, 20, 50)  # objects until the garbage collector looks; tasks make no cycles
_NEWS, _TASK = range(2)
_fork = multiprocessing.get_context("fork")


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Have the garbage collector look seldom, and only at what is made in the block.

    A collection in a forked process then copies no page of what its parent made. In a process with
    other threads, what they are at would be kept until the next full collection.
    """
    threshold = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()


@runtime_checkable
class Forehanded(Protocol):
    """Work that can be begun before there is a task, and that must be told something first."""

    def ahead(self) -> bool:
        """Do a little of what the first tasks will need; return false when that is enough."""

    def told(self, news: Any) -> None:
        """Take up what the parent found out meanwhile; comes before the first task."""


class Solo(Generic[Task, Result]):
    """A crew of none: every task is done here, when its result is asked for. A context manager."""

    def __init__(self, start: Start[Task, Result]) -> None:
        self._start = start
        self._open = ExitStack()

    def __enter__(self) -> Solo[Task, Result]:
        """Return the crew; nothing is started yet."""
        return self

    def begin(self) -> None:
        """Do nothing: the work is begun with the first task."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what was started."""
        self._open.close()

    def map(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | None]]:
        """Yield every task with its result, in order."""
        work: Callable[[Task], Result] | None = None
        for task in tasks:
            work = work or self._open.enter_context(self._start())
            yield task, work(task)


class _Slot(Generic[Task, Result]):
    """A task on its way: `done` once there is a result, or none because its process died."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.result: Result | None = None
        self.done = False


class _Hand(Generic[Task, Result]):
    """One process of a crew, and the tasks that it was given and has not answered.

    `seconds` is what the last task took.
    """

    def __init__(self, start: Start[Task, Result], strangers: Iterable[Connection]) -> None:
        theirs, self.tasks = _fork.Pipe(duplex=False)
        self.results, answers = _fork.Pipe(duplex=False)
        with suppress(OSError):
            fcntl.fcntl(answers.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.slots: deque[_Slot[Task, Result]] = deque()
        self.seconds = _AHEAD_SECONDS
        mine = [self.tasks, self.results, *strangers]
        self.process = _fork.Process(
            target=_serve, args=(start, theirs, answers, mine, os.getpid()), daemon=True
        )
        self.process.start()
        theirs.close()
        answers.close()

    @property
    def spare(self) -> int:
        """How many more tasks it should be given now."""
        worth = int(_AHEAD_SECONDS / max(self.seconds, 1e-3))
        return min(max(worth, _LEAST_AHEAD), _MOST_AHEAD) - len(self.slots)

    def tell(self, news: Any) -> None:
        """Tell the process something before its first task."""
        with suppress(OSError):
            self.tasks.send((_NEWS, news))

    def give(self, slot: _Slot[Task, Result]) -> None:
        """Hand a task over; a process that died is noticed when its answer is awaited."""
        self.slots.append(slot)
        with suppress(OSError):
            self.tasks.send((_TASK, slot.task))

    def take(self) -> bool:
        """Receive the answer to the oldest task; return false when the process died over it."""
        slot = self.slots.popleft()
        slot.done = True
        try:
            self.seconds, slot.result = self.results.recv()
        except (EOFError, OSError):
            return False
        return True

    def dismiss(self) -> None:
        """End the process: at once when it is at work, else in good order."""
        self.tasks.close()
        if self.slots:
            self.process.kill()
        self.process.join()
        self.results.close()


class Crew(Generic[Task, Result]):
    """A context manager around `size` processes, each started by its first task at the latest.

    `start` runs in each process; what its context gives is called with every task. When it is
    `Forehanded`, it is put to work as soon as it is started.
    """

    def __init__(self, start: Start[Task, Result], size: int) -> None:
        self._start = start
        self._size = size
        self._hands: list[_Hand[Task, Result]] = []
        self._open = ExitStack()

    def __enter__(self) -> Crew[Task, Result]:
        """Return the crew; no process runs yet."""
        self._open.enter_context(seldom_collected())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every process; what they were still at is given up."""
        while self._hands:
            self._hands.pop().dismiss()
        self._open.close()

    def begin(self) -> None:
        """Start every process now."""
        while len(self._hands) < self._size:
            self._hire()

    def tell(self, news: Any) -> None:
        """Tell the processes that were begun something before their first task.

        Those that are started later begin with what this process knows.
        """
        for hand in self._hands:
            hand.tell(news)

    def map(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | None]]:
        """Yield every task with its result, in order; `None` where a process died over it.

        `tasks` is read no further ahead than the crew can hold.
        """
        source = iter(tasks)
        order: deque[_Slot[Task, Result]] = deque()
        more = True
        while more or order:
            while more and (not order or self._has_room(len(order))):
                more = self._dispatch(source, order)
            while order and order[0].done:
                slot = order.popleft()
                yield slot.task, slot.result
            if order and not order[0].done:
                self._await()

    def _has_room(self, waiting: int) -> bool:
        """Return whether one more task should be drawn while `waiting` are not handed back."""
        if waiting >= self._size * _MOST_AHEAD:
            return False
        return len(self._hands) < self._size or any(hand.spare > 0 for hand in self._hands)

    def _dispatch(self, source: Iterator[Task], order: deque[_Slot[Task, Result]]) -> bool:
        for task in source:
            slot: _Slot[Task, Result] = _Slot(task)
            order.append(slot)
            self._idlest().give(slot)
            return True
        return False

    def _idlest(self) -> _Hand[Task, Result]:
        if len(self._hands) < self._size and all(hand.slots for hand in self._hands):
            return self._hire()
        return min(self._hands, key=lambda hand: (hand.spare <= 0, hand.seconds * len(hand.slots)))

    def _hire(self) -> _Hand[Task, Result]:
        strangers = [end for hand in self._hands for end in (hand.tasks, hand.results)]
        self._hands.append(_Hand(self._start, strangers))
        return self._hands[-1]

    def _await(self) -> None:
        busy = {hand.results: hand for hand in self._hands if hand.slots}
        for ready in wait(list(busy)):
            hand = busy[cast(Connection, ready)]
            if not hand.take():
                self._replace(hand)

    def _replace(self, dead: _Hand[Task, Result]) -> None:
        """Give what a dead process had not begun to others."""
        self._hands.remove(dead)
        rest, dead.slots = dead.slots, deque()
        dead.dismiss()
        for slot in rest:
            self._idlest().give(slot)


def _serve(
    start: Start[Task, Result],
    tasks: Connection,
    answers: Connection,
    strangers: Iterable[Connection],
    parent: int,
) -> None:
    """Answer tasks until there are no more; in the child."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent decides when to stop
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    for end in strangers:
        end.close()
    with start() as work, suppress(EOFError, OSError):
        if isinstance(work, Forehanded):
            while not tasks.poll() and work.ahead():
                pass
        while True:
            kind, content = tasks.recv()
            if kind == _TASK:
                began = monotonic()
                result = work(content)
                answers.send((monotonic() - began, result))
            elif isinstance(work, Forehanded):
                work.told(content)
