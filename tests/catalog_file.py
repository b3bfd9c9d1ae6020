"""The catalog file behind everybody's back, as an insider with a text editor has it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a catalog file; what was changed is committed at the end, unless something is raised."""
    with closing(sqlite3.connect(path)) as db, db:
        yield db
