"""Pages of documents: places on them, pixels of them, and the rebuilt pages of a reading copy.

Places are PDF points (1/72 inch) from the lower left corner of the page as it is shown. Pages count
from 0 in here, from 1 wherever a person gives or reads a number.
"""

from __future__ import annotations

from dataclasses import dataclass


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
class PageSet:
    """The rebuilt pages of a reading copy: SHA-256 (hex) and size of the PDF, number of pages."""

    digest: str
    size: int
    count: int
