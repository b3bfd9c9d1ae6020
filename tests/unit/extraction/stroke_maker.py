"""Names drawn stroke by stroke, as plotters and drawing programs write, on a page of print."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from archive.model.pages import PageBox
from tests.unit.extraction.pdf_maker import Page, lines, make

_HIGH = 6  # units of the grid that the letters stand on
_LETTERS = {
    # strokes, each the corners that a pen goes to
    "A": (((0, 0), (2, 6), (4, 0)), ((0.8, 2), (3.2, 2))),
    "E": (((4, 6), (0, 6), (0, 0), (4, 0)), ((0, 3), (3, 3))),
    "I": (((0, 0), (0, 6)),),
    "K": (((0, 0), (0, 6)), ((4, 6), (0, 2.4)), ((1.2, 3.4), (4, 0))),
    "L": (((0, 6), (0, 0), (4, 0)),),
    "M": (((0, 0), (0, 6), (2.5, 1), (5, 6), (5, 0)),),
    "N": (((0, 0), (0, 6), (4, 0), (4, 6)),),
    "T": (((0, 6), (4, 6)), ((2, 6), (2, 0))),
    "V": (((0, 6), (2, 0), (4, 6)),),
    " ": (),
}
_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a name is drawn: height of its letters and where it begins, in points; spread and turn.

    `spread` is how much wider than usual letters stand apart, in their heights, `turn` in degrees.
    """

    high: float
    at: _Point = (40, 300)
    spread: float = 0
    turn: float = 0

    def page(self, name: str) -> bytes:
        """Return a PDF: a line of print, and a name of which each stroke is a path of its own."""
        segments = " ".join(
            f"{first[0]:.3f} {first[1]:.3f} m {last[0]:.3f} {last[1]:.3f} l S"
            for first, last in self._segments(name)
        )
        print_ = lines("The harbour ledger was kept in the year of the flood.")
        return make([Page(f"{print_} {self.high / 9:.3f} w 1 J {segments}")])

    def ink(self, name: str) -> PageBox:
        """Return where the name stands; points."""
        across, down = zip(*(end for one in self._segments(name) for end in one), strict=True)
        return PageBox(min(across), min(down), max(across), max(down))

    def _segments(self, name: str) -> Iterator[tuple[_Point, _Point]]:
        left = 0.0
        for letter in name:
            strokes = _LETTERS[letter]
            for stroke in strokes:
                placed = [self._placed(left + across, down) for across, down in stroke]
                yield from pairwise(placed)
            wide = max((point[0] for stroke in strokes for point in stroke), default=2)
            left += wide + 2 + self.spread * _HIGH

    def _placed(self, across: float, down: float) -> _Point:
        unit, angle = self.high / _HIGH, math.radians(self.turn)
        cos, sin = math.cos(angle) * unit, math.sin(angle) * unit
        return self.at[0] + across * cos - down * sin, self.at[1] + across * sin + down * cos
