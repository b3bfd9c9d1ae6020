"""One's own sessions on the pages: listed, ended, and what the browser of an ended one is told."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from archive.errors import KeysLocked, SessionEnded
from archive.model.access import Role
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.members import unlocking
from tests.unit.webui.test_web_relief import HELD, relieved, sign_in
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, words
from webui.app import create_app, make_desk
from webui.desk import EXTENSION, Desk
from webui.endings import Endings, Why

LOST = "Nothing that was kept is lost."
OUT = (303, "/sign-in")


@pytest.fixture
def app(house: Household) -> Flask:
    return create_app(house.archive)


def desk_of(app: Flask) -> Desk:
    found = app.extensions[EXTENSION]
    assert isinstance(found, Desk)
    return found


def arrive(app: Flask, role: Role) -> Visitor:
    one = Visitor(app)
    assert one.sign_in(role).status_code == 303
    return one


def handles(page: str) -> list[str]:
    return re.findall(r'name="session" value="([0-9a-f]+)"', page)


def door(one: Visitor) -> tuple[int, str]:
    answer = one.get("/about")
    return answer.status_code, answer.headers.get("Location", "")


def endings(house: Household) -> list[dict[str, str]]:
    told = audit.timeline(house.archive.catalog, limit=1000)
    return [dict(one.links) for one in told if one.type == EventType.SIGN_OUT.value]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.RESEARCHER], ids=lambda role: role.value)
def test_each_open_session_is_listed_and_no_cookie_nor_anything_of_the_browser(
    app: Flask, role: Role
) -> None:
    here, other = arrive(app, role), arrive(app, role)
    page = here.get("/sessions").text
    assert "this one" in words(page)
    assert len(handles(page)) == 1
    assert len(re.findall("<time ", page)) == 4
    for one in (here, other):
        assert one.cookie is not None
        assert one.cookie not in page
        assert one.address not in page
    assert 'href="/sessions"' in here.get("/about").text


def test_one_that_is_ended_is_out_at_once_without_its_keys_and_says_why(
    app: Flask, house: Household
) -> None:
    here, other, third = (arrive(app, Role.ARCHIVIST) for _ in range(3))
    held = desk_of(app).sessions.find(other.cookie or "")
    assert held is not None
    page = here.get("/sessions").text
    listed = desk_of(app).sessions.listed(held.member.id, other.cookie or "")
    (handle,) = [one.handle for one in listed if one.here]
    assert handle in handles(page)
    before = len(endings(house))
    told = here.follow("/sessions", session=handle)
    assert "1 session is ended." in words(told.text)
    assert handle not in told.text
    assert held.session.locked
    assert door(other) == OUT
    told = words(other.get("/sign-in").text)
    assert "Your session has ended You ended it from another session of yours." in told
    assert LOST in told
    assert (door(third)[0], door(here)[0]) == (200, 200)
    assert endings(house)[: len(endings(house)) - before] == [{"door": "web", "others": "1"}]
    again = here.follow("/sessions", session=handle)
    assert "No other session was open" in words(again.text)
    assert len(endings(house)) == before + 1


def test_all_others_end_and_this_one_goes_on(app: Flask, house: Household) -> None:
    here, *others = (arrive(app, Role.RESEARCHER) for _ in range(3))
    somebody = arrive(app, Role.ARCHIVIST)
    here.get("/sessions")
    told = here.follow("/sessions", act="others")
    assert "2 sessions are ended." in words(told.text)
    assert "End all others" not in told.text
    assert [door(one) for one in others] == [OUT, OUT]
    assert (door(here)[0], door(somebody)[0]) == (200, 200)
    assert endings(house)[0] == {"door": "web", "others": "2"}


def test_sessions_of_other_people_are_neither_seen_nor_ended(app: Flask) -> None:
    theirs, mine = arrive(app, Role.CUSTODIAN), arrive(app, Role.RESEARCHER)
    one = desk_of(app).sessions.find(theirs.cookie or "")
    assert one is not None
    (open_,) = desk_of(app).sessions.listed(one.member.id, "")
    page = mine.get("/sessions").text
    assert open_.handle not in page
    assert handles(page) == []
    assert NAMES[Role.CUSTODIAN] not in page
    for form in ({"session": open_.handle}, {"act": "others"}, {"session": theirs.cookie or ""}):
        assert "No other session" in words(mine.follow("/sessions", **form).text)
    assert door(theirs)[0] == 200


def test_one_that_waits_for_its_second_factor_is_listed_as_such(house: Household) -> None:
    desk = make_desk(house.archive, HELD)
    try:
        cookie, waiting = sign_in(desk, Role.AUDITOR), sign_in(desk, Role.AUDITOR, waiting=True)
        found = desk.sessions.find(cookie)
        assert found is not None
        listed = desk.sessions.listed(found.member.id, cookie)
        assert {(one.here, one.waiting) for one in listed} == {(True, False), (False, True)}
        desk.sessions.end(waiting)
    finally:
        unlocking.seal(house.archive)


@pytest.mark.parametrize("asleep", [False, True])
def test_the_keyholder_of_an_ended_session_is_gone(house: Household, asleep: bool) -> None:
    desk = make_desk(house.archive, HELD)
    try:
        cookie, other = sign_in(desk, Role.ARCHIVIST), sign_in(desk, Role.ARCHIVIST)
        sign_in(desk, Role.AUDITOR)
        desk = relieved(desk) if asleep else desk
        found = desk.sessions.find(cookie)
        assert found is not None
        me = found.member.id
        (one,) = [one for one in desk.sessions.listed(me, cookie) if not one.here]
        assert len(unlocking.live(house.archive)) == 3
        assert desk.sessions.end_listed(me, {one.handle}) == 1
        assert len(unlocking.live(house.archive)) == 2
        assert desk.sessions.find(other) is None
        assert relieved(desk).sessions.over(other) is Why.ELSEWHERE
    finally:
        unlocking.seal(house.archive)


SAID = {
    Why.IDLE: ("It was not used for 15 minutes.", "15분 동안 쓰지 않았기"),
    Why.ABSOLUTE: ("It had lasted 8 hours", "8시간이 지났기"),
    Why.ELSEWHERE: ("You ended it from another session", "다른 세션에서 끝냈습니다"),
    Why.CROWDED: ("too many other browsers", "너무 많이 로그인하여"),
    Why.LOCKED: ("The archive locked its keys", "키를 잠갔습니다"),
    Why.CHANGED: ("Your role or passphrase was changed", "역할이나 암호문이 바뀌었거나"),
}


@pytest.mark.parametrize("why", Why)
def test_the_sign_in_page_says_why_in_both_languages(app: Flask, why: Why) -> None:
    one = arrive(app, Role.AUDITOR)
    desk_of(app).sessions.end(one.cookie or "", why)
    for path in ("/sign-in", "/sign-in/passkey"):
        page = one.get(path).text
        notice = page.partition('class="notice"')[2].partition("</div>")[0]
        assert SAID[why][0] in notice
        assert LOST in notice
        assert "small" not in notice
    assert one.post("/look", language="ko").status_code == 303
    page = one.get("/sign-in").text
    assert SAID[why][1] in page
    assert "잃지 않았습니다" in page
    assert one.post("/look", language="en").status_code == 303


def test_a_stranger_and_who_signed_out_are_told_of_no_ending(app: Flask) -> None:
    stranger = Visitor(app)
    assert door(stranger) == OUT
    assert LOST not in stranger.get("/sign-in").text
    one = arrive(app, Role.AUDITOR)
    one.get("/about")
    assert one.follow("/sign-out").text.count(LOST) == 0


def test_time_ends_a_session_for_the_reason_that_is_told(app: Flask) -> None:
    store, clock = desk_of(app).sessions, Clock()
    store._clock = clock
    idle, busy = arrive(app, Role.AUDITOR), arrive(app, Role.ARCHIVIST)
    clock.pass_(minutes=14)
    assert door(busy)[0] == 200
    clock.pass_(minutes=1)
    assert store.sweep() == 1
    assert store.over(idle.cookie or "") is Why.IDLE
    for _ in range(46):
        clock.pass_(minutes=10)
        assert store.find(busy.cookie or "") is not None
    clock.pass_(minutes=5)
    assert store.find(busy.cookie or "") is None
    assert store.over(busy.cookie or "") is Why.ABSOLUTE


def test_who_begins_too_many_and_whose_keys_are_locked_is_told_so(house: Household) -> None:
    desk = make_desk(house.archive, HELD)
    try:
        first = sign_in(desk, Role.AUDITOR)
        later = [sign_in(desk, Role.AUDITOR) for _ in range(8)]
        assert [desk.sessions.over(one) for one in (first, *later)] == [Why.CROWDED, *[None] * 8]
        unlocking.seal(house.archive)
        assert desk.sessions.sweep() == 8
        assert {desk.sessions.over(one) for one in later} == {Why.LOCKED}
    finally:
        unlocking.seal(house.archive)


def test_only_the_newest_endings_are_known_and_the_first_reason_counts() -> None:
    kept = Endings()
    kept.note(["a"], None)
    assert kept.why("a") is None
    kept.note(["a"], Why.IDLE)
    kept.note(["a"], Why.LOCKED)
    assert kept.why("a") is Why.IDLE
    kept.note((str(one) for one in range(1000)), Why.IDLE)
    assert kept.why("a") is None
    assert kept.why("0") is Why.IDLE
    assert Why.of(SessionEnded()) is Why.CHANGED
    assert Why.of(KeysLocked()) is Why.LOCKED
