"""What the pages remember of a session: its searches, and what is new in those that were saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from archive.services.reading_room.saved_searches import Alert, Basis

_KEPT = 20  # searches per session; older ones are forgotten

Item = TypeVar("Item")


class Numbered(Generic[Item]):
    """The newest items of a session under small numbers, so that no URL carries what they hold."""

    def __init__(self) -> None:
        self._items: dict[int, Item] = {}
        self._last = 0

    def add(self, item: Item) -> int:
        """Keep `item` and return its number; the oldest goes when there are too many."""
        self._last += 1
        self._items[self._last] = item
        self._items.pop(self._last - _KEPT, None)
        return self._last

    def get(self, number: int) -> Item | None:
        """Return the item of that number, or `None` when there is none any more."""
        return self._items.get(number)

    def newest(self) -> tuple[tuple[int, Item], ...]:
        """Return numbers and items, newest first."""
        return tuple(reversed(self._items.items()))

    def clear(self) -> None:
        """Forget every item."""
        self._items.clear()


@dataclass(frozen=True, slots=True)
class News:
    """What was counted, from what, and when; `stalled` when it could not be counted."""

    basis: Basis
    at: datetime
    alerts: tuple[Alert, ...] = ()
    stalled: bool = False

    @property
    def new(self) -> int:
        """How many results are new, in all searches together."""
        return sum(one.new for one in self.alerts)

    @property
    def by_name(self) -> dict[str, Alert]:
        """The alerts by the names of their searches."""
        return {one.name: one for one in self.alerts}
