"""Ctrl-C and SIGTERM: the first ends a run cleanly, the second ends it at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from archive.cli.context import Door

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping(door: Door, stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at the first signal while the block runs; a second one interrupts it.

    Raises:
        KeyboardInterrupt: at the second signal.
    """
    seen = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal seen
        if seen:
            raise KeyboardInterrupt
        seen = True
        stop()
        door.note("Stopping after the files under way; press Ctrl-C again to stop at once.")

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
