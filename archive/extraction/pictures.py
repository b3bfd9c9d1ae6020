"""Pages as pictures, on the way between the child that renders them and the parent.

The child's answer is an ordinary one whose attachments are pixels. Nothing in it is believed: a
picture whose pixels do not match its description is as if it had not been rendered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from archive.errors import ReaderFailed
from archive.model.objects import Extraction
from archive.model.pages import PagePicture

_ORDER = re.compile(rb"([0-9]{1,6}) ([0-9]{1,6}) ([0-9]{1,4})")
_LINE = re.compile(
    r"([0-9]{1,6}) ([0-9]{1,6})"
    r"(?: ([0-9]{1,6}\.[0-9]{3}) ([0-9]{1,6}\.[0-9]{3}) ([0-9]{1,6}) ([0-9]{1,6}) (L|RGB))?"
)
_CHANNELS = {"L": 1, "RGB": 3}
DPI = 144
"""Dots per inch of a rebuilt page: two for a point, so that a letter looks alike wherever it
stands; pages of print are a seventh smaller than with 150.
"""


@dataclass(frozen=True, slots=True)
class Order:
    """Which pages are wanted, from 0, and at how many dots per inch."""

    first: int
    count: int
    dpi: int = DPI

    def __bytes__(self) -> bytes:
        return f"{self.first} {self.count} {self.dpi}".encode("ascii")

    @classmethod
    def parse(cls, order: bytes) -> Order:
        """Return the order of its bytes.

        Raises:
            ReaderFailed: it is none.
        """
        found = _ORDER.fullmatch(order)
        if found is None:
            raise ReaderFailed
        return cls(*map(int, found.groups()))


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pages of a document by number, without those that could not be rendered; `total` is all."""

    total: int
    pages: Mapping[int, PagePicture]


def describe(number: int, total: int, picture: PagePicture | None) -> str:
    """Return the line that goes with a picture; without measures for one that failed."""
    line = f"{number} {total}"
    if picture is None:
        return line
    measures = f"{picture.width:.3f} {picture.height:.3f} {picture.columns} {picture.rows}"
    return f"{line} {measures} {picture.mode}"


def parse_pictures(found: Extraction) -> Pictures:
    """Return the pictures of an untrusted answer; none, of no pages, where it has none.

    Raises:
        ReaderFailed: a line is no description.
    """
    total, pages = 0, {}
    for one in found.attachments:
        line = _LINE.fullmatch(one.untrusted_name)
        if line is None:
            raise ReaderFailed
        total = int(line[2])
        picture = _picture(line, one.data)
        if picture is not None:
            pages[int(line[1])] = picture
    return Pictures(total, pages)


def _picture(line: re.Match[str], data: bytes) -> PagePicture | None:
    if line[7] is None:
        return None
    width, height = float(line[3]), float(line[4])
    columns, rows, mode = int(line[5]), int(line[6]), line[7]
    if not (math.isfinite(width) and width >= 1 and height >= 1 and columns and rows):
        return None
    if len(data) != columns * rows * _CHANNELS[mode]:
        return None
    return PagePicture(width, height, columns, rows, mode, data)
