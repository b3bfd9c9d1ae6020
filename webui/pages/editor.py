"""Redaction by four eyes: the queue, the editor of a plan, its preview, review and versions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from archive.errors import (
    ArchiveError,
    FourEyesRequired,
    InvalidInput,
    PlanChanged,
    RecordNotFound,
    ReleaseBlocked,
)
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.model.redaction import PlanState, ReadingCopy
from archive.services.reading_room import access
from archive.services.reading_room.access import RecordView
from archive.services.redaction import plan_history, plan_versions, review_queue
from archive.services.redaction import redact as service
from archive.services.redaction.leakchecks import leakcheck
from archive.services.redaction.page_pictures import PlanPage, plan_page, preview_place
from archive.services.redaction.pages import is_paged
from archive.services.redaction.plan_history import Difference
from archive.services.redaction.plan_views import (
    LeakReport,
    PlanView,
    anew_in_words,
    blocked_report,
)
from archive.services.redaction.reviewing import finders
from webui.desk import archive, field, notice, session
from webui.editing import MARKS, marks, opened_line
from webui.errors import status_code
from webui.guard import needs
from webui.pages import editor_forms as forms
from webui.pages.editor_acts import ACTS, AGAIN, LOOKED, in_words
from webui.passages import REASONS, copy_passages, lines

pages = Blueprint("redact", __name__, url_prefix="/redact")

SHOWN = 560  # CSS pixels that a page is shown wide, so that a click says where it was
_LOOK = 18  # dots per inch; enough to learn the size of a page
_EDITABLE = (PlanState.DRAFT, PlanState.REJECTED)
_KEPT = ("words", "start", "end", "reason", "left", "bottom", "right", "top")
_OUT = (PlanState.APPROVED, PlanState.RELEASED)


@dataclass(frozen=True, slots=True)
class _View:
    """What the editor is looking at: page of the original, opened line, page of the marks."""

    page: int
    line: int | None
    marks: int


@pages.get("")
@needs(Action.APPROVE)
def queue() -> str:
    """List the plans that wait for a second member, under the titles that researchers would see."""
    waiting = review_queue.queue(archive(), session())
    copies = [service.preview(archive(), session(), one.plan.record) for one in waiting]
    rows = [
        (one.plan, copy, _mine(one.plan), one.risk.reasons)
        for one, copy in zip(waiting, copies, strict=True)
    ]
    return render_template("editor/queue.html", rows=rows)


@pages.get("/<uuid:record>")
@needs(Action.REDACT)
def plan(record: UUID) -> Response:
    """Show a plan over text and pages, with the acts that its state allows."""
    return _editor(RecordId(str(record)))


@pages.get("/<uuid:record>/preview")
@needs(Action.REDACT)
def preview(record: UUID) -> str:
    """Show the reading copy exactly as a researcher will see it."""
    reference = RecordId(str(record))
    found, number = _copy(reference), _asked("page") or 1
    return render_template(
        "editor/preview.html",
        copy=found,
        passages=copy_passages(found.text, found.markers),
        reasons=REASONS,
        plan=_plan(reference),
        **_drafted(reference, number, found),
    )


@pages.get("/<uuid:record>/review")
@needs(Action.APPROVE)
def review(record: UUID) -> str:
    """Show what is to be approved, what changed since the last approval, and who did what."""
    return _review(RecordId(str(record)))


@pages.post("/<uuid:record>/review")
@needs(Action.APPROVE)
def check(record: UUID) -> str:
    """Look for leaks in what is to be approved, and show it again."""
    reference = RecordId(str(record))
    return _review(reference, leakcheck(archive(), session(), reference))


def _review(record: RecordId, report: LeakReport | None = None) -> str:
    current = service.plan(archive(), session(), record)
    copy = _copy(record)
    found = plan_versions.versions(archive(), session(), record)
    change = plan_history.diff(archive(), session(), record)
    approved = any(one.state in _OUT for one in found[1:])
    if not approved:
        change = _everything(change, current)
    return render_template(
        "editor/review.html",
        copy=copy,
        passages=copy_passages(copy.text, copy.markers),
        reasons=REASONS,
        plan=current,
        anew=anew_in_words(current.anew),
        mine=_mine(current),
        change=change,
        added=marks("", change.added),
        removed=marks("", change.removed),
        versions=found,
        approved=approved,
        risk=review_queue.risk(archive(), session(), current).reasons,
        checked=None if report is None else in_words(report),
        report=report,
    )


@pages.get("/<uuid:record>/versions")
@needs(Action.REDACT)
def versions(record: UUID) -> str:
    """List the versions of a plan, and show what two of them hide differently."""
    reference = RecordId(str(record))
    before, after = _asked("from"), _asked("to")
    change = plan_history.diff(archive(), session(), reference, before, after)
    return render_template(
        "editor/versions.html",
        record=reference,
        versions=plan_versions.versions(archive(), session(), reference),
        **_difference(reference, change),
    )


@pages.post("/<uuid:record>/<act>")
@needs(Action.REDACT)
def act(record: UUID, act: str) -> AnyResponse:
    """Do one act on a plan and return to it; a form that is too old changes nothing."""
    reference = RecordId(str(record))
    if act not in ACTS and act not in _SHOWING:
        raise RecordNotFound
    try:
        if act in _SHOWING:
            return _SHOWING[act](reference)
        notice(ACTS[act](reference))
    except PlanChanged as error:
        return _overtaken(reference, act, error)
    except (InvalidInput, FourEyesRequired) as error:
        return _editor(reference, error)
    return redirect(_back(reference), 303)


def _corner(record: RecordId) -> Response | AnyResponse:
    """Take the first corner of a box and ask for the second, or hide what lies between two."""
    if field("x0"):
        notice(ACTS["region"](record))
        return redirect(_back(record), 303)
    forms.seen()
    return _editor(record, corner=forms.corner())


def _checked(record: RecordId) -> Response | AnyResponse:
    """Look for leaks; what shows on pages is offered to be hidden."""
    report = leakcheck(archive(), session(), record)
    if any(leak.box for leak in report.leaks):
        return _editor(record, report=report)
    notice(in_words(report))
    return redirect(_back(record), 303)


_SHOWING = {"corner": _corner, "leakcheck": _checked}


def _overtaken(record: RecordId, act: str, error: PlanChanged) -> Response:
    """Say who did what since the form was made, and offer to do it on what is there now."""
    seen = forms.seen()
    before = seen.plan
    current = _plan(record)
    since = plan_versions.versions(archive(), session(), record, before) if current else ()
    shown: dict[str, object] = {"change": None, "added": (), "removed": (), "readable": False}
    shown["version"] = None
    if current is not None:
        change = plan_history.diff(archive(), session(), record, max(before, 1))
        shown = _difference(record, change if before else _everything(change, current))
    readable = shown["readable"]
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("token", "seen")
    ]
    html = render_template(
        "editor/overtaken.html",
        record=record,
        error=error,
        plan=current,
        versions=since,
        act=act if readable and shown["version"] == seen.text else None,
        seen=forms.stamp(current, seen.text),
        again=AGAIN.get(act),
        kept=kept,
        **shown,
    )
    return make_response(html, status_code(error))


def _back(record: RecordId) -> str:
    """Return the address where the form was sent from: the queue, or a place in the editor."""
    if field("then") in ("release", "queue"):
        return url_for("redact.queue")
    line, page = forms.number("line"), forms.number("page")
    anchor = None if line is None else f"at-{line}"
    return url_for("redact.plan", record=record, page=page, _anchor=anchor)


def _asked(name: str) -> int | None:
    found = request.args.get(name, type=int)
    return found if found and found > 0 else None


def _mine(plan: PlanView) -> bool:
    return plan.proposer == session().member.id


def _plan(record: RecordId) -> PlanView | None:
    """Return the plan, or `None` when there is none yet."""
    try:
        return service.plan(archive(), session(), record)
    except RecordNotFound:
        return None


def _copy(record: RecordId) -> ReadingCopy:
    return service.preview(archive(), session(), record)


def _drafted(record: RecordId, number: int, copy: ReadingCopy) -> dict[str, object]:
    """Return which page of a draft is shown; what was submitted shows all of its pages."""
    none: dict[str, object] = {"total": 0, "number": number, "placed": True}
    current = _plan(record)
    if copy.pages is not None or (current is not None and current.copy_digest is not None):
        return none
    view = access.show(archive(), session(), record, Level.ORIGINALS)
    if not is_paged((view.metadata or {}).get("type", "")):
        return none
    try:
        place = preview_place(archive(), session(), record, number)
    except InvalidInput:
        return none
    return {"total": place.total, "number": place.number, "placed": place.placed}


def _everything(change: Difference, plan: PlanView) -> Difference:
    """Return a difference from nothing at all to the plan as it is now."""
    return replace(
        change,
        before=0,
        added=plan.redactions,
        removed=(),
        regions_added=plan.regions,
        regions_removed=(),
        same_text=True,
    )


def _difference(record: RecordId, change: Difference) -> dict[str, object]:
    """Return a difference with the words of both sides, if both are of the text that is now."""
    current = service.plan(archive(), session(), record)
    now = plan_history.diff(archive(), session(), record, change.after, current.version)
    readable = change.same_text and now.same_text
    text, version = "", None
    if readable:
        view = access.show(archive(), session(), record, Level.ORIGINALS)
        text, version = view.text, view.text_version or 0
    return {
        "change": change,
        "added": marks(text, change.added),
        "removed": marks(text, change.removed),
        "readable": readable,
        "version": version,
    }


def _editor(
    record: RecordId,
    error: ArchiveError | None = None,
    corner: tuple[float, float] | None = None,
    report: LeakReport | None = None,
) -> Response:
    view = access.show(archive(), session(), record, Level.ORIGINALS)
    current = _plan(record)
    redactions = current.redactions if current is not None else ()
    looking = _looking()
    begin = (looking.marks - 1) * MARKS
    if isinstance(error, ReleaseBlocked):
        report = blocked_report(record, error)
    html = render_template(
        "editor/plan.html",
        view=view,
        plan=current,
        seen=forms.stamp(current, view.text_version),
        lines=lines(view.text, redactions),
        marks=marks(view.text, redactions[begin : begin + MARKS]),
        at=looking.marks,
        last=max(1, -(-len(redactions) // MARKS)),
        finders=finders(redactions),
        opened=None if looking.line is None else opened_line(view.text, looking.line),
        editable=current is None or current.state is not PlanState.SUBMITTED,
        unsent=current is not None and current.state in _EDITABLE,
        anew=anew_in_words(current.anew) if current is not None else "",
        mine=current is not None and _mine(current),
        reasons=REASONS,
        error=error,
        report=report,
        PlanState=PlanState,
        **_page(record, view, looking.page),
        corner=corner,
        shown=SHOWN,
        form={name: field(name) for name in _KEPT},
    )
    return make_response(html, 200 if error is None else status_code(error))


def _looking() -> _View:
    line = request.args.get("line", type=int)
    page = request.args.get("page", type=int) or forms.number("page") or 1
    listed = max(1, request.args.get("marks", 1, type=int))
    return _View(page, line, listed)


def _page(record: RecordId, view: RecordView, number: int) -> dict[str, object]:
    """Return a page of the original, or why it cannot be shown; neither where there are none."""
    page: PlanPage | None = None
    unshown: ArchiveError | None = None
    if is_paged((view.metadata or {}).get("type", "")):
        try:
            page = plan_page(archive(), session(), record, number, _LOOK)
        except InvalidInput as error:
            unshown = error
    return {
        "page": page,
        "looked": number,
        "unshown": unshown,
        "paged": page is not None or unshown is not None,
        "at_once": LOOKED,
    }
