"""Readers of a machine whose Landlock refuses. Loaded by a zygote in the tests only."""

from __future__ import annotations

from archive.extraction import landlock
from archive.extraction.readers.text import TextReader


def _refuse(*_: object) -> None:
    raise OSError("refused")


landlock.enter = _refuse
READERS = (TextReader(),)
