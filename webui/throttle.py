"""Guessing at the sign-in page is slowed down; nobody is ever locked out (ASVS 5.0, 6.3.1).

Failures count per name and address together, and per address. After some free tries each further
one must wait twice as long, up to half a minute; an attempt during the wait is refused unread and
does not lengthen it. Somebody else's guesses from another address never delay a member.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.model.ids import RandomBytes

_MOST = 10_000  # pairs remembered; the oldest goes first
_FORGET = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Pace:
    free: int
    """Tries before the first wait."""
    longest: int
    """Longest wait in seconds."""


_PAIR = _Pace(free=5, longest=30)
_ADDRESS = _Pace(free=30, longest=10)


@dataclass(slots=True)
class _Count:
    failures: int
    last: datetime
    told: bool = False


class SignInThrottle:
    """Counts failed sign-ins in memory, under keyed hashes of names and addresses."""

    def __init__(self, *, clock: Callable[[], datetime], random: RandomBytes) -> None:
        self._clock = clock
        self._key = random(32)
        self._counts: dict[bytes, _Count] = {}
        self._trying: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    def wait(self, name: str, address: str) -> int:
        """Return the seconds until this name may be tried from this address; 0 means now."""
        with self._lock:
            return max(self._left(key, pace) for key, pace in self._keys(name, address))

    def begin(self, name: str, address: str) -> int:
        """Return as `wait` does; when it is 0 this is a try, until `over`.

        Once the free tries are spent they go one after the other: who sends many at once does not
        get them all in before the first has failed.
        """
        with self._lock:
            seconds = max(self._left(key, pace) for key, pace in self._keys(name, address))
            pair = self._keys(name, address)[0][0]
            if not seconds and self._trying[pair]:
                seconds = int(self._current(pair) + self._trying[pair] >= _PAIR.free)
            if not seconds:
                self._trying[pair] += 1
            return seconds

    def over(self, name: str, address: str) -> None:
        """End a try that `begin` let through, however it ended."""
        with self._lock:
            self._trying[self._keys(name, address)[0][0]] -= 1
            self._trying += Counter()

    def failed(self, name: str, address: str) -> None:
        """Count one failure."""
        with self._lock:
            for key, _ in self._keys(name, address):
                count = self._current(key)
                self._counts.pop(key, None)
                self._counts[key] = _Count(count + 1, self._clock())
            while len(self._counts) > _MOST:
                del self._counts[next(iter(self._counts))]

    def first_refusal(self, name: str, address: str) -> bool:
        """Return whether this is the first try of the present wait; later ones return false."""
        with self._lock:
            counts = [self._counts.get(key) for key, pace in self._keys(name, address)]
            waiting = [one for one in counts if one is not None and not one.told]
            for one in waiting:
                one.told = True
            return bool(waiting)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name at this address."""
        with self._lock:
            for key, pace in self._keys(name, address):
                if pace is _PAIR:
                    self._counts.pop(key, None)

    def lay_down(self) -> tuple[bytes, dict[bytes, _Count]]:
        """Return what another process needs to go on counting."""
        with self._lock:
            return self._key, dict(self._counts)

    def take_up(self, laid: tuple[bytes, dict[bytes, _Count]]) -> None:
        """Go on with what another process counted."""
        with self._lock:
            self._key, self._counts = laid

    def _keys(self, name: str, address: str) -> tuple[tuple[bytes, _Pace], ...]:
        pair = f"{len(address)}:{address}{name.strip().casefold()}"
        return ((self._tag("pair", pair), _PAIR), (self._tag("address", address), _ADDRESS))

    def _tag(self, kind: str, text: str) -> bytes:
        message = f"{kind}\0{text}".encode(errors="surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256)

    def _current(self, key: bytes) -> int:
        count = self._counts.get(key)
        if count is None or self._clock() - count.last >= _FORGET:
            return 0
        return count.failures

    def _left(self, key: bytes, pace: _Pace) -> int:
        beyond = self._current(key) - pace.free
        if beyond < 0:
            return 0
        pause = min(1 << min(beyond, 16), pace.longest)
        passed = (self._clock() - self._counts[key].last).total_seconds()
        return min(pause, max(0, math.ceil(pause - passed)))
