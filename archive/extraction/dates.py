"""Dates as documents write them, as ISO 8601 dates."""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_to_datetime

_PDF = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?")  # ISO 32000-1, 7.9.4
_ISO = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?\s*", re.DOTALL)


def iso_date(text: str) -> str | None:
    """Return the day of an ISO 8601 date or time, or `None`."""
    match = _ISO.fullmatch(text)
    return _day(*map(int, match.groups())) if match else None


def pdf_date(text: str) -> str | None:
    """Return the day of a PDF date such as `D:20260503101500+09'00'`, or `None`."""
    match = _PDF.match(text.strip())
    return _day(*(int(part or 1) for part in match.groups())) if match else None


def mail_date(text: str) -> tuple[str, str] | None:
    """Return the day, as the sender's clock had it, and the full time of an RFC 5322 date."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.date().isoformat(), moment.isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
