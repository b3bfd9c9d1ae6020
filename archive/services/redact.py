"""Redaction by four eyes: propose, mark, submit, approve, release, withdraw; each act signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.catalog import Snapshot
from archive.catalog.rows import OutboxKind, OutboxRow
from archive.errors import (
    CrowdTooSmall,
    FourEyesRequired,
    InvalidValue,
    RecordNotFound,
    ReleaseBlocked,
    WrongPlanState,
)
from archive.model.access import Action
from archive.model.ids import RecordId
from archive.model.jobs import ReviewCode, Stage
from archive.model.provenance import EventType
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
    mark_text,
    render,
    unmark_span,
)
from archive.redaction import propose as propose_redactions
from archive.sealing import seal_bytes
from archive.services.accessions import require_no_embargo
from archive.services.crowds import acknowledged, known_crowds, thin_crowds
from archive.services.events import append_confidential, authorise
from archive.services.four_eyes import approved_by_another, workers
from archive.services.gatekeeping import gate
from archive.services.indexing import drain
from archive.services.parts import Archive
from archive.services.plan_views import PlanView, Released, view_of
from archive.services.plans import (
    Desk,
    StoredPlan,
    blank_plan,
    open_desk,
    put_draft,
    put_state,
)
from archive.services.reading import RELEASED, WITHDRAWN
from archive.services.redaction_proofs import root_links
from archive.services.register import matcher
from archive.services.releasing import event_of, put_release
from archive.services.session import Session


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
    register = matcher(archive, session)

    def edit(desk: Desk, current: RedactionPlan) -> RedactionPlan:
        found = propose_redactions(desk.text.text, register, default_detectors(), hints=True)
        for redaction in found:
            current = mark_span(current, desk.text.text, redaction)
        return current

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


def unmark(archive: Archive, session: Session, record: RecordId, span: tuple[int, int]) -> PlanView:
    """Take back every redaction that touches `span`.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: nothing is marked there.
    """

    def edit(_desk: Desk, current: RedactionPlan) -> RedactionPlan:
        return unmark_span(current, *span)

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
    return preview_of(archive, session, desk)


def preview_of(archive: Archive, session: Session, desk: Desk) -> ReadingCopy:
    """Return the reading copy of an open desk: the submitted one, or what it would be now."""
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
        links = root_links(desk, stored, copy)
        row = put_state(archive, session, tx, row, EventType.PLAN_SUBMITTED, links=links)
        for code in (ReviewCode.PLAN_CARRIED_OVER, ReviewCode.SOURCE_FOUND):
            tx.jobs.resolve(record, Stage.REVIEW, code.value)
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
    links: dict[str, str] | None = None,
) -> PlanView:
    authorise(archive, session, Action.APPROVE, record)
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        stored = _stored(desk, PlanState.SUBMITTED)
        if copy_digest not in {None, stored.copy_digest}:
            raise WrongPlanState(
                "The plan was changed after you looked at it.",
                hint="Look at the preview again, then decide.",
            )
        involved = workers(session, tx, record)
        if state is PlanState.APPROVED and session.member.id in involved:
            raise FourEyesRequired
        if state is PlanState.APPROVED and stored.copy is not None:
            links = {**(links or {}), **root_links(desk, stored, stored.copy)}
        row = replace(stored.row, state=state.value, approver=session.member.id)
        row = put_state(archive, session, tx, row, _DECISIONS[state], values, links)
        return view_of(replace(stored, row=row))


def approve(
    archive: Archive,
    session: Session,
    record: RecordId,
    copy_digest: str | None = None,
    *,
    acknowledge: bool = False,
) -> PlanView:
    """Approve the submitted plan: the entry signs the digest of the exact reading copy.

    With `copy_digest`, only the copy of that SHA-256 (hex) is approved: the one that was looked at.
    Who would be one of few people that all released documents together fit is approved by those
    alone who `acknowledge` it; the entry then commits to the warnings.

    Raises:
        FourEyesRequired: the member worked on the plan.
        WrongPlanState: nothing is submitted, or another copy than was looked at.
        CrowdTooSmall: there is such a warning.
    """
    authorise(archive, session, Action.APPROVE, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    copy = None if desk.stored is None else desk.stored.copy
    links = {} if copy is None else known_crowds(archive, session, copy, known=acknowledge)
    if links and copy is not None:
        copy_digest = copy_digest or digest(copy)
    return _decide(archive, session, record, PlanState.APPROVED, copy_digest, links=links)


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
        ReleaseBlocked: the reading copy names a registered source, a search for one leads to it, or
            a released near-duplicate shows what it hides.
        CrowdTooSmall: what is released about a source fits too few people, and the approver was not
            told so.
        UnderEmbargo: the record's accession may not be released yet.
        WrongPlanState: the plan is not approved.
        FourEyesRequired: the approval was not a second member's.
    """
    authorise(archive, session, Action.RELEASE, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
        stored, copy = _releasable(archive, session, snapshot, desk)
    crowds = thin_crowds(archive, session, copy)
    found = gate(archive, session, desk, copy)
    if found:
        raise ReleaseBlocked(places=len(found))
    register = matcher(archive, session)
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        again, copy = _releasable(archive, session, tx, desk)
        if again.row != stored.row or leaks(copy, register):
            raise WrongPlanState("Plan or register changed meanwhile.", hint="Try again.")
        if not acknowledged(tx, stored.row.entry_index, copy, crowds):
            raise CrowdTooSmall(sources=len(crowds))
        put_release(archive, session, tx, desk, stored, copy)
    drain(archive, session)
    return Released(record, digest(copy))


def _releasable(
    archive: Archive, session: Session, snapshot: Snapshot, desk: Desk
) -> tuple[StoredPlan, ReadingCopy]:
    """Return the approved plan of a desk and its copy.

    Raises:
        UnderEmbargo, WrongPlanState, FourEyesRequired: see `release`.
    """
    require_no_embargo(archive, session, snapshot, desk.opened.manifest.accession)
    stored = _stored(desk, PlanState.APPROVED)
    copy = stored.copy
    if copy is None or stored.copy_digest is None:
        raise WrongPlanState
    signed = stored.copy_digest
    if not approved_by_another(session, snapshot, copy.record, signed):
        raise FourEyesRequired
    if not approved_by_another(session, snapshot, copy.record, signed, present=True):
        raise WrongPlanState(
            "Whoever approved it may not do so any more.",
            hint="Have it submitted and approved again: `redact propose`, `submit`, `approve`.",
        )
    return stored, copy


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
        draft = event_of(EventType.WITHDRAWAL, record, {"reading_copy": row.copy_digest})
        index = append_confidential(archive, session, tx, draft, {"reason": reason})
        tx.releases.put(replace(row, state=WITHDRAWN, sealed=b"", entry_index=index))
        tx.headers.delete(row.header)
        tx.outbox.add_many([OutboxRow(0, OutboxKind.REMOVE_READING, archive.collection, record)])
        tx.jobs.resolve(record, Stage.REVIEW, ReviewCode.OLDER_COPY.value)
    drain(archive, session)
