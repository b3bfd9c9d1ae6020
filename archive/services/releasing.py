"""Putting a reading copy where researchers can open it, and taking it away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import HeaderRow, ObjectRow, OutboxKind, OutboxRow, ReleaseRow
from archive.errors import FourEyesRequired, RecordNotFound, ReleaseBlocked, WrongPlanState
from archive.extraction import Sandbox
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId
from archive.model.jobs import ReviewCode, Stage
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.redaction import PlanState, ReadingCopy
from archive.redaction import digest, encode_reading_copy
from archive.sealing import FileKey, seal_bytes
from archive.services.accessions import require_no_embargo
from archive.services.copies import MadeCopy, all_leaks, submitted_copy
from archive.services.events import append_confidential, authorise
from archive.services.four_eyes import approved_by_another
from archive.services.headers import fresh_header
from archive.services.indexing import drain
from archive.services.leftovers import storing
from archive.services.pages import Progress, silent
from archive.services.parts import Archive
from archive.services.plan_views import LeakReport, Released
from archive.services.plans import (
    Desk,
    StoredPlan,
    in_state,
    open_desk,
    put_state,
    unchanged,
)
from archive.services.reading import RELEASED, WITHDRAWN, released_copy
from archive.services.reading_pages import forget_pages, released_pages, store_pages
from archive.services.session import Session
from archive.services.sources import matcher


def release(
    archive: Archive, session: Session, record: RecordId, progress: Progress = silent
) -> Released:
    """Seal the approved reading copy to `reading` and index it, if the gate finds nothing.

    Pages are rebuilt once more, compared, and looked at: recognition takes a second or two a page.

    Raises:
        ReleaseBlocked: the reading copy names a registered source.
        PageNotRebuilt: the pages cannot be rebuilt as they were approved, or not be looked at.
        UnderEmbargo: the record's accession may not be released yet.
        WrongPlanState: the plan is not approved.
        FourEyesRequired: the approval was not a second member's.
        ArchiveBusy: pages are to be stored while another process stores objects.
    """
    authorise(archive, session, Action.RELEASE, record)
    register = matcher(archive, session)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
        seen = _releasable(archive, session, snapshot, desk)
    with closing(archive.sandbox()) as sandbox:
        made = submitted_copy(archive, session, sandbox, desk)
        found = all_leaks(sandbox, made, register, progress)
    if found:
        raise ReleaseBlocked(places=len(found))
    with _storing_pages(archive, made):
        sealed = _seal_copy(archive, session, made)
        with archive.catalog.write() as tx:
            desk = open_desk(archive, session, tx, record)
            stored = _releasable(archive, session, tx, desk)
            _put_release(archive, session, tx, unchanged(desk, seen), sealed)
    drain(archive, session)
    return Released(record, stored.copy_digest or "")


def _releasable(archive: Archive, session: Session, snapshot: Snapshot, desk: Desk) -> StoredPlan:
    """Return the plan of a record if two people and the accession allow its release."""
    manifest = desk.opened.manifest
    require_no_embargo(archive, session, snapshot, manifest.accession)
    stored = in_state(desk, PlanState.APPROVED)
    if stored.copy is None or stored.copy_digest is None:
        raise WrongPlanState
    if not approved_by_another(session, snapshot, manifest.record, stored.copy_digest):
        raise FourEyesRequired
    return stored


def withdraw(archive: Archive, session: Session, record: RecordId, reason: str) -> None:
    """Take a reading copy out of store and index; the reason is committed and sealed.

    Raises:
        RecordNotFound: nothing is released under that id.
    """
    authorise(archive, session, Action.RELEASE, record)
    with archive.catalog.write() as tx:
        _put_withdrawal(archive, session, tx, record, reason)
    drain(archive, session)


def leakcheck(
    archive: Archive,
    session: Session,
    record: RecordId | None = None,
    progress: Progress = silent,
) -> tuple[LeakReport, ...]:
    """Run the gate again: over one record's submitted or previewed copy, or over all released ones.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record.
        PageNotRebuilt: pages cannot be rebuilt, or not be looked at.
    """
    authorise(archive, session, Action.REDACT, record)
    register = matcher(archive, session)
    with closing(archive.sandbox()) as sandbox:
        return tuple(
            LeakReport(made.copy.record, all_leaks(sandbox, made, register, progress))
            for made in _checked(archive, session, sandbox, record)
        )


def _checked(
    archive: Archive, session: Session, sandbox: Sandbox, record: RecordId | None
) -> Iterator[MadeCopy]:
    """Yield the copy of one record as it would go out, or all that went out."""
    with archive.catalog.read() as snapshot:
        if record is None:
            released = [row.record for row in snapshot.releases.all() if row.state == RELEASED]
        else:
            desk = open_desk(archive, session, snapshot, record)
    if record is not None:
        yield submitted_copy(archive, session, sandbox, desk)
    else:
        yield from (_released(archive, session, one) for one in released)


def _released(archive: Archive, session: Session, record: RecordId) -> MadeCopy:
    with archive.catalog.read() as snapshot:
        copy = released_copy(session, snapshot, record)
        pdf = released_pages(archive, session, snapshot, copy) if copy.pages else None
    return MadeCopy(copy, pdf)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A reading copy under a fresh file key; its pages are in the store already."""

    copy: ReadingCopy
    header: HeaderRow
    file_key: FileKey
    pages: ObjectRow | None


