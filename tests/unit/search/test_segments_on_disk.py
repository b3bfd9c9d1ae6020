"""Segments stay few, bounded, and free of removed documents; shards change nothing."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.errors import ArchiveError, DiskFull, IndexTampered, WriteFailed
from archive.search import WhooshIndex, bulk, writing
from archive.search.analysis import pieces
from archive.search.codec.segment import Content, record_id
from archive.search.query import Words
from archive.search.ranking import Ranking
from tests.unit.search.shelf import KEY, Shelf, ask, document, found, record

TAGS = {"tag": ("a", "b")}
ANSWER = """
import sys; from archive.search.bulk import _receive, _send
_receive(sys.stdin.buffer), _receive(sys.stdin.buffer)
_send(sys.stdout.buffer, {{"error": "{}"}})
"""


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


@pytest.mark.parametrize("shards", [1, 3])
def test_other_processes_write_the_segments_of_a_large_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shards: int
) -> None:
    monkeypatch.setattr(writing, "SEGMENT_LIMIT", 8)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    docs = [
        document(
            n, f"stone word{n}", "달빛", date="2024", language="ko", facets={"tag": ("a", "b")}
        )
        for n in range(50)
    ]
    large = WhooshIndex.create(tmp_path / "large", KEY, random=os.urandom, shards=shards)
    large.update([*docs, document(3, "late")], [])
    small = WhooshIndex.create(tmp_path / "small", KEY, random=os.urandom)
    for doc in (*docs, document(3, "late")):
        small.update([doc], [])
    for query in ("stone", "late", "word3", "달빛", "word1* NOT word12"):
        assert ask(large, query, limit=100) == ask(small, query, limit=100)
    assert len(sizes(large)) > 5
    large.prune()
    large.close()


@pytest.mark.parametrize(
    ("worker", "refusal"),
    [
        ("import sys; sys.exit(1)", WriteFailed),
        (ANSWER.format("disk-full"), DiskFull),
        (ANSWER.format("write-failed"), WriteFailed),
    ],
    ids=["gone", "full", "broken"],
)
def test_when_another_process_fails_the_index_stands_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worker: str, refusal: type[ArchiveError]
) -> None:
    shelf = Shelf(tmp_path / "index")
    index = shelf.create(document(900, "harvest"))
    files = shelf.files(index.state)
    monkeypatch.setattr(writing, "SEGMENT_LIMIT", 8)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(bulk, "_MAIN", worker)
    with pytest.raises(refusal):
        index.update((document(n, "stone") for n in range(40)), [])
    assert shelf.files(index.state) == files
    assert found(index, "harvest OR stone") == [record(900)]


def test_a_reader_moves_on_and_keeps_the_segments_that_are_still_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "index")
    writer = shelf.create(*(document(n, "stone") for n in range(9)))
    reader = shelf.open(writer.state, eager=True)
    state = writer.update([document(20, "stone")], [])
    writer.prune()
    before = reader.view.segments
    reader.refresh(state)
    assert ask(reader, "stone").total == 10
    assert set(before) & set(reader.view.segments)
    with pytest.raises(IndexTampered):
        reader.refresh(replace(state, generation=9))
    assert ask(reader, "stone").total == 10
    reader.close()


def test_titles_and_dates_count_where_that_is_asked_for(tmp_path: Path) -> None:
    index = Shelf(tmp_path / "index").create(
        document(1, "river wall", "Stone", date="2024"),
        document(2, "stone wall", "River", date="1990"),
        document(3, "stone wall", "River"),
    )
    leaf = Words(tuple(pieces("river")), "river")

    def order(ranking: Ranking) -> list[str]:
        found = index.view.execute(leaf, ranking)
        return [index.view.record(int(found.documents[n])) for n in index.view.best(found, 9)]

    assert order(Ranking()) == [record(1), record(2), record(3)]
    assert order(Ranking(title=2.0)) == [record(2), record(3), record(1)]
    assert order(Ranking(title=2.0, recency=9.0)) == [record(1), record(2), record(3)]


def test_a_title_is_a_field_of_its_own_with_its_own_lengths(tmp_path: Path) -> None:
    index = Shelf(tmp_path / "index").create(
        document(1, "stone", "River wall of amber"),
        document(2, "river stone", "Wall"),
        document(3, "stone", "River"),
    )
    river = Words(tuple(pieces("river")), "river", field="title")
    found = index.view.execute(river)
    best = found.documents[index.view.best(found, 9)]
    assert [index.view.record(int(d)) for d in best] == [record(3), record(1)]
    assert index.view.term_documents("title", river.terms[0]) == 2


def spread_over_segments(tmp_path: Path) -> tuple[Shelf, WhooshIndex]:
    """Return an index of six full segments of four documents, a word in each of its own."""
    shelf = Shelf(tmp_path / "index")
    index = shelf.create()
    for start in range(0, 24, 4):
        index.update([document(n, f"stone word{n}") for n in range(start, start + 4)], [])
        index.prune()
    assert sizes(index) == [4] * 6
    return shelf, index


def test_documents_removed_from_many_segments_are_gone_from_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SEGMENT_LIMIT", 4)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    shelf, index = spread_over_segments(tmp_path)
    gone = {0, 5, 6, 10, 12, 13, 14, 15, 20}
    index.update([], [record(n) for n in gone])
    index.prune()
    left = Shelf(tmp_path / "left").create(
        *(document(n, f"stone word{n}") for n in range(24) if n not in gone)
    )
    again = shelf.open(index.state, eager=True)
    for query in ("stone", "word1*", "NOT word3", '"stone word7"', "word5 OR word8", "word12"):
        assert ask(again, query, limit=100) == ask(left, query, limit=100)
    assert sum(sizes(again)) == 24 - len(gone)
    assert max(sizes(again)) <= 4


def test_when_a_segment_cannot_be_written_again_the_index_stands_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SEGMENT_LIMIT", 4)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    shelf, index = spread_over_segments(tmp_path)
    state, files, held = index.state, shelf.files(index.state), os.listdir("/proc/self/fd")
    real = writing.segment.write

    def full(sink: Any, content: Content) -> None:
        real(sink, content)
        if record_id(content.records[0]) > record(12):
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(writing.segment, "write", full)
    with pytest.raises(DiskFull):
        index.update([], [record(n) for n in range(0, 24, 4)])
    assert (index.state, shelf.files(state)) == (state, files)
    assert os.listdir("/proc/self/fd") == held
    monkeypatch.setattr(writing.segment, "write", real)
    index.update([], [record(n) for n in range(0, 24, 4)])
    assert sum(sizes(index)) == 18
