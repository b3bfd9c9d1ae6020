"""`strongroom ingest`: everything in, every file in exactly one outcome."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.model.ids import parse_source_ref
from archive.model.objects import Outcome
from archive.services import ingest as service
from archive.services.administration import status
from archive.services.ingest import FileReport, PathInput


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", metavar="S-0001", help="The source behind all of these files.")
@common
@pass_door
def ingest(door: Door, paths: tuple[Path, ...], source: str | None) -> int:
    """Store files and folders sealed; read their text; make it findable.

    Run it again to continue after an interruption: what is stored already is a duplicate.
    """
    reports: list[FileReport] = []
    ref = parse_source_ref(source) if source else None
    with door.session() as (archive, session):
        inputs = [PathInput(path) for path in paths]
        for report in service.ingest(archive, session, inputs, source=ref):
            reports.append(report)
            _print(door, report, len(reports))
        pending = status(archive).pending
    counts = service.totals(reports)
    inside = [one for report in reports for one in service.flat(report)]
    attachments = service.totals(inside)
    door.emit(
        {"summary": {**counts, "attachments": attachments, "pending": pending}},
        _summary(counts, attachments["files"]),
    )
    if pending:
        door.note(f"{pending} records are stored but not findable yet; the next search tries.")
    bad = counts[Outcome.FAILED.value] + counts[Outcome.REJECTED.value]
    bad += attachments[Outcome.FAILED.value]
    return exits.PARTIAL if bad else exits.OK


def report_data(report: FileReport) -> dict[str, Any]:
    """Return how one file ended, for `--json`."""
    data: dict[str, Any] = {
        "path": report.path,
        "outcome": report.outcome.value,
        "record": report.record,
        "reason": str(report.reason) if report.reason else None,
    }
    if report.attachments:
        data["attachments"] = [report_data(one) for one in report.attachments]
    return data


def _print(door: Door, report: FileReport, count: int) -> None:
    reason = f"  ({report.reason})" if report.reason else ""
    line = f"{report.outcome.value:10} {report.record or '-':36}  {report.path}{reason}"
    door.emit(report_data(report), line)
    if sys.stderr.isatty() and not sys.stdout.isatty():
        click.echo(f"\r{count} files", nl=False, err=True)


def _summary(counts: dict[str, int], attachments: int) -> str:
    parts = [f"{counts[outcome.value]} {outcome.value}" for outcome in Outcome]
    more = f"; {attachments} attachments" if attachments else ""
    return f"{counts['files']} files: " + ", ".join(parts) + more
