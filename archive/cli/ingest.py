"""`strongroom ingest`: everything in, every file in exactly one outcome."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from archive.cli import exits
from archive.cli.context import Door, common, pass_door
from archive.cli.printing import shown
from archive.cli.progress import progress_bar
from archive.cli.receipts import format_of, new_receipt, write_receipt
from archive.cli.stopping import stopping
from archive.model.ids import SourceRef, parse_source_ref
from archive.model.objects import Outcome
from archive.model.receipt import Totals
from archive.services import ingest as service
from archive.services.administration import status
from archive.services.ingest import FileReport, PathInput
from archive.services.measuring import measure, require_space
from archive.services.parts import Archive
from archive.services.receipt_codec import line_fields
from archive.services.receipts import Run, line_of
from archive.services.session import Session

_BAD = (Outcome.FAILED, Outcome.REJECTED)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", metavar="S-0001", help="The source behind all of these files.")
@click.option("--receipt", metavar="FILE", help="Write the receipt too (.json or .pdf, new).")
@click.option("--ignore-space", is_flag=True, help="Begin even if the disk looks too small.")
@common
@pass_door
def ingest(
    door: Door, paths: tuple[Path, ...], source: str | None, receipt: str | None, ignore_space: bool
) -> int:
    """Store files and folders sealed; read their text; make it findable.

    Run it again to continue after an interruption: what is stored already is a duplicate.
    """
    ref = parse_source_ref(source) if source else None
    if receipt is not None:
        new_receipt(receipt)
    with door.session() as (archive, session):
        inputs = [PathInput(path) for path in paths]
        whole = measure(archive, inputs)
        if not ignore_space:
            require_space(archive, whole)
        run = Run(archive, session)
        with stopping(door, run.stop), progress_bar(door, whole, run):
            take_in(door, archive, session, inputs, ref, run)
        if receipt is not None and run.issued is not None:
            write_receipt(archive, session, run.id, receipt, format_of(receipt))
        return summarise(door, archive, run)


def take_in(
    door: Door,
    archive: Archive,
    session: Session,
    inputs: list[PathInput],
    source: SourceRef | None,
    run: Run,
) -> None:
    """Ingest the inputs and print a line for each."""
    reports = service.ingest(archive, session, inputs, source=source, run=run)
    with closing(reports):
        for report in reports:
            _print(door, report)


def summarise(door: Door, archive: Archive, run: Run) -> int:
    """Print the sums of a run and its receipt; return the exit code."""
    pending = status(archive).pending
    summary = {
        **_counts(run.totals.inputs.files),
        "bytes": sum(run.totals.inputs.bytes.values()),
        "attachments": _counts(run.totals.attachments.files),
        "pending": pending,
        "complete": not run.stopped,
        "receipt": run.id if run.issued else None,
    }
    door.emit({"summary": summary}, _summary(run.totals))
    if run.issued is None:
        door.note("The receipt could not be stored; make room and run the same command again.")
    else:
        door.note(f"Receipt {run.id}")
    if pending:
        door.note(f"{pending} records are stored but not findable yet; the next search tries.")
    if run.stopped:
        door.note("Stopped early. Run the same command again to go on where it stopped.")
        return exits.INTERRUPTED
    return exits.PARTIAL if _bad(run.totals) else exits.OK


def _bad(totals: Totals) -> int:
    inputs = sum(totals.inputs.files[outcome] for outcome in _BAD)
    return inputs + totals.attachments.files[Outcome.FAILED]


def _counts(files: dict[Outcome, int]) -> dict[str, int]:
    counts = {outcome.value: count for outcome, count in files.items()}
    return {"files": sum(counts.values()), **counts}


def _print(door: Door, report: FileReport) -> None:
    reason = f"  ({report.reason})" if report.reason else ""
    line = f"{report.outcome.value:10} {report.record or '-':36}  {shown(report.path)}{reason}"
    lines = [line]
    lines += [f"{'':10} similar to {one.record} ({one.percent} %)" for one in report.near]
    door.emit(line_fields(line_of(report)), "\n".join(lines))


def _summary(totals: Totals) -> str:
    counts = totals.inputs.files
    parts = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome]
    inside = sum(totals.attachments.files.values())
    more = f"; {inside} attachments" if inside else ""
    return f"{sum(counts.values())} files: " + ", ".join(parts) + more
