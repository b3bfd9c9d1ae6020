"""Redaction by four eyes: the queue, the plan page and its acts, the preview."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from archive.errors import (
    ArchiveError,
    FourEyesRequired,
    InvalidInput,
    InvalidValue,
    RecordNotFound,
)
from archive.model.access import Action, Level
from archive.model.ids import RecordId
from archive.model.pages import PageBox
from archive.model.redaction import PlanState, Reason, Region
from archive.services import access, plan_history, review_queue
from archive.services import redact as service
from archive.services.leakchecks import leakcheck
from archive.services.pages import is_paged
from archive.services.plan_views import PlanView, unread_models
from webui.desk import archive, field, notice, session
from webui.errors import status_code
from webui.guard import needs
from webui.passages import REASONS, copy_passages, lines
from webui.wording import say, say_many, word

pages = Blueprint("redact", __name__, url_prefix="/redact")

Answer = Response | str | tuple[str, int]

_SIDE = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?")  # points
_PAGE = re.compile("[1-9][0-9]{0,5}")
_DIGITS = 12  # of an offset; a text is never that long


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
    return render_template("queue.html", rows=rows)


@pages.get("/<uuid:record>")
@needs(Action.REDACT)
def plan(record: UUID) -> Answer:
    """Show a plan over the text, with the acts that its state allows."""
    return _page(RecordId(str(record)))


@pages.get("/<uuid:record>/preview")
@needs(Action.REDACT)
def preview(record: UUID) -> str:
    """Show the reading copy exactly as a researcher will see it."""
    reference = RecordId(str(record))
    copy = service.preview(archive(), session(), reference)
    current = _plan(reference)
    return render_template(
        "preview.html",
        copy=copy,
        passages=copy_passages(copy.text, copy.markers),
        reasons=REASONS,
        plan=current,
        mine=current is not None and _mine(current),
    )


@pages.post("/<uuid:record>/<act>")
@needs(Action.REDACT)
def act(record: UUID, act: str) -> Answer:
    """Do one act on a plan and return to it."""
    do = _ACTS.get(act)
    if do is None:
        raise RecordNotFound
    reference = RecordId(str(record))
    try:
        notice(do(reference))
    except (InvalidInput, FourEyesRequired) as error:
        return _page(reference, error)
    return redirect(url_for("redact.plan", record=reference), 303)


def _propose(record: RecordId) -> str:
    found = service.propose(archive(), session(), record)
    absent = [say("Not installed: %(name)s.", name=word(name)) for name in unread_models()]
    marked = say_many(
        "%(num)d place is marked now.", "%(num)d places are marked now.", len(found.redactions)
    )
    return " ".join((marked, *absent, say("Read the text: finders miss things.")))


def _mark(record: RecordId) -> str:
    reason = _reason(field("reason"))
    words = field("words").strip()
    if words and not field("span"):
        service.mark(archive(), session(), record, text=words, reason=reason)
    else:
        span = _span(field("span") or f"{field('start')}:{field('end')}")
        service.mark(archive(), session(), record, span=span, reason=reason)
    return say("Marked.")


def _unmark(record: RecordId) -> str:
    finder = field("found_by")
    if finder:
        service.unmark(archive(), session(), record, found_by=finder)
        return say("What it found is taken back.")
    service.unmark(archive(), session(), record, _span(field("span")))
    return say("The mark is taken back.")


def _mark_region(record: RecordId) -> str:
    service.mark(archive(), session(), record, region=_region())
    return say("The region is hidden.")


def _unmark_region(record: RecordId) -> str:
    service.unmark(archive(), session(), record, region=_region())
    return say("The region is taken back.")


def _region() -> Region:
    sides = [field(name).strip() for name in ("left", "bottom", "right", "top")]
    page = field("page").strip()
    if not (_PAGE.fullmatch(page) and all(map(_SIDE.fullmatch, sides))):
        raise InvalidValue(say("Give a page and four numbers in points."))
    return Region(int(page) - 1, PageBox(*map(float, sides)), _reason(field("reason")))


def _undo(record: RecordId) -> str:
    plan_history.undo(archive(), session(), record)
    return say("The last change is taken back.")


def _redo(record: RecordId) -> str:
    plan_history.redo(archive(), session(), record)
    return say("Done again.")


def _submit(record: RecordId) -> str:
    service.submit(archive(), session(), record, text_only=field("text-only") == "yes")
    return say("Submitted. Another archivist or custodian must approve it.")


def _approve(record: RecordId) -> str:
    known = bool(field("acknowledge"))
    service.approve(archive(), session(), record, field("copy"), acknowledge=known)
    return say("Approved. It can be released now.")


def _reject(record: RecordId) -> str:
    why = _words(say("Say why the plan goes back."))
    service.reject(archive(), session(), record, why, field("copy"))
    return say("Sent back.")


def _release(record: RecordId) -> str:
    service.release(archive(), session(), record)
    return say("Released. Researchers can find and read it now.")


def _withdraw(record: RecordId) -> str:
    service.withdraw(archive(), session(), record, _words(say("Say why it is withdrawn.")))
    return say("Withdrawn. Researchers can no longer find or read it.")


def _leakcheck(record: RecordId) -> str:
    report = leakcheck(archive(), session(), record)
    crowds = [_crowd(str(one.source), one.fits) for one in report.crowds]
    if not report.leaks:
        none = say("The check found no registered source in the reading copy.")
        return " ".join((none, *crowds))
    places = ", ".join(
        say("%(what)s in %(field)s", what=leak.source or say("a mark"), field=word(leak.field))
        for leak in report.leaks
    )
    found = say_many(
        "The check found %(num)d place: %(places)s.",
        "The check found %(num)d places: %(places)s.",
        len(report.leaks),
        places=places,
    )
    return " ".join((found, *crowds))


def _crowd(source: str, fits: int) -> str:
    return say_many(
        "What is released about %(source)s fits %(num)d person of the register.",
        "What is released about %(source)s fits %(num)d people of the register.",
        fits,
        source=source,
    )


_ACTS = {
    "propose": _propose,
    "mark": _mark,
    "unmark": _unmark,
    "region": _mark_region,
    "unregion": _unmark_region,
    "undo": _undo,
    "redo": _redo,
    "submit": _submit,
    "approve": _approve,
    "reject": _reject,
    "release": _release,
    "withdraw": _withdraw,
    "leakcheck": _leakcheck,
}


def _reason(text: str) -> Reason:
    try:
        return Reason(text)
    except ValueError:
        raise InvalidValue(say("Choose a reason.")) from None


def _span(text: str) -> tuple[int, int]:
    start, colon, end = text.partition(":")
    parts = (start.strip(), end.strip())
    if not colon or any(not part.isdecimal() or len(part) > _DIGITS for part in parts):
        raise InvalidValue(say("Give words to hide, or a first and a last position."))
    return int(parts[0]), int(parts[1])


def _words(otherwise: str) -> str:
    text = field("why").strip()
    if not text:
        raise InvalidValue(otherwise)
    return text


def _mine(plan: PlanView) -> bool:
    return plan.proposer == session().member.id


def _plan(record: RecordId) -> PlanView | None:
    """Return the plan, or `None` when there is none yet."""
    try:
        return service.plan(archive(), session(), record)
    except RecordNotFound:
        return None


def _page(record: RecordId, error: ArchiveError | None = None) -> Answer:
    view = access.show(archive(), session(), record, Level.ORIGINALS)
    current = _plan(record)
    marks = current.redactions if current is not None else ()
    html = render_template(
        "plan.html",
        view=view,
        plan=current,
        lines=lines(view.text, marks),
        words=[view.text[one.start : one.end] for one in marks],
        editable=current is None or current.state is not PlanState.SUBMITTED,
        mine=current is not None and _mine(current),
        reasons=REASONS,
        error=error,
        PlanState=PlanState,
        paged=is_paged((view.metadata or {}).get("type", "")),
    )
    return html if error is None else (html, status_code(error))
