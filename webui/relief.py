"""The process of the pages gives way to a fresh one after somebody's session has ended.

Python does not wipe what it frees: pages, file keys and what was typed stay in its memory. So once
a session has ended the process takes in no more requests, finishes those that it has, lays down
what the other sessions need, and ends; whoever started it starts the next, which takes it up. The
listening socket stays open meanwhile, and who connects waits. Keys are not handed over: the next
process finds each session's keyholder by the cookie that the next request brings.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any

from webui.desk import Desk

REST = 5.0  # seconds of a process's life before it may be relieved
_CALM = 0.3  # seconds of silence after which a kept connection is closed
_PATIENCE = 5.0  # seconds in which every request must end, else others are let in again
_HALF = 2.5  # seconds after which a request that is not whole yet is not waited for any longer
_LONGEST = 60.0  # seconds until the next try, which doubles each time that something is under way
_LOOK = 0.1  # seconds between looks while a relief is due
_UPLOADS = timedelta(minutes=15)
"""How long an upload that waits for its next piece, or to be handed in, puts a relief off."""


def make_baton() -> int:
    """Return a descriptor of a file in memory, by which one process hands to the next."""
    return os.memfd_create("strongroom-pages", os.MFD_CLOEXEC)


def lay_down(desk: Desk, baton: int) -> None:
    """Put what other sessions need into the baton; this desk has no session afterwards."""
    held = (
        desk.form_key,
        desk.sessions.lay_down(),
        desk.throttle.lay_down(),
        desk.questions.lay_down(),
        desk.sessions.endings.lay_down(),
    )
    desk.bearers.lay_down()
    os.pwrite(baton, pickle.dumps(held), 0)


def take_up(desk: Desk, baton: int) -> Desk:
    """Return a desk that goes on with what the baton holds; the baton is empty afterwards."""
    size = os.fstat(baton).st_size
    if not size:
        return desk
    held = os.pread(baton, size, 0)
    os.ftruncate(baton, 0)
    form_key, sessions, throttle, questions, endings = pickle.loads(held)  # noqa: S301 - our own process
    desk.sessions.take_up(sessions)
    desk.throttle.take_up(throttle)
    desk.questions.take_up(questions)
    desk.sessions.endings.take_up(endings)
    return desk.going_on(form_key)


class Relief:
    """Ends a waitress server once a session has ended and no request is under way.

    It works in the server's own thread, between two looks at its sockets, so that no request comes
    in between the last look and the end.
    """

    def __init__(self, server: Any, desk: Desk, *, rest: float = REST) -> None:
        """`rest` is how long the process lives at the least, in seconds."""
        self._rest = rest
        self._server = server
        self._desk = desk
        self._maintain = server.maintenance
        self._due = monotonic() + rest
        self._since = 0.0
        self.done = False
        server.maintenance = self._look

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Wake the server's thread while a relief is due, for as long as the block runs."""
        stop = threading.Event()
        watch = threading.Thread(target=self._nudge, args=(stop,), daemon=True)
        watch.start()
        try:
            yield
        finally:
            stop.set()
            self._desk.spent.set()
            watch.join()

    def _nudge(self, stop: threading.Event) -> None:
        self._desk.spent.wait()
        while not stop.wait(_LOOK):
            self._server.pull_trigger()

    def _look(self, now: float) -> None:
        """Close idle connections; with a relief due, take in nothing and end when all is still.

        Raises:
            SystemExit: nothing is under way; the server's loop ends by it.
        """
        self._maintain(now)
        if not self._desk.spent.is_set() or monotonic() < self._due or self._uploading():
            return
        self._server.next_channel_cleanup = now
        if self._server.accepting:
            self._server.accepting, self._since = False, monotonic()
        for channel in list(self._server.active_channels.values()):
            if not channel.requests and _given_up(channel, now):
                channel.will_close = True
        if self._quiet():
            self.done = True
            raise SystemExit(0)
        if monotonic() - self._since > _PATIENCE:
            self._server.accepting, self._due = True, monotonic() + self._rest
            self._rest = min(2 * self._rest, _LONGEST)

    def _quiet(self) -> bool:
        work = self._server.task_dispatcher
        return not self._server.active_channels and not work.queue and not work.active_count

    def _uploading(self) -> bool:
        return self._desk.uploads.moved(self._desk.archive.clock() - _UPLOADS)


def _given_up(channel: Any, now: float) -> bool:
    """Return whether a connection without a whole request is closed for the relief's sake.

    What only a member may send is waited for.
    """
    if channel.request is None:
        return bool(channel.last_activity < now - _CALM)
    return not channel.request.large and bool(channel.request.begun < now - _HALF)
