"""Progress bars on stderr, only on a terminal: how much, how fast, how long; never a name."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from archive.cli.context import Door
from archive.services.intake.measuring import Measure
from archive.services.intake.receipts import Run
from archive.services.redaction.pages import Progress

_SECONDS = 0.25  # between two looks at the run
_MANY = 20  # pages
_OFTEN = 100  # copies or pages


@contextmanager
def progress_bar(door: Door, whole: Measure, run: Run) -> Iterator[None]:
    """Show how far a run is while the block runs; nothing with --quiet or off a terminal."""
    if door.settings.quiet or not sys.stderr.isatty():
        yield
        return
    from rich import progress  # noqa: PLC0415 - 0.2 s
    from rich.console import Console  # noqa: PLC0415

    bar = progress.Progress(
        progress.BarColumn(),
        progress.TextColumn("{task.fields[files]}/{task.fields[of]} files"),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=False,
        transient=True,
    )
    task = bar.add_task("", total=whole.bytes, files=0, of=whole.files)
    ended = threading.Event()

    def follow() -> None:
        while not ended.wait(_SECONDS):
            bar.update(task, completed=run.begun.bytes, files=run.begun.files)

    looker = threading.Thread(target=follow, daemon=True)
    with bar:
        looker.start()
        try:
            yield
        finally:
            ended.set()
            looker.join()


@contextmanager
def page_bar(door: Door) -> Iterator[Progress]:
    """Yield what is to be told how many pages are done; elsewhere a long work is announced once."""
    if door.settings.quiet or not sys.stderr.isatty():
        yield _once(door)
        return
    from rich import progress  # noqa: PLC0415 - 0.2 s
    from rich.console import Console  # noqa: PLC0415

    bar = progress.Progress(
        progress.BarColumn(),
        progress.TextColumn("{task.completed}/{task.total} pages"),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=False,
        transient=True,
    )
    task = bar.add_task("", total=None)
    with bar:
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def copy_bar(door: Door) -> Iterator[tuple[Progress, Progress]]:
    """Yield who is to be told how many reading copies are done, and how many pages of one.

    Off a terminal, every hundredth copy and every hundredth page is told of in a line.
    """
    if door.settings.quiet or not sys.stderr.isatty():
        yield partial(_tell, door, "reading copies"), partial(_tell, door, "pages of one")
        return
    from rich import progress  # noqa: PLC0415 - 0.2 s
    from rich.console import Console  # noqa: PLC0415

    bar = progress.Progress(
        progress.BarColumn(),
        progress.TextColumn("{task.completed}/{task.total} reading copies{task.fields[pages]}"),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=False,
        transient=True,
    )
    task = bar.add_task("", total=None, pages="")
    with bar:
        yield (
            lambda done, total: bar.update(task, completed=done, total=total, pages=""),
            lambda done, total: bar.update(task, pages=f", page {done} of {total}"),
        )


def _tell(door: Door, what: str, done: int, total: int) -> None:
    if done % _OFTEN == 0:
        door.note(f"{done} of {total} {what} looked at.")


def _once(door: Door) -> Progress:
    """Return who says how many pages there are, if they are many, the first time that it is told.

    Pages may be looked at several at a time, so the first number is any.
    """
    told = False

    def tell(_: int, total: int) -> None:
        nonlocal told
        if not told and total >= _MANY:
            told = True
            door.note(f"{total} pages; looking at one takes a second or two.")

    return tell
