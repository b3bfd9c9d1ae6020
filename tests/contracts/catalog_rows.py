"""Rows that tests of the catalog are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from archive.catalog import Transaction
from archive.catalog.rows import (
    PlanRow,
    RecordRow,
)
from archive.model.ids import CollectionId, MemberId, RecordId

NOW = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
MAIN, OTHER = CollectionId("main"), CollectionId("other")
ANN, BEN = MemberId("ann"), MemberId("ben")


def record(number: int, collection: CollectionId = MAIN, manifest: bytes = b"\xff") -> RecordRow:
    return RecordRow(
        id=RecordId(str(UUID(int=number))),
        collection=collection,
        header=f"header-{number}",
        manifest=manifest,
        manifest_digest=f"{number:064x}",
        entry_index=number,
        fingerprint=f"fingerprint-{number}",
        size=5_000_000_000 + number,
        outcome="ingested",
        created=NOW,
    )


def plan(version: int, of: RecordRow, state: str = "draft") -> PlanRow:
    return PlanRow(of.id, version, state, "h", b"p", "d", None, None, ANN, None, 9, NOW)


def add_records(tx: Transaction, *numbers: int) -> list[RecordRow]:
    rows = [record(number) for number in numbers]
    tx.records.add_many(rows)
    return rows
