"""Redaction by four eyes: propose, mark, submit, approve, release, withdraw; each act signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.catalog import Transaction
from archive.catalog.rows import OutboxKind, OutboxRow, ReleaseRow
from archive.errors import (
    FourEyesRequired,
    InvalidValue,
    RecordNotFound,
    ReleaseBlocked,
    WrongPlanState,
)
from archive.model.access import Action, Compartment
from archive.model.ids import RecordId
from archive.model.jobs import ReviewCode, Stage
from archive.model.provenance import EntryDraft, EventOutcome, EventType
from archive.model.redaction import (
    Method,
    PlanState,
    ReadingCopy,
    Reason,
    Redaction,
    RedactionPlan,
)
from archive.redaction import (
    Description,
    default_detectors,
    digest,
    encode_reading_copy,
    leaks,
    mark_span,
    mark_spans,
    mark_text,
    render,
    unmark_found,
    unmark_span,
)
from archive.sealing import seal_bytes
from archive.services.accessions import require_no_embargo
from archive.services.events import append_confidential, authorise
from archive.services.four_eyes import approved_by_another, workers
from archive.services.headers import fresh_header
from archive.services.indexing import drain
from archive.services.parts import Archive
from archive.services.plan_views import LeakReport, PlanView, Released, view_of
from archive.services.plans import (
    Desk,
    StoredPlan,
    blank_plan,
    open_desk,
    put_draft,
    put_state,
)
from archive.services.proposing import finder
from archive.services.reading import RELEASED, WITHDRAWN, released_copy
from archive.services.session import Session
from archive.services.sources import matcher


def plan(archive: Archive, session: Session, record: RecordId) -> PlanView:
    """Return the newest plan of a record.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or no plan for it yet.
    """
    authorise(archive, session, Action.REDACT, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    if desk.stored is None:
        raise RecordNotFound("There is no redaction plan yet.", hint="Run `redact propose` first.")
    return view_of(desk.stored)


def _change(
    archive: Archive,
    session: Session,
    record: RecordId,
    event: EventType,
    edit: Callable[[Desk, RedactionPlan], RedactionPlan],
) -> PlanView:
    authorise(archive, session, Action.REDACT, record)
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        changed = edit(desk, blank_plan(desk))
        return view_of(put_draft(archive, session, tx, desk, changed, event))


def propose(archive: Archive, session: Session, record: RecordId) -> PlanView:
    """Add every find of the register and the detectors to the record's plan, as a draft.

    Detectors miss: a proposal is where a person's reading begins, not where it ends.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
    """
    authorise(archive, session, Action.REDACT, record)
    find = finder(archive, session, record)

    def edit(desk: Desk, current: RedactionPlan) -> RedactionPlan:
        return mark_spans(current, desk.text.text, find(desk.text.text))

    return _change(archive, session, record, EventType.REDACTION_PROPOSED, edit)


def mark(
    archive: Archive,
    session: Session,
    record: RecordId,
    *,
    text: str | None = None,
    span: tuple[int, int] | None = None,
    reason: Reason = Reason.SOURCE_IDENTITY,
) -> PlanView:
    """Mark a span, or every occurrence of a text, to be hidden.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: neither or both given, the span is outside the text, or the text not in it.
    """
    if (text is None) == (span is None):
        raise InvalidValue("Give either a text or a span.")

    def edit(desk: Desk, current: RedactionPlan) -> RedactionPlan:
        if span is not None:
            start, end = span
            one = Redaction(start, end, reason, Method.MANUAL, "manual")
            return mark_span(current, desk.text.text, one)
        return mark_text(current, desk.text.text, text or "", reason)

    return _change(archive, session, record, EventType.REDACTION_MARKED, edit)


def unmark(
    archive: Archive,
    session: Session,
    record: RecordId,
    span: tuple[int, int] | None = None,
    *,
    found_by: str | None = None,
) -> PlanView:
    """Take back every redaction that touches `span`, or all that the detector `found_by` proposed.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: neither or both given, or nothing like that is marked.
    """
    if (span is None) == (found_by is None):
        raise InvalidValue("Give either a span or a detector.")

    def edit(_desk: Desk, current: RedactionPlan) -> RedactionPlan:
        return unmark_span(current, *span) if span else unmark_found(current, found_by or "")

    return _change(archive, session, record, EventType.REDACTION_MARKED, edit)


def _render(archive: Archive, session: Session, desk: Desk, salt: str) -> ReadingCopy:
    manifest = desk.opened.manifest
    title = "" if manifest.title == manifest.name else manifest.title
    return render(
        blank_plan(desk),
        desk.text.text,
        Description(title, manifest.date, None, manifest.metadata),
        matcher=matcher(archive, session),
        detectors=default_detectors(),
        salt=salt,
    )


def preview(archive: Archive, session: Session, record: RecordId) -> ReadingCopy:
    """Return the reading copy exactly as a researcher will see it; the submitted one if there is.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
    """
    authorise(archive, session, Action.REDACT, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    if desk.stored is not None and desk.stored.copy is not None:
        return desk.stored.copy
    return _render(archive, session, desk, archive.random(16).hex())


def _stored(desk: Desk, *states: PlanState) -> StoredPlan:
    if desk.stored is None:
        raise WrongPlanState("There is no redaction plan yet.", hint="Run `redact propose` first.")
    if desk.stored.state not in states:
        raise WrongPlanState(f"The redaction plan is {desk.stored.state.value}.")
    return desk.stored


def submit(archive: Archive, session: Session, record: RecordId) -> PlanView:
    """Render the reading copy, freeze it with the plan, and hand both to a second member.

    Raises:
        WrongPlanState: the plan is not a draft.
        NotPermitted: the member may not redact.
    """
    authorise(archive, session, Action.REDACT, record)
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        stored = _stored(desk, PlanState.DRAFT, PlanState.REJECTED)
        copy = _render(archive, session, desk, archive.random(16).hex())
        row = replace(
            stored.row,
            state=PlanState.SUBMITTED.value,
            copy_sealed=seal_bytes(
                desk.opened.file_key, encode_reading_copy(copy), random=archive.random
            ),
            copy_digest=digest(copy),
            proposer=session.member.id,
            approver=None,
        )
        row = put_state(archive, session, tx, row, EventType.PLAN_SUBMITTED)
        tx.jobs.resolve(record, Stage.REVIEW, ReviewCode.PLAN_CARRIED_OVER.value)
        return view_of(replace(stored, row=row))


_DECISIONS = {
    PlanState.APPROVED: EventType.PLAN_APPROVED,
    PlanState.REJECTED: EventType.PLAN_REJECTED,
}


def _decide(
    archive: Archive,
    session: Session,
    record: RecordId,
    state: PlanState,
    copy_digest: str | None,
    values: dict[str, str] | None = None,
) -> PlanView:
    authorise(archive, session, Action.APPROVE, record)
    with archive.catalog.write() as tx:
        stored = _stored(open_desk(archive, session, tx, record), PlanState.SUBMITTED)
        if copy_digest not in {None, stored.copy_digest}:
            raise WrongPlanState(
                "The plan was changed after you looked at it.",
                hint="Look at the preview again, then decide.",
            )
        involved = workers(session, tx, record)
        if state is PlanState.APPROVED and session.member.id in involved:
            raise FourEyesRequired
        row = replace(stored.row, state=state.value, approver=session.member.id)
        row = put_state(archive, session, tx, row, _DECISIONS[state], values)
        return view_of(replace(stored, row=row))


def approve(
    archive: Archive, session: Session, record: RecordId, copy_digest: str | None = None
) -> PlanView:
    """Approve the submitted plan: the entry signs the digest of the exact reading copy.

    With `copy_digest`, only the copy of that SHA-256 (hex) is approved: the one that was looked at.

    Raises:
        FourEyesRequired: the member worked on the plan.
        WrongPlanState: nothing is submitted, or another copy than was looked at.
    """
    return _decide(archive, session, record, PlanState.APPROVED, copy_digest)


def reject(
    archive: Archive,
    session: Session,
    record: RecordId,
    reason: str,
    copy_digest: str | None = None,
) -> PlanView:
    """Send the submitted plan back; the reason is committed and sealed.

    Raises:
        WrongPlanState: nothing is submitted, or another copy than was looked at.
    """
    values = {"reason": reason}
    return _decide(archive, session, record, PlanState.REJECTED, copy_digest, values)


def release(archive: Archive, session: Session, record: RecordId) -> Released:
    """Seal the approved reading copy to `reading` and index it, if the gate finds nothing.

    Raises:
        ReleaseBlocked: the reading copy names a registered source.
        UnderEmbargo: the record's accession may not be released yet.
        WrongPlanState: the plan is not approved.
        FourEyesRequired: the approval was not a second member's.
    """
    authorise(archive, session, Action.RELEASE, record)
    register = matcher(archive, session)
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        require_no_embargo(archive, session, tx, desk.opened.manifest.accession)
        stored = _stored(desk, PlanState.APPROVED)
        copy = stored.copy
        if copy is None or stored.copy_digest is None:
            raise WrongPlanState
        if not approved_by_another(session, tx, record, stored.copy_digest):
            raise FourEyesRequired
        found = leaks(copy, register)
        if not found:
            _put_release(archive, session, tx, stored, copy)
    if found:
        raise ReleaseBlocked(places=len(found))
    drain(archive, session)
    return Released(record, stored.copy_digest)


def _put_release(
    archive: Archive, session: Session, tx: Transaction, stored: StoredPlan, copy: ReadingCopy
) -> None:
    row, file_key = fresh_header(archive, session, Compartment.READING)
    sealed = seal_bytes(file_key, encode_reading_copy(copy), random=archive.random)
    put_state(
        archive,
        session,
        tx,
        replace(stored.row, state=PlanState.RELEASED.value),
        EventType.PLAN_APPROVED,
    )
    draft = _event(EventType.RELEASE, copy.record, {"reading_copy": digest(copy)})
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


def _event(event: EventType, obj: str, links: dict[str, str]) -> EntryDraft:
    return EntryDraft(
        type=event, object=obj, outcome=EventOutcome.SUCCESS, links=links, commitments={}
    )


def withdraw(archive: Archive, session: Session, record: RecordId, reason: str) -> None:
    """Take a reading copy out of store and index; the reason is committed and sealed.

    Raises:
        RecordNotFound: nothing is released under that id.
    """
    authorise(archive, session, Action.RELEASE, record)
    with archive.catalog.write() as tx:
        row = tx.releases.get(record)
        if row is None or row.state != RELEASED:
            raise RecordNotFound
        draft = _event(EventType.WITHDRAWAL, record, {"reading_copy": row.copy_digest})
        index = append_confidential(archive, session, tx, draft, {"reason": reason})
        tx.releases.put(replace(row, state=WITHDRAWN, sealed=b"", entry_index=index))
        tx.headers.delete(row.header)
        tx.outbox.add_many([OutboxRow(0, OutboxKind.REMOVE_READING, archive.collection, record)])
        tx.jobs.resolve(record, Stage.REVIEW, ReviewCode.OLDER_COPY.value)
    drain(archive, session)


def leakcheck(
    archive: Archive, session: Session, record: RecordId | None = None
) -> tuple[LeakReport, ...]:
    """Run the gate again: over one record's submitted or previewed copy, or over all released ones.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record.
    """
    authorise(archive, session, Action.REDACT, record)
    register = matcher(archive, session)
    if record is not None:
        return (LeakReport(record, leaks(preview(archive, session, record), register)),)
    with archive.catalog.read() as snapshot:
        released = [row.record for row in snapshot.releases.all() if row.state == RELEASED]
        copies = [released_copy(session, snapshot, one) for one in released]
    return tuple(LeakReport(copy.record, leaks(copy, register)) for copy in copies)


def queue(archive: Archive, session: Session) -> tuple[PlanView, ...]:
    """Return the plans that wait for a second member, oldest first.

    Raises:
        NotPermitted: the member may not approve.
    """
    authorise(archive, session, Action.APPROVE)
    with archive.catalog.read() as snapshot:
        waiting = [row.record for row in snapshot.plans.all(PlanState.SUBMITTED.value)]
        desks = [open_desk(archive, session, snapshot, record) for record in waiting]
    return tuple(view_of(desk.stored) for desk in desks if desk.stored is not None)
