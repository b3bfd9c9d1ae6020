"""Jobs: what waits for a better reader, for a repair, or for a person (the archivist's inbox)."""

from __future__ import annotations

from enum import Enum


class Stage(str, Enum):
    """Where on its way into the archive a record waits.

    received -> scanned -> identified -> sealed -> extracted -> indexed -> verified; what comes
    before `sealed` either ends in a record or in a line of the receipt, so no job can wait there.
    """

    EXTRACT = "extract"
    INDEX = "index"
    VERIFY = "verify"
    REVIEW = "review"


class JobState(str, Enum):
    """Whether a job waits, or somebody decided that nothing is to be done."""

    OPEN = "open"
    DISMISSED = "dismissed"


class Mark(str, Enum):
    """High-water marks that are no stage of a record: how far a check of all of them has come."""

    LEAKCHECK = "leakcheck"
    LEAKCHECK_REGISTER = "leakcheck-register"


class ReviewCode(str, Enum):
    """What a person has to look at: a new text, a new form of a source, a day that has come."""

    PLAN_CARRIED_OVER = "plan-carried-over"
    OLDER_COPY = "reading-copy-of-older-text"
    SOURCE_FOUND = "new-form-in-reading-copy"
    RETENTION_DUE = "retention-due"
