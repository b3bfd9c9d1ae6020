"""What a release writes: the copy sealed to researchers, its entry, and work for the index."""

from __future__ import annotations

from dataclasses import replace

from archive.catalog import Transaction
from archive.catalog.rows import OutboxKind, OutboxRow, ReleaseRow
from archive.model.access import Compartment
from archive.model.jobs import ReviewCode, Stage
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.redaction import PlanState, ReadingCopy
from archive.redaction import digest, encode_reading_copy
from archive.sealing import seal_bytes
from archive.services.events import append_confidential
from archive.services.headers import fresh_header
from archive.services.parts import Archive
from archive.services.plans import Desk, StoredPlan, put_state
from archive.services.reading import RELEASED
from archive.services.redaction_proofs import make_proof, seal_proof
from archive.services.session import Session


def put_release(
    archive: Archive,
    session: Session,
    tx: Transaction,
    desk: Desk,
    stored: StoredPlan,
    copy: ReadingCopy,
) -> None:
    """Seal an approved copy to `reading`, in the caller's transaction, and let the index know."""
    row, file_key = fresh_header(archive, session, Compartment.READING)
    sealed = seal_bytes(file_key, encode_reading_copy(copy), random=archive.random)
    put_state(
        archive,
        session,
        tx,
        replace(stored.row, state=PlanState.RELEASED.value),
        EventType.PLAN_APPROVED,
    )
    proof = make_proof(desk, stored, copy)
    links = seal_proof(archive, session, tx, proof, (copy.record, digest(copy), file_key))
    draft = event_of(EventType.RELEASE, copy.record, {"reading_copy": digest(copy), **links})
    index = append_confidential(archive, session, tx, draft, {})
    tx.headers.add_many([row])
    tx.releases.put(
        ReleaseRow(
            record=copy.record,
            header=row.id,
            sealed=sealed,
            copy_digest=digest(copy),
            entry_index=index,
            released=archive.clock(),
            state=RELEASED,
        )
    )
    tx.outbox.add_many([OutboxRow(0, OutboxKind.INDEX_READING, archive.collection, copy.record)])
    tx.jobs.resolve(copy.record, Stage.REVIEW, ReviewCode.OLDER_COPY.value)


def event_of(event: EventType, obj: str, links: dict[str, str]) -> EntryDraft:
    """Return the entry of an act on a record that succeeded."""
    return EntryDraft(
        type=event, object=obj, outcome=EventOutcome.SUCCESS, links=links, commitments={}
    )
