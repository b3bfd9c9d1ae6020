"""`strongroom erase`: destroy what is sealed about a record, on somebody's authority."""

from __future__ import annotations

import sys
from typing import Any

import click

from archive.cli.context import Door, common, pass_door
from archive.cli.printing import counted
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id
from archive.services.holdings import erasure as service


@click.command("erase")
@click.argument("record")
@click.option("--authority", metavar="TEXT", help="The order or law, in clear; name no person.")
@click.option("--dry-run", is_flag=True, help="Say what would be destroyed; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
@pass_door
def erase(door: Door, record: str, authority: str | None, dry_run: bool, yes: bool) -> None:
    """Destroy RECORD and what was found inside it, for ever; the ledger still verifies.

    Where there are two custodians, one asks for it and another runs the same command.
    """
    wanted = parse_record_id(record)
    if not dry_run:
        _confirm(door, authority, yes)
    with door.session() as (archive, session):
        if dry_run:
            done = service.plan_erasure(archive, session, wanted)
        else:
            done = service.erase(archive, session, wanted, authority or "")
    _told(door, done, dry_run)


def _confirm(door: Door, authority: str | None, yes: bool) -> None:
    if authority is None:
        raise InvalidValue("On whose authority?", hint="Give --authority TEXT, or --dry-run.")
    if yes:
        return
    if door.settings.json or not sys.stdin.isatty():
        raise InvalidValue(
            "Nobody can be asked here.", hint="Look with --dry-run, then give --yes."
        )
    click.confirm("This cannot be undone, by anybody. Go on?", abort=True, err=True)


def _told(door: Door, done: service.Erasure, dry_run: bool) -> None:
    state = "would-erase" if dry_run else "erased" if done.done else "requested"
    data: dict[str, Any] = {
        "state": state,
        "records": list(done.records),
        "objects": done.objects,
        "second_custodian": done.waits,
        "folded": done.folded,
    }
    what = f"{counted(len(done.records), 'record')} with {counted(done.objects, 'object')}"
    if dry_run:
        text = f"Would destroy {what}."
        text += " Another custodian has to carry it out." if done.waits else ""
    elif done.waits:
        text = f"Asked for: {what}. Another custodian has to run the same command now."
    else:
        text = f"Destroyed {what}. Destroy copies of the archive that were made before, too."
    door.emit(data, text)
    if done.done and not done.folded:
        door.note("Others read the catalog meanwhile: its write-ahead log still holds old pages.")
        door.note("Stop them once; the last to leave cuts it.")
