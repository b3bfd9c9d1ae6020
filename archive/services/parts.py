"""The parts that a service works with, picked once by `archive.bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from archive.catalog import Catalog
from archive.extraction import Sandbox
from archive.model.ids import CollectionId, RandomBytes
from archive.services.virus import Scanner
from archive.storage import ArchiveFolder, ObjectStore

Clock = Callable[[], datetime]
"""Returns the present time, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One open archive: where it stands, what it is made of, and what time and chance are.

    `ids` draws the identifiers of records, members and events; `random` draws keys and nonces.
    They are apart so that identifiers do not depend on how much is sealed. `scanner` looks for
    viruses in what arrives, if one is set up.
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
    scanner: Scanner | None = None

    def close(self) -> None:
        """Release the catalog's connections."""
        self.catalog.close()
