"""What the redaction editor shows: marks with their words, lines, and one line word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.model.redaction import Redaction

MARKS = 100  # on one page of the table
_WORDS = 200  # of a line that is opened, at a time
_SHOWN = 300  # characters of a mark's words
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A redaction in the table; `place` is `START:END` in code points, `words` what is there."""

    place: str
    words: str
    redaction: Redaction


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line: `place` is `START:END`."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """A line, or a piece of a long one, word by word; `more` is where the next piece begins."""

    line: int
    place: str
    words: tuple[Word, ...]
    more: int | None


def marks(text: str, redactions: Sequence[Redaction]) -> tuple[Mark, ...]:
    """Return the marks of a plan with the words that they hide, cut where they are very long."""
    return tuple(Mark(place(one), _cut(text[one.start : one.end]), one) for one in redactions)


def place(one: Redaction) -> str:
    """Return where a mark is, as forms say it."""
    return f"{one.start}:{one.end}"


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}\N{HORIZONTAL ELLIPSIS}"


def opened_line(text: str, at: int) -> OpenedLine | None:
    """Return the line around offset `at`, word by word from there; `None` outside of the text."""
    if not 0 <= at < len(text):
        return None
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    words: list[Word] = []
    more = None
    for found in _WORD.finditer(text, at, end):
        if len(words) == _WORDS:
            more = found.start()
            break
        words.append(Word(f"{found.start()}:{found.end()}", _cut(found.group())))
    return OpenedLine(start, f"{start}:{end}", tuple(words), more)
