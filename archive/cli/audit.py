"""`strongroom audit`: check the ledger offline, without any power to open."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.cli.files import new_file
from archive.errors import InvalidValue, LedgerTampered
from archive.model.ids import parse_record_id
from archive.services import audit as service


@click.group()
def audit() -> None:
    """Verify the provenance ledger. Needs no passphrase: public keys are enough."""


def _progress(size: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{size} entries", nl=False, err=True)


def _result(door: Door, verdict: service.Verdict) -> int:
    data = {
        "ok": verdict.ok,
        "size": verdict.size,
        "root": verdict.root,
        "failures": [asdict(finding) for finding in verdict.failures],
    }
    word = "ok" if verdict.ok else "NOT OK"
    lines = [f"{word}: {verdict.size} entries, root {verdict.root}"]
    lines += [f"  {f.code} at {f.index}: {f.message}" for f in verdict.failures[:20]]
    door.emit(data, "\n".join(lines))
    return exits.OK if verdict.ok else exits.exit_code(LedgerTampered())


def _text_of(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidValue("The pinned checkpoint could not be read.") from None


@audit.command("verify")
@click.option("--pin", "pinned", metavar="FILE", help="Take the log's keys from this pin.")
@click.option("--structure-only", is_flag=True, help="Leave out the members' signatures.")
@common
@pass_door
def verify(door: Door, pinned: str | None, structure_only: bool) -> int:
    """Recompute entries, tree, checkpoints and signatures. Exit 4 when something is wrong."""
    with door.archive() as archive:
        vkeys = service.parse_pin(_text_of(pinned))[0] if pinned else archive.folder.vkeys
        verdict = service.verify(
            archive.catalog, vkeys, signatures=not structure_only, progress=_progress
        )
    return _result(door, verdict)


@audit.command("checkpoint")
@common
@pass_door
def checkpoint(door: Door) -> None:
    """Print the newest checkpoint, a signed note."""
    with door.archive() as archive:
        note = service.checkpoint(archive.catalog)
    door.emit({"checkpoint": note}, note.rstrip("\n"))


@audit.command("pin")
@click.argument("file")
@common
@pass_door
def pin(door: Door, file: str) -> None:
    """Keep the log's keys and the newest checkpoint in FILE (new); carry it out of the house."""
    with door.archive() as archive:
        text = service.pin(archive.catalog, archive.folder.vkeys)
    with new_file(file) as out:
        out.write(text.encode())
    size = service.parse_pin(text)[1].size
    door.emit({"path": file, "size": size}, f"Pinned {size} entries in {file}.")


@audit.command("extend")
@click.argument("file")
@common
@pass_door
def extend(door: Door, file: str) -> int:
    """Verify everything, and that the ledger only grew since the pin in FILE."""
    text = _text_of(file)
    with door.archive() as archive:
        verdict = service.extend(archive.catalog, text, progress=_progress)
    return _result(door, verdict)


@audit.command("log")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--newest", type=click.IntRange(0), help="Start at this entry and go back.")
@click.option("--type", "kind", help="Only types with this in their name, such as view.")
@click.option("--outcome", type=click.Choice(["success", "failure", "denied"]))
@click.option("--record", help="Only entries about this record.")
@common
@pass_door
def log(
    door: Door,
    limit: int,
    newest: int | None,
    kind: str | None,
    outcome: str | None,
    record: str | None,
) -> None:
    """List entries, newest first."""
    with door.archive() as archive:
        lines = service.timeline(
            archive.catalog,
            newest=newest,
            limit=limit,
            type_contains=kind,
            outcome=outcome,
            object_id=parse_record_id(record) if record else None,
        )
    for line in lines:
        name = line.type.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
        text = f"{line.index:>8}  {line.time[:19]}  {line.role:10} {name:24} {line.object}"
        door.emit(asdict(line), text)
    if not lines:
        door.note("No entry matches.")


@audit.command("prove")
@click.argument("record")
@common
@pass_door
def prove(door: Door, record: str) -> None:
    """Print an inclusion proof (C2SP tlog-proof) for every entry about RECORD."""
    record_id = parse_record_id(record)
    with door.archive() as archive:
        proofs = service.prove(archive.catalog, record_id)
    door.emit({"record": record_id, "proofs": list(proofs)}, "\n".join(proofs))
