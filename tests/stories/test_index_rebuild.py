"""An index that was damaged is never used: it is built anew on the way of a search, and by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import IndexOutdated
from archive.ledger import parse_entry
from archive.model.access import Level
from archive.model.provenance import EventType
from archive.model.search import SearchRequest
from archive.search import WhooshIndex
from archive.services.indexes import finding, indexing
from archive.services.reading_room import access
from tests.small_archive import Small


def folder_of(small: Small, level: Level) -> Path:
    row = indexing.current_index(small.archive, level)
    assert row is not None
    return indexing.index_folder(small.archive, row)


def damage(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_size:
            path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))


def causes(small: Small) -> list[str]:
    """Return why indexes were built anew, as the ledger tells it."""
    with small.archive.catalog.read() as snapshot:
        rows = list(snapshot.ledger.entries(0, snapshot.ledger.tail().size))
    entries = [parse_entry(row.body) for row in rows]
    return [one.links["cause"] for one in entries if one.type is EventType.INDEX_REBUILT]


@pytest.mark.parametrize(
    ("name", "level", "total"),
    [("archivist", Level.ORIGINALS, 2), ("researcher", Level.READING, 1)],
)
def test_a_damaged_index_is_built_anew_by_whoever_searches_it(
    small: Small, name: str, level: Level, total: int
) -> None:
    member, request = small.people[name], SearchRequest(query="kettles")
    folder = folder_of(small, level)
    damage(folder)
    found = access.search(small.archive, member, request, level)
    assert (found.total, found.notice) == (total, finding.DAMAGED)
    assert not folder.exists()
    assert causes(small) == ["index-tampered"]
    assert access.search(small.archive, member, request, level).notice is None
    small.archive.close()


def test_an_index_of_an_older_version_is_built_anew(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, real = folder_of(small, Level.ORIGINALS), WhooshIndex.open

    def refuse(folder: Path, *args: object, **named: object) -> object:
        if folder == old:
            raise IndexOutdated
        return real(folder, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(WhooshIndex, "open", refuse)
    found = access.search(small.archive, small.people["archivist"], SearchRequest("kettles"))
    assert (found.total, found.notice) == (2, finding.OUTDATED)
    assert causes(small) == ["index-outdated"]
    small.archive.close()


def test_an_index_is_rebuilt_by_hand_with_progress(small: Small) -> None:
    told: list[int] = []
    archivist = small.people["archivist"]
    damage(folder_of(small, Level.ORIGINALS))
    assert indexing.rebuild(small.archive, archivist, Level.ORIGINALS, told.append) == 2
    assert told == [2]
    assert causes(small) == ["asked"]
    assert access.search(small.archive, archivist, SearchRequest("kettles")).total == 2
    small.archive.close()
