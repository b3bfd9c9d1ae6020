"""Redaction by four eyes: propose, mark, submit, approve, release, withdraw; each act signed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from archive import policy
from archive.errors import FourEyesRequired, InvalidValue, RecordNotFound, WrongPlanState
from archive.model.access import Action, Level
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
    Region,
)
from archive.redaction import (
    digest,
    encode_reading_copy,
    mark_span,
    mark_spans,
    mark_text,
    unmark_found,
    unmark_span,
)
from archive.redaction.pages import with_regions
from archive.sealing import seal_bytes
from archive.services.events import authorise, look
from archive.services.four_eyes import workers
from archive.services.parts import Archive
from archive.services.persons import one_is_enough
from archive.services.redaction.changing import change
from archive.services.redaction.copies import (
    Wanted,
    make_copy,
    render_text,
    submitted_copy,
    without_region,
)
from archive.services.redaction.crowds import known_crowds
from archive.services.redaction.faces import look_for_faces
from archive.services.redaction.pages import ALL_PAGES, Progress, require_region, silent
from archive.services.redaction.plan_views import PlanView, view_of
from archive.services.redaction.plans import (
    Desk,
    Seen,
    in_state,
    open_desk,
    plan_states,
    put_state,
    require_seen,
    unchanged,
)
from archive.services.redaction.proofs import root_links
from archive.services.redaction.proposing import finder
from archive.services.redaction.releasing import release, withdraw
from archive.services.redaction.sightings import look_for_names
from archive.services.refusals import tells_refusals
from archive.services.session import Session

__all__ = [
    "approve",
    "mark",
    "plan",
    "preview",
    "preview_pages",
    "propose",
    "reject",
    "release",
    "submit",
    "unmark",
    "withdraw",
]


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
    look(archive, session, EventType.VIEW, record, of="plan", level=Level.ORIGINALS.value)
    return view_of(desk.stored, desk.text)


@tells_refusals(Action.REDACT)
def propose(
    archive: Archive,
    session: Session,
    record: RecordId,
    seen: Seen | None = None,
    *,
    pages: range = ALL_PAGES,
    progress: Progress = silent,
) -> PlanView:
    """Add every find of the register and the detectors to the record's plan, as a draft.

    Where the record has pages, the heads and the registered names in pictures on those of `pages`,
    from 0, become regions; the view's `faces` and `names` say on which of these and of the later
    ones nobody looked. The text is searched with the first page. Detectors miss: a proposal is
    where a person's reading begins.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
        PlanChanged: plan or text is not what was `seen`.
    """
    authorise(archive, session, Action.REDACT, record)
    find = None if pages.start else finder(archive, session, record)
    faces = look_for_faces(archive, session, record, progress, pages)
    names = look_for_names(archive, session, record, progress, pages)

    def edit(desk: Desk, marked: RedactionPlan) -> RedactionPlan:
        if find is not None:
            marked = mark_spans(marked, desk.text.text, find(desk.text.text))
        if faces is not None:
            marked = replace(marked, regions=with_regions(marked.regions, faces.regions))
        if names is not None:
            marked = replace(marked, regions=names.regions(marked, desk.text))
        return marked

    view = change(archive, session, record, EventType.REDACTION_PROPOSED, edit, seen)
    return replace(view, faces=faces, names=names)


@tells_refusals(Action.REDACT)
def mark(
    archive: Archive,
    session: Session,
    record: RecordId,
    *,
    text: str | None = None,
    span: tuple[int, int] | None = None,
    region: Region | None = None,
    reason: Reason = Reason.SOURCE_IDENTITY,
    seen: Seen | None = None,
) -> PlanView:
    """Mark a span, every occurrence of a text, or a region of a page to be hidden.

    A region hides the words under it in the text too; its own reason counts.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: not exactly one given, it is outside of text or page, or the text not in it.
        PageNotRebuilt: the record's pages cannot be rendered.
        PlanChanged: plan or text is not what was `seen`.
    """
    if sum(one is not None for one in (text, span, region)) != 1:
        raise InvalidValue("Give either a text, a span, or a region.")
    if region is not None:
        return _mark_region(archive, session, record, region, seen)

    def edit(desk: Desk, current: RedactionPlan) -> RedactionPlan:
        if span is not None:
            start, end = span
            one = Redaction(start, end, reason, Method.MANUAL, "manual")
            return mark_span(current, desk.text.text, one)
        return mark_text(current, desk.text.text, text or "", reason)

    return change(archive, session, record, EventType.REDACTION_MARKED, edit, seen)


def _mark_region(
    archive: Archive, session: Session, record: RecordId, region: Region, seen: Seen | None
) -> PlanView:
    authorise(archive, session, Action.REDACT, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    require_region(archive, desk.opened, region)

    def edit(_desk: Desk, current: RedactionPlan) -> RedactionPlan:
        return replace(current, regions=tuple(sorted({*current.regions, region})))

    return change(archive, session, record, EventType.REDACTION_MARKED, edit, seen)


@tells_refusals(Action.REDACT)
def unmark(
    archive: Archive,
    session: Session,
    record: RecordId,
    span: tuple[int, int] | None = None,
    *,
    region: Region | None = None,
    found_by: str | None = None,
    seen: Seen | None = None,
) -> PlanView:
    """Take back what touches `span` or `region`, or all that the detector `found_by` proposed.

    Raises:
        NotPermitted: the member may not redact.
        InvalidValue: nothing like that is marked, or not exactly one given.
        PlanChanged: plan or text is not what was `seen`.
    """
    if [span, region, found_by].count(None) != 2:
        raise InvalidValue("Give a span, a region or a detector.")

    def edit(_desk: Desk, current: RedactionPlan) -> RedactionPlan:
        if span is not None:
            return unmark_span(current, *span)
        if found_by is not None:
            return unmark_found(current, found_by)
        kept = without_region(current.regions, region) if region else current.regions
        if kept == current.regions:
            raise InvalidValue("Nothing is marked there.")
        return replace(current, regions=kept)

    return change(archive, session, record, EventType.REDACTION_MARKED, edit, seen)


@tells_refusals(Action.REDACT)
def preview(archive: Archive, session: Session, record: RecordId) -> ReadingCopy:
    """Return the reading copy exactly as a researcher will see it; the submitted one if there is.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, or it has no text.
    """
    authorise(archive, session, Action.REDACT, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    look(archive, session, EventType.VIEW, record, of="preview", level=Level.ORIGINALS.value)
    if desk.stored is not None and desk.stored.copy is not None:
        return desk.stored.copy
    return render_text(archive, session, desk)


@tells_refusals(Action.REDACT)
def preview_pages(
    archive: Archive, session: Session, record: RecordId, progress: Progress = silent
) -> bytes:
    """Return the pages of the reading copy as a PDF, exactly as a researcher will see them.

    Raises:
        NotPermitted: the member may not redact.
        RecordNotFound: no such record, no text, or no pages of its copy.
        PageNotRebuilt: a page cannot be rebuilt, or not as submitted.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
    """
    authorise(archive, session, Action.REDACT, record)
    look(archive, session, EventType.EXPORT, record, of="preview", level=Level.ORIGINALS.value)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    with closing(archive.sandbox()) as sandbox:
        made = submitted_copy(archive, session, sandbox, desk, progress)
    if made.pdf is None:
        raise RecordNotFound("The reading copy has no pages.", hint="See its text instead.")
    return made.pdf


@tells_refusals(Action.SUBMIT)
def submit(
    archive: Archive,
    session: Session,
    record: RecordId,
    *,
    text_only: bool = False,
    as_drawn: bool = False,
    progress: Progress = silent,
    seen: Seen | None = None,
) -> PlanView:
    """Render the reading copy, freeze it with the plan, and hand both to a second member.

    Pages are rebuilt and bound by the copy, unless `text_only`; those that would be set anew are
    drawn if somebody wants them `as_drawn`, and ledger and copy say so.

    Raises:
        WrongPlanState: the plan is not a draft, or was changed meanwhile.
        PlanChanged: plan or text is not what was `seen`.
        NotPermitted: the member may not redact.
        PageNotRebuilt: a page cannot be rendered.
        PlaceUnknown: words are to be hidden of which the place on a page is not known.
    """
    authorise(archive, session, Action.SUBMIT, record)
    with archive.catalog.read() as snapshot:
        desk = open_desk(archive, session, snapshot, record)
    require_seen(desk, seen)
    draft = in_state(desk, *plan_states(Action.SUBMIT))
    with closing(archive.sandbox()) as sandbox:
        made = make_copy(archive, session, sandbox, desk, Wanted(text_only, as_drawn), progress)
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        stored = unchanged(desk, draft)
        row = replace(
            stored.row,
            state=PlanState.SUBMITTED.value,
            copy_sealed=seal_bytes(
                desk.opened.file_key, encode_reading_copy(made.copy), random=archive.random
            ),
            copy_digest=digest(made.copy),
            proposer=session.member.id,
            approver=None,
        )
        links = root_links(desk, stored, made.copy)
        row = put_state(archive, session, tx, row, EventType.PLAN_SUBMITTED, links=links)
        for code in (ReviewCode.PLAN_CARRIED_OVER, ReviewCode.SOURCE_FOUND):
            tx.jobs.resolve(record, Stage.REVIEW, code.value)
        return view_of(replace(stored, row=row, copy=made.copy), desk.text)


_DECISIONS = {
    Action.APPROVE: (PlanState.APPROVED, EventType.PLAN_APPROVED),
    Action.REJECT: (PlanState.REJECTED, EventType.PLAN_REJECTED),
}


def _decide(
    archive: Archive,
    session: Session,
    record: RecordId,
    action: Action,
    copy_digest: str | None,
    values: dict[str, str] | None = None,
    links: dict[str, str] | None = None,
) -> PlanView:
    authorise(archive, session, action, record)
    state, event = _DECISIONS[action]
    with archive.catalog.write() as tx:
        desk = open_desk(archive, session, tx, record)
        stored = in_state(desk, *plan_states(action))
        if copy_digest not in {None, stored.copy_digest}:
            raise WrongPlanState(
                "The plan was changed after you looked at it.",
                hint="Look at the preview again, then decide.",
            )
        involved = workers(session, tx, record)
        alone = one_is_enough(session, tx)
        if state is PlanState.APPROVED and not policy.may_judge(
            session.member.id, involved, single=alone
        ):
            raise FourEyesRequired
        if state is PlanState.APPROVED and stored.copy is not None:
            links = {**(links or {}), **root_links(desk, stored, stored.copy)}
        row = replace(stored.row, state=state.value, approver=session.member.id)
        row = put_state(archive, session, tx, row, event, values, links)
        return view_of(replace(stored, row=row))


@tells_refusals(Action.APPROVE)
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
    return _decide(archive, session, record, Action.APPROVE, copy_digest, links=links)


@tells_refusals(Action.REJECT)
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
    return _decide(archive, session, record, Action.REJECT, copy_digest, values)
