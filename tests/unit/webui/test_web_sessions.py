"""T6: sessions end when they should, and then hold no key."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.model.access import Role
from archive.services.session import Session, sign_in
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, passphrase
from webui.app import create_app
from webui.desk import EXTENSION, Desk
from webui.remembered import Numbered
from webui.sessions import SESSIONS, SessionStore, WebSession
from webui.settings import COOKIE, Settings

SETTINGS = Settings()


def keyless(session: Session) -> bool:
    return not session.identities and not session.recipients and not hasattr(session, "secret")


@pytest.fixture
def opened(house: Household) -> Session:
    secret = bytearray(passphrase(Role.AUDITOR).encode())
    return sign_in(house.archive, NAMES[Role.AUDITOR], secret)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> SessionStore:
    seen = iter(range(1, 100))
    return SessionStore(SETTINGS, clock=clock, random=lambda n: next(seen).to_bytes(n, "big"))


def test_a_session_is_found_by_its_cookie_and_kept_only_under_a_hash(
    store: SessionStore, opened: Session
) -> None:
    cookie = store.begin(opened)
    assert len(bytes.fromhex(cookie)) == 32
    found = store.find(cookie)
    assert found is not None
    assert found.session is opened
    assert list(store._sessions) == [hashlib.sha256(cookie.encode()).hexdigest()]
    assert store.find(cookie.upper() + " ") is None


def test_a_session_ends_after_a_quarter_of_an_hour_without_use(
    store: SessionStore, clock: Clock, opened: Session
) -> None:
    cookie = store.begin(opened)
    clock.pass_(minutes=14, seconds=59)
    assert store.find(cookie) is not None
    clock.pass_(minutes=15)
    assert not store.live(cookie)
    assert store.find(cookie) is None
    assert keyless(opened)


def test_a_session_ends_after_eight_hours_however_busy(
    store: SessionStore, clock: Clock, opened: Session
) -> None:
    cookie = store.begin(opened)
    for _ in range(47):
        clock.pass_(minutes=10)
        assert store.find(cookie) is not None
    clock.pass_(minutes=10)
    assert store.find(cookie) is None
    assert keyless(opened)


def test_a_member_has_only_some_sessions_at_once_and_the_least_used_ends(
    store: SessionStore, clock: Clock, house: Household, opened: Session
) -> None:
    secret = passphrase(Role.RESEARCHER).encode()
    other = store.begin(sign_in(house.archive, NAMES[Role.RESEARCHER], bytearray(secret)))
    cookies = [store.begin(replace(opened)) for _ in range(SESSIONS)]
    clock.pass_(minutes=1)
    assert store.find(cookies[0]) is not None
    cookies.append(store.begin(replace(opened)))
    assert [store.live(one) for one in cookies] == [True, False] + [True] * (SESSIONS - 1)
    assert store.live(other)


def test_asking_whether_a_session_lives_does_not_prolong_it(
    store: SessionStore, clock: Clock, opened: Session
) -> None:
    cookie = store.begin(opened)
    for _ in range(15):
        store.live(cookie)
        clock.pass_(minutes=1)
    assert not store.live(cookie)


def test_the_sweep_ends_what_nobody_asks_for_any_more(
    store: SessionStore, clock: Clock, opened: Session
) -> None:
    store.begin(opened)
    assert store.sweep() == 0
    clock.pass_(minutes=16)
    assert store.sweep() == 1
    assert keyless(opened)


def test_ending_all_forgets_every_key(store: SessionStore, opened: Session) -> None:
    cookie = store.begin(opened)
    store.end_all()
    assert keyless(opened)
    assert store.find(cookie) is None


def test_keys_stay_while_a_request_uses_them_and_go_when_it_is_done(
    clock: Clock, opened: Session
) -> None:
    web = WebSession(opened, clock())
    assert web.enter(1)
    web.end()
    assert not keyless(opened)
    web.leave()
    assert keyless(opened)
    assert not web.enter(1)


def test_requests_of_one_session_take_turns(clock: Clock, opened: Session) -> None:
    web = WebSession(opened, clock())
    assert web.enter(1)
    assert not web.enter(0.01)
    got = []
    waiting = threading.Thread(target=lambda: got.append(web.enter(5)))
    waiting.start()
    web.leave()
    waiting.join()
    assert got == [True]


def test_one_that_waited_for_a_session_that_ended_does_not_get_in(
    clock: Clock, opened: Session
) -> None:
    web = WebSession(opened, clock())
    assert web.enter(1)
    got = []
    waiting = threading.Thread(target=lambda: got.append(web.enter(5)))
    waiting.start()
    web.end()
    web.leave()
    waiting.join()
    assert got == [False]
    assert keyless(opened)


def test_only_the_newest_twenty_items_are_kept_and_numbers_never_return() -> None:
    kept: Numbered[str] = Numbered()
    numbers = [kept.add(str(n)) for n in range(25)]
    assert numbers == list(range(1, 26))
    assert kept.get(5) is None
    assert kept.get(6) == "5"
    assert [number for number, _ in kept.newest()] == list(range(25, 5, -1))


def desk(visitor: Visitor) -> Desk:
    found: Desk = visitor.client.application.extensions[EXTENSION]
    return found


def test_signing_in_changes_the_cookie(house: Household) -> None:
    visitor = Visitor(create_app(house.archive))
    visitor.get("/sign-in")
    before = visitor.cookie
    visitor.sign_in(Role.AUDITOR)
    assert visitor.cookie not in (None, before)


def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_connections(
    house: Household,
) -> None:
    visitor = Visitor(create_app(house.archive))
    header = visitor.get("/sign-in").headers["Set-Cookie"]
    name, *flags = [part.strip() for part in header.split(";")]
    assert name.startswith(f"{COOKIE}=")
    assert set(flags) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}


def test_signing_out_forgets_the_keys_and_takes_the_cookie_back(house: Household) -> None:
    visitor = Visitor(create_app(house.archive))
    visitor.sign_in(Role.AUDITOR)
    visitor.get("/about")
    cookie = visitor.cookie or ""
    held = desk(visitor).sessions.find(cookie)
    assert held is not None
    answer = visitor.post("/sign-out")
    assert answer.location == "/sign-in"
    assert visitor.cookie is None
    assert keyless(held.session)
    visitor.client.set_cookie(COOKIE, cookie, domain="localhost", secure=True)
    assert visitor.get("/audit").location == "/sign-in"


def test_signing_in_again_ends_the_session_before(house: Household) -> None:
    visitor = Visitor(create_app(house.archive))
    visitor.sign_in(Role.AUDITOR)
    first = visitor.cookie or ""
    visitor.token = desk(visitor).form_token(first)
    visitor.post("/sign-in", name=NAMES[Role.RESEARCHER], passphrase=passphrase(Role.RESEARCHER))
    assert desk(visitor).sessions.find(first) is None
    assert "researcher" in visitor.get("/about").text


def test_an_idle_browser_is_led_to_the_sign_in_page(house: Household) -> None:
    clock = Clock()
    settings = Settings(idle=timedelta(minutes=5))
    visitor = Visitor(create_app(replace(house.archive, clock=clock), settings))
    visitor.sign_in(Role.AUDITOR)
    assert visitor.get("/about").status_code == 200
    clock.pass_(minutes=5)
    assert visitor.get("/about").location == "/sign-in"


def test_a_page_that_waits_too_long_for_the_one_before_says_so(house: Household) -> None:
    settings = Settings(turn=timedelta(seconds=0.05))
    visitor = Visitor(create_app(house.archive, settings))
    visitor.sign_in(Role.AUDITOR)
    held = desk(visitor).sessions.find(visitor.cookie or "")
    assert held is not None
    assert held.enter(1)
    answer = visitor.get("/about")
    held.leave()
    assert answer.status_code == 503
    assert "still being worked on" in answer.text
    assert visitor.get("/about").status_code == 200
