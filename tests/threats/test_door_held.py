"""T6: nobody keeps the door shut by holding connections, threads or memory of it."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from tests.threats.agent_rig import until
from tests.unit.webui.webhouse import Clock, Household, found
from webui import dawdlers
from webui.app import make_desk
from webui.dawdlers import BODY_PACE, HEAD_SECONDS, LARGE, STALLED_SECONDS, Channel, leaving
from webui.gate import Known, bind, make_server
from webui.relief import Relief
from webui.settings import Settings
from webui.turns import OF_MEMBER, QUEUED, Turns, Who

THREADS = 8
HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
SETTINGS = Settings(max_small=100)


class Task:
    """A connection with one whole request, worked on until `go` is set."""

    def __init__(self, who: Who | None, go: threading.Event) -> None:
        self.sender, self.go = who, go
        self.requests = [self]
        self.error: Any = None
        self.entered, self.left = threading.Event(), threading.Event()

    def service(self) -> None:
        self.entered.set()
        if self.error is None:
            self.go.wait()
        self.left.set()

    def cancel(self) -> None:
        self.go.set()


@pytest.fixture
def turns() -> Iterator[Turns]:
    made = Turns(lambda request: request.sender)
    made.set_thread_count(THREADS)
    yield made
    made.shutdown()


@pytest.mark.parametrize(
    "crowd",
    [
        [Who("a", "1")] * 20,
        [Who("a", str(number)) for number in range(20)],
        [Who()] * 20,
    ],
    ids=["one session", "one member", "strangers"],
)
def test_one_members_many_requests_leave_room_for_another(turns: Turns, crowd: list[Who]) -> None:
    go, at_once = threading.Event(), threading.Event()
    at_once.set()
    many = [Task(who, go) for who in crowd]
    for one in many:
        turns.add_task(one)
    for who in (Who("b", "2"), None):
        other = Task(who, at_once)
        turns.add_task(other)
        until(other.left.is_set)
    assert sum(one.entered.is_set() for one in many) <= OF_MEMBER
    go.set()
    until(lambda: all(one.left.is_set() for one in many))
    until(lambda: turns.active_count == 0)


def test_who_lets_too_many_wait_is_told_so_and_others_are_not(turns: Turns) -> None:
    go = threading.Event()
    many = [Task(Who("a", "1"), go) for _ in range(QUEUED + 20)]
    for one in many:
        turns.add_task(one)
    refused = [one for one in many if one.error is not None]
    assert refused
    assert {one.error.code for one in refused} == {503}
    until(lambda: all(one.left.is_set() for one in refused))
    other = Task(Who("b", "2"), go)
    turns.add_task(other)
    until(other.entered.is_set)
    assert other.error is None
    go.set()
    until(lambda: all(one.left.is_set() for one in many))


def _page(_environ: Any, start: Callable[..., object]) -> list[bytes]:
    start("200 OK", [("Content-Length", "4")])
    return [b"here"]


@contextmanager
def serving(known: Known) -> Iterator[tuple[Any, tuple[str, int]]]:
    listening = bind("127.0.0.1", 0)
    server = make_server(_page, SETTINGS, known, listening)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server, listening.getsockname()
    finally:
        server.maintenance = _end
        server.pull_trigger()
        thread.join()
        server.close()


def _end(_now: float) -> None:
    raise SystemExit


def ask(place: tuple[str, int]) -> bytes:
    connection = http.client.HTTPConnection(*place)
    connection.request("GET", "/")
    told = connection.getresponse().read()
    connection.close()
    return told


@pytest.mark.parametrize("begun", [b"", HALF, HALF[:-9] + b"\r\nContent-Length: 90\r\n\r\nx"])
def test_more_slow_connections_than_there_may_be_stop_nobody(begun: bytes) -> None:
    with serving(Known(lambda _: 0)) as (server, place):
        held = []
        for _ in range(server.adj.connection_limit + 20):
            held.append(socket.create_connection(place))
            held[-1].sendall(begun)
        assert ask(place) == b"here"
        for one in held:
            one.close()


def arriving(begun: float, taken: int = 0, *, large: bool = False, whole: bool = False) -> Any:
    """Return a connection with part of a request, that began at a time."""
    made = Channel.__new__(Channel)
    request = SimpleNamespace(
        begun=begun, taken=taken, headers_finished=whole, large=large, owner=Who("a", "1")
    )
    made.__dict__.update(requests=[], request=request, last_activity=begun, total_outbufs_len=0)
    return made


def test_a_header_has_its_time_and_a_body_its_pace() -> None:
    end = 1000 + HEAD_SECONDS
    head, body = arriving(1000, 30_000), arriving(1000, 10 * BODY_PACE, whole=True)
    assert list(leaving([head, body], end, 9)) == []
    assert list(leaving([head, body], end + 1, 9)) == [head]
    assert list(leaving([body], end + 10, 9)) == []
    assert list(leaving([body], end + 11, 9)) == [body]


def test_a_member_has_only_some_large_requests_on_their_way() -> None:
    many = [arriving(1000, large=True, whole=True) for _ in range(LARGE + 3)]
    assert list(leaving(many, 1001, 99)) == many[LARGE:]


def test_where_it_is_crowded_the_idlest_leave_and_nothing_that_is_worked_on() -> None:
    old, new, upload = arriving(1000), arriving(1005), arriving(999, large=True, whole=True)
    at_work = arriving(998)
    at_work.__dict__.update(requests=["one"], request=None)
    assert list(leaving([at_work, new, old, upload], 1006, 3)) == [old]
    assert list(leaving([at_work, new, old, upload], 1006, 0)) == [old, new]


def test_an_answer_that_nobody_takes_is_given_up() -> None:
    reader = arriving(1000)
    reader.__dict__.update(requests=["one"], request=None, total_outbufs_len=5)
    assert list(leaving([reader], 5000, 9)) == []
    assert list(leaving([reader], 5000 + STALLED_SECONDS, 9)) == []
    assert list(leaving([reader], 5001 + STALLED_SECONDS, 9)) == [reader]
    reader.__dict__.update(last_activity=5001 + STALLED_SECONDS)
    assert list(leaving([reader], 5002 + STALLED_SECONDS, 9)) == []


def test_a_reader_that_stops_in_the_middle_lets_the_thread_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dawdlers, "STALLED_SECONDS", 0.0)
    over = threading.Event()

    def endless(_environ: Any, start: Callable[..., object]) -> Iterator[bytes]:
        start("200 OK", [])
        try:
            while True:
                yield bytes(1 << 20)
        finally:
            over.set()

    with serving(Known(lambda _: 0)) as (server, place):
        server.application = endless
        with socket.create_connection(place) as reader:
            reader.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            until(over.is_set)


def test_a_request_that_never_becomes_whole_does_not_put_a_relief_off(house: Household) -> None:
    desk = make_desk(house.archive, SETTINGS)
    listening = bind("127.0.0.1", 0)
    server = make_server(_page, SETTINGS, Known(lambda _: 0), listening)
    relief = Relief(server, desk, rest=0.0)
    with relief.watched(), socket.create_connection(listening.getsockname()) as slow:
        slow.sendall(HALF)
        main = threading.Thread(target=server.run)
        main.start()
        until(lambda: [one.request for one in server.active_channels.values()] != [])
        desk.spent.set()
        main.join()
    assert relief.done
    server.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("held") / "archive", Clock())
    yield made
    made.archive.close()
