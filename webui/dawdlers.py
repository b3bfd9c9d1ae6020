"""Connections that dawdle: whoever holds one without using it makes room for those who would.

A server with a fixed number of connections is stopped by as many clients that send a byte now and
then (slowloris; OWASP, "Denial of Service Cheat Sheet"), and one of them keeps it from ever being
still. So a header has its time, a body its pace, and where it becomes crowded the connection goes
on which nothing has been under way for longest.
"""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel

HEAD_SECONDS = 20.0  # from a request's first byte until its header is whole
BODY_PACE = 1024  # bytes a second of a body, on the average since then
STALLED_SECONDS = 60.0  # that an answer may wait for its reader to take any of it
LARGE = 8  # requests of one member on their way in that are larger than a stranger's
CROWDED = 0.75  # of the connections that there may be


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when its answer waits for the reader (`time.time`)."""

    waits_since = 0.0

    def stalled(self, now: float) -> bool:
        """Return whether the reader has taken nothing for too long of an answer that is there."""
        if not self.total_outbufs_len or self.last_activity > self.waits_since:
            self.waits_since = now
        return now - self.waits_since > STALLED_SECONDS


def late(request: Any, now: float) -> bool:
    """Return whether a request that is not whole yet has had its time."""
    allowed = HEAD_SECONDS + (request.taken / BODY_PACE if request.headers_finished else 0)
    return bool(now - request.begun > allowed)


def idle_since(channel: Any) -> float | None:
    """Return since when a connection has nothing under way that a member sends; else `None`.

    What is not whole, and small enough for a stranger to send, counts from its beginning.
    """
    if channel.requests or channel.total_outbufs_len:
        return None
    if channel.request is None:
        return float(channel.last_activity)
    return None if channel.request.large else float(channel.request.begun)


def leaving(channels: Iterable[Any], now: float, most: int) -> Iterator[Any]:
    """Yield the connections to close: what is late or stalled, and the idlest beyond `most`.

    Of what only members may send, a member has no more than `LARGE` at once.
    """
    left, large = [], Counter[str]()
    for one in channels:
        arriving = one.request
        if arriving is not None and arriving.large:
            large[arriving.owner.member] += 1
        if one.stalled(now) or (arriving is not None and _beyond(arriving, now, large)):
            yield one
        else:
            left.append(one)
    idle = sorted(((idle_since(one), n) for n, one in enumerate(left)), key=_oldest)
    for since, number in idle[: max(0, len(left) - most)]:
        if since is not None:
            yield left[number]


def _beyond(request: Any, now: float, large: Counter[str]) -> bool:
    return late(request, now) or (request.large and large[request.owner.member] > LARGE)


def _oldest(one: tuple[float | None, int]) -> tuple[bool, float]:
    return (one[0] is None, one[0] or 0.0)


def mind(server: Any) -> None:
    """Let a waitress server close those connections each time that it looks after them."""
    before: Callable[[float], None] = server.maintenance
    most = int(server.adj.connection_limit * CROWDED)

    def look(now: float) -> None:
        before(now)
        for one in leaving(list(server.active_channels.values()), time.time(), most):
            one.will_close = True
            with suppress(OSError):  # its reader has left already
                one.socket.shutdown(socket.SHUT_RDWR)

    server.maintenance = look
    server.adj.cleanup_interval = 1  # seconds
