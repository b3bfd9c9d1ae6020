"""How much work a search is, counted: what a clock would measure, without a clock."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

ROOT = str(Path(__file__).parents[1] / "archive" / "search")

Work = dict[str, list[int]]
"""By function: how often it was called and, for ours, how many bytes or things it returned."""


def work_of(act: Callable[[], object]) -> Work:
    """Do `act` and return every call that was made for it, with how much our functions returned.

    Loops over arrays happen in one call each; what they work through is what is returned to them.
    """
    calls: Counter[str] = Counter()
    volume: Counter[str] = Counter()

    def watch(frame: FrameType, event: str, value: object) -> None:
        if event == "c_call":
            calls[getattr(value, "__qualname__", type(value).__name__)] += 1
            return
        code = frame.f_code
        name = f"{Path(code.co_filename).name}:{code.co_qualname}"
        if event == "call":
            calls[name] += 1
        elif event == "return" and code.co_filename.startswith(ROOT):
            volume[name] += _size(value)

    enabled = gc.isenabled()
    gc.disable()  # its callbacks would be counted
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        act()
    finally:
        sys.setprofile(before)
        if enabled:
            gc.enable()
    return {name: [count, volume[name]] for name, count in calls.items()}


def _size(value: object) -> int:
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    return len(value) if isinstance(value, bytes | str | list | tuple | dict) else 0
