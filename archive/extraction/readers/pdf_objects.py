"""Walking the objects of a hostile PDF: values that may be of any type, references that may loop.

ISO 32000-2 numbers are given where a structure is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

_DEPTH = 32  # levels of any tree; real ones have fewer than ten
_NODES = 100_000  # of one tree; the cost of one is some microseconds
_STREAM_BYTES = 8 << 20  # of text held in a stream


class Visits:
    """What was seen in one document, so that no loop is walked twice; and whether all was."""

    def __init__(self) -> None:
        self.complete = True
        self._seen: set[tuple[int, int]] = set()
        self._left = _NODES

    def first(self, node: Any) -> bool:
        """Tell whether `node` was not seen before and there is room to look at it."""
        if self._left <= 0:
            self.complete = False
            return False
        self._left -= 1
        if not isinstance(node, pikepdf.Object) or not node.is_indirect:
            return True
        place = node.objgen
        known = place in self._seen
        self._seen.add(place)
        return not known

    def tree(self, roots: Any, children: str) -> Iterator[Any]:
        """Yield the dictionaries of a tree, parents first, in the order of the file."""
        waiting = [(root, 0) for root in reversed(items(roots))]
        while waiting:
            node, depth = waiting.pop()
            if not self.first(node):
                continue
            if not is_dictionary(node):
                continue
            yield node
            if depth == _DEPTH:
                self.complete = False
                continue
            waiting += [(child, depth + 1) for child in reversed(items(entry(node, children)))]


def is_dictionary(value: Any) -> bool:
    """Tell whether `value` has entries: a dictionary or a stream."""
    return isinstance(value, (pikepdf.Dictionary, pikepdf.Stream))


def entry(value: Any, *path: str) -> Any:
    """Return what stands under `path` in nested dictionaries, or `None`."""
    for key in path:
        if not is_dictionary(value):
            return None
        value = value.get(key)
    return value


def items(value: Any) -> list[Any]:
    """Return the elements of an array, a single value as a list of one, nothing for `None`."""
    if isinstance(value, pikepdf.Array):
        return list(value)
    return [] if value is None else [value]


def text(value: Any) -> str:
    """Return a text string (7.9.2.2), a name, a number, or the text of a stream; else nothing."""
    if isinstance(value, pikepdf.Stream):
        return bytes_text(stream_bytes(value))
    if isinstance(value, pikepdf.Name):
        return str(value)[1:]
    if isinstance(value, pikepdf.String) or type(value).__name__ in ("int", "Decimal", "str"):
        return str(value)
    return ""


def bytes_text(data: bytes) -> str:
    """Return the bytes of a text string or text stream (7.9.2.2, 7.9.3) as text."""
    return str(pikepdf.String(data))


def stream_bytes(value: Any) -> bytes:
    """Return the decoded bytes of a stream, at most 8 MiB of them; nothing for anything else."""
    if not isinstance(value, pikepdf.Stream):
        return b""
    return bytes(value.read_bytes())[:_STREAM_BYTES]
