"""`strongroom ingest --watch`: one folder, until Ctrl-C or SIGTERM."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from archive.cli import exits
from archive.cli.context import Door
from archive.cli.outcomes import print_reports, summarise
from archive.cli.stopping import stopping
from archive.errors import ArchiveBusy, InvalidValue, NotEnoughSpace
from archive.services.intake.ingest import FileReport, PathInput
from archive.services.intake.measuring import measure, require_space
from archive.services.intake.receipts import Run
from archive.services.intake.watching import Arrivals
from archive.services.parts import Archive
from archive.services.session import Session


@dataclass(slots=True)
class Watch:
    """What a watch has at hand, and the run under way."""

    door: Door
    archive: Archive
    session: Session
    ingest: Callable[..., Generator[FileReport, None, None]]
    ignore_space: bool
    run: Run | None = None

    def take(self, inputs: list[PathInput]) -> int:
        """Take one batch in, with a receipt of its own; return its exit code.

        Raises:
            NotEnoughSpace: it would not fit.
            ArchiveBusy: another ingest is running.
        """
        if not self.ignore_space:
            require_space(self.archive, measure(self.archive, inputs))
        self.run = Run(self.archive, self.session)
        print_reports(self.door, self.ingest(self.archive, self.session, inputs, run=self.run))
        return summarise(self.door, self.archive, self.run)

    def tell(self, code: str, text: str) -> None:
        """Say what happened to the folder."""
        self.door.emit({"watch": code})
        self.door.note(text)


def watch_folder(
    door: Door,
    folder: Path,
    ingest: Callable[..., Generator[FileReport, None, None]],
    *,
    ignore_space: bool,
) -> int:
    """Take in what comes to rest in a folder until a signal comes; return the exit code.

    `ingest` is the service of that name with its terms given.

    Raises:
        InvalidValue: it is no folder.
    """
    if not folder.is_dir():
        raise InvalidValue("Only a folder can be watched.", hint="Give one folder that is there.")
    code = exits.OK
    with door.session() as (archive, session):
        watch = Watch(door, archive, session, ingest, ignore_space)
        arrivals = Arrivals(folder, archive.folder.path, watch.tell)

        def stop() -> None:
            arrivals.stop()
            if watch.run is not None:
                watch.run.stop()

        with stopping(door, stop):
            watch.tell("watching", "Watching; Ctrl-C ends it.")
            for batch in arrivals.batches():
                try:
                    code = max(code, watch.take(batch))
                except (ArchiveBusy, NotEnoughSpace) as error:
                    watch.tell(error.code, f"{error.public_message} Trying again later.")
                    arrivals.again(batch)
        door.emit({"watch": "ended", "left_alone": arrivals.left_alone})
        if arrivals.left_alone:
            door.note(f"{arrivals.left_alone} files with temporary names were left alone.")
    return code
