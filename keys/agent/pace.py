"""How fast one session may use its keys: a bucket of tokens, as in leaky-bucket meters; pure."""

from __future__ import annotations

RATE = 300.0  # requests a second in the long run: what one caller can ask one after the other
BURST = 3000.0  # requests at once before that


class Pace:
    """Says how long a request has to wait; times are seconds of a monotonic clock.

    A member's keyholder waits for that member alone, so that nobody else is held up.
    """

    def __init__(self, now: float, *, rate: float = RATE, burst: float = BURST) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._then = burst, now

    def wait(self, now: float) -> float:
        """Count one request at `now` and return the seconds that it has to wait."""
        self._left = min(self._burst, self._left + (now - self._then) * self._rate) - 1.0
        self._then = now
        return max(0.0, -self._left / self._rate)
