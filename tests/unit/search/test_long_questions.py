"""Long questions: answered beside the short ones, few at a time, ended when they are late."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import ArchiveBusy, QueryTooBroad, SearchTimeout
from archive.model.search import SearchRequest
from archive.search import WhooshIndex, effort, process, wire
from archive.search.process import SearchProcess, forked
from tests.unit.search.asking import alive, instead, refused, search
from tests.unit.search.shelf import KEY, Shelf, document


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "index")


@pytest.fixture
def index(shelf: Shelf) -> WhooshIndex:
    return shelf.create(*(document(n, f"stone {'wall ' * n}") for n in range(5)))


@pytest.fixture
def copy() -> Iterator[SearchProcess]:
    """A forked process, which has what a test changed in this one."""
    made = SearchProcess(KEY, start=forked, eager=False)
    yield made
    made.close()


class Long:
    """A question that is long, and at work until told to go on."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._begun, self._end = tmp_path / "begun", tmp_path / "end"
        instead(monkeypatch, self._work)

    def _work(self) -> None:
        effort.spend(effort.SHORT + 1)
        self._begun.write_text(str(os.getpid()))
        while not self._end.exists():
            time.sleep(0.005)

    def begun(self) -> int:
        """Wait until it is at work; return the id of its process."""
        while not self._begun.exists() or not self._begun.read_text():
            time.sleep(0.005)
        return int(self._begun.read_text())

    def go_on(self) -> None:
        self._end.touch()


@pytest.fixture
def long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Long:
    return Long(tmp_path, monkeypatch)


def test_a_long_question_is_answered_beside_the_short_ones(
    long: Long, copy: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    answers: list[str] = []

    def asking() -> None:
        search(copy, shelf, index.state, "bad")
        answers.append("long")

    thread = threading.Thread(target=asking)
    thread.start()
    pid = long.begun()
    for _ in range(3):
        assert search(copy, shelf, index.state, "stone").total == 5
        answers.append("short")
    state = index.update([document(9, "stone")], [])
    assert search(copy, shelf, state, "stone").total == 6
    long.go_on()
    thread.join()
    assert answers == ["short", "short", "short", "long"]
    assert copy.pid != pid
    while alive(pid):
        time.sleep(0.005)


def test_no_more_than_some_long_questions_are_at_work(
    long: Long,
    copy: SearchProcess,
    shelf: Shelf,
    index: WhooshIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "_TURN_SECONDS", 0.05)
    copy._long = threading.BoundedSemaphore(1)
    thread = threading.Thread(target=search, args=(copy, shelf, index.state, "bad"))
    thread.start()
    long.begun()
    with pytest.raises(ArchiveBusy):
        search(copy, shelf, index.state, "bad")
    long.go_on()
    thread.join()


def test_a_long_question_that_takes_too_long_ends_and_nothing_else(
    long: Long, copy: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    assert search(copy, shelf, index.state, "stone").total == 5
    before = copy.pid
    wanted = {"act": "search", "request": wire.encode_request(SearchRequest("bad"))}
    with pytest.raises(SearchTimeout):
        copy.ask(shelf.place(index.state), index.state, wanted, seconds=0.5)
    pid = long.begun()
    while alive(pid):
        time.sleep(0.005)
    assert copy.pid == before


def test_closing_ends_a_long_question_too(
    long: Long, copy: SearchProcess, shelf: Shelf, index: WhooshIndex
) -> None:
    with refused(copy, shelf, index.state):
        pid = long.begun()
        copy.close()
    while alive(pid):
        time.sleep(0.005)


def test_a_question_that_takes_more_work_than_any_may_is_refused(
    copy: SearchProcess, shelf: Shelf, index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, lambda: effort.spend(effort.MOST + 1))
    with pytest.raises(QueryTooBroad, match="more work"):
        search(copy, shelf, index.state, "bad")
    assert search(copy, shelf, index.state, "stone").total == 5
