"""An index that was damaged is refused, built anew, and the damaged one is gone from the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import IndexTampered
from archive.model.access import Level
from archive.model.search import SearchRequest
from archive.services import access, indexing
from tests.small_archive import build


def test_a_damaged_index_is_refused_and_rebuilt(tmp_path: Path) -> None:
    small = build(tmp_path)
    archivist, request = small.people["archivist"], SearchRequest(query="kettles")
    with small.archive.catalog.read() as snapshot:
        row = snapshot.indexes.get(small.archive.collection, Level.ORIGINALS.value)
    assert row is not None
    folder = small.archive.folder.index / row.index_id
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_size:
            path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))
    with pytest.raises(IndexTampered):
        access.search(small.archive, archivist, request)
    assert indexing.rebuild(small.archive, archivist, Level.ORIGINALS) == 2
    assert access.search(small.archive, archivist, request).total == 2
    assert not folder.exists()
    small.archive.close()
