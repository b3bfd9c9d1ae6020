"""The program of one verification: public keys in, progress and verdict into a file.

It gives way to every other process (nice(2)), and ends when it is told to stop or when the
process that it belongs to is gone.
"""

from __future__ import annotations

import json
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.catalog import Catalog
from archive.errors import ArchiveError
from archive.ledger import Policy, Verdict, timestamp
from archive.model.ids import CollectionId
from archive.services.audit.checking import extend, verify
from archive.services.audit.holdings import holdings, inventory
from archive.services.audit.runs import Outcome, Run
from archive.services.audit.stages import Progress, Stage
from archive.services.log_files import LogFiles
from archive.storage import ArchiveFolder, LocalStore

_NICE = 10  # nice(2): a third of what a page's thread gets on a busy processor
_LOOK = 0.1  # seconds between looks whether it is still wanted
_WRITE = 0.2  # seconds between two reports
_MOST = 1000  # failures that are told one by one


def main() -> None:
    """Verify what standard input asks for; the argument is the descriptor of the lock."""
    os.nice(_NICE)
    task, lock = json.load(sys.stdin), int(sys.argv[1])
    threading.Thread(target=_mind, args=(lock, task), daemon=True).start()
    key, path = bytes.fromhex(task["key"]), Path(task["told"])
    run = Run.read(path, key)
    if run is not None:
        work(run, task["folder"], task["collection"], lambda one: one.write(path, key))


def _mind(lock: int, task: dict[str, Any]) -> None:
    """End the process once the lock names another run, or the owner is gone."""
    try:
        owner = os.pidfd_open(task["owner"])
        run = task["run"].encode()
        while (
            os.pread(lock, len(run) + 1, 0) == run and not select.select([owner], [], [], _LOOK)[0]
        ):
            pass
    finally:
        os._exit(0)


def work(run: Run, place: str, collection: str, told: Callable[[Run], None]) -> None:
    """Do a run over the archive at `place`; `told` hears how it goes, and its end."""
    progress, outcome, problem = Reporter(run, told), None, None
    try:
        outcome = _verified(run, ArchiveFolder.open(Path(place)), collection, progress)
    except ArchiveError as error:
        problem = error.code
    ended = timestamp(datetime.now(UTC))
    told(replace(progress.run, ended=ended, outcome=outcome, problem=problem))


class Reporter:
    """Takes up the progress of a run and tells it now and then; a `Progress`."""

    def __init__(self, run: Run, told: Callable[[Run], None]) -> None:
        self.run = run
        self._told = told
        self._last = 0.0

    def __call__(self, stage: Stage, done: int, total: int) -> None:
        """Take up how much of a stage is done."""
        self.run = replace(self.run, stages={**self.run.stages, stage: (done, total)})
        if time.monotonic() - self._last >= _WRITE:
            self._last = time.monotonic()
            self._told(self.run)


def _verified(run: Run, folder: ArchiveFolder, collection: str, progress: Progress) -> Outcome:
    files, policy = LogFiles(folder), _policy(folder)
    catalog = Catalog.open(folder.catalog)
    try:
        if run.asked.pin is None:
            verdict = verify(catalog, folder.vkeys, files=files, policy=policy, progress=progress)
        else:
            verdict = extend(catalog, run.asked.pin, files=files, policy=policy, progress=progress)
        if run.asked.objects:
            _objects(folder, catalog, collection, verdict, progress)
        with catalog.read() as view:
            note = view.ledger.checkpoint_at(verdict.size)
    finally:
        catalog.close()
    failures = tuple(dict.fromkeys(verdict.failures))
    keys = tuple(one.encode() for one in verdict.keys)
    return Outcome(
        verdict.size, verdict.root, len(failures), failures[:_MOST], note, keys, verdict.cosigned
    )


def _objects(
    folder: ArchiveFolder,
    catalog: Catalog,
    collection: str,
    verdict: Verdict,
    progress: Progress,
) -> None:
    """Read and hash every stored object; what is wrong is added to the verdict."""
    held = holdings(catalog, folder.vkeys)
    with catalog.read() as view:
        manifests = [(one.id, one.manifest) for one in view.records.list(CollectionId(collection))]
    total = len(held.objects)
    inventory(
        held,
        LocalStore(folder.objects),
        manifests,
        progress=lambda count: progress(Stage.OBJECTS, count, total),
    )
    verdict.failures += held.verdict.failures
    progress(Stage.OBJECTS, total, total)


def _policy(folder: ArchiveFolder) -> Policy | None:
    """Return the archive's own policy of witnesses, if it has one.

    Raises:
        InvalidValue: it is not a policy.
    """
    if not folder.policy.exists():
        return None
    return Policy.parse(folder.policy.read_text(errors="replace"))
