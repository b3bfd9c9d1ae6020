"""How long a reader goes on before it hands over what it has."""

from __future__ import annotations

from time import process_time


class Budget:
    """Processor time for one document, less than the child is allowed: the rest is for the answer.

    A child that runs into its limit is killed and leaves nothing.
    """

    def __init__(self, seconds: float) -> None:
        self._until = process_time() + seconds

    def is_left(self) -> bool:
        """Tell whether another page may be begun."""
        return process_time() < self._until
