"""Why sessions ended, for the browser that comes back with the cookie of one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from enum import StrEnum

from archive.errors import ArchiveError, SessionEnded

_MOST = 1000  # sessions; the one that ended longest ago is forgotten first


class Why(StrEnum):
    """Why a session ended that its member did not end by signing out.

    `LOCKED`: its keyholder is gone. `CHANGED`: its member has another role or passphrase, or left.
    `CROWDED`: the member began more sessions than one may have. `ELSEWHERE`: the member ended it
    from another one.
    """

    IDLE = "idle"
    ABSOLUTE = "absolute"
    ELSEWHERE = "elsewhere"
    CROWDED = "crowded"
    LOCKED = "locked"
    CHANGED = "changed"

    @classmethod
    def of(cls, error: ArchiveError) -> Why:
        """Return why a session ended whose keys were refused with `error`."""
        return cls.CHANGED if isinstance(error, SessionEnded) else cls.LOCKED


class Endings:
    """Why the newest sessions ended, under the digests of their cookies, in memory."""

    def __init__(self) -> None:
        self._ended: OrderedDict[str, Why] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, digests: Iterable[str], why: Why | None) -> None:
        """Keep why sessions ended; the first reason of one counts, and no reason is not kept."""
        if why is None:
            return
        with self._lock:
            for one in digests:
                self._ended.setdefault(one, why)
            while len(self._ended) > _MOST:
                self._ended.popitem(last=False)

    def why(self, digest: str) -> Why | None:
        """Return why a session ended, `None` when that is not known."""
        with self._lock:
            return self._ended.get(digest)

    def lay_down(self) -> OrderedDict[str, Why]:
        """Return what another process needs to go on."""
        with self._lock:
            return OrderedDict(self._ended)

    def take_up(self, laid: OrderedDict[str, Why]) -> None:
        """Go on with what another process knew."""
        with self._lock:
            self._ended = laid
