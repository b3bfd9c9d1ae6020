"""What browsers were asked before anybody is known: found by their cookie, taken once."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

from archive.services.members.passkeys import Asked

_MOST = 1000  # browsers; the one that was asked longest ago goes first


class Questions:
    """The newest question of each browser, under a hash of its cookie, in memory."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, Asked] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, cookie: str, asked: Asked) -> None:
        """Keep what a browser is asked now in place of what it was asked before."""
        with self._lock:
            self._asked.pop(_digest(cookie), None)
            self._asked[_digest(cookie)] = asked
            while len(self._asked) > _MOST:
                self._asked.popitem(last=False)

    def take(self, cookie: str) -> Asked | None:
        """Return what a browser was asked, this once."""
        with self._lock:
            return self._asked.pop(_digest(cookie), None)

    def lay_down(self) -> OrderedDict[str, Asked]:
        """Return what another process needs to go on."""
        with self._lock:
            return OrderedDict(self._asked)

    def take_up(self, laid: OrderedDict[str, Asked]) -> None:
        """Go on with what another process asked."""
        with self._lock:
            self._asked = laid


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
