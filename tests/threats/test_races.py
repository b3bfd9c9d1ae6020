"""T6, T8: of acts at the same moment, over real connections, each has a rule and none is halved.

The ledger says in which order things happened; what is shown must be what its newest entry says.
"""

from __future__ import annotations

import re
import socket
import threading
from base64 import b32decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.errors import (
    InvalidInput,
    RecordNotFound,
    SecondFactorRefused,
    SessionEnded,
    UnsealingRefused,
)
from archive.model.access import Level, Role
from archive.model.ids import RecordId, SourceRef
from archive.model.provenance import EventType
from archive.services import audit
from archive.services.audit import LogFiles
from archive.services.holdings import erasure
from archive.services.members import administration, ceremonies, second_factor
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.session import Session
from archive.services.sources import entries as sources
from archive.services.sources import unsealing
from keys.profiles import RFC9106_SECOND
from keys.totp import hotp
from tests.small_archive import PASSPHRASE, Small, build, copied, propose_registered, take_in
from tests.stories.test_programs import ask
from tests.threats.agent_rig import Browser, serving
from webui.settings import COOKIE

WORD = PASSPHRASE.decode()
HEADS = ("second", "third")
NAME = "Odalys Brannock"


@dataclass
class Door:
    """A served archive with three custodians, and their browsers."""

    small: Small
    url: str
    ref: SourceRef

    def browser(self, name: str) -> Browser:
        one = Browser(self.url)
        assert one.sign_in(name)[0] == 303
        one.ask("/about")
        return one

    def entries(self, kind: EventType, obj: str) -> list[audit.TimelineEntry]:
        found = audit.timeline(self.small.archive.catalog, object_id=RecordId(obj), limit=1000)
        return [one for one in found if one.type == kind.value and one.outcome == "success"]


def furnished(place: Path) -> tuple[Small, SourceRef]:
    """Return an archive with two more custodians and a source that all three hold a share of."""
    small = build(place)
    for name in HEADS:
        phrase, head = bytearray(PASSPHRASE), small.people["custodian"]
        administration.add_member(small.archive, head, name, Role.CUSTODIAN, phrase, RFC9106_SECOND)
        small.people[name] = small.sign_in(name)
    small.people["custodian"] = small.sign_in("custodian")
    return small, sources.add_source(small.archive, small.people["custodian"], NAME, [])


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    small, ref = furnished(tmp_path_factory.mktemp("races"))
    with serving(small) as (url, _pages):
        yield Door(small, url, ref)
    found = audit.verify(
        small.archive.catalog, small.archive.folder.vkeys, files=LogFiles(small.archive.folder)
    )
    assert found.failures == []
    small.archive.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    small, _ref = furnished(tmp_path_factory.mktemp("model"))
    yield small
    small.archive.close()


