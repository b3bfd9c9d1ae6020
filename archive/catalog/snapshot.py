"""One consistent view of the catalog, for reading or for changing it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from archive.catalog.faults import translated
from archive.catalog.gateways.accessions import Accessions
from archive.catalog.gateways.attempts import Attempts
from archive.catalog.gateways.collections import Collections
from archive.catalog.gateways.headers import Headers
from archive.catalog.gateways.jobs import Jobs, Progress
from archive.catalog.gateways.keys import Keys
from archive.catalog.gateways.ledger import Ledger, Openings
from archive.catalog.gateways.members import Members, Slots
from archive.catalog.gateways.outbox import Indexes, Outbox
from archive.catalog.gateways.papers import AccessRequests, Papers
from archive.catalog.gateways.plans import Plans
from archive.catalog.gateways.proofs import Proofs, Unsealings
from archive.catalog.gateways.receipts import Receipts, Similarities
from archive.catalog.gateways.records import Objects, Records
from archive.catalog.gateways.releases import Releases
from archive.catalog.gateways.retentions import Retentions
from archive.catalog.gateways.searches import SavedSearches
from archive.catalog.gateways.sources import Sources
from archive.errors import ArchiveDamaged


class Snapshot:
    """The catalog as it was when the transaction began; iterators live as long as it does."""

    def __init__(self, connection: Connection) -> None:
        self.members = Members(connection)
        self.slots = Slots(connection)
        self.keys = Keys(connection)
        self.collections = Collections(connection)
        self.headers = Headers(connection)
        self.records = Records(connection)
        self.objects = Objects(connection)
        self.sources = Sources(connection)
        self.accessions = Accessions(connection)
        self.plans = Plans(connection)
        self.releases = Releases(connection)
        self.proofs = Proofs(connection)
        self.unsealings = Unsealings(connection)
        self.ledger = Ledger(connection)
        self.openings = Openings(connection)
        self.outbox = Outbox(connection)
        self.jobs = Jobs(connection)
        self.progress = Progress(connection)
        self.indexes = Indexes(connection)
        self.receipts = Receipts(connection)
        self.similarities = Similarities(connection)
        self.saved_searches = SavedSearches(connection)
        self.attempts = Attempts(connection)
        self.papers = Papers(connection)
        self.access_requests = AccessRequests(connection)
        self.retentions = Retentions(connection)
        self._whole = connection

    def copy_to(self, path: Path) -> None:
        """Write this view of the catalog into a new file, plain and without a log beside it.

        Others go on writing meanwhile. The copy is not synced.

        Raises:
            ArchiveDamaged: the catalog does not pass SQLite's own check.
            DiskFull, WriteFailed: the copy cannot be written.
        """
        own: sqlite3.Connection = self._whole.connection.driver_connection  # type: ignore[assignment]
        with translated():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(path)) as copy:
                own.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
                if copy.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
                    raise ArchiveDamaged


class Transaction(Snapshot):
    """A snapshot that no other writer can change, and whose own changes become durable at once.

    `afterwards` names acts that are done once, in order, when the changes are durable.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.afterwards: dict[str, Callable[[], None]] = {}
