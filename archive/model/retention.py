"""Retention: the day on which somebody decides whether a record is still kept, and why then.

ISAD(G) 3.3.2 (appraisal, destruction and scheduling information); ISO 15489-1, 8.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from archive.model.ids import RecordId


@dataclass(frozen=True, slots=True)
class Retention:
    """A record is decided about on the day `review`, in UTC; `reason` is a law, a term, a case."""

    review: date
    reason: str


@dataclass(frozen=True, slots=True)
class Retained:
    """A record with a retention, as those who may decide see it; `due` says the day has come."""

    record: RecordId
    title: str
    retention: Retention
    due: bool
