"""Regular expressions that are compiled at their first use.

A class of characters that spans scripts takes milliseconds to compile; a command that asks for
English words needs none of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    def __init__(self, source: str) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._source), name)
        setattr(self, name, found)
        return found


def late(source: str) -> re.Pattern[str]:
    """Return the pattern `source`, not compiled yet."""
    return cast(re.Pattern[str], _Late(source))
