"""Guessing is slowed, and nobody can lock somebody else out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webui.throttle import SignInThrottle


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2031, 3, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> SignInThrottle:
    return SignInThrottle(clock=clock, random=lambda count: b"r" * count)


def fail(throttle: SignInThrottle, times: int, name: str = "mira", address: str = "a") -> None:
    for _ in range(times):
        throttle.failed(name, address)


def test_five_failures_are_free_of_waiting(throttle: SignInThrottle) -> None:
    fail(throttle, 4)
    assert throttle.wait("mira", "a") == 0


def test_each_further_failure_doubles_the_wait_up_to_half_a_minute(
    throttle: SignInThrottle, clock: Clock
) -> None:
    fail(throttle, 5)
    waits = []
    for _ in range(7):
        waits.append(throttle.wait("mira", "a"))
        throttle.failed("mira", "a")
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_tries_at_once_are_no_more_than_tries_one_after_the_other(throttle: SignInThrottle) -> None:
    let_in = [throttle.begin("mira", "a") == 0 for _ in range(9)]
    assert let_in == [True] * 5 + [False] * 4
    assert throttle.begin("other", "a") == throttle.begin("mira", "b") == 0
    for _ in range(5):
        throttle.failed("mira", "a")
        throttle.over("mira", "a")
    assert throttle.begin("mira", "a") == 1


def test_a_try_that_is_over_makes_room_for_the_next(throttle: SignInThrottle, clock: Clock) -> None:
    fail(throttle, 5)
    clock.pass_(1)
    assert throttle.begin("mira", "a") == 0
    assert throttle.begin("mira", "a") == 1
    throttle.over("mira", "a")
    assert throttle.begin("mira", "a") == 0


def test_the_wait_ends_by_itself(throttle: SignInThrottle, clock: Clock) -> None:
    fail(throttle, 7)
    assert throttle.wait("mira", "a") == 4
    clock.pass_(3.5)
    assert throttle.wait("mira", "a") == 1
    clock.pass_(0.5)
    assert throttle.wait("mira", "a") == 0


def test_a_clock_set_back_never_lengthens_the_wait(throttle: SignInThrottle, clock: Clock) -> None:
    fail(throttle, 7)
    clock.pass_(-3600)
    assert throttle.wait("mira", "a") == 4


def test_guesses_from_elsewhere_do_not_delay_a_member(throttle: SignInThrottle) -> None:
    fail(throttle, 500, address="elsewhere")
    assert throttle.wait("mira", "elsewhere") == 30
    assert throttle.wait("mira", "home") == 0


def test_an_address_that_tries_many_names_waits_for_every_name(throttle: SignInThrottle) -> None:
    for number in range(40):
        throttle.failed(f"name {number}", "a")
    assert 0 < throttle.wait("never tried", "a") <= 10


def test_success_forgets_the_name_but_not_the_address(throttle: SignInThrottle) -> None:
    fail(throttle, 40)
    throttle.succeeded("mira", "a")
    assert throttle.wait("mira", "a") == 10


def test_case_and_outer_spaces_do_not_make_another_name(throttle: SignInThrottle) -> None:
    fail(throttle, 8, name="Mira ")
    assert throttle.wait(" mIRA", "a") > 0


def test_failures_are_forgotten_after_a_quarter_of_an_hour(
    throttle: SignInThrottle, clock: Clock
) -> None:
    fail(throttle, 50)
    clock.pass_(15 * 60)
    assert throttle.wait("mira", "a") == 0
    fail(throttle, 4)
    assert throttle.wait("mira", "a") == 0


def test_memory_stays_bounded_under_a_flood_of_names(throttle: SignInThrottle) -> None:
    for number in range(10_500):
        throttle.failed(str(number), str(number))
    assert len(throttle._counts) == 10_000


def test_names_are_not_kept_in_readable_form(throttle: SignInThrottle) -> None:
    throttle.failed("canaryname", "canaryaddress")
    assert b"canary" not in b"".join(throttle._counts)


def test_a_name_that_is_no_valid_text_is_counted_like_any_other(throttle: SignInThrottle) -> None:
    fail(throttle, 6, name="\ud800")
    assert throttle.wait("\ud800", "a") > 0