def _storing_pages(archive: Archive, made: MadeCopy) -> AbstractContextManager[None]:
    """Return the right to store the pages of a copy, if it has any.

    Raises:
        ArchiveBusy: another process stores objects.
    """
    return nullcontext() if made.pdf is None else storing(archive)


def _seal_copy(archive: Archive, session: Session, made: MadeCopy) -> _Sealed:
    """Draw a file key for a copy and store its pages; call it within `_storing_pages`.

    Raises:
        DiskFull, WriteFailed: the store cannot be written to.
    """
    header, file_key = fresh_header(archive, session, Compartment.READING)
    pages = None
    if made.pdf is not None:
        pages = store_pages(archive, file_key, made.copy.record, made.pdf)
    return _Sealed(made.copy, header, file_key, pages)


def _put_release(
    archive: Archive, session: Session, tx: Transaction, stored: StoredPlan, sealed: _Sealed
) -> None:
    """Release a sealed copy in place of an earlier one of the same record."""
    copy = sealed.copy
    body = seal_bytes(sealed.file_key, encode_reading_copy(copy), random=archive.random)
    row = replace(stored.row, state=PlanState.RELEASED.value)
    put_state(archive, session, tx, row, EventType.PLAN_APPROVED)
    links = {"reading_copy": digest(copy)}
    if sealed.pages is not None:
        links["pages"] = sealed.pages.digest
    index = append_confidential(
        archive, session, tx, _event(EventType.RELEASE, copy.record, links), {}
    )
    forget_pages(archive, tx, copy.record)
    tx.headers.add_many([sealed.header])
    if sealed.pages is not None:
        tx.objects.add_many([sealed.pages])
    tx.releases.put(
        ReleaseRow(
            record=copy.record,
            header=sealed.header.id,
            sealed=body,
            copy_digest=digest(copy),
            entry_index=index,
            released=archive.clock(),
            state=RELEASED,
        )
    )
    tx.outbox.add_many([OutboxRow(0, OutboxKind.INDEX_READING, archive.collection, copy.record)])
    tx.jobs.resolve(copy.record, Stage.REVIEW, ReviewCode.OLDER_COPY.value)


def _put_withdrawal(
    archive: Archive, session: Session, tx: Transaction, record: RecordId, reason: str
) -> None:
    """Take a reading copy back: its header first, then what it opens.

    Raises:
        RecordNotFound: nothing is released under that id.
    """
    row = tx.releases.get(record)
    if row is None or row.state != RELEASED:
        raise RecordNotFound
    draft = _event(EventType.WITHDRAWAL, record, {"reading_copy": row.copy_digest})
    index = append_confidential(archive, session, tx, draft, {"reason": reason})
    tx.releases.put(replace(row, state=WITHDRAWN, sealed=b"", entry_index=index))
    tx.headers.delete(row.header)
    forget_pages(archive, tx, record)
    tx.outbox.add_many([OutboxRow(0, OutboxKind.REMOVE_READING, archive.collection, record)])
    tx.jobs.resolve(record, Stage.REVIEW, ReviewCode.OLDER_COPY.value)


def _event(event: EventType, obj: str, links: dict[str, str]) -> EntryDraft:
    return EntryDraft(
        type=event, object=obj, outcome=EventOutcome.SUCCESS, links=links, commitments={}
    )
