"""T6: every route, every role: open to whom it should be, and otherwise as if it were not there."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from archive import policy
from archive.model.access import Action, Role
from archive.services import audit
from archive.services.intake import receipts
from tests.unit.webui.webhouse import Household, Visitor

STAFF = frozenset({Role.CUSTODIAN, Role.ARCHIVIST})
READERS = STAFF | {Role.RESEARCHER}
AUDITORS = frozenset({Role.CUSTODIAN, Role.AUDITOR})
OPEN_TO = {
    "auth.home": frozenset(Role),
    "status.about": frozenset(Role),
    "search.ask": READERS,
    "search.keep": READERS,
    "search.results": READERS,
    "lists.export": READERS,
    "lists.batch_form": READERS,
    "lists.batch": READERS,
    "lists.saved": READERS,
    "lists.saved_act": READERS,
    "lists.save": READERS,
    "reading.listing": READERS,
    "reading.read": READERS,
    "room.hit": READERS,
    "room.reference": READERS,
    "room.resolve": READERS,
    "room.export": READERS,
    "room.watermark": frozenset({Role.CUSTODIAN}),
    "room.set_watermark": frozenset({Role.CUSTODIAN}),
    "own.desk": READERS,
    "own.act": READERS,
    "own.keep": READERS,
    "asking.own": READERS,
    "asking.ask": READERS,
    "asking.listing": STAFF,
    "asking.answer": STAFF,
    "pages.read": READERS,
    "pages.picture": READERS,
    "pages.thumbnail": READERS,
    "pages.veiled": STAFF,
    "pages.previewed": STAFF,
    "records.listing": STAFF,
    "records.show": STAFF,
    "records.original": STAFF,
    "ingest.form": STAFF,
    "ingest.take": STAFF,
    "uploads.told": STAFF,
    "uploads.mine": STAFF,
    "uploads.create": STAFF,
    "uploads.standing": STAFF,
    "uploads.append": STAFF,
    "uploads.discard": STAFF,
    "uploads.hand_in": STAFF,
    "receipts.listing": STAFF,
    "receipts.show": STAFF,
    "receipts.keep": STAFF,
    "inbox.listing": STAFF | AUDITORS,
    "inbox.near": STAFF,
    "inbox.retry": STAFF,
    "inbox.dismiss": STAFF,
    "redact.queue": STAFF,
    "redact.plan": STAFF,
    "redact.preview": STAFF,
    "redact.act": STAFF,
    "redact.review": STAFF,
    "redact.check": STAFF,
    "redact.versions": STAFF,
    "everywhere.form": STAFF,
    "everywhere.mark": STAFF,
    "everywhere.undo": STAFF,
    "records.retain": STAFF,
    "records.describe": STAFF,
    "accessions.listing": STAFF,
    "accessions.held": STAFF,
    "accessions.begin": STAFF,
    "accessions.close": STAFF,
    "accessions.decide": STAFF,
    "sources.listing": STAFF,
    "sources.add": STAFF,
    "sources.add_alias": STAFF,
    "sources.take_table": STAFF,
    "sources.show": STAFF,
    "sources.remove_alias": STAFF,
    "sources.edit": STAFF,
    "audit.timeline": AUDITORS,
    "audit.verify": AUDITORS,
    "audit.pin": AUDITORS,
    "audit.extend": AUDITORS,
    "audit.checkpoint": AUDITORS,
    "audit.about": AUDITORS,
    "audit.bundle": AUDITORS,
    "audit.proof": AUDITORS,
    "audit.holdings": AUDITORS,
    "members.listing": frozenset({Role.CUSTODIAN}),
    "members.invite": frozenset({Role.CUSTODIAN}),
    "members.role": frozenset({Role.CUSTODIAN}),
    "members.disable": frozenset({Role.CUSTODIAN}),
    "members.rewrap": frozenset({Role.CUSTODIAN}),
    "custody.keys": frozenset({Role.CUSTODIAN}),
    "custody.foresee": frozenset({Role.CUSTODIAN}),
    "custody.roll": frozenset({Role.CUSTODIAN}),
    "unsealing.listing": frozenset({Role.CUSTODIAN}),
    "unsealing.request": frozenset({Role.CUSTODIAN}),
    "unsealing.approve": frozenset({Role.CUSTODIAN}),
    "unsealing.identity": frozenset({Role.CUSTODIAN}),
    "calendar.listing": STAFF,
    "operations.overview": STAFF,
    "operations.check": STAFF,
    "auth.factor": frozenset(Role),
    "auth.factor_codes": frozenset(Role),
    "auth.enter_factor": frozenset(Role),
    "auth.enter_passkey": frozenset(Role),
    "passkeys.listing": frozenset(Role),
    "passkeys.add": frozenset(Role),
    "passkeys.remove": frozenset(Role),
    "passkeys.let_open": frozenset(Role),
    "passkeys.close": frozenset(Role),
    "joining.own": frozenset(Role),
    "joining.change": frozenset(Role),
    "looks.keys": frozenset(Role),
    "looks.design": frozenset(Role),
    "tokens.listing": frozenset(Role),
    "tokens.create": frozenset(Role),
    "tokens.revoke": frozenset(Role),
    "signed_in.listing": frozenset(Role),
    "signed_in.end": frozenset(Role),
}
WITHOUT_SESSION = {
    "static",
    "auth.sign_in",
    "auth.enter",
    "auth.passkey_form",
    "auth.enter_by_passkey",
    "auth.sign_out",
    "joining.form",
    "joining.join",
    "looks.choose",
}


def rules(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_SESSION and not rule.endpoint.startswith("api.")
    ]


def path_of(app: Flask, rule: Rule, house: Household) -> str:
    values = {
        "record": house.records["harbour.txt"],
        "act": "leakcheck",
        "number": 1,
        "at": 1,
        "upload": "5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11",
        "request": "5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11",
        "source": "S-0001",
        "run": receipts.list_receipts(house.archive, house.session(Role.ARCHIVIST))[0].run,
        "form": "json",
        "ref": "A-0001",
    }
    with app.test_request_context():
        built = app.url_map.bind("localhost").build(
            rule.endpoint, {name: values[name] for name in rule.arguments}
        )
    return str(built)


def send(visitor: Visitor, rule: Rule, path: str) -> tuple[int, str]:
    answer = visitor.send(rule, path)
    return answer.status_code, plain(answer.get_data().decode(errors="replace"))


def refused(house: Household) -> Action:
    """Return the act that the newest entry of the ledger says was refused."""
    newest = audit.timeline(house.archive.catalog, limit=1)[0]
    assert (newest.outcome, "code" in newest.links) == ("denied", False), newest
    return Action(newest.links["action"])


def plain(html: str) -> str:
    return re.sub(r'value="[0-9a-f]{64}"', "", html)


def test_the_table_names_every_route(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app)} == set(OPEN_TO)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_each_route_is_open_to_its_roles_and_absent_for_the_others(
    app: Flask, house: Household, visitors: dict[Role, Visitor], role: Role
) -> None:
    visitor = visitors[role]
    if role in READERS:
        visitor.post("/search", query="harbour", level="reading")
    if role in STAFF:
        visitor.post("/ingest", files=(b_io(b"quarry again"), "again.txt"))
    absent = visitor.get("/no-such-page")
    expected = (404, plain(absent.text))
    for rule in rules(app):
        got = send(visitor, rule, path_of(app, rule, house))
        if rule.endpoint.startswith("uploads.") and role in STAFF:
            assert got[0] in (200, 204, 404, 412, 422), (rule, got[0])
        elif role in OPEN_TO[rule.endpoint]:
            assert got[0] in (200, 303, 401, 422), (rule, got[0])
        elif rule.methods == {"HEAD"}:
            assert got == (404, ""), rule
        else:
            assert got == expected, rule
            roles = policy.RULES[refused(house)].roles
            assert roles == OPEN_TO[rule.endpoint], rule


def b_io(data: bytes) -> object:
    from io import BytesIO

    return BytesIO(data)


def test_without_a_session_every_route_leads_to_the_sign_in_page(
    app: Flask, house: Household
) -> None:
    stranger = Visitor(app)
    stranger.get("/sign-in")
    for rule in rules(app):
        path = path_of(app, rule, house)
        answer = stranger.send(rule, path)
        assert (answer.status_code, answer.location) == (303, "/sign-in"), rule
        assert b"harbour" not in answer.data


def test_an_absent_page_and_a_present_one_look_alike_to_a_stranger(app: Flask) -> None:
    stranger = Visitor(app)
    assert stranger.get("/nothing").location == stranger.get("/records").location == "/sign-in"


def test_a_refusal_stands_in_the_ledger(house: Household, visitors: dict[Role, Visitor]) -> None:
    before = house.archive.catalog
    count = len(audit.timeline(before, outcome="denied", limit=10_000))
    visitors[Role.RESEARCHER].get("/sources")
    after = audit.timeline(before, outcome="denied", limit=10_000)
    assert len(after) == count + 1
    assert after[0].links["action"] == "manage-sources"


def test_a_researcher_gets_one_answer_for_unreleased_unknown_and_malformed_records(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    visitor = visitors[Role.RESEARCHER]
    unreleased = visitor.get(f"/reading/{house.records['mill.txt']}")
    unknown = visitor.get("/reading/5b0ef0a6-4f3c-4d13-93d5-3a4e6d5d3c11")
    assert unreleased.status_code == unknown.status_code == 404
    assert plain(unreleased.text) == plain(unknown.text)
    assert visitor.get("/reading/mill.txt").status_code in (404, 422)


@pytest.mark.parametrize("level", ["originals", "nonsense"])
def test_a_researcher_cannot_search_another_level(
    visitors: dict[Role, Visitor], level: str
) -> None:
    visitor = visitors[Role.RESEARCHER]
    answer = visitor.post("/search", query="sacks", level=level)
    if answer.status_code == 303:
        answer = visitor.get(answer.location)
    assert answer.status_code == 404
    assert "sacks" not in answer.text


def test_searches_of_one_session_are_absent_in_another(
    app: Flask, visitors: dict[Role, Visitor]
) -> None:
    mine = visitors[Role.CUSTODIAN].post("/search", query="harbour")
    number = int(mine.location.rsplit("/", 1)[1]) + 50
    assert visitors[Role.RESEARCHER].get(f"/search/{number}").status_code == 404


def test_counts_of_what_is_not_released_are_not_shown_to_a_researcher(
    visitors: dict[Role, Visitor],
) -> None:
    assert "ledger entries" in visitors[Role.AUDITOR].get("/about").text
    assert "ledger entries" not in visitors[Role.RESEARCHER].get("/about").text
