"""Things that were costly to make, kept while there is room; least recently used first out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """A bounded map; thread-safe."""

    def __init__(self, capacity: int, weigh: Callable[[V], int]) -> None:
        """Keep what weighs at most `capacity` bytes together, and always the latest."""
        self._capacity = capacity
        self._weigh = weigh
        self._held = 0
        self._kept: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return what is at `key`, made by `make` when it is not held."""
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
                return value
        value = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = value
                self._held += self._weigh(value)
            while self._held > self._capacity and len(self._kept) > 1:
                self._held -= self._weigh(self._kept.popitem(last=False)[1])
        return value

    def holds(self, key: Hashable) -> bool:
        """Tell whether something is held at `key`."""
        return key in self._kept

    def forget(self, unwanted: Callable[[Hashable], bool]) -> None:
        """Drop what lies at keys that are `unwanted`."""
        with self._lock:
            for key in [k for k in self._kept if unwanted(k)]:
                self._held -= self._weigh(self._kept.pop(key))
