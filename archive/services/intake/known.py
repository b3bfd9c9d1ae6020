"""Which contents are stored already, told by their keyed fingerprints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from archive.catalog import Snapshot
from archive.model.ids import CollectionId, RecordId
from archive.services.intake.prepared import Prepared


class Known(Protocol):
    """Where contents that are stored already are looked up."""

    def find(self, fingerprint: str) -> RecordId | None:
        """Return the record with that keyed fingerprint."""


class Stored:
    """What the catalog holds; contents of a whole chunk are looked up at once."""

    def __init__(
        self, snapshot: Snapshot, collection: CollectionId, fingerprints: Sequence[str]
    ) -> None:
        self._snapshot = snapshot
        self._collection = collection
        self._asked = frozenset(fingerprints)
        self._found = snapshot.records.by_fingerprints(collection, fingerprints)

    def find(self, fingerprint: str) -> RecordId | None:
        """Return the record with that fingerprint."""
        if fingerprint in self._asked:
            return self._found.get(fingerprint)
        return self._snapshot.records.by_fingerprint(self._collection, fingerprint)


class Reserved:
    """What is known, and what this file and its attachments will add when they are committed."""

    def __init__(self, known: Known, fingerprint: str, record: RecordId) -> None:
        self._known = known
        self._own = {fingerprint: record}

    def find(self, fingerprint: str) -> RecordId | None:
        """Return the record with that fingerprint, committed or not yet."""
        return self._own.get(fingerprint) or self._known.find(fingerprint)

    def add(self, prepared: Prepared) -> None:
        """Remember the contents of a prepared attachment."""
        for one in prepared.everything():
            if one.fingerprint is not None and one.report.record is not None:
                self._own[one.fingerprint] = one.report.record
