"""Right-to-left text of a PDF line, from the order of the page into the order of reading.

pdfium puts the letters of a right-to-left word in logical order, and the words too where such a
script fills the line; in other lines, words of the other direction stay in the order in which they
stand on the page. A run of words of one direction is put right by where its words stand: logical
order goes from right to left in a right-to-left run, from left to right in a left-to-right one
(Unicode Standard Annex #9, rules L2 and N1, read backwards).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby

Character = tuple[str, range]  # a code point and its positions in pdfium's stream
Place = Callable[[list[Character]], float | None]

_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def logical_order(characters: list[Character], place: Place) -> list[Character]:
    """Return the characters of a page with the words of each line in logical order.

    `place` tells how far right a word stands, in any unit, or `None` where that is unknown.
    """
    if not any(_is_rtl(character) for character, _ in characters):
        return characters
    ordered: list[Character] = []
    for line in _lines(characters):
        mixed = any(_is_rtl(character) for character, _ in line)
        ordered += _reordered(line, place) if mixed else line
    return ordered


def _is_rtl(character: str) -> bool:
    return character >= "\u0590" and unicodedata.bidirectional(character) in _RIGHT_TO_LEFT


def _lines(characters: list[Character]) -> Iterator[list[Character]]:
    """Yield the lines, each with the line ends after it."""
    line: list[Character] = []
    for one in characters:
        line.append(one)
        if one[0] in "\r\n":
            yield line
            line = []
    yield line


def _reordered(line: list[Character], place: Place) -> list[Character]:
    parts = [list(group) for _, group in groupby(line, key=lambda one: one[0].isspace())]
    directions = [_direction(part) for part in parts]
    for start, end in _runs(directions):
        places = [place(part) for part in parts[start:end] if not part[0][0].isspace()]
        if _stands_backwards(places, rightmost_first=directions[start] == "R"):
            parts[start:end] = parts[start:end][::-1]
    return [one for part in parts for one in part]


def _direction(part: list[Character]) -> str:
    """Return R or L for a word with strong characters, else nothing."""
    for character, _ in part:
        kind = unicodedata.bidirectional(character)
        if kind == "L" or kind in _RIGHT_TO_LEFT:
            return "L" if kind == "L" else "R"
    return ""


def _runs(directions: list[str]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of more than one word of a direction, and what is between."""
    strong = [at for at, direction in enumerate(directions) if direction]
    for _, group in groupby(strong, key=lambda at: directions[at]):
        members = list(group)
        if len(members) > 1:
            yield members[0], members[-1] + 1


def _stands_backwards(places: list[float | None], *, rightmost_first: bool) -> bool:
    """Tell whether every word stands on the wrong side of the one before it."""
    known = [one for one in places if one is not None]
    ordered = sorted(known, reverse=not rightmost_first)
    return len(known) == len(places) and known == ordered and known[0] != known[-1]
