"""Dates as archives know them: a day, a month or a year (ISO 8601), read as a span of days."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from archive.errors import InvalidValue, QuerySyntax

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


def asked(text: str, today: date | None) -> Span:
    """Return the days that a query asks for: a date, `from..to`, or words such as `last month`.

    `from` or `to` may be missing. `today` is what such words are counted from.

    Raises:
        QuerySyntax: it is none of these, or its end is before its beginning.
    """
    words = " ".join(re.split(r"[\s_-]+", text.strip().lower()))
    first, dots, last = text.strip().partition("..")
    if dots and (first or last):
        begin = span(first.strip()) if first else ("0001-01-01", "")
        end = span(last.strip()) if last else ("", "9999-12-31")
        found = (begin[0], end[1]) if begin and end else None
    else:
        found = span(text.strip()) or (_relative(words, today) if today else None)
    if found is None or found[0] > found[1]:
        raise QuerySyntax(
            "A date is written 2013, 2013-01 or 2013-01-31, a range 2013-01..2014-06, or as "
            "today, yesterday, last week, this month, last 2 years."
        )
    return found


_UNITS = {"day": 1, "week": 7, "month": 0, "year": 0}
_DAYS = {"today": 0, "오늘": 0, "yesterday": 1, "어제": 1}
_STEPS = {
    **{f"this {unit}": (unit, 0) for unit in ("week", "month", "year")},
    **{f"last {unit}": (unit, 1) for unit in ("week", "month", "year")},
    "이번주": ("week", 0),
    "이번달": ("month", 0),
    "올해": ("year", 0),
    "지난주": ("week", 1),
    "지난달": ("month", 1),
    "작년": ("year", 1),
    "지난해": ("year", 1),
}
_LAST = re.compile(r"(?:last|past) (\d{1,4}) (day|week|month|year)s?")


def _relative(words: str, today: date) -> Span | None:
    known = words if words in _STEPS or words in _DAYS else words.replace(" ", "")
    try:
        if known in _DAYS:
            day = (today - timedelta(_DAYS[known])).isoformat()
            return day, day
        if known in _STEPS:
            return _whole(*_STEPS[known], today)
        match = _LAST.fullmatch(words)
        if match:
            return _until(int(match[1]), match[2], today)
    except (OverflowError, ValueError):
        pass
    return None


def _whole(unit: str, back: int, today: date) -> Span:
    """Return the week (Monday first, ISO 8601), month or year `back` before that of `today`."""
    if unit == "week":
        monday = today - timedelta(today.weekday() + 7 * back)
        return monday.isoformat(), (monday + timedelta(6)).isoformat()
    if unit == "year":
        return f"{today.year - back:04}-01-01", f"{today.year - back:04}-12-31"
    year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
    last = monthrange(year, month + 1)[1]
    return f"{year:04}-{month + 1:02}-01", f"{year:04}-{month + 1:02}-{last:02}"


def _until(count: int, unit: str, today: date) -> Span:
    """Return so many days, weeks, months or years up to and including `today`."""
    if _UNITS[unit]:
        first = today - timedelta(count * _UNITS[unit] - 1)
        return first.isoformat(), today.isoformat()
    months = count * (12 if unit == "year" else 1)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    day = min(today.day, monthrange(year, month + 1)[1])
    return (date(year, month + 1, day) + timedelta(1)).isoformat(), today.isoformat()
