"""A catalog with two collections and a member."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.catalog import Catalog, Transaction
from archive.catalog.rows import (
    CollectionRow,
    MemberRow,
)
from tests.contracts.catalog_rows import ANN, MAIN, NOW, OTHER


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    made = Catalog.create(tmp_path / "catalog.sqlite", busy_seconds=0.2)
    with made.write() as tx:
        tx.collections.add(CollectionRow(MAIN, "tag-main", b"\x00sealed"))
        tx.collections.add(CollectionRow(OTHER, "tag-other", b"\x01sealed"))
        tx.members.add(MemberRow(ANN, "tag-ann", "custodian", "active", b"\x02", "{}", NOW))
    yield made
    made.close()


@pytest.fixture
def tx(catalog: Catalog) -> Iterator[Transaction]:
    with catalog.write() as transaction:
        yield transaction
