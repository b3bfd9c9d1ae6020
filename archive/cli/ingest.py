"""`strongroom ingest`: everything in, every file in exactly one outcome."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from archive.cli.context import Door, clamd, common, pass_door
from archive.cli.outcomes import print_reports, summarise
from archive.cli.progress import progress_bar
from archive.cli.receipts import format_of, new_receipt, write_receipt
from archive.cli.stopping import stopping
from archive.model.ids import parse_accession_ref, parse_source_ref
from archive.services.intake import ingest as service
from archive.services.intake.ingest import PathInput
from archive.services.intake.measuring import measure, require_space
from archive.services.intake.receipts import Run

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", metavar="S-0001", help="The source behind all of these files.")
@click.option("--accession", metavar="A-0001", help="The open accession that they belong to.")
@click.option("--metadata", metavar="CSV", type=_FILE, help="A table that describes the files.")
@click.option("--receipt", metavar="FILE", help="Write the receipt too (.json or .pdf, new).")
@click.option("--watch", is_flag=True, help="Go on taking in what comes to rest in one folder.")
@click.option("--ignore-space", is_flag=True, help="Begin even if the disk looks too small.")
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
    receipt: str | None,
    watch: bool,
    ignore_space: bool,
    accept_unsandboxed_readers: bool,
) -> int:
    """Store files and folders sealed; read their text; make it findable.

    Run it again to continue after an interruption: what is stored already is a duplicate.
    """
    take = partial(
        service.ingest,
        source=parse_source_ref(source) if source else None,
        accession=parse_accession_ref(accession) if accession else None,
        metadata=metadata.read_bytes() if metadata else None,
        accept_unsandboxed=accept_unsandboxed_readers,
    )
    if watch:
        if len(paths) > 1 or receipt is not None:
            raise click.UsageError("--watch takes one folder and no --receipt.")
        from archive.cli.watching import watch_folder  # noqa: PLC0415 - 0.1 s

        return watch_folder(door, paths[0], take, ignore_space=ignore_space)
    if receipt is not None:
        new_receipt(receipt)
    with door.session() as (archive, session):
        inputs = [PathInput(path) for path in paths]
        whole = measure(archive, inputs)
        if not ignore_space:
            require_space(archive, whole)
        run = Run(archive, session)
        with stopping(door, run.stop), progress_bar(door, whole, run):
            print_reports(door, take(archive, session, inputs, run=run))
        if receipt is not None and run.issued is not None:
            write_receipt(archive, session, run.id, receipt, format_of(receipt))
        return summarise(door, archive, run)
