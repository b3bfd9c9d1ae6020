"""Putting a reading copy where researchers can open it, and taking it away again."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace

from archive.catalog import Snapshot, Transaction
from archive.catalog.rows import HeaderRow, ObjectRow, OutboxKind, OutboxRow, ReleaseRow
from archive.errors import (
    CrowdTooSmall,
    FourEyesRequired,
    RecordNotFound,
    RegisterChanged,
    ReleaseBlocked,
    WrongPlanState,
)
from archive.ledger.persons import ONE, PERSONS
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId
from archive.model.jobs import ReviewCode, Stage
from archive.model.provenance import EventType
from archive.model.redaction import PlanState, ReadingCopy
from archive.redaction import digest, encode_reading_copy
from archive.sealing import FileKey, seal_bytes
from archive.services.accessions import require_no_embargo
from archive.services.events import append_confidential, authorise
from archive.services.four_eyes import approved_alone, approved_by_another
from archive.services.granting import about
from archive.services.headers import fresh_header
from archive.services.indexes.indexing import drain
from archive.services.leftovers import storing
from archive.services.parts import Archive
from archive.services.persons import one_is_enough
from archive.services.reading import RELEASED, WITHDRAWN
from archive.services.reading_pages import forget_pages, store_pages
from archive.services.redaction.copies import MadeCopy, submitted_copy
from archive.services.redaction.crowds import acknowledged, thin_crowds
from archive.services.redaction.gatekeeping import gate
from archive.services.redaction.pages import Progress, silent
from archive.services.redaction.plan_views import Released
from archive.services.redaction.plans import (
    Desk,
    StoredPlan,
    in_state,
    open_desk,
    plan_states,
    put_state,
    unchanged,
)
from archive.services.redaction.proofs import make_proof, seal_proof
from archive.services.refusals import tells_refusals
from archive.services.register import matcher
from archive.services.session import Session

_TRIES = 3
"""How often a copy is checked when the register changes during the checks."""


@tells_refusals(Action.RELEASE)
def release(
    archive: Archive, session: Session, record: RecordId, progress: Progress = silent
) -> Released:
    """Seal the approved reading copy to `reading` and index it, if the gate finds nothing.

    Pages are rebuilt once more, compared, and looked at: recognition takes a second or two a page.
    A register that changes meanwhile has the copy checked again, against what it is then.

    Raises:
        ReleaseBlocked: the reading copy names a registered source, a search for one leads to it, or
            a released near-duplicate shows what it hides.
        CrowdTooSmall: what is released about a source fits too few people, and the approver was not
            told so.
        PageNotRebuilt: the pages cannot be rebuilt as they were approved, or not be looked at.
        UnderEmbargo: the record's accession may not be released yet.
        WrongPlanState: the plan is not approved.
        RegisterChanged: the register changed during every check.
        FourEyesRequired: the approval was not a second member's.
        ArchiveBusy: pages are to be stored while another process stores objects.
    """
    authorise(archive, session, Action.RELEASE, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
        seen = _releasable(archive, session, snapshot, desk)
    for left in reversed(range(_TRIES)):
        try:
            done = _checked(archive, session, desk, seen, progress)
            break
        except RegisterChanged:
            if not left:
                raise
    drain(archive, session)
    return done


def _checked(
    archive: Archive, session: Session, desk: Desk, seen: StoredPlan, progress: Progress
) -> Released:
    """Release a copy in which the gate finds nothing.

    Raises:
        ReleaseBlocked, CrowdTooSmall: the register of this moment has something against it.
        RegisterChanged: it changed during the checks; nothing was released.
        WrongPlanState: the plan is another one by now.
    """
    record = desk.opened.manifest.record
    register = matcher(archive, session)
    with closing(archive.sandbox()) as sandbox:
        made = submitted_copy(archive, session, sandbox, desk)
        found = gate(archive, session, sandbox, desk, made, progress)
    if found:
        raise ReleaseBlocked(places=len(found), found=found)
    crowds = thin_crowds(archive, session, made.copy)
    with _storing_pages(archive, made):
        sealed = _seal_copy(archive, session, made)
        with archive.catalog.write() as tx:
            desk = open_desk(archive, session, tx, record)
            _releasable(archive, session, tx, desk)
            stored = unchanged(desk, seen)
            if matcher(archive, session) is not register:
                raise RegisterChanged
            if not acknowledged(tx, stored.row.entry_index, made.copy, crowds):
                raise CrowdTooSmall(sources=len(crowds))
            _put_release(archive, session, tx, desk, stored, sealed)
    return Released(record, digest(made.copy))


def _releasable(archive: Archive, session: Session, snapshot: Snapshot, desk: Desk) -> StoredPlan:
    """Return the plan of a record if two people and the accession allow its release."""
    manifest = desk.opened.manifest
    require_no_embargo(archive, session, snapshot, manifest.accession)
    stored = in_state(desk, *plan_states(Action.RELEASE))
    if stored.copy is None or stored.copy_digest is None:
        raise WrongPlanState
    about_it = (session, snapshot, manifest.record, stored.copy_digest)
    enough = approved_alone if one_is_enough(session, snapshot) else approved_by_another
    if not enough(*about_it):
        raise FourEyesRequired
    if not enough(*about_it, present=True):
        raise WrongPlanState(
            "Whoever approved it may not do so any more.",
            hint="Have it submitted and approved again: `redact propose`, `submit`, `approve`.",
        )
    return stored


@tells_refusals(Action.WITHDRAW)
def withdraw(archive: Archive, session: Session, record: RecordId, reason: str) -> None:
    """Take a reading copy out of store and index; the reason is committed and sealed.

    Raises:
        RecordNotFound: nothing is released under that id.
    """
    authorise(archive, session, Action.WITHDRAW, record)
    with archive.catalog.write() as tx:
        _put_withdrawal(archive, session, tx, record, reason)
    drain(archive, session)


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
    archive: Archive,
    session: Session,
    tx: Transaction,
    desk: Desk,
    stored: StoredPlan,
    sealed: _Sealed,
) -> None:
    """Release a sealed copy in place of an earlier one of the same record."""
    copy = sealed.copy
    body = seal_bytes(sealed.file_key, encode_reading_copy(copy), random=archive.random)
    row = replace(stored.row, state=PlanState.RELEASED.value)
    put_state(archive, session, tx, row, EventType.PLAN_APPROVED)
    named = (copy.record, digest(copy), sealed.file_key)
    proof = seal_proof(archive, session, tx, make_proof(desk, stored, copy), named)
    persons = {PERSONS: ONE} if one_is_enough(session, tx) else {}
    links = {"reading_copy": digest(copy), **persons, **proof}
    if sealed.pages is not None:
        links["pages"] = sealed.pages.digest
    index = append_confidential(
        archive, session, tx, about(EventType.RELEASE, copy.record, **links), {}
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
    draft = about(EventType.WITHDRAWAL, record, reading_copy=row.copy_digest)
    index = append_confidential(archive, session, tx, draft, {"reason": reason})
    tx.releases.put(replace(row, state=WITHDRAWN, sealed=b"", entry_index=index))
    tx.headers.delete(row.header)
    forget_pages(archive, tx, record)
    tx.outbox.add_many([OutboxRow(0, OutboxKind.REMOVE_READING, archive.collection, record)])
    tx.jobs.resolve(record, Stage.REVIEW, ReviewCode.OLDER_COPY.value)
