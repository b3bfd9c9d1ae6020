"""A histogram of years as the numbers of an SVG drawing: no script and no style is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webui.wording import say

HEIGHT = 60  # user units of the drawing
WIDTH = 480
_MOST = 120  # years that are drawn one by one


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: first and last year, how many records, and its rectangle in user units."""

    first: int
    last: int
    count: int
    x: float
    y: float
    width: float
    height: float

    @property
    def label(self) -> str:
        """The years in words."""
        return (
            str(self.first)
            if self.first == self.last
            else say("%(first)s to %(last)s", first=self.first, last=self.last)
        )


def bars(years: Mapping[str, int]) -> tuple[Bar, ...]:
    """Return the bars of counts by year, from the first year to the last without gaps.

    Where there are more than 120 years, a bar stands for several. One year makes no histogram.
    """
    counts = {int(year): count for year, count in years.items() if year.isdecimal()}
    if len(counts) < 2:
        return ()
    first, last = min(counts), max(counts)
    step = -(-(last - first + 1) // _MOST)
    starts = range(first, last + 1, step)
    sums = [sum(counts.get(year, 0) for year in range(s, s + step)) for s in starts]
    most, slot = max(sums), WIDTH / len(sums)
    return tuple(
        Bar(
            first=start,
            last=min(start + step - 1, last),
            count=count,
            x=round(number * slot, 2),
            y=round(HEIGHT - HEIGHT * count / most, 2),
            width=round(slot * 0.9, 2),
            height=round(HEIGHT * count / most, 2),
        )
        for number, (start, count) in enumerate(zip(starts, sums, strict=True))
    )
