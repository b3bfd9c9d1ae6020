"""What an ingest prints: a line for each file, and the sums of its run."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

from archive.cli import exits
from archive.cli.context import Door
from archive.cli.printing import counted, shown
from archive.model.objects import Outcome
from archive.model.receipt import Totals
from archive.services.intake.ingest import FileReport
from archive.services.intake.receipt_codec import line_fields
from archive.services.intake.receipts import Run, line_of
from archive.services.members.administration import status
from archive.services.parts import Archive

_BAD = (Outcome.FAILED, Outcome.REJECTED)


def print_reports(door: Door, reports: Generator[FileReport, None, None]) -> None:
    """Print a line for each report; who cannot print any more ends the run."""
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
        "notes": run.notes,
        "complete": not run.stopped,
        "receipt": run.id if run.issued else None,
    }
    door.emit({"summary": summary}, _summary(run.totals))
    if run.issued is None:
        door.note("The receipt could not be stored; make room and run the same command again.")
    else:
        door.note(f"Receipt {run.id}")
    for note in run.notes:
        door.note(note)
    if pending:
        door.note(f"Not findable yet: {counted(pending, 'record')}; the next search tries.")
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
    more = f"; {counted(inside, 'attachment')}" if inside else ""
    return f"{counted(sum(counts.values()), 'file')}: " + ", ".join(parts) + more
