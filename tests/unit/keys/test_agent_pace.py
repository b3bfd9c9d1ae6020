"""A session's requests are paced: a burst is free, the rest comes at the rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.agent.pace import Pace


def test_a_burst_waits_for_nothing_and_what_follows_for_its_turn() -> None:
    pace = Pace(0.0, rate=10.0, burst=3.0)
    assert [pace.wait(0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.1, 0.2]


def test_a_rest_gives_the_burst_back_and_no_more() -> None:
    pace = Pace(0.0, rate=10.0, burst=3.0)
    for _ in range(3):
        pace.wait(0.0)
    assert [pace.wait(1000.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.1]


def test_what_opens_no_document_counts_for_a_tenth() -> None:
    pace = Pace(0.0, rate=10.0, burst=1.0)
    assert [pace.wait(0.0, cheap=True) for _ in range(9)] == [0.0] * 9
    assert pace.wait(0.0) == pytest.approx(0.09)


@given(st.lists(st.floats(0.0, 0.5), min_size=1, max_size=200))
def test_no_caller_gets_more_than_burst_and_rate(gaps: list[float]) -> None:
    pace, now = Pace(0.0, rate=10.0, burst=5.0), 0.0
    answered = []
    for gap in gaps:
        now += gap
        now += pace.wait(now)
        answered.append(now)
    for start, begin in enumerate(answered):
        for end in range(start, len(answered)):
            most = 5.0 + (answered[end] - begin) * 10.0 + 1.0
            assert end - start + 1 <= most + 1e-6


def test_a_caller_who_keeps_to_the_rate_never_waits() -> None:
    pace = Pace(0.0, rate=10.0, burst=1.0)
    assert max(pace.wait(turn * 0.1) for turn in range(50)) == pytest.approx(0.0, abs=1e-9)
