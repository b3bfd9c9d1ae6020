"""Pages of documents: places on them, pixels of them, and the rebuilt pages of a reading copy.

Places are PDF points (1/72 inch) from the lower left corner of the page as it is shown. Pages count
from 0 in here, from 1 wherever a person gives or reads a number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_GRID = 100.0  # parts of a point


@dataclass(frozen=True, slots=True, order=True)
class PageBox:
    """A rectangle on a page; points."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: PageBox) -> bool:
        """Return whether the two share any area."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top

    def holds(self, other: PageBox) -> bool:
        """Return whether the other lies inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.bottom <= other.bottom and other.top <= self.top

    def around(self, other: PageBox) -> PageBox:
        """Return the smallest rectangle that holds both."""
        return PageBox(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as raw pixels, row by row from the top: 8-bit grey (`L`) or `RGB`.

    `width` and `height` are points, `columns` and `rows` pixels.
    """

    width: float
    height: float
    columns: int
    rows: int
    mode: str
    data: bytes


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face that a detector sees on a page; `confidence` is a rank in percent, not a chance."""

    page: int
    box: PageBox
    confidence: int


@dataclass(frozen=True, slots=True)
class PageSight:
    """One way in which a part of a page was looked at: turned about its middle, counter-clockwise.

    `width` and `height` of the page and `area`, the part, are points; `angle` is degrees. Places in
    a sight are points from the lower left corner of the turned part, or of what surrounds it.
    """

    page: int
    width: float
    height: float
    area: PageBox
    angle: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the turned part in points."""
        across, down = _turn(self.angle)
        wide, high = self.area.right - self.area.left, self.area.top - self.area.bottom
        return wide * abs(across) + high * abs(down), wide * abs(down) + high * abs(across)

    def on_page(self, box: PageBox) -> PageBox:
        """Return what encloses a box of this sight on the page, as much of it as is there."""
        across, down = _turn(-self.angle)
        wide, high = self.size
        area = self.area
        middle = (area.left + area.right) / 2, (area.bottom + area.top) / 2
        corners = [
            (middle[0] + x * across - y * down, middle[1] + x * down + y * across)
            for x in (box.left - wide / 2, box.right - wide / 2)
            for y in (box.bottom - high / 2, box.top - high / 2)
        ]
        lefts, bottoms = ([one[side] for one in corners] for side in (0, 1))
        return PageBox(
            min(max(math.floor(min(lefts) * _GRID) / _GRID, 0.0), self.width),
            min(max(math.floor(min(bottoms) * _GRID) / _GRID, 0.0), self.height),
            max(min(math.ceil(max(lefts) * _GRID) / _GRID, self.width), 0.0),
            max(min(math.ceil(max(bottoms) * _GRID) / _GRID, self.height), 0.0),
        )


def _turn(angle: int) -> tuple[float, float]:
    """Return cosine and sine of degrees; those of quarter turns are exact."""
    if angle % 90 == 0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[angle // 90 % 4]
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))


@dataclass(frozen=True, slots=True)
class PageSet:
    """The rebuilt pages of a reading copy: SHA-256 (hex) and size of the PDF, number of pages.

    `origins` has for each page the one of the original, from 0, that is drawn there, or nothing for
    one that is set anew; it is empty where all are drawn in their order. `insisted`: a person chose
    to have pages drawn that would else be set anew.
    """

    digest: str
    size: int
    count: int
    origins: tuple[int | None, ...] = ()
    insisted: bool = False

    @property
    def is_anew(self) -> bool:
        """Whether any page is set anew."""
        return None in self.origins

    def origin(self, number: int) -> int | None:
        """Return the page of the original, from 0, that is drawn on a page of the copy."""
        return self.origins[number] if self.origins else number

    @property
    def drawn(self) -> tuple[int, ...]:
        """The pages of the original, from 0, that are drawn."""
        if not self.origins:
            return tuple(range(self.count))
        return tuple(page for page in self.origins if page is not None)
