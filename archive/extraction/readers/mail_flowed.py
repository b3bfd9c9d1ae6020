"""Paragraphs whose lines were broken anywhere, inside words too, put together (RFC 3676, 4.1)."""

from __future__ import annotations

import re
from itertools import groupby

_QUOTED = re.compile(r"(>*) ?(.*)\Z", re.DOTALL)  # 4.5; a space may be stuffed in behind (4.4)
_SIGNATURE = "-- "  # 4.3


def unflowed(text: str) -> str:
    """Return text of `format=flowed; delsp=yes` with the line ends taken out that are soft."""
    lines = [_split(line) for line in text.split("\n")]
    return "\n".join(
        f"{'>' * depth}{' ' if depth and paragraph else ''}{paragraph}"
        for depth, some in groupby(lines, lambda line: line[0])
        for paragraph in _paragraphs([words for _, words in some])
    )


def _split(line: str) -> tuple[int, str]:
    """Return how deep a line is quoted, and its words."""
    found = _QUOTED.match(line)
    return (len(found[1]), found[2]) if found else (0, line)


def _paragraphs(lines: list[str]) -> list[str]:
    done: list[str] = []
    open_one = False
    for line in lines:
        if open_one and line != _SIGNATURE:
            done[-1] += line
        else:
            done.append(line)
        open_one = line.endswith(" ") and line != _SIGNATURE
        if open_one:
            done[-1] = done[-1][:-1]
    return done
