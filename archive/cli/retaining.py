"""`retention`: until when a record is kept before somebody decides about it, and why."""

from __future__ import annotations

from datetime import date

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.days import DAY
from archive.model.ids import parse_record_id
from archive.services.holdings import retention as service


@click.group()
def retention() -> None:
    """Keep retention dates: the day on which a record is decided about, and why.

    Nothing is destroyed by itself. A record whose day has come is in the inbox and the calendar
    until it gets another day, its date is lifted, or it is erased.
    """


@retention.command("set")
@click.argument("record")
@click.option("--review", type=DAY, required=True, metavar="DATE", help="Decide on this day.")
@click.option("--reason", required=True, help="Law, agreement or case; sealed.")
@common
@pass_door
def set_(door: Door, record: str, review: date, reason: str) -> None:
    """Set or change when a record is decided about."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        made = service.set_retention(archive, session, record_id, review, reason)
    data = {"record": record_id, "review": made.review, "reason": made.reason}
    door.emit(data, f"{record_id} is to be decided about on {made.review}.")


@retention.command("lift")
@click.argument("record")
@click.option("--reason", required=True, help="Why it is kept without a day; sealed.")
@common
@pass_door
def lift(door: Door, record: str, reason: str) -> None:
    """Take the retention date of a record away."""
    record_id = parse_record_id(record)
    with door.session() as (archive, session):
        service.lift_retention(archive, session, record_id, reason)
    door.emit({"record": record_id, "review": None}, f"{record_id} is kept without a day.")


@retention.command("list")
@click.option("--due", is_flag=True, help="Only those whose day has come.")
@common
@pass_door
def list_retentions(door: Door, due: bool) -> None:
    """List the records with a retention date, the next day first."""
    with door.session() as (archive, session):
        found = [one for one in service.retained(archive, session) if one.due or not due]
    for one in found:
        term = one.retention
        data = {"record": one.record, "title": one.title, "review": term.review}
        data |= {"reason": term.reason, "due": one.due}
        mark = "due" if one.due else "   "
        door.emit(data, f"{term.review}  {mark}  {one.record}  {one.title}  ({term.reason})")
    if not found:
        door.note("No record is due." if due else "No record has a retention date.")
