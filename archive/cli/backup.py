"""`strongroom backup` and `restore`: ciphertext only, points in time, no key needed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from archive.bootstrap import open_archive
from archive.cli import exits
from archive.cli.audit_common import findings, text_of, told
from archive.cli.context import Door, common, pass_door
from archive.errors import BackupDamaged
from archive.services import audit
from archive.services.parts import Archive
from archive.services.session import Session
from archive.services.upkeep import backups, restoring
from archive.services.upkeep.backups import Made, Told

_SHOWN = 20  # problems
_SECONDS = 0.25  # between two lines of progress


@click.group()
def backup() -> None:
    """Make, check and tidy backups; `strongroom restore` puts one back."""


@backup.command("create")
@click.argument("destination", type=click.Path(path_type=Path))
@common
@pass_door
def create(door: Door, destination: Path) -> int:
    """Bring the backups in DESTINATION (a folder on another disk) up to date.

    Only what is new is copied; each run adds a point in time that can be put back. Needs no key.
    With --as MEMBER the ledger gets an entry about it. The search indexes are left out: they are
    built anew. Exit 4: the archive itself has lost or mangled objects, which are named.
    """
    with _opened(door) as (archive, session), _progress(door) as count:
        made = backups.create(archive, destination, session, count)
    point = made.point
    if session is None:
        door.note("The ledger does not know of this backup; name a member with --as for that.")
    lines = [_summary(made), *(f"  damaged here: {digest}" for digest in point.damaged[:_SHOWN])]
    data = {**asdict(point), "digest": made.digest, "copied": made.copied}
    door.emit({**data, "copied_bytes": made.copied_bytes}, "\n".join(lines))
    return exits.exit_code(BackupDamaged()) if point.damaged else exits.OK


@contextmanager
def _opened(door: Door) -> Iterator[tuple[Archive, Session | None]]:
    if door.settings.get("member") is None:
        with door.archive() as archive:
            yield archive, None
    else:
        with door.session() as (archive, session):
            yield archive, session


def _summary(made: Made) -> str:
    point = made.point
    return (
        f"Point {point.name}: {point.objects} objects, {point.bytes} bytes, "
        f"{point.size} ledger entries; {made.copied} objects were new."
    )


@backup.command("list")
@click.argument("destination", type=click.Path(path_type=Path))
@common
@pass_door
def list_points(door: Door, destination: Path) -> None:
    """List the points in time, oldest first."""
    for point in backups.points(destination):
        text = f"{point.name}  {point.objects:>9} objects  {point.size:>9} entries"
        door.emit(
            asdict(point), text + (f"  {len(point.damaged)} damaged" if point.damaged else "")
        )


@backup.command("verify")
@click.argument("destination", type=click.Path(path_type=Path))
@click.option("--point", "name", metavar="NAME", help="This point instead of the newest.")
@click.option("--all", "every", is_flag=True, help="Every point.")
@common
@pass_door
def verify(door: Door, destination: Path, name: str | None, every: bool) -> int:
    """Check every file, every object and the ledger of a point. Exit 4: something is wrong."""
    ok = True
    for one in [point.name for point in backups.points(destination)] if every else [name]:
        with _progress(door) as count:
            checked = restoring.check(destination, one, count)
        ok = ok and checked.ok
        data = {"ok": checked.ok, **asdict(checked)}
        word = "ok" if checked.ok else "NOT OK"
        lines = [f"{word}: {checked.point}, {checked.objects} objects"]
        lines += [f"  {problem.code}: {problem.name}" for problem in checked.problems[:_SHOWN]]
        door.emit(data, "\n".join(lines))
    return exits.OK if ok else exits.exit_code(BackupDamaged())


@backup.command("prune")
@click.argument("destination", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), required=True, help="How many points stay.")
@click.option("--dry-run", is_flag=True, help="Say what would go.")
@common
@pass_door
def prune(door: Door, destination: Path, keep: int, dry_run: bool) -> None:
    """Take away all but the newest points, and the objects that no point names any more.

    What was erased in the archive leaves a backup only this way.
    """
    gone = backups.prune(destination, keep, dry_run=dry_run)
    word = "would go" if dry_run else "are gone"
    text = f"{len(gone.points)} points and {gone.objects} objects {word}."
    door.emit({**asdict(gone), "dry_run": dry_run}, text)


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("destination", type=click.Path(path_type=Path))
@click.option("--point", "name", metavar="NAME", help="This point instead of the newest.")
@click.option("--pin", metavar="FILE", help="Check the ledger against an auditor's pin.")
@common
@pass_door
def restore(door: Door, source: Path, destination: Path, name: str | None, pin: str | None) -> int:
    """Put a point of the backups in SOURCE back into DESTINATION (a new or empty folder).

    Every byte is checked on the way, then the ledger is verified. An interrupted run is gone on
    with by the same command. Members sign in as before; if all passphrases are lost, `strongroom
    member reset` takes the recovery sheet. Exit 4: something is wrong.
    """
    text = text_of(pin) if pin else None
    with _progress(door) as count:
        done = restoring.restore(source, destination, name, count)
    archive = open_archive(destination)
    try:
        files = audit.LogFiles(archive.folder)
        verdict = (
            audit.extend(archive.catalog, text, files=files)
            if text
            else audit.verify(archive.catalog, archive.folder.vkeys, files=files)
        )
    finally:
        archive.close()
    ok = verdict.ok and not done.damaged
    data = {"ok": ok, "archive": str(destination), "point": done.point.name}
    data |= {"objects": done.objects, "size": verdict.size, "root": verdict.root}
    data |= {"damaged": done.damaged, "failures": findings(verdict)}
    lines = [
        f"Restored {done.point.name}: {done.objects} objects.",
        f"Ledger {'ok' if verdict.ok else 'NOT OK'}: {verdict.size} entries, root {verdict.root}",
        *told(verdict),
        *(f"  lost: {digest}" for digest in done.damaged[:_SHOWN]),
    ]
    door.emit(data, "\n".join(lines))
    return exits.OK if ok else exits.exit_code(BackupDamaged())


@contextmanager
def _progress(door: Door) -> Iterator[Told]:
    """Yield what draws one line on a terminal, and draws nothing elsewhere."""
    last = 0.0
    drawing = sys.stderr.isatty() and not door.settings.quiet

    def count(done: int, whole: int) -> None:
        nonlocal last
        if drawing and time.monotonic() - last > _SECONDS:
            last = time.monotonic()
            click.echo(f"\r{done} of {whole} objects", nl=False, err=True)

    yield count
    if last:
        click.echo("\r\033[K", nl=False, err=True)
