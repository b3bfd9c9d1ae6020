"""The parts that a service works with, picked once by `archive.bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from archive.catalog import Catalog
from archive.extraction import Sandbox
from archive.model.ids import CollectionId, RandomBytes
from archive.services.group_commit import GroupCommit
from archive.services.searchers import Searchers
from archive.services.virus import Scanner
from archive.storage import ArchiveFolder, ObjectStore

Clock = Callable[[], datetime]
"""Returns the present time, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One open archive: where it stands, what it is made of, and what time and chance are.

    `ids` draws the identifiers of records, members and events; `random` draws keys and nonces.
    They are apart so that identifiers do not depend on how much is sealed. `connect` opens store
    and catalog once more; `processes` is how many may work on one ingest. `scanner` looks
    for viruses in what arrives, if one is set up. `searchers` are the processes that search,
    `events` the events that threads write to the ledger at the same time.
    `attended` says that a supervisor looks after the key agent.
    """

    folder: ArchiveFolder
    store: ObjectStore
    catalog: Catalog
    sandbox: Callable[[], Sandbox]
    collection: CollectionId
    origin: str
    random: RandomBytes
    ids: RandomBytes
    clock: Clock
    connect: Callable[[], tuple[ObjectStore, Catalog]]
    processes: int = 1
    scanner: Scanner | None = None
    searchers: Searchers = field(default_factory=Searchers)
    events: GroupCommit[Any] = field(default_factory=GroupCommit)
    attended: bool = False

    def in_child(self) -> Archive:
        """Return the archive for a forked process, with connections of its own."""
        store, catalog = self.connect()
        return replace(
            self, store=store, catalog=catalog, searchers=Searchers(), events=GroupCommit()
        )

    def close(self) -> None:
        """End the search processes and release the catalog's connections."""
        self.searchers.close()
        self.catalog.close()
