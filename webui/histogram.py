"""A histogram of dates: bars that are buttons, in few enough steps to press each with a thumb."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from itertools import count as upwards

from webui.wording import month_of, say

HEIGHT = 60  # user units of a bar's drawing
_MOST = 20  # bars of years; each is as wide as a thumb, and together they fit a desk's screen
_MONTHS = 12
_LEAST = 2  # user units, so that one among thousands is seen


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: first and last day of what it stands for, how many records, and how it is called.

    `height` is in user units out of `HEIGHT`; `name` is said where `label` is too short alone.
    """

    first: date
    last: date
    count: int
    height: int
    label: str
    name: str

    @property
    def span(self) -> str:
        """The days as a form sends them."""
        return f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars of what was found, and the year to which months belong; no bars, no histogram."""

    bars: tuple[Bar, ...] = ()
    year: int | None = None


def histogram(facets: Mapping[str, Mapping[str, int]], chosen: str | None = None) -> Histogram:
    """Return bars of counts by year, or by month when it is all of one year or one is `chosen`.

    Where there are more than 20 years, a bar stands for 2, 5, 10, 20, 50 and so on. There are no
    gaps, so that a stretch without records is seen. A single bar would say nothing.
    """
    years = _counts(facets.get("year", {}))
    one = next(iter(years)) if len(years) == 1 else None
    if chosen in facets.get("year", {}) and int(chosen or 0) in years:
        one = int(chosen or 0)
    if one is not None:
        return Histogram(_months(one, facets.get("month", {})), one)
    return Histogram(_years(years)) if len(years) > 1 else Histogram()


def part_of(date_from: str | None, date_to: str | None) -> int | None:
    """Return the year of which two days (ISO 8601) bound a part, not the whole."""
    if date_from is None or date_to is None or date_from[:4] != date_to[:4]:
        return None
    whole = (date_from[5:], date_to[5:]) == ("01-01", "12-31")
    return None if whole else int(date_from[:4])


def _counts(years: Mapping[str, int]) -> dict[int, int]:
    counts = {int(year): count for year, count in years.items() if year.isdecimal()}
    return {year: count for year, count in counts.items() if MINYEAR <= year <= MAXYEAR}


def _years(counts: Mapping[int, int]) -> tuple[Bar, ...]:
    first, last = min(counts), max(counts)
    step = next(step for step in _steps() if last // step - first // step < _MOST)
    starts = range(first // step * step, last + 1, step)
    sums = [sum(counts.get(year, 0) for year in range(s, s + step)) for s in starts]
    most, made = max(sums), []
    for start, count in zip(starts, sums, strict=True):
        begin, end = max(start, 1), start + step - 1
        name = str(begin) if begin == end else say("%(first)s to %(last)s", first=begin, last=end)
        days = date(begin, 1, 1), date(end, 12, 31)
        made.append(Bar(*days, count, _height(count, most), name, name))
    return tuple(made)


def _steps() -> list[int]:
    return [factor * 10**power for power in range(4) for factor in (1, 2, 5)]


def _months(year: int, counts: Mapping[str, int]) -> tuple[Bar, ...]:
    numbers = [counts.get(f"{year:04}-{month:02}", 0) for month in range(1, _MONTHS + 1)]
    if not any(numbers):
        return ()
    made = []
    for month, count in zip(upwards(1), numbers, strict=False):
        days = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        names = month_of(days[0], short=True), month_of(days[0])
        made.append(Bar(*days, count, _height(count, max(numbers)), *names))
    return tuple(made)


def _height(count: int, most: int) -> int:
    return max(_LEAST, round(HEIGHT * count / most)) if count else 0
