"""A founded ledger for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.ledger.ledgers import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger with four members and five entries."""
    made = Ledger(tmp_path / "catalog.sqlite").found()
    yield made
    made.close()
