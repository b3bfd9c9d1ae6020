"""Group commit: one at a time writes, for all who wait; each is told of its own work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Any

import pytest

from archive.errors import ArchiveBusy, DiskFull, WriteFailed
from archive.services.group_commit import GroupCommit, Waiting
from tests.threats.agent_rig import until

Take = Callable[[], Sequence[Waiting[str]]]


class Book:
    """A durable list: writing waits at a gate, and fails for words that start with `!`."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = []
        self.gate = Event()
        self.commit: GroupCommit[str] = GroupCommit()
        self.outcomes: dict[str, Any] = {}

    def write(self, take: Take, hand_on: Callable[[], None]) -> None:
        self.gate.wait()
        group = take()
        if any(one.work == "full" for one in group):
            raise DiskFull(errno=28)
        for one in group:
            if one.work.startswith("!"):
                one.failed(ArchiveBusy(pid=7))
        self.pages.append([one.work for one in group if one.error is None])
        hand_on()
        size = sum(map(len, self.pages[:-1]))
        for number, one in enumerate((one for one in group if one.error is None), size):
            one.done(number)

    def put(self, word: str) -> None:
        try:
            self.outcomes[word] = self.commit.run(word, self.write)
        except Exception as error:
            self.outcomes[word] = error

    def begin(self, *words: str) -> list[Thread]:
        """Let a thread put each word, in this order, none of them written yet."""
        made = []
        for number, word in enumerate(words, 1):
            made.append(Thread(target=self.put, args=(word,)))
            made[-1].start()
            until(lambda number=number: len(self.commit._waiting) == number)
        return made

    def end(self, threads: list[Thread]) -> None:
        self.gate.set()
        for one in threads:
            one.join()


def test_who_waits_together_is_written_together_in_order() -> None:
    book = Book()
    threads = book.begin("a", "b", "c")
    assert book.outcomes == {}
    book.end(threads)
    assert book.pages == [["a", "b", "c"]]
    assert book.outcomes == {"a": 0, "b": 1, "c": 2}
    book.put("d")
    assert book.outcomes["d"] == 3


def test_one_that_fails_leaves_the_others_as_they_are() -> None:
    book = Book()
    book.end(book.begin("!first", "a", "!second", "b"))
    assert book.pages == [["a", "b"]]
    assert (book.outcomes["a"], book.outcomes["b"]) == (0, 1)
    assert isinstance(book.outcomes["!first"], ArchiveBusy)
    assert book.outcomes["!second"].diagnostics == {"pid": 7}


def test_a_group_that_cannot_be_written_fails_each_and_the_next_is_not_held_up() -> None:
    book = Book()
    book.end(book.begin("a", "full", "b"))
    errors = list(book.outcomes.values())
    assert [type(one) for one in errors] == [DiskFull] * 3
    assert len(set(map(id, errors))) == 3
    assert book.pages == []
    book.put("c")
    assert book.outcomes["c"] == 0


def test_the_next_group_begins_before_the_first_is_told() -> None:
    first_durable, second_written = Event(), Event()
    commit: GroupCommit[str] = GroupCommit()

    def first(take: Take, hand_on: Callable[[], None]) -> None:
        [mine] = take()
        first_durable.set()
        until(lambda: commit._waiting)
        hand_on()
        assert second_written.wait(60)
        mine.done(0)

    def second(take: Take, _hand_on: Callable[[], None]) -> None:
        [mine] = take()
        mine.done(1)
        second_written.set()

    told: list[int] = []
    leader = Thread(target=lambda: told.append(commit.run("a", first)))
    leader.start()
    first_durable.wait()
    assert commit.run("b", second) == 1
    leader.join()
    assert told == [0]


def test_work_that_nobody_settled_has_failed() -> None:
    commit: GroupCommit[str] = GroupCommit()
    with pytest.raises(WriteFailed):
        commit.run("a", lambda take, _hand_on: take() and None)
