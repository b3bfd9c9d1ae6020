"""What recognition reads on pages in every way of looking, between the child and the parent.

The child's answer is an ordinary one: its text has a page for each sight, whose boxes are places in
that sight, and an attachment for each sight whose name describes it. None of it is believed more
than the pixels are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.errors import ReaderFailed
from archive.model.objects import CanonicalText, Extraction, WordBox
from archive.model.pages import PageBox, PageSight

NAME = "recognition"
"""What finds in pictures are called by: the name of this finder in plans."""

_NUMBER = r"([0-9]{1,6}\.[0-9]{3})"
_TOTAL = re.compile("[0-9]{1,6}")
_PAGE = re.compile(rf"([0-9]{{1,6}}) {_NUMBER} {_NUMBER}")
_SIGHT = re.compile(rf"{_PAGE.pattern} {_NUMBER} {_NUMBER} {_NUMBER} {_NUMBER} ([0-9]{{1,3}})")
_NO_TEXT = CanonicalText("", "none")


@dataclass(frozen=True, slots=True)
class Sights:
    """How many pages there are, width and height (points) of those looked at, and what was read.

    The text has a page for each of `sights`.
    """

    total: int
    seen: dict[int, tuple[float, float]]
    sights: tuple[PageSight, ...]
    text: CanonicalText

    def places(self, start: int, end: int) -> Iterator[tuple[PageSight, tuple[WordBox, ...]]]:
        """Yield the words that a span of the text touches, by the sight that they are in."""
        found: dict[int, list[WordBox]] = {}
        for word in self.text.boxes:
            if word.start < end and start < word.end:
                found.setdefault(word.page, []).append(word)
        for number, words in found.items():
            yield self.sights[number], tuple(words)


def describe_total(total: int) -> str:
    """Return the line that says how many pages there are, whatever became of them."""
    return str(total)


def describe_page(number: int, width: float, height: float) -> str:
    """Return the line that says that a page, from 0, was looked at; its size is in points."""
    return f"{number} {width:.3f} {height:.3f}"


def describe_sight(one: PageSight) -> str:
    """Return the line of a sight."""
    area = one.area
    sides = (area.left, area.bottom, area.right, area.top)
    places = " ".join(f"{side:.3f}" for side in sides)
    return f"{describe_page(one.page, one.width, one.height)} {places} {one.angle}"


def parse_sights(answer: Extraction) -> Sights:
    """Return the sights of an untrusted answer.

    Raises:
        ReaderFailed: a line is no description, or the text has not a page for each sight, or
            one is of a page that was not looked at.
    """
    total, seen, sights = 0, {}, []
    for one in answer.attachments:
        line = one.untrusted_name
        if _TOTAL.fullmatch(line):
            total = int(line)
        elif found := _PAGE.fullmatch(line):
            seen[int(found[1])] = float(found[2]), float(found[3])
        else:
            sights.append(_sight(line))
    if answer.text is None:
        return Sights(total, seen, (), _NO_TEXT)
    if len(answer.text.pages) != len(sights) or any(one.page not in seen for one in sights):
        raise ReaderFailed
    return Sights(total, seen, tuple(sights), answer.text)


def _sight(line: str) -> PageSight:
    found = _SIGHT.fullmatch(line)
    if found is None:
        raise ReaderFailed
    width, height, *sides = (float(found[at]) for at in range(2, 8))
    area = PageBox(*sides)
    if area.left >= area.right or area.bottom >= area.top:
        raise ReaderFailed
    return PageSight(int(found[1]), width, height, area, int(found[8]) % 360)
