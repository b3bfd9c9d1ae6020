"""Segments stay few, bounded, and free of removed documents; shards change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.search import writing
from tests.unit.search.shelf import Shelf, ask, document, found, record


def sizes(index: object) -> list[int]:
    return [segment.content.size for segment in index.view.segments]  # type: ignore[attr-defined]


def test_segments_stay_few_bounded_and_free_of_removed_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SEGMENT_LIMIT", 64)
    index = Shelf(tmp_path / "index").create()
    for number in range(40):
        index.update([document(number, "stone")], [record(max(0, number - 9))])
        index.prune()
    assert sum(sizes(index)) == 9
    assert len(sizes(index)) < 6
    index.update((document(100 + n, "wall") for n in range(150)), [])
    assert sum(sizes(index)) == 159
    assert max(sizes(index)) == 64
    index.update([], [record(number) for number in range(250)])
    assert sizes(index) == []
    index.prune()
    assert len(list((tmp_path / "index").glob("*/*"))) == 2


def test_a_record_added_again_after_its_segment_was_written_is_there_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SEGMENT_LIMIT", 4)
    index = Shelf(tmp_path / "index").create()
    docs = [document(n % 6, f"word{n}") for n in range(20)]
    index.update(docs, [])
    assert sum(sizes(index)) == 6
    assert {hit.record for hit in ask(index, "NOT nowhere").hits} == {record(n) for n in range(6)}
    assert found(index, "word13 OR word14") == [record(2)]
