"""Dates as archives know them: a day, a month or a year (ISO 8601), read as a span of days."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from archive.errors import InvalidValue

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ].*)?", re.DOTALL)

Span = tuple[str, str]
"""First and last day, both `YYYY-MM-DD`."""


def span(text: str) -> Span | None:
    """Return the days that `text` may mean, or `None` when it is not an ISO 8601 date.

    A time of day after the date is left aside.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    last_month = month or 12
    last_day = day or monthrange(first.year, last_month)[1]
    return first.isoformat(), date(first.year, last_month, last_day).isoformat()


def bounds(date_from: str | None, date_to: str | None) -> Span | None:
    """Return the days that a request is about, or `None` for any.

    Raises:
        InvalidValue: a bound is not an ISO 8601 date.
    """
    if date_from is None and date_to is None:
        return None
    first = span(date_from) if date_from is not None else ("0001-01-01", "")
    last = span(date_to) if date_to is not None else ("", "9999-12-31")
    if first is None or last is None:
        raise InvalidValue("A date is not valid: give it as 2024, 2024-03 or 2024-03-31.")
    return first[0], last[1]


def overlap(one: Span, other: Span) -> bool:
    """Tell whether two spans share a day."""
    return one[0] <= other[1] and other[0] <= one[1]