@pytest.fixture
def alone(model: Small, tmp_path: Path) -> Iterator[Small]:
    """Return an archive that nobody serves."""
    small = copied(model, tmp_path / "archive")
    yield small
    found = audit.verify(
        small.archive.catalog, small.archive.folder.vkeys, files=LogFiles(small.archive.folder)
    )
    assert found.failures == []
    small.archive.close()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all acts at the same moment; return what each returned, or the error it ended with."""
    start, told = threading.Barrier(len(acts)), [None] * len(acts)

    def do(place: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            told[place] = act()
        except Exception as error:
            told[place] = error

    threads = [threading.Thread(target=do, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return told


def submitted(small: Small, text: str) -> tuple[RecordId, str]:
    """Take a text in and submit its plan; return the record and the digest of its copy."""
    [record] = take_in(small, text)
    archive, me = small.archive, small.people["archivist"]
    propose_registered(archive, me, record)
    view = redact.submit(archive, me, record)
    assert view.copy_digest is not None
    return record, view.copy_digest


def approved(small: Small, text: str) -> RecordId:
    record, _copy = submitted(small, text)
    redact.approve(small.archive, small.people["custodian"], record)
    return record


def seen_by_readers(door: Door, reader: Browser, record: RecordId, word: str) -> bool:
    """Return whether a reader has a record; the page and the search must say the same."""
    page = reader.ask(f"/reading/{record}")
    reader.ask("/search")
    found = reader.ask(reader.ask("/search", query=word, level="reading")[1])[2]
    assert (page[0] == 200) == (word in page[2]) == (str(record) in found)
    return page[0] == 200


def test_of_two_approvals_one_counts_and_the_other_is_told(door: Door) -> None:
    record, copy = submitted(door.small, "Ledger of the tannery by the weir.")
    heads = [door.browser(name) for name in ("custodian", "second")]
    for one in heads:
        one.ask(f"/redact/{record}/review")
    path = f"/redact/{record}/approve"
    told = at_once(*(lambda one=one: one.ask(path, copy=copy)[0] for one in heads))
    assert sorted(told) == [303, 409]
    assert len(door.entries(EventType.PLAN_APPROVED, record)) == 1


def test_release_and_withdrawal_leave_what_the_newest_entry_says(door: Door) -> None:
    reader = door.browser("researcher")
    release, withdraw = door.browser("custodian"), door.browser("second")
    for number in range(3):
        word = f"cooperage{number}"
        record = approved(door.small, f"Accounts of the {word} in spring.")
        for one in (release, withdraw):
            one.ask(f"/redact/{record}/review")
        told = at_once(
            lambda at=record: release.ask(f"/redact/{at}/release", why="x")[0],
            lambda at=record: withdraw.ask(f"/redact/{at}/withdraw", why="by mistake")[0],
        )
        assert told[0] == 303
        out, back = (
            door.entries(kind, record) for kind in (EventType.RELEASE, EventType.WITHDRAWAL)
        )
        assert (len(out), len(back)) in {(1, 0), (1, 1)}
        assert seen_by_readers(door, reader, record, word) == (not back)


def test_of_a_submission_and_an_unmarking_from_one_view_one_is_done(door: Door) -> None:
    small = door.small
    [record] = take_in(small, f"{NAME} kept the keys of the granary.")
    redact.propose(small.archive, small.people["archivist"], record)
    one, other = door.browser("archivist"), door.browser("second")
    [page, _same] = [each.ask(f"/redact/{record}")[2] for each in (one, other)]
    [seen] = set(re.findall(r'name="seen" value="([0-9.]+)"', page))
    told = at_once(
        lambda: one.ask(f"/redact/{record}/submit", seen=seen)[0],
        lambda: other.ask(f"/redact/{record}/unmark", seen=seen, start="0", end=str(len(NAME)))[0],
    )
    assert sorted(told)[0] == 303
    assert sorted(told)[1] in (409, 422)
    plan = redact.plan(small.archive, small.people["custodian"], record)
    hidden = any(mark.start == 0 for mark in plan.redactions)
    submitted_it = told[0] == 303
    assert hidden == submitted_it


def test_one_code_of_an_app_lets_one_of_two_in(door: Door) -> None:
    archive, me = door.small.archive, door.small.people["auditor"]
    enrolment = second_factor.begin(archive, me)
    step = int(archive.clock().timestamp()) // 30
    key = b32decode(enrolment.typed)
    second_factor.confirm(archive, me, enrolment, hotp(key, step))
    browsers = [Browser(door.url), Browser(door.url)]
    for one in browsers:
        assert one.sign_in("auditor")[:2] == (303, "/second-factor")
        one.ask("/second-factor")
    code = hotp(key, step + 1)
    told = at_once(*(lambda one=one: one.ask("/second-factor", code=code)[0] for one in browsers))
    assert sorted(told) == [303, 401]


def test_of_two_custodians_who_answer_one_request_one_agrees(door: Door) -> None:
    small = door.small
    me, hour = small.people["custodian"], timedelta(hours=1)
    asked = unsealing.request(small.archive, me, door.ref, "an order", hour)
    heads = [door.browser(name) for name in HEADS]
    for one in heads:
        one.ask("/unsealing")
    told = at_once(
        *(
            lambda one=one: one.ask("/unsealing/approve", request=asked.request, passphrase=WORD)
            for one in heads
        )
    )
    assert sorted(one[0] for one in told) == [303, 409], [one[2][-600:] for one in told]
    assert len(door.entries(EventType.UNSEALING_APPROVED, asked.request)) == 1
    found = unsealing.identity(small.archive, me, door.ref)
    assert found.name == NAME
    with pytest.raises(UnsealingRefused):
        unsealing.approve(small.archive, small.people["third"], asked.request)


def test_a_session_that_is_ended_while_it_uploads_takes_no_piece_in(door: Door) -> None:
    one, elsewhere = door.browser("archivist"), door.browser("archivist")
    one.ask("/ingest")
    host, port = door.url.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port))) as line:
        head = (
            f"POST /ingest HTTP/1.1\r\nHost: localhost\r\nCookie: {COOKIE}={one.cookie}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"
        )
        line.sendall(head.encode() + b"token=")
        elsewhere.ask("/sessions")
        assert elsewhere.ask("/sessions", act="others")[0] == 303
        line.sendall(b"x" * (60000 - len("token=")))
        answer = line.recv(1 << 16)
    status = int(answer.split()[1])
    assert status in (303, 403, 413), answer[:200]
    assert one.ask("/records")[:2] == (303, "/sign-in")


def test_whoever_leaves_is_out_of_pages_and_programs_and_no_download_is_halved(
    door: Door,
) -> None:
    small = door.small
    archive, head = small.archive, small.people["custodian"]
    phrase = bytearray(PASSPHRASE)
    administration.add_member(archive, head, "temp", Role.ARCHIVIST, phrase, RFC9106_SECOND)
    [record] = take_in(small, "The regatta of the salt boats. " * 500)
    page, other = door.browser("temp"), door.browser("temp")
    other.ask("/tokens")
    shown = other.ask("/tokens", scope="originals", minutes="15", passphrase=WORD)[2]
    [token] = set(re.findall(r"strongroom_[A-Za-z0-9_-]{64}", shown))
    at = f"/records/{record}?level=originals"
    page.ask(f"/records/{record}")
    first = ask(door.url, "GET", at, token)
    assert first[0] == 200, first
    told = at_once(
        lambda: page.ask(f"/records/{record}/original", go="1"),
        lambda: ask(door.url, "GET", at, token),
        lambda: ceremonies.disable(archive, head, "temp"),
    )
    assert not isinstance(told[2], Exception)
    if told[0][0] == 200:
        assert told[0][2].count("salt boats") == 500
    else:
        assert told[0][:2] == (303, "/sign-in")
    assert told[1][0] in (200, 401)
    assert page.ask(f"/records/{record}")[:2] == (303, "/sign-in")
    assert ask(door.url, "GET", at, token)[0] == 401


def test_what_is_erased_while_it_is_released_is_nobodys(door: Door) -> None:
    small, reader = door.small, door.browser("researcher")
    release = door.browser("custodian")
    record = approved(small, "The census of the lamplighters.")
    release.ask(f"/redact/{record}/review")
    assert erasure.erase(small.archive, small.people["second"], record, "order 7").waits
    told = at_once(
        lambda: release.ask(f"/redact/{record}/release", why="x")[0],
        lambda: erasure.erase(small.archive, small.people["third"], record, "order 7"),
        lambda: reader.ask(f"/reading/{record}")[0],
    )
    assert not isinstance(told[1], Exception), told[1]
    assert told[0] in (303, 404)
    assert not seen_by_readers(door, reader, record, "lamplighters")
    with pytest.raises(RecordNotFound):
        access.show(small.archive, small.people["custodian"], record, Level.ORIGINALS)


@pytest.mark.parametrize("way", ["role", "disabled"])
def test_who_loses_the_right_while_an_act_is_under_way_does_not_finish_it(
    alone: Small, way: str
) -> None:
    record = approved(alone, "Tolls of the causeway.")
    me, head = alone.people["second"], alone.people["custodian"]

    def lowered() -> Any:
        if way == "role":
            ceremonies.change_role(alone.archive, head, "second", Role.RESEARCHER)
        else:
            ceremonies.disable(alone.archive, head, "second")
        return alone.archive.sandbox()

    with pytest.raises(SessionEnded):
        redact.release(replace(alone.archive, sandbox=lowered), me, record)
    with alone.archive.catalog.read() as snapshot:
        assert snapshot.releases.get(record) is None


@pytest.mark.parametrize("moment", range(3))
def test_a_name_that_is_added_while_a_release_is_at_the_gate_is_not_released(
    alone: Small, moment: int
) -> None:
    archive, head = alone.archive, alone.people["custodian"]
    record = approved(alone, "Tolls of the causeway, by Perpetua Quill.")
    calls = 0

    def added(size: int) -> bytes:
        nonlocal calls
        calls += 1
        if calls == moment + 1:
            sources.add_source(archive, alone.people["third"], "Perpetua Quill", [])
        return archive.random(size)

    with pytest.raises(InvalidInput):
        redact.release(replace(archive, random=added), head, record)
    assert calls > moment
    with archive.catalog.read() as snapshot:
        assert snapshot.releases.get(record) is None


def test_of_two_sessions_that_set_a_factor_up_one_does(alone: Small) -> None:
    archive = alone.archive
    sessions = [alone.sign_in("researcher"), alone.sign_in("researcher")]
    enrolments = [second_factor.begin(archive, one) for one in sessions]
    step = int(archive.clock().timestamp()) // 30

    def set_up(session: Session, enrolment: second_factor.Enrolment) -> Any:
        code = hotp(b32decode(enrolment.typed), step)
        return second_factor.confirm(archive, session, enrolment, code)

    told = at_once(
        *(lambda pair=pair: set_up(*pair) for pair in zip(sessions, enrolments, strict=True))
    )
    assert sorted(isinstance(one, SecondFactorRefused) for one in told) == [False, True], told
