"""How fast one session may use its keys: a bucket of tokens, as in leaky-bucket meters; pure."""

from __future__ import annotations

RATE = 300.0  # file keys a second in the long run
BURST = 3000.0  # file keys at once before that
_CHEAP = 0.1  # of a file key: a signature or a derived key opens no document


class Pace:
    """Says how long a request has to wait; times are seconds of a monotonic clock.

    A member's keyholder waits for that member alone, so that nobody else is held up.
    """

    def __init__(self, now: float, *, rate: float = RATE, burst: float = BURST) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._then = burst, now

    def wait(self, now: float, *, cheap: bool = False) -> float:
        """Count one request at `now` and return the seconds that it has to wait.

        One that is `cheap` counts for a tenth of one that gives a file key.
        """
        cost = _CHEAP if cheap else 1.0
        self._left = min(self._burst, self._left + (now - self._then) * self._rate) - cost
        self._then = now
        return max(0.0, -self._left / self._rate)
