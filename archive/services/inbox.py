"""What is put into the inbox with a record: codes of a closed list, no content (model/jobs.py)."""

from __future__ import annotations

from collections.abc import Sequence

from archive.catalog import Transaction
from archive.catalog.rows import JobRow
from archive.errors import ReaderFailed, ReaderLimit
from archive.extraction import Concern, NoText
from archive.model.ids import RecordId
from archive.model.jobs import JobState, ReviewCode, Stage
from archive.services.parts import Archive

_UNTOLD = "no-text"
_CODES = {one.value: one.name.lower().replace("_", "-") for one in NoText} | {
    ReaderFailed.message: ReaderFailed.code,
    ReaderLimit.message: ReaderLimit.code,
}
_CONCERNS = {one.value: one.name.lower().replace("_", "-") for one in Concern}
_OURS = tuple(one.value for one in ReviewCode)

REVIEWS = {
    ReviewCode.PLAN_CARRIED_OVER.value: "its redaction plan was carried over to a new text",
    ReviewCode.OLDER_COPY.value: "the reading copy that is out was made of an older text",
    ReviewCode.SOURCE_FOUND.value: "its reading copy had a new form of a source and was withdrawn",
    ReviewCode.RETENTION_DUE.value: "its retention date has come",
}
REASONS = {code: text for text, code in (_CODES | _CONCERNS).items()} | REVIEWS
"""Why a record waits, in words, by code."""

QUIET = frozenset({"no-reader", "empty", "sound"})
"""Codes at which nothing is wrong and nothing can be done: listed and tried only when asked for."""


def extract_code(reason: str | None) -> str | None:
    """Return the stable code of why a record has no text; `None` when it has some."""
    return None if reason is None else _CODES.get(reason, _UNTOLD)


def job(archive: Archive, record: RecordId, stage: Stage, code: str) -> JobRow:
    """Return an open job that begins now."""
    return JobRow(
        record, stage.value, code, archive.collection, JobState.OPEN.value, 0, archive.clock()
    )


def jobs_of(
    archive: Archive, record: RecordId, reason: str | None, concerns: Sequence[str]
) -> list[JobRow]:
    """Return the jobs that a reading leaves: why there is no text, and what a person must look at.

    `reason` and `concerns` are those of the `Extraction`.
    """
    code = extract_code(reason)
    rows = [] if code is None else [job(archive, record, Stage.EXTRACT, code)]
    return rows + [job(archive, record, Stage.REVIEW, _CONCERNS[concern]) for concern in concerns]


def settle(
    archive: Archive, tx: Transaction, record: RecordId, reason: str | None, concerns: Sequence[str]
) -> None:
    """Replace what an earlier reading left by what a new one leaves; what stays keeps its age."""
    rows = jobs_of(archive, record, reason, concerns)
    codes = [row.code for row in rows]
    tx.jobs.done(record, Stage.EXTRACT, keep=codes)
    tx.jobs.done(record, Stage.REVIEW, keep=[*codes, *_OURS])
    tx.jobs.add_many(rows)
    tx.jobs.tried(record, Stage.EXTRACT)
