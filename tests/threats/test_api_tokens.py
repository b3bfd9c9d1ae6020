"""T1, T3, T6: a token does what its scope says, for as long as its keyholder lives, and no more."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from archive.errors import (
    InvalidValue,
    LedgerTampered,
    RecordNotFound,
    TokenRefused,
)
from archive.model.access import Action, Compartment, Role, Scope
from archive.services import audit
from archive.services.members import tokens, unlocking
from tests import canary
from tests.catalog_file import by_hand
from tests.programs import BASE, SCOPES, Program, agent, make, over, sealed
from tests.unit.webui.webhouse import (
    NAMES,
    SOURCE_NAME,
    Clock,
    Household,
    Visitor,
    found,
    furnish,
)
from webui.api.operations import Operation
from webui.api.rooms import OPERATIONS
from webui.app import create_app
from webui.settings import COOKIE

READING, ORIGINALS = (Scope.READING,), (Scope.ORIGINALS,)
STAFF = frozenset({Role.CUSTODIAN, Role.ARCHIVIST})
OPEN_TO = {
    "search": STAFF | {Role.RESEARCHER},
    "search_all": STAFF | {Role.RESEARCHER},
    "complete": STAFF | {Role.RESEARCHER},
    "batch": STAFF | {Role.RESEARCHER},
    "records": STAFF | {Role.RESEARCHER},
    "record": STAFF | {Role.RESEARCHER},
    "page": STAFF | {Role.RESEARCHER},
    "copy": STAFF | {Role.RESEARCHER},
    "original": STAFF,
    "ingest": STAFF,
    "accessions": STAFF,
    "jobs": STAFF,
    "receipts": STAFF,
    "receipt": STAFF,
    "entries": frozenset({Role.CUSTODIAN, Role.AUDITOR}),
    "checkpoint": frozenset({Role.CUSTODIAN, Role.AUDITOR}),
    "pin": frozenset({Role.CUSTODIAN, Role.AUDITOR}),
    "proof": frozenset({Role.CUSTODIAN, Role.AUDITOR}),
    "verify": frozenset({Role.CUSTODIAN, Role.AUDITOR}),
    "extend": frozenset({Role.CUSTODIAN, Role.AUDITOR}),
    "token": frozenset(Role),
    "revoke_token": frozenset(Role),
}
BODIES: dict[str, dict[str, object]] = {
    "search": {"query": "harbour"},
    "search_all": {"query": "harbour"},
    "complete": {"begun": "harb"},
    "batch": {"lines": ["harbour"]},
    "extend": {"pin": "no pin"},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tokens")


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def house(run: Path, clock: Clock) -> Iterator[Household]:
    with agent(run / "run"):
        made = furnish(found(run / "archive", clock))
        made.release("quarry.txt", bare=True)
        yield made
        made.archive.close()


@pytest.fixture(autouse=True)
def _agent(house: Household, run: Path) -> Iterator[None]:
    with agent(run / "run"):
        yield
        sealed(house)


@pytest.fixture
def app(house: Household) -> Flask:
    return create_app(house.archive)


def request(one: Operation, house: Household, name: str = "harbour.txt") -> tuple[str, dict]:  # type: ignore[type-arg]
    """Return the path and the body of an operation, about a record where it is about one."""
    place = one.path.replace("<uuid:record>", house.records[name])
    place = place.replace("<uuid:run>", house.records[name]).replace("<int:number>", "1")
    place = place.replace("<any(pdf, text):form>", "text")
    if one.name == "ingest":
        return place, {"data": {"files": (BytesIO(b"a note about brass"), "brass.txt")}}
    return place, {"json": BODIES[one.name]} if one.name in BODIES else {}


def entries(house: Household) -> tuple[audit.TimelineEntry, ...]:
    return audit.timeline(house.archive.catalog, limit=100_000)


def test_the_table_names_every_operation() -> None:
    assert {one.name for one in OPERATIONS} == set(OPEN_TO)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_each_operation_is_open_to_its_roles_and_every_use_is_an_entry(
    house: Household, app: Flask, role: Role
) -> None:
    program = Program(app, make(house, role).text)
    for one in OPERATIONS:
        before = len(entries(house))
        path, body = request(one, house)
        answer = program.ask(one.method, path, **body)
        fresh = entries(house)[: len(entries(house)) - before]
        told = [line.links for line in fresh if line.links.get("token")]
        if role in OPEN_TO[one.name]:
            assert answer.status_code in (200, 404, 422), (one.name, answer.text)
            assert told[-1]["operation"] == one.name
            assert fresh[-1].links == told[-1], "the use is entered before what it does"
        else:
            assert answer.status_code == 403, one.name
            assert answer.json["code"] == "scope-missing"
            assert (fresh[-1].outcome, told[-1]["action"]) == ("denied", one.name)
            assert len(fresh) == 1


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_no_member_makes_a_token_beyond_their_role(house: Household, role: Role) -> None:
    for scope in set(Scope) - {*SCOPES[role]}:
        before = len(unlocking.live(house.archive))
        with pytest.raises(InvalidValue, match="does not allow"):
            make(house, role, scope)
        assert len(unlocking.live(house.archive)) == before
        assert entries(house)[0].outcome == "denied"


def test_what_two_people_or_keys_are_needed_for_is_in_no_scope(house: Household) -> None:
    session, _ = tokens.resume(house.archive, make(house, Role.CUSTODIAN).text)
    never = {Action.MANAGE_MEMBERS, Action.UNSEAL, Action.ERASE, Action.BACK_UP, Action.REDACT}
    never |= {Action.APPROVE, Action.RELEASE, Action.MANAGE_SOURCES, Action.DECIDE_QUARANTINE}
    assert not any(session.allows(action) for action in never)
    session.lock()


def test_a_narrow_token_of_a_powerful_member_has_no_wider_key(house: Household, app: Flask) -> None:
    made = make(house, Role.CUSTODIAN, Scope.READING)
    session, _ = tokens.resume(house.archive, made.text)
    assert set(session.identities) == {Compartment.READING}
    session.lock()
    program = Program(app, made.text)
    for name in ("mill.txt", "harbour.txt"):
        record = house.records[name]
        for path in (f"/records/{record}?level=originals", "/records?level=originals"):
            assert program.get(path).status_code == 404
        assert program.get(f"/records/{record}/original").status_code == 403
    for path, body in (
        ("/search", {"query": SOURCE_NAME, "level": "originals"}),
        ("/search/all", {"query": SOURCE_NAME, "level": "originals"}),
        ("/search/batch", {"lines": [SOURCE_NAME], "level": "originals"}),
        ("/search/complete", {"begun": "Joru", "level": "originals"}),
    ):
        answer = program.post(path, **body)
        assert (answer.status_code, answer.json["code"]) == (404, "not-found"), path
        assert SOURCE_NAME not in answer.text


def test_ids_of_what_is_not_a_researchers_read_like_ids_of_nothing(
    house: Household, app: Flask
) -> None:
    program = Program(app, make(house, Role.RESEARCHER).text)
    house.records["nothing"] = house.records["mill.txt"][:-12] + "0" * 12  # type: ignore[assignment]
    for one in OPERATIONS:
        if "<uuid:record>" not in one.path:
            continue
        answers = [
            program.ask(one.method, *request(one, house, name)[:1])
            for name in ("mill.txt", "nothing")
        ]
        assert len({(a.status_code, a.text, str(a.headers)) for a in answers}) == 1, one.name
        assert answers[0].status_code in (403, 404)
    del house.records["nothing"]


def test_another_members_token_is_neither_listed_nor_revoked(house: Household, app: Flask) -> None:
    made = make(house, Role.RESEARCHER)
    other = house.session(Role.ARCHIVIST)
    assert tokens.listed(house.archive, other) == ()
    with pytest.raises(RecordNotFound):
        tokens.revoke(house.archive, other, made.token.id)
    assert entries(house)[0].outcome == "denied"
    assert Program(app, made.text).get("/token").status_code == 200
    mine = house.session(Role.RESEARCHER)
    assert [one.token for one in tokens.listed(house.archive, mine)] == [made.token]


@pytest.mark.parametrize("way", ["sealed", "revoked", "expired", "ended"])
def test_a_stolen_token_is_worth_nothing_without_its_live_session(
    house: Household, app: Flask, clock: Clock, way: str
) -> None:
    mine = house.session(Role.RESEARCHER)
    made = [make(house, Role.RESEARCHER, minutes=10) for _ in range(2)]
    used, unused = (Program(app, one.text) for one in made)
    assert used.get("/records").status_code == 200
    if way == "sealed":
        unlocking.seal(house.archive)
    elif way == "revoked":
        for one in made:
            tokens.revoke(house.archive, mine, one.token.id)
    elif way == "expired":
        clock.pass_(minutes=10)
    else:
        unlocking.end_all_of(house.archive, mine.member.id)
    before = len(entries(house))
    for program in (used, unused):
        assert over(program.get("/records"))
        assert over(program.post("/search", query="harbour"))
    assert len(entries(house)) == before
    assert tokens.listed(house.archive, mine) == ()


def doctored(house: Household, old: bytes, new: bytes) -> None:
    """Change what the newest entry says, as whoever holds the disk can."""
    with by_hand(house.archive.folder.path / "catalog.sqlite") as db:
        index, body = db.execute(
            "SELECT entry_index, body FROM ledger_entries "
            "WHERE instr(body, CAST('token-created' AS BLOB)) ORDER BY entry_index DESC LIMIT 1"
        ).fetchone()
        body = body if isinstance(body, bytes) else body.encode()
        assert old in body
        db.execute(
            "UPDATE ledger_entries SET body = ? WHERE entry_index = ?",
            (body.replace(old, new), index),
        )


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"scope":"reading"', b'"scope":"reading originals"'), (b'"expires":"2', b'"expires":"9')],
    ids=["scope", "end"],
)
def test_who_doctors_the_catalog_makes_no_token_wider_or_longer(
    house: Household, app: Flask, old: bytes, new: bytes
) -> None:
    made = make(house, Role.ARCHIVIST, Scope.READING)
    doctored(house, old, new)
    try:
        with pytest.raises((TokenRefused, LedgerTampered)):
            tokens.resume(house.archive, made.text)
        answer = Program(app, made.text).get("/token")
        assert answer.status_code >= 400
        assert answer.json["code"] in ("token-refused", "ledger-tampered")
    finally:
        doctored(house, new, old)


def test_guesses_are_slowed_down_and_neither_end_nor_delay_a_token_in_use(
    house: Household, app: Flask
) -> None:
    made = make(house, Role.RESEARCHER)
    good = Program(app, made.text)
    assert good.get("/token").status_code == 200
    packed = bytearray(base64.urlsafe_b64decode(made.text.partition("_")[2]))
    packed[-1] ^= 1
    guess = Program(app, "strongroom_" + base64.urlsafe_b64encode(bytes(packed)).decode())
    seen = [guess.get("/token") for _ in range(12)]
    assert over(seen[0])
    assert seen[-1].status_code == 429
    assert int(seen[-1].headers["Retry-After"]) >= 1
    assert good.get("/token").status_code == 200
    assert over(Program(app, made.text, address="10.1.2.3").get("/nothing")) is False


def test_cookies_open_nothing_and_none_is_given(house: Household, app: Flask) -> None:
    browser = Visitor(app)
    browser.sign_in(Role.CUSTODIAN)
    for one in OPERATIONS:
        path, body = request(one, house)
        answer = browser.client.open(
            BASE + path, method=one.method, base_url="https://localhost", **body
        )
        assert over(answer), one.name
        assert "Set-Cookie" not in answer.headers
    made = make(house, Role.RESEARCHER)
    for name in (made.text, tokens.parse(made.text).half.hex()):
        thief = Visitor(app)
        thief.client.set_cookie(COOKIE, name, domain="localhost", secure=True)
        assert thief.get("/search").location == "/sign-in"
    browser_half = browser.cookie or ""
    assert over(Program(app, browser_half).get("/token"))


def test_no_page_of_another_site_can_ask(house: Household, app: Flask) -> None:
    program = Program(app, make(house, Role.RESEARCHER).text)
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    answer = program.ask("OPTIONS", "/records", headers=asked)
    assert answer.status_code == 405
    for one in (answer, program.get("/records", headers={"Origin": "https://elsewhere.example"})):
        assert not any(name.startswith("Access-Control") for name, _ in one.headers)
        assert one.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert one.headers["Cache-Control"] == "no-store"
        assert one.headers["X-Content-Type-Options"] == "nosniff"
    rebound = program._client.get(f"{BASE}/token", base_url="https://evil.example")
    assert rebound.status_code == 400


def test_words_and_tokens_lie_nowhere_and_refusals_repeat_none(
    house: Household,
    app: Flask,
    run: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    words = ["Quillfeather", "canary-query-7", "canary-name-7"]
    caplog.set_level(logging.DEBUG)
    made = make(house, Role.ARCHIVIST)
    program = Program(app, made.text)
    body = {"files": (BytesIO(b"Quillfeather wrote this"), "canary-name-7.txt")}
    told = program.ask("POST", "/ingest", data=body)
    assert told.status_code == 200
    receipt = program.get(f"/receipts/{told.json['run']}").json
    assert NAMES[Role.ARCHIVIST] in str(receipt), "a receipt names who handed in"
    found_ = program.post("/search", query="Quillfeather", level="originals").json
    assert found_["total"] == 1
    for answer in (
        program.post("/search", query="canary-query-7", level="canary-query-7"),
        program.post("/search", query="canary-query-7", **{"canary-query-7": 1}),
        program.post("/search", query=["canary-query-7"], facets={"canary-query-7": 7}),
        program.post("/search", query='"canary-query-7', level="reading"),
        program.get("/records?level=canary-query-7"),
        program.get("/ledger/entries?member=canary-query-7"),
        program.get("/canary-query-7"),
        program.ask("POST", "/search", data='"canary-query-7', content_type="application/json"),
    ):
        assert "canary-query-7" not in answer.text + str(answer.headers), answer.text
    half = tokens.parse(made.text).half
    places = [run, tmp_path]
    secrets = [made.text, made.text.partition("_")[2], half.hex()]
    assert canary.scan(places, [*words, *secrets]) == []
    assert half not in b"".join(path.read_bytes() for path in run.rglob("*") if path.is_file())
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert not any(word in logged for word in [*words, *secrets])
    assert made.text not in repr(made) + repr(tokens.parse(made.text))


def test_markup_in_a_stored_field_is_data(house: Household, app: Flask) -> None:
    naughty = 'Dear friend,\nalert 7 < 9 \u202e\u2066 ]]> ${7*7} &lt;b> onload="x" ' + "x" * 100
    program = Program(app, make(house, Role.ARCHIVIST).text)
    body = {"files": (BytesIO(naughty.encode()), "<b>odd\u202e.txt")}
    assert program.ask("POST", "/ingest", data=body).status_code == 200
    answer = program.post("/search", query="alert", level="originals")
    assert answer.content_type == "application/json"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    (hit,) = answer.json["hits"]
    told = program.get(f"/records/{hit['record']}?level=originals").json
    assert told["text"].startswith("Dear friend,\nalert 7 < 9")
