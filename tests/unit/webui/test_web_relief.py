"""One process of the pages gives way to the next: sessions go on, nothing under way is cut off."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from archive.model.access import Level, Role
from archive.model.search import SearchRequest
from archive.services.members import unlocking
from archive.services.members.passkeys import Asked
from keys.passkeys import Site
from tests.threats.agent_rig import until
from tests.unit.webui.webhouse import NAMES, Clock, Household, passphrase
from webui.app import make_desk
from webui.desk import Desk
from webui.gate import Known, bind, make_server
from webui.relief import Relief, lay_down, make_baton, take_up
from webui.settings import Settings

HELD = Settings(keyholders=True)


@pytest.fixture(autouse=True)
def _sealed_afterwards(house: Household) -> Iterator[None]:
    yield
    unlocking.seal(house.archive)


def sign_in(desk: Desk, role: Role, *, waiting: bool = False) -> str:
    phrase = bytearray(passphrase(role).encode())
    session, half = unlocking.enter(desk.archive, NAMES[role], phrase)
    return desk.sessions.begin(session, half, waiting=waiting)


def relieved(desk: Desk) -> Desk:
    """Return the desk of the next process."""
    baton = make_baton()
    lay_down(desk, baton)
    assert len(desk.sessions) == 0
    return take_up(make_desk(desk.archive, desk.settings), baton)


def test_sessions_go_on_with_what_the_pages_remembered(house: Household) -> None:
    first = make_desk(house.archive, HELD)
    cookie = sign_in(first, Role.ARCHIVIST)
    waiting = sign_in(first, Role.AUDITOR, waiting=True)
    before = first.sessions.find(cookie)
    assert before is not None
    number = before.searches.add((SearchRequest(query="harbour"), Level.ORIGINALS))
    before.notices.append("Kept.")
    asked = Asked(b"\1" * 32, Site("localhost", ("http://localhost",)), "{}")
    first.questions.put("stranger", asked)
    for _ in range(6):
        first.throttle.failed("Somebody", "192.0.2.1")
    token = first.form_token(cookie)

    second = relieved(relieved(first))
    assert second.sessions.live(cookie)
    assert not second.sessions.live(waiting)
    after = second.sessions.find(cookie)
    assert after is not None
    assert after.session.name == NAMES[Role.ARCHIVIST]
    assert after.session.member.role is Role.ARCHIVIST
    assert after.searches.get(number) == (SearchRequest(query="harbour"), Level.ORIGINALS)
    assert after.notices == ["Kept."]
    assert after.enter(1)
    after.lend(cookie)
    assert after.session.index_key(Level.ORIGINALS)
    after.leave()
    assert second.token_fits(cookie, token)
    assert second.throttle.wait("Somebody", "192.0.2.1") > 0
    assert second.questions.take("stranger") == asked
    found = second.sessions.find(waiting)
    assert found is not None
    assert found.waiting
    assert len(second.sessions) == len(unlocking.live(house.archive)) == 2
    second.sessions.end_all()
    assert unlocking.live(house.archive) == {}


def test_who_has_not_the_cookie_or_whose_time_is_over_does_not_go_on(house: Household) -> None:
    clock = Clock()
    desk = make_desk(house.archive, HELD)
    cookie, other = sign_in(desk, Role.ARCHIVIST), sign_in(desk, Role.AUDITOR)
    second = relieved(desk)
    second.sessions._clock = clock
    assert second.sessions.find("00" * 32) is None
    assert second.sessions.find(cookie) is not None
    clock.pass_(minutes=15)
    assert not second.sessions.live(other)
    assert second.sessions.find(other) is None
    assert second.sessions.sweep() == 2
    assert unlocking.live(house.archive) == {}


def test_a_sleeping_session_ends_with_its_keyholder_or_by_its_cookie(house: Household) -> None:
    desk = make_desk(house.archive, HELD)
    cookie, other = sign_in(desk, Role.ARCHIVIST), sign_in(desk, Role.AUDITOR)
    second = relieved(desk)
    second.sessions.end(other)
    assert len(unlocking.live(house.archive)) == 1
    unlocking.seal(house.archive)
    assert second.sessions.find(cookie) is None
    assert len(second.sessions) == 0
    assert not second.spent.is_set()


def test_a_session_whose_keyholder_is_gone_is_swept_and_leaves_the_process_spent(
    house: Household,
) -> None:
    desk = make_desk(house.archive, HELD)
    sign_in(desk, Role.ARCHIVIST)
    assert desk.sessions.sweep() == 0
    assert not desk.spent.is_set()
    unlocking.seal(house.archive)
    assert desk.sessions.sweep() == 1
    assert desk.spent.is_set()


def test_an_empty_baton_changes_nothing(house: Household) -> None:
    desk = make_desk(house.archive, HELD)
    assert take_up(desk, make_baton()) is desk


class Serving:
    """A server on a socket whose one page waits until it is let go."""

    def __init__(self, desk: Desk) -> None:
        self.entered, self.go = threading.Event(), threading.Event()
        self.listening: socket.socket = bind("127.0.0.1", 0)
        self.server: Any = make_server(self._page, HELD, Known(lambda _: False), self.listening)
        self.relief = Relief(self.server, desk, rest=0.0)

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.go.set()
        self.server.task_dispatcher.shutdown()
        self.server.close()
        self.listening.close()

    def _page(self, _environ: Any, start: Callable[..., object]) -> list[bytes]:
        self.entered.set()
        self.go.wait()
        start("200 OK", [("Content-Length", "4")])
        return [b"here"]

    def ask(self) -> bytes:
        host, port = self.listening.getsockname()
        connection = http.client.HTTPConnection(host, port)
        connection.request("GET", "/")
        told = connection.getresponse().read()
        connection.close()
        return told


def test_a_request_that_is_under_way_is_answered_before_the_process_ends(
    house: Household,
) -> None:
    desk = make_desk(house.archive, HELD)
    told: list[bytes] = []
    with Serving(desk) as one, one.relief.watched():
        main = threading.Thread(target=one.server.run)
        visitor = threading.Thread(target=lambda: told.append(one.ask()))
        main.start()
        visitor.start()
        one.entered.wait()
        desk.spent.set()
        until(lambda: not one.server.accepting)
        assert not one.relief.done
        one.go.set()
        visitor.join()
        main.join()
    assert told == [b"here"]
    assert one.relief.done


def test_an_upload_on_its_way_puts_a_relief_off(house: Household) -> None:
    desk = make_desk(house.archive, HELD)
    session = house.session(Role.ARCHIVIST)
    upload = desk.uploads.create(house.archive, session, "box.txt", 10)
    desk.spent.set()
    with Serving(desk) as one:
        one.server.maintenance(time.time())
        assert one.server.accepting
        desk.uploads.discard(house.archive, session, upload.id)
        until(lambda: one.server.task_dispatcher.active_count == 0)
        with pytest.raises(SystemExit):
            one.server.maintenance(time.time())
        assert one.relief.done


def test_an_upload_that_nothing_comes_to_any_more_does_not(house: Household) -> None:
    desk = make_desk(house.archive, HELD)
    session, now = house.session(Role.ARCHIVIST), house.archive.clock()
    desk.uploads.create(house.archive, session, "box.txt", 10)
    assert desk.uploads.moved(now - timedelta(seconds=1))
    assert not desk.uploads.moved(now)
    desk.uploads.close()
