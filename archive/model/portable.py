"""Values that go from process to process in large numbers."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

_values: dict[type, Callable[[object], tuple[Any, ...]]] = {}


class Portable:
    """Pickles as a call of its class with its fields, of which there are two at least, in order.

    What `dataclasses` writes for frozen classes with slots looks its fields up each time, which
    takes ten times as long.
    """

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """Return the class and the values of its fields."""
        kind = type(self)
        if kind not in _values:
            _values[kind] = attrgetter(*kind.__slots__)
        return kind, _values[kind](self)
