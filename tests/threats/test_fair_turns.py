"""T6: who asks without a pause, one request at a time, gives way to those who ask now and then."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.threats.agent_rig import until
from tests.threats.test_door_held import Task
from webui.turns import FAIR, PATIENCE, Shares, Turns, Who

THREADS = 4
GREEDY, SPARING, OTHER = Who("greedy", "1"), Who("sparing", "2"), Who("other", "3")


class Rig:
    """A dispatcher under a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.turns = Turns(lambda request: request.sender, lambda: self.now)
        self.turns.set_thread_count(THREADS)

    def still(self) -> None:
        """Wait until no thread is at work."""
        until(lambda: self.turns.active_count == 0)

    def begin(self, who: Who | None, *, ended: bool = False) -> Task:
        """Hand a request in, which is at work until its `go` is set; or is over at once."""
        go = threading.Event()
        if ended:
            go.set()
        made = Task(who, go)
        self.turns.add_task(made)
        return made

    def worked(self, who: Who, seconds: float) -> None:
        """Let somebody have a request at work for so long."""
        one = self.begin(who)
        until(one.entered.is_set)
        self.now += seconds
        one.go.set()
        self.still()


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.turns.shutdown()


def test_who_asked_without_a_pause_waits_while_somebody_else_is_at_work(rig: Rig) -> None:
    rig.worked(GREEDY, 30.0)
    other = rig.begin(SPARING)
    until(other.entered.is_set)
    held = rig.begin(GREEDY, ended=True)
    for who in (OTHER, None):
        until(rig.begin(who, ended=True).left.is_set)
    assert not held.entered.is_set()
    other.go.set()
    until(held.left.is_set)


def test_who_gives_way_waits_no_longer_than_a_while(rig: Rig) -> None:
    rig.worked(GREEDY, 30.0)
    other = rig.begin(SPARING)
    until(other.entered.is_set)
    held = rig.begin(GREEDY, ended=True)
    rig.now += PATIENCE
    until(held.left.is_set)
    assert not other.left.is_set()
    other.go.set()


def test_those_who_ask_without_a_pause_do_not_wait_for_each_other(rig: Rig) -> None:
    for who in (GREEDY, OTHER):
        rig.worked(who, 10.0)
    first = rig.begin(GREEDY)
    until(first.entered.is_set)
    until(rig.begin(OTHER, ended=True).left.is_set)
    first.go.set()


def test_who_paused_for_long_enough_waits_no_more(rig: Rig) -> None:
    rig.worked(GREEDY, 30.0)
    rig.now += 100.0
    other = rig.begin(SPARING)
    until(other.entered.is_set)
    until(rig.begin(GREEDY, ended=True).left.is_set)
    other.go.set()


@given(part=st.floats(0.0, 1.0), pause=st.floats(0.05, 2.0))
def test_only_who_has_more_than_a_fair_share_is_beyond_it(part: float, pause: float) -> None:
    shares, now = Shares(), 0.0
    for _ in range(int(60 / pause)):
        now += pause
        shares.add("one", part * pause, now)
    if not 0.9 * FAIR < part < 1.2 * FAIR:
        assert shares.beyond("one", now) == (part > FAIR)
    assert not shares.beyond("another", now)
