"""`strongroom audit inventory` and `fixity`: what should be stored, and what is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from archive.bootstrap import utc_now
from archive.cli.audit_about import result
from archive.cli.audit_common import keys_of, pin_option
from archive.cli.context import Door, common, pass_door
from archive.services import audit as service
from archive.services.audit.copies import Auditable
from archive.services.oversight import fixity as runs
from archive.services.parts import Archive
from archive.services.session import Session


def _progress(count: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{count} objects", nl=False, err=True)


@click.command("inventory")
@pin_option
@common
@pass_door
def inventory(door: Door, pinned: str | None) -> int:
    """Compare what is stored with every object ever taken in; hashes all. Exit 4: it differs.

    Each must be there at its committed digest, or its record was destroyed by a signed entry.
    """
    with door.audited() as archive:
        held = _held(archive, pinned)
        with archive.catalog.read() as view:
            stored = [(row.id, row.manifest) for row in view.records.list(archive.collection)]
        strays = _strays(archive.folder.objects)
        told = service.inventory(held, archive.store, stored, strays=strays, progress=_progress)
    names = ("missing", "damaged", "undead", "extra", "manifests")
    data = {name: getattr(told, name) for name in ("objects", "destroyed", *names)}
    lines = [f"{name:9} {one}" for name in names for one in getattr(told, name)]
    lines.append(f"{told.objects} objects, {told.destroyed} destroyed, {len(told.extra)} extra")
    return result(door, told.verdict, data, lines)


def _held(archive: Auditable, pinned: str | None) -> service.Holdings:
    files = service.LogFiles(archive.folder)
    return service.holdings(archive.catalog, keys_of(archive, pinned), files=files)


def _strays(folder: Path) -> Iterator[str]:
    """Yield the names of files below the store that are no objects, its workshop left out."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        whole = path.suffix == ".age" and len(path.stem) == 64 and name.startswith(path.stem[:2])
        if path.is_file() and not whole and not name.startswith("tmp/"):
            yield name


@click.command("fixity")
@click.option("--since", metavar="DATE", help="Only what was not read since that day.")
@click.option(
    "--limit", type=click.IntRange(1), help="At most so many objects, longest unread first."
)
@click.option("--from", "copy", metavar="DIR", help="Repair from a copy of the archive or objects.")
@click.option(
    "--days", type=click.IntRange(1), default=90, show_default=True, help="Overdue after."
)
@click.option("--status", is_flag=True, help="Read nothing: tell runs, overdue and failed objects.")
@click.option("--offline", is_flag=True, help="Enter nothing in the ledger; needs no passphrase.")
@pin_option
@common
@pass_door
def fixity(
    door: Door,
    since: str | None,
    limit: int | None,
    copy: str | None,
    days: int,
    status: bool,
    offline: bool,
    pinned: str | None,
) -> int:
    """Read and hash stored objects; needs no key to content. Exit 4: something is wrong.

    Each run is signed into the ledger by the member who gives it, batch by batch; a run that was
    cut off goes on with the same command and --since.
    """
    if status:
        with door.ledger() as ledger:
            return _told(door, _held(ledger, pinned), 0, days)
    with _entering(door, silent=offline) as (archive, session):
        held = _held(archive, pinned)
        chosen = runs.due(held, since, limit)
        where = None if copy is None else Path(copy)
        bad = 0
        for one in runs.check(archive, session, held, chosen, where):
            if one.state != "good":
                door.emit({"object": asdict(one)}, f"{one.state:9} {one.digest}  {one.record}")
            if one.state in ("missing", "damaged"):
                bad += 1
                held.verdict.fail(one.state, None, f"{one.digest} of {one.record} is {one.state}")
        if session is not None:
            held = _again(archive, pinned, held)
        return _told(door, held, len(chosen), days)


def _again(archive: Archive, pinned: str | None, held: service.Holdings) -> service.Holdings:
    """Return the holdings as they are after a run, with what the run found."""
    newer = _held(archive, pinned)
    newer.verdict.failures = held.verdict.failures
    return newer


@contextmanager
def _entering(door: Door, *, silent: bool) -> Iterator[tuple[Archive, Session | None]]:
    if silent:
        with door.audited() as archive:
            yield archive, None
    else:
        with door.session() as opened:
            yield opened


def _told(door: Door, held: service.Holdings, read: int, days: int) -> int:
    late = held.overdue(utc_now(), days)
    failed = [one for one in held.living if one.failed]
    for one in failed:
        if not any(one.digest in each.message for each in held.verdict.failures):
            words = f"{one.digest} of {one.record} failed its last check"
            held.verdict.fail("failed", one.index, words)
    data = {
        "read": read,
        "objects": len(held.living),
        "overdue": [one.digest for one in late],
        "failed": [one.digest for one in failed],
        "runs": [{"index": one.index, "time": one.time, "by": one.member} for one in held.runs],
    }
    last = held.runs[0].time[:19] if held.runs else "never"
    lines = [f"{read} of {len(held.living)} objects read; last run {last}"]
    lines.append(f"{len(late)} overdue after {days} days, {len(failed)} failed")
    return result(door, held.verdict, data, lines)
