"""`strongroom quarantine`: decide on what failed a check on arrival."""

from __future__ import annotations

from dataclasses import asdict

import click

from archive.cli.context import Door, common, pass_door
from archive.model.ids import parse_record_id
from archive.services.checksums import printable
from archive.services.holdings import quarantine as service

_reason = click.option("--reason", required=True, help="Committed to the ledger and sealed.")


@click.group()
def quarantine() -> None:
    """See, accept or destroy files whose checksum differs or in which a virus was found."""


@quarantine.command("list")
@common
@pass_door
def list_held(door: Door) -> None:
    """List what is held back, and why."""
    with door.session() as (archive, session):
        views = service.held(archive, session)
    for view in views:
        line = f"{view.record}  {view.accession or '-':8}  {printable(view.path, 200)}"
        door.emit(asdict(view), f"{line}\n  {view.reason}")
    if not views:
        door.note("Nothing is in quarantine.")


@quarantine.command("accept")
@click.argument("record")
@_reason
@common
@pass_door
def accept(door: Door, record: str, reason: str) -> None:
    """Take RECORD and what was found inside it into the holdings; it becomes findable."""
    with door.session() as (archive, session):
        accepted = service.accept(archive, session, parse_record_id(record), reason)
    for one in accepted:
        door.emit({"record": one, "state": "accepted"}, f"{one} is accepted.")


@quarantine.command("discard")
@click.argument("record")
@_reason
@common
@pass_door
def discard(door: Door, record: str, reason: str) -> None:
    """Destroy RECORD and what was found inside it; this cannot be undone."""
    with door.session() as (archive, session):
        discarded = service.discard(archive, session, parse_record_id(record), reason)
    for one in discarded:
        door.emit({"record": one, "state": "discarded"}, f"{one} is destroyed.")
