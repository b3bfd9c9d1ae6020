"""Joins what Tika told with what the parts hold, so that nothing is told twice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archive.extraction.canonical import is_blank, neutralise
from archive.extraction.readers.office_xml import tells

_SCANNED = 1 << 30  # code points looked through for lines; after that a line may stand twice


def complete(text: str, sections: Iterable[tuple[str, list[str]]]) -> str:
    """Return `text`, followed by the lines of `sections` that it has not, under their part's name.

    White space makes no difference. A line of one word is looked for as a whole line or cell, since
    a short name stands inside longer words by chance.
    """
    known = _Known(text)
    pieces = [text.strip("\n")] if not is_blank(text) else []
    for name, told in sections:
        missing = [line for line in told if known.add(line) and tells(line)]
        if missing:
            pieces.append("\n".join([f"[{' '.join(name.split())}]", *missing]))
    return neutralise("\n\n".join(pieces))


class _Known:
    """The lines and cells of a text, and the whole of it without white space."""

    def __init__(self, text: str) -> None:
        self._whole = "".join(text.split())
        self._lines = {"".join(piece.split()) for piece in re.split(r"[\n\t]", text)}
        self._spaced = " ".join(text.split())
        self._left = _SCANNED

    def add(self, line: str) -> bool:
        """Take note of a line; tell whether it is new."""
        bare = "".join(line.split())
        if bare in self._lines:
            return False
        self._lines.add(bare)
        if " " not in line or self._left < 0:
            return True
        self._left -= len(self._whole)
        return bare not in self._whole or self._is_glued(line)

    def _is_glued(self, line: str) -> bool:
        """Tell whether a line stands in the text only with a letter hard before or after it."""
        at = self._spaced.find(line)
        found = at >= 0
        while at >= 0:
            beside = (
                self._spaced[max(0, at - 1) : at]
                + self._spaced[at + len(line) : at + len(line) + 1]
            )
            if not any(map(str.isalnum, beside)):
                return False
            self._left -= at
            at = self._spaced.find(line, at + 1) if self._left > 0 else -1
        return found
