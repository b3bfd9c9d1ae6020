"""The redaction log: every hidden place, by which exemption and by whom; never the words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archive.model.access import Action, Level
from archive.model.ids import RecordId, SourceRef, new_uuid
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.redaction import Reason
from archive.services.events import authorise, record_event
from archive.services.parts import Archive
from archive.services.printing.tables import table
from archive.services.records import open_record
from archive.services.redaction.plans import current_plan
from archive.services.session import Session

EXEMPTIONS = {
    Reason.SOURCE_IDENTITY: "source identity",
    Reason.CONTACT: "contact or locator",
    Reason.QUASI_IDENTIFIER: "quasi-identifier",
    Reason.THIRD_PARTY: "third party",
    Reason.OPERATIONAL: "operational security",
    Reason.LEGAL: "legal",
}
"""What each code of a reason exempts from release."""

COLUMNS = (
    "record",
    "version",
    "state",
    "start",
    "end",
    "code",
    "exemption",
    "method",
    "detector",
    "confidence",
    "review",
    "source",
    "proposer",
    "approver",
    "updated",
)


@dataclass(frozen=True, slots=True)
class Logged:
    """A redaction of the newest version of a plan; members by id, `updated` RFC 3339 in UTC."""

    record: RecordId
    version: int
    state: str
    start: int
    end: int
    code: str
    exemption: str
    method: str
    detector: str
    confidence: int
    review: str
    source: SourceRef | None
    proposer: str
    approver: str | None
    updated: str


def redaction_log(archive: Archive, session: Session) -> Iterator[Logged]:
    """Yield the redactions of every record's newest plan; the ledger has it as an export first.

    Raises:
        NotPermitted: the member may not redact.
    """
    authorise(archive, session, Action.REDACT)
    draft = EntryDraft(
        type=EventType.EXPORT,
        object=new_uuid(archive.ids),
        outcome=EventOutcome.SUCCESS,
        links={"level": Level.ORIGINALS.value, "act": "redaction-log"},
        commitments={},
    )
    record_event(archive, session, draft)
    with archive.catalog.read() as snapshot:
        records = [row.record for row in snapshot.plans.all()]
    for record in records:
        yield from _of(archive, session, record)


def _of(archive: Archive, session: Session, record: RecordId) -> Iterator[Logged]:
    with archive.catalog.read() as snapshot:
        stored = current_plan(session, snapshot, open_record(session, snapshot, record))
    if stored is None:
        return
    row = stored.row
    for one in stored.plan.redactions:
        yield Logged(
            record,
            row.version,
            row.state,
            one.start,
            one.end,
            one.reason.value,
            EXEMPTIONS[one.reason],
            one.method.value,
            one.detector,
            one.confidence,
            one.review.value,
            one.source,
            row.proposer,
            row.approver,
            row.updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


def log_table(rows: Iterator[Logged]) -> str:
    """Return the log as CSV that no spreadsheet takes for formulas."""
    return table(COLUMNS, ([getattr(row, name) for name in COLUMNS] for row in rows))
