"""Values that go from process to process in large numbers."""

from __future__ import annotations

from typing import Any


class Portable:
    """Pickles as a call of its class with its fields in order.

    What `dataclasses` writes for frozen classes with slots looks its fields up each time, which
    takes five times as long.
    """

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """Return the class and the values of its fields."""
        return type(self), tuple([getattr(self, name) for name in self.__slots__])
