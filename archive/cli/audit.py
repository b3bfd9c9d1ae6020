"""`strongroom audit`: check the ledger offline, without any power to open."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime

import click

from archive.cli.audit_about import access, erasures, object_, redaction
from archive.cli.audit_bundle import bundle, bundle_verify
from archive.cli.audit_common import (
    keys_of,
    pin_option,
    policy_for,
    policy_option,
    result,
    shown_line,
    text_of,
)
from archive.cli.audit_holdings import fixity, inventory
from archive.cli.audit_proofs import check_proof, prove, publish
from archive.cli.audit_report import report_command
from archive.cli.audit_time import authorities_for, authorities_option, stamp, time
from archive.cli.audit_times import backdate, compare, keys
from archive.cli.audit_witness import cosign, witness, witnesses
from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id
from archive.services import audit as service


@click.group()
def audit() -> None:
    """Verify the provenance ledger. Needs no passphrase: public keys are enough."""


def _progress(stage: service.Stage, done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{done} of {total} ({stage})", nl=False, err=True)


@audit.command("verify")
@pin_option
@click.option("--structure-only", is_flag=True, help="Leave out the members' signatures.")
@policy_option
@authorities_option
@common
@pass_door
def verify(
    door: Door,
    pinned: str | None,
    structure_only: bool,
    policy: str | None,
    authorities: str | None,
) -> int:
    """Recompute entries, tree, tiles, checkpoints and signatures. Exit 4: something is wrong."""
    with door.ledger() as archive:
        verdict = service.verify(
            archive.catalog,
            keys_of(archive, pinned),
            files=service.LogFiles(archive.folder),
            policy=policy_for(archive, policy),
            signatures=not structure_only,
            progress=_progress,
            authorities=None if authorities is None else authorities_for(archive, authorities),
        )
    return result(door, verdict)


@audit.command("checkpoint")
@common
@pass_door
def checkpoint(door: Door) -> None:
    """Print the newest checkpoint, a signed note."""
    with door.ledger() as archive:
        note = service.checkpoint(archive.catalog)
    door.emit({"checkpoint": note}, note.rstrip("\n"))


@audit.command("pin")
@click.argument("file")
@pin_option
@click.option("--handover", is_flag=True, help="The checkpoint that the keys before signed too.")
@common
@pass_door
def pin(door: Door, file: str, pinned: str | None, handover: bool) -> None:
    """Keep the log's keys and the newest checkpoint in FILE (new); carry it out of the house."""
    make = service.handover_pin if handover else service.pin
    with door.ledger() as archive:
        text = make(archive.catalog, keys_of(archive, pinned))
    with new_file(file) as out:
        out.write(text.encode())
    size = service.parse_pin(text)[1].size
    door.emit({"path": file, "size": size}, f"Pinned {size} entries in {file}.")


@audit.command("extend")
@click.argument("file")
@policy_option
@common
@pass_door
def extend(door: Door, file: str, policy: str | None) -> int:
    """Verify everything, and that the ledger only grew since the pin in FILE."""
    text = text_of(file)
    with door.ledger() as archive:
        verdict = service.extend(
            archive.catalog,
            text,
            files=service.LogFiles(archive.folder),
            policy=policy_for(archive, policy),
            progress=_progress,
        )
    return result(door, verdict)


@audit.command("log")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--newest", type=click.IntRange(0), help="Start at this entry and go back.")
@click.option("--type", "kind", help="Only types with this in their name, such as view.")
@click.option("--outcome", type=click.Choice(["success", "failure", "denied"]))
@click.option("--record", help="Only entries about this record.")
@click.option("--member", help="Only entries of this member: id, or the beginning of a key id.")
@click.option("--from", "since", metavar="TIME", help="Not before: a day, or a time in UTC.")
@click.option("--to", "until", metavar="TIME", help="Not after: a day, or a time in UTC.")
@common
@pass_door
def log(
    door: Door,
    limit: int,
    newest: int | None,
    kind: str | None,
    outcome: str | None,
    record: str | None,
    member: str | None,
    since: str | None,
    until: str | None,
) -> None:
    """List entries, newest first."""
    with door.ledger() as archive:
        lines = service.timeline(
            archive.catalog,
            newest=newest,
            limit=limit,
            type_contains=kind,
            outcome=outcome,
            object_id=parse_record_id(record) if record else None,
            member=member,
            since=_time(since),
            until=_time(until),
        )
    for line in lines:
        door.emit(asdict(line), shown_line(line))
    if not lines:
        door.note("No entry matches.")


def _time(text: str | None) -> str | None:
    """Return a day or time as entries write it.

    Raises:
        InvalidValue: it is neither.
    """
    if text is None:
        return None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue("Give a day as 2026-03-01, or a time as 2026-03-01T09:00.") from None
    return text.replace(" ", "T")


for command in (
    prove,
    check_proof,
    publish,
    cosign,
    witnesses,
    witness,
    compare,
    object_,
    access,
    inventory,
    fixity,
    redaction,
    keys,
    erasures,
    backdate,
    stamp,
    time,
    bundle,
    bundle_verify,
    report_command,
):
    audit.add_command(command)
