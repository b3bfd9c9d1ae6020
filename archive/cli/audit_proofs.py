"""`strongroom audit prove`, `check-proof` and `publish`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from archive.cli.audit_common import code_of, findings, policy_option, text_of, told
from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.errors import InvalidValue
from archive.model.ids import parse_record_id
from archive.services import audit as service
from archive.services.parts import Archive


@click.command("publish")
@common
@pass_door
def publish(door: Door) -> None:
    """Write the ledger as C2SP tlog-tiles into the folder `ledger` of the archive."""
    with door.audited() as archive, archive.catalog.read() as view:
        keys = service.log_keys(archive.folder.vkeys)
        head = service.LogFiles(archive.folder).publish(view.ledger, keys)
    data = {"size": head.size, "root": head.root.hex()}
    door.emit(data, f"Published {head.size} entries, root {head.root.hex()}.")


@click.command("prove")
@click.argument("what", metavar="RECORD|ENTRY")
@click.option("-o", "--output", metavar="DIR", help="Write a .tlog-proof file for each entry.")
@common
@pass_door
def prove(door: Door, what: str, output: str | None) -> None:
    """Prove that entries stand in the ledger (C2SP tlog-proof): about RECORD, or one by number."""
    wanted = what if what.isdecimal() else parse_record_id(what)
    with door.ledger() as archive:
        files = service.LogFiles(archive.folder)
        if isinstance(archive, Archive):
            with archive.catalog.read() as view:
                files.publish(view.ledger, service.log_keys(archive.folder.vkeys))
        with archive.catalog.read() as seen:
            proofs = service.prove(seen.ledger, files, wanted)
    for proof in proofs:
        text = proof.encode()
        if output is None:
            door.emit({"index": proof.index, "proof": text}, text)
            continue
        path = Path(output) / f"{proof.index}.tlog-proof"
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(str(path)) as out:
            out.write(text.encode())
        door.emit({"index": proof.index, "path": str(path)}, str(path))


@click.command("check-proof")
@click.argument("file")
@click.option("--pin", "pinned", metavar="FILE", help="Take the log's keys from this pin.")
@click.option("--key", "vkeys", multiple=True, metavar="VKEY", help="A public key of the log.")
@policy_option
@common
@pass_door
def check_proof(
    door: Door, file: str, pinned: str | None, vkeys: tuple[str, ...], policy: str | None
) -> int:
    """Check a .tlog-proof file offline, with public keys only. Exit 4 when it does not hold."""
    rules = None if policy is None else service.Policy.parse(text_of(policy))
    if pinned is not None:
        vkeys = service.parse_pin(text_of(pinned))[0]
    elif not vkeys and rules is not None:
        vkeys = tuple(key.encode() for key in rules.logs)
    if not vkeys:
        raise InvalidValue("Whose log is it?", hint="Give --pin FILE, --key VKEY or --policy FILE.")
    found = service.check_proof(text_of(file), service.log_keys(vkeys), rules)
    data: dict[str, Any] = {
        "ok": found.verdict.ok,
        "index": found.index,
        "origin": found.origin,
        "size": found.verdict.size,
        "cosigned": found.verdict.cosigned is not None,
        "failures": findings(found.verdict),
    }
    entry = found.entry
    if entry is not None:
        data |= {"type": entry.type.value, "time": entry.time, "object": entry.object}
        data |= {"outcome": entry.outcome.value, "role": entry.agent.role, "links": entry.links}
    word = "ok" if found.verdict.ok else "NOT OK"
    line = f"{word}: entry {found.index} of {found.verdict.size} in {found.origin}"
    if entry is not None:
        line += f"\n  {entry.time}  {entry.type.value}  about {entry.object}"
    door.emit(data, "\n".join([line, *told(found.verdict)]))
    return code_of(found.verdict)
