"""`strongroom ingest`: everything in, every file in exactly one outcome."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from archive.cli import exits
from archive.cli.context import Door, clamd, common, pass_door
from archive.model.ids import parse_accession_ref, parse_source_ref
from archive.model.objects import Outcome
from archive.services import ingest as service
from archive.services.administration import status
from archive.services.ingest import FileReport, PathInput

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", metavar="S-0001", help="The source behind all of these files.")
@click.option("--accession", metavar="A-0001", help="The open accession that they belong to.")
@click.option("--metadata", metavar="CSV", type=_FILE, help="A table that describes the files.")
@click.option(
    "--accept-unsandboxed-readers",
    is_flag=True,
    help="Read although this machine cannot confine readers; it is noted on every record.",
)
@clamd
@common
@pass_door
def ingest(
    door: Door,
    paths: tuple[Path, ...],
    source: str | None,
    accession: str | None,
    metadata: Path | None,
    accept_unsandboxed_readers: bool,
) -> int:
    """Store files and folders sealed; read their text; make it findable.

    Run it again to continue after an interruption: what is stored already is a duplicate.
    """
    reports: list[FileReport] = []
    notes: list[str] = []
    ref = parse_source_ref(source) if source else None
    receipt = parse_accession_ref(accession) if accession else None
    with door.session() as (archive, session):
        inputs = [PathInput(path) for path in paths]
        for report in service.ingest(
            archive,
            session,
            inputs,
            source=ref,
            accession=receipt,
            metadata=metadata.read_bytes() if metadata else None,
            tell=notes.append,
            accept_unsandboxed=accept_unsandboxed_readers,
        ):
            reports.append(report)
            _print(door, report, len(reports))
        pending = status(archive).pending
    counts = service.totals(reports)
    inside = [one for report in reports for one in service.flat(report)]
    attachments = service.totals(inside)
    door.emit(
        {"summary": {**counts, "attachments": attachments, "pending": pending, "notes": notes}},
        _summary(counts, attachments["files"]),
    )
    for note in notes:
        door.note(note)
    if pending:
        door.note(f"{pending} records are stored but not findable yet; the next search tries.")
    bad = counts[Outcome.FAILED.value] + counts[Outcome.REJECTED.value]
    bad += attachments[Outcome.FAILED.value]
    return exits.PARTIAL if bad else exits.OK


def _data(report: FileReport) -> dict[str, Any]:
    data: dict[str, Any] = {
        "path": report.path,
        "outcome": report.outcome.value,
        "record": report.record,
        "reason": str(report.reason) if report.reason else None,
    }
    if report.attachments:
        data["attachments"] = [_data(one) for one in report.attachments]
    return data


def _print(door: Door, report: FileReport, count: int) -> None:
    reason = f"  ({report.reason})" if report.reason else ""
    line = f"{report.outcome.value:10} {report.record or '-':36}  {report.path}{reason}"
    door.emit(_data(report), line)
    if sys.stderr.isatty() and not sys.stdout.isatty():
        click.echo(f"\r{count} files", nl=False, err=True)


def _summary(counts: dict[str, int], attachments: int) -> str:
    parts = [f"{counts[outcome.value]} {outcome.value}" for outcome in Outcome]
    more = f"; {attachments} attachments" if attachments else ""
    return f"{counts['files']} files: " + ", ".join(parts) + more
