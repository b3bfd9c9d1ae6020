"""`strongroom audit bundle` and `bundle-verify`: evidence that others check without the archive."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import click

from archive.cli.audit_common import code_of, findings, policy_option, text_of, told
from archive.cli.audit_time import authorities_option
from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.cli.printing import counted
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id
from archive.services import audit as service
from archive.services.audit import stamps
from archive.services.audit.bundle_checks import verify_bundle
from archive.services.oversight.evidence import make_bundle


@click.command("bundle")
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@click.option("-o", "--output", required=True, metavar="DIR", help="A new folder.")
@click.option("--open", "fields", multiple=True, metavar="FIELD", help="Such as fixity or name.")
@common
@pass_door
def bundle(door: Door, records: tuple[str, ...], output: str, fields: tuple[str, ...]) -> None:
    """Hand out the history of RECORD as a bag that anybody can check; the ledger knows first.

    No text, name or source is in it unless a FIELD is opened, which needs the keys of originals.
    """
    folder = Path(output)
    if folder.exists():
        raise InvalidValue("There is something in that place already.", hint="Name a new folder.")
    wanted = [parse_record_id(one) for one in records]
    with door.session() as (archive, session):
        made = make_bundle(archive, session, wanted, fields)
    for name, data in made.files.items():
        path = folder / name
        _make(path.parent)
        with new_file(str(path)) as out:
            out.write(data)
    told_of = {"path": output, "files": len(made.files), "entries": made.entries}
    opened = [asdict(one) for one in made.opened]
    text = f"Wrote {counted(len(made.files), 'file')} to {output}; bundle {made.digest}."
    door.emit({**told_of, "digest": made.digest, "opened": opened}, text)


def _make(folder: Path) -> None:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        raise InvalidValue("The folder could not be made.", hint="Name another one.") from None


@click.command("bundle-verify")
@click.argument("folder")
@click.option("--pin", "pinned", metavar="FILE", help="Take the log's keys from this pin.")
@click.option("--key", "vkeys", multiple=True, metavar="VKEY", help="A public key of the log.")
@policy_option
@authorities_option
@common
@pass_door
def bundle_verify(
    door: Door,
    folder: str,
    pinned: str | None,
    vkeys: tuple[str, ...],
    policy: str | None,
    authorities: str | None,
) -> int:
    """Check the bundle in FOLDER offline, with public keys only. Exit 4 when it does not hold."""
    if pinned is not None:
        vkeys = service.parse_pin(text_of(pinned))[0]
    found = verify_bundle(
        Path(folder),
        vkeys=vkeys,
        policy=None if policy is None else service.Policy.parse(text_of(policy)),
        authorities=() if authorities is None else stamps.authorities(Path(authorities)),
    )
    data = {
        "ok": found.verdict.ok,
        "size": found.verdict.size,
        "root": found.verdict.root,
        "records": found.records,
        "entries": found.entries,
        "opened": [asdict(one) for one in found.opened],
        "times": found.times,
        "notes": found.notes,
        "failures": findings(found.verdict),
    }
    word = "ok" if found.verdict.ok else "NOT OK"
    lines = [
        f"{word}: {counted(found.entries, 'event')} about {counted(len(found.records), 'record')}"
    ]
    lines += [f"  {one}" for one in found.times]
    lines += [f"  entry {one.index}: {one.field} was {one.value!r}" for one in found.opened]
    lines += [f"  {one}" for one in found.notes]
    door.emit(data, "\n".join([*lines, *told(found.verdict)]))
    return code_of(found.verdict)
