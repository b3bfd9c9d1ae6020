"""`redact`, `release`, `withdraw` and `leakcheck`: four eyes from draft to reading copy."""

from __future__ import annotations

import re
from typing import Any

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id
from archive.model.redaction import Reason
from archive.services import redact as service
from archive.services.plan_views import PlanView, unread_models


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
        "found_by": view.found_by,
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


def _emit(door: Door, view: PlanView) -> None:
    lines = [f"{view.record}  {view.state.value}, version {view.version}"]
    lines += [
        f"  {r.start:>7}:{r.end:<7} {r.reason.value}  {r.detector:13} {r.source or '':7}"
        f" {r.confidence:3}% {r.review.value}".rstrip()
        for r in view.redactions
    ]
    lines += [
        f"  {one.redaction.start:>7}:{one.redaction.end:<7} {one.redaction.reason.value}  "
        f"lost: it stood there in text version {one.text_version}"
        for one in view.lost
    ]
    door.emit(_data(view), "\n".join(lines))


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
        view = service.propose(archive, session, parse_record_id(record))
        _emit(door, view)
    absent = "".join(f" Not installed: {name}." for name in unread_models())
    counts = ", ".join(f"{name} {count}" for name, count in view.found_by.items())
    door.note(f"Found by: {counts or 'nothing'}.{absent} Detectors miss: read the whole text.")


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
        _emit(door, view)


@redact.command("unmark")
@click.argument("record")
@click.option("--span", metavar="A:B", help="What touches code points A to B.")
@click.option("--found-by", metavar="NAME", help="All that this detector proposed, as `date`.")
@common
@pass_door
def unmark(door: Door, record: str, span: str | None, found_by: str | None) -> None:
    """Take back what is marked in a span, or what a detector proposed."""
    where = _span(span) if span else None
    with door.session() as (archive, session):
        _emit(
            door,
            service.unmark(archive, session, parse_record_id(record), where, found_by=found_by),
        )


@redact.command("plan")
@click.argument("record")
@common
@pass_door
def plan(door: Door, record: str) -> None:
    """Show the plan of a record."""
    with door.session() as (archive, session):
        _emit(door, service.plan(archive, session, parse_record_id(record)))


@redact.command("queue")
@common
@pass_door
def queue(door: Door) -> None:
    """List the plans that wait for a second member."""
    with door.session() as (archive, session):
        views = service.queue(archive, session)
    for view in views:
        _emit(door, view)
    if not views:
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
        _emit(door, service.submit(archive, session, parse_record_id(record)))


@redact.command("approve")
@click.argument("record")
@click.option("--copy", metavar="DIGEST", help="Only this copy: its copy_digest, as looked at.")
@common
@pass_door
def approve(door: Door, record: str, copy: str | None) -> None:
    """Approve what another member submitted: signs the exact reading copy."""
    with door.session() as (archive, session):
        _emit(door, service.approve(archive, session, parse_record_id(record), copy))


@redact.command("reject")
@click.argument("record")
@click.option("--reason", required=True, help="Why; sealed, for the plan's workers.")
@common
@pass_door
def reject(door: Door, record: str, reason: str) -> None:
    """Send a submitted plan back."""
    with door.session() as (archive, session):
        _emit(door, service.reject(archive, session, parse_record_id(record), reason))


@click.command()
@click.argument("record")
@common
@pass_door
def release(door: Door, record: str) -> None:
    """Release the approved reading copy; the gate blocks on any registered source."""
    with door.session() as (archive, session):
        done = service.release(archive, session, parse_record_id(record))
    door.emit(
        {"record": done.record, "reading_copy": done.reading_copy, "blocked_by": []},
        f"{done.record} is released.",
    )


@click.command()
@click.argument("record")
@click.option("--reason", required=True, help="Why; sealed.")
@common
@pass_door
def withdraw(door: Door, record: str, reason: str) -> None:
    """Take a reading copy out of store and index."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        service.withdraw(archive, session, record_id, reason)
    door.emit({"record": record_id, "state": "withdrawn"}, f"{record_id} is withdrawn.")


@click.command()
@click.argument("record", required=False)
@common
@pass_door
def leakcheck(door: Door, record: str | None) -> int:
    """Run the release gate over one record, or over everything released."""
    record_id = parse_record_id(record) if record else None
    with door.session() as (archive, session):
        reports = service.leakcheck(archive, session, record_id)
    found = 0
    for report in reports:
        found += len(report.leaks)
        places = [
            {"field": leak.field, "start": leak.start, "end": leak.end, "source": leak.source}
            for leak in report.leaks
        ]
        text = "\n".join(
            f"{report.record}  {p['field']} {p['start']}:{p['end']}  {p['source']}" for p in places
        )
        door.emit({"record": report.record, "blocked_by": places}, text or None)
    door.note(f"{len(reports)} reading copies checked, {found} places found.")
    return exits.ERROR if found else exits.OK
