"""`redact`: four eyes from draft to approved reading copy."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import click

from archive.cli.context import Door, common, pass_door
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id
from archive.model.redaction import Reason
from archive.services import redact as service
from archive.services import review_queue
from archive.services.plan_views import PlanView
from archive.services.review_queue import Risk


@click.group()
def redact() -> None:
    """Propose and mark what to hide, submit it, and have a second member approve it."""


def _data(view: PlanView) -> dict[str, Any]:
    return {
        "plan": f"{view.record}/{view.version}",
        "record": view.record,
        "version": view.version,
        "state": view.state.value,
        "copy_digest": view.copy_digest,
        "proposer": view.proposer,
        "approver": view.approver,
        "spans": [
            {
                "start": r.start,
                "end": r.end,
                "reason": r.reason.value,
                "method": r.method.value,
                "detector": r.detector,
                "source": r.source,
                "review": r.review.value or None,
                "confidence": r.confidence,
            }
            for r in view.redactions
        ],
        "lost": [
            {
                "text_version": one.text_version,
                "start": one.redaction.start,
                "end": one.redaction.end,
                "reason": one.redaction.reason.value,
                "review": one.redaction.review.value,
            }
            for one in view.lost
        ],
    }


def emit(door: Door, view: PlanView, *, risk: Risk | None = None) -> None:
    """Print a plan."""
    lines = [f"{view.record}  {view.state.value}, version {view.version}"]
    data = _data(view)
    if risk is not None:
        lines[0] += f"  ({', '.join(risk.reasons)})" if risk.reasons else ""
        data["risk"] = {**asdict(risk), "reasons": list(risk.reasons)}
    lines += [
        f"  {r.start:>7}:{r.end:<7} {r.reason.value}  {r.method.value:9} {r.source or '':7}"
        f" {r.confidence:3}% {r.review.value}".rstrip()
        for r in view.redactions
    ]
    lines += [
        f"  {one.redaction.start:>7}:{one.redaction.end:<7} {one.redaction.reason.value}  "
        f"lost: it stood there in text version {one.text_version}"
        for one in view.lost
    ]
    door.emit(data, "\n".join(lines))


def _span(value: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,9}):([0-9]{1,9})", value)
    if not found:
        raise InvalidValue("A span is given as START:END in code points.")
    return int(found[1]), int(found[2])


@redact.command("propose")
@click.argument("record")
@common
@pass_door
def propose(door: Door, record: str) -> None:
    """Add every find of the register and the detectors to the plan. Detectors miss: read too."""
    with door.session() as (archive, session):
        emit(door, service.propose(archive, session, parse_record_id(record)))


@redact.command("mark")
@click.argument("record")
@click.option("--text", help="Hide every occurrence of this text.")
@click.option("--span", metavar="A:B", help="Hide code points A to B of the canonical text.")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in Reason]),
    default=Reason.SOURCE_IDENTITY.value,
    show_default=True,
)
@common
@pass_door
def mark(door: Door, record: str, text: str | None, span: str | None, reason: str) -> None:
    """Mark a text or a span by hand."""
    where = _span(span) if span else None
    with door.session() as (archive, session):
        view = service.mark(
            archive,
            session,
            parse_record_id(record),
            text=text,
            span=where,
            reason=Reason(reason),
        )
        emit(door, view)


@redact.command("unmark")
@click.argument("record")
@click.option("--span", metavar="A:B", required=True)
@common
@pass_door
def unmark(door: Door, record: str, span: str) -> None:
    """Take back what is marked in a span."""
    with door.session() as (archive, session):
        emit(door, service.unmark(archive, session, parse_record_id(record), _span(span)))


@redact.command("plan")
@click.argument("record")
@common
@pass_door
def plan(door: Door, record: str) -> None:
    """Show the plan of a record."""
    with door.session() as (archive, session):
        emit(door, service.plan(archive, session, parse_record_id(record)))


@redact.command("queue")
@common
@pass_door
def queue(door: Door) -> None:
    """List the plans that wait for a second member, the riskiest first, and why."""
    with door.session() as (archive, session):
        waiting = review_queue.queue(archive, session)
    for one in waiting:
        emit(door, one.plan, risk=one.risk)
    if not waiting:
        door.note("Nothing waits for approval.")


@redact.command("preview")
@click.argument("record")
@common
@pass_door
def preview(door: Door, record: str) -> None:
    """Show the reading copy exactly as a researcher will see it."""
    with door.session() as (archive, session):
        copy = service.preview(archive, session, parse_record_id(record))
    data = {"record": copy.record, "title": copy.title, "date": copy.date, "text": copy.text}
    door.emit(data, f"{copy.title}\n\n{copy.text}")


@redact.command("submit")
@click.argument("record")
@common
@pass_door
def submit(door: Door, record: str) -> None:
    """Freeze the plan and its reading copy for a second member."""
    with door.session() as (archive, session):
        emit(door, service.submit(archive, session, parse_record_id(record)))


@redact.command("approve")
@click.argument("record")
@click.option("--copy", metavar="DIGEST", help="Only this copy: its copy_digest, as looked at.")
@click.option("--acknowledge", is_flag=True, help="Although what is released fits few people.")
@common
@pass_door
def approve(door: Door, record: str, copy: str | None, acknowledge: bool) -> None:
    """Approve what another member submitted: signs the exact reading copy."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        emit(door, service.approve(archive, session, record_id, copy, acknowledge=acknowledge))


@redact.command("reject")
@click.argument("record")
@click.option("--reason", required=True, help="Why; sealed, for the plan's workers.")
@common
@pass_door
def reject(door: Door, record: str, reason: str) -> None:
    """Send a submitted plan back."""
    with door.session() as (archive, session):
        emit(door, service.reject(archive, session, parse_record_id(record), reason))
