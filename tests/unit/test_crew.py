"""A crew answers in order, whatever happens to its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.services.crew import Crew, Solo

_ORPHANS = """
import os, sys, time
from contextlib import contextmanager
from archive.services.crew import Crew

@contextmanager
def start():
    yield lambda task: (os.getpid(), time.sleep(task))[0]

with Crew(start, 2) as crew:
    found = crew.map([0, 0, 60, 60])
    print(next(found)[1], next(found)[1], flush=True)
    next(found)
"""


@contextmanager
def _squares() -> Iterator[Callable[[int], int]]:
    yield lambda number: number * number


@contextmanager
def _fragile() -> Iterator[Callable[[int], int]]:
    def work(number: int) -> int:
        if number % 7 == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    yield work


@pytest.mark.parametrize("crew", [Crew(_squares, 1), Crew(_squares, 3), Solo(_squares)])
def test_results_come_in_the_order_of_the_tasks(crew: Crew[int, int]) -> None:
    with crew:
        assert list(crew.map(range(100))) == [(n, n * n) for n in range(100)]


def test_work_is_done_in_several_processes() -> None:
    @contextmanager
    def start() -> Iterator[Callable[[int], int]]:
        yield lambda _: (time.sleep(0.01), os.getpid())[1]

    with Crew(start, 2) as crew:
        found = {result for _, result in crew.map(range(8))}
    assert len(found) == 2
    assert os.getpid() not in found


def test_a_process_that_dies_costs_its_own_task_only() -> None:
    with Crew(_fragile, 3) as crew:
        assert list(crew.map(range(40))) == [(n, None if n % 7 == 3 else n) for n in range(40)]


def test_what_was_lost_can_be_tried_again_meanwhile() -> None:
    seen = []
    with Crew(_fragile, 2) as crew:
        for task, result in crew.map(range(12)):
            if result is None:
                seen += list(crew.map([task + 1]))
            seen.append((task, result))
    assert [task for task, _ in seen] == [0, 1, 2, 4, 3, 4, 5, 6, 7, 8, 9, 11, 10, 11]


def test_tasks_are_drawn_no_further_ahead_than_the_crew_can_hold() -> None:
    drawn = []

    def tasks() -> Iterator[int]:
        for number in range(1000):
            drawn.append(number)
            yield number

    with Crew(_squares, 2) as crew:
        next(crew.map(tasks()))
    assert len(drawn) <= 24


def test_processes_end_with_a_parent_that_is_killed() -> None:
    program = [sys.executable, "-c", _ORPHANS]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline, "a process outlived its parent"
        time.sleep(0.01)


def test_an_interrupted_crew_leaves_no_process_behind() -> None:
    @contextmanager
    def start() -> Iterator[Callable[[float], int]]:
        yield lambda seconds: (time.sleep(seconds), os.getpid())[1]

    with pytest.raises(KeyboardInterrupt), Crew(start, 2) as crew:
        for _, child in crew.map([0.0, 60.0, 60.0]):
            assert child is not None
            raise KeyboardInterrupt
    assert not Path(f"/proc/{child}").exists()
