"""The page of one's own tokens: made with the passphrase, shown once, listed, revoked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from archive.model.access import Role, Scope
from tests.programs import Program, agent, sealed
from tests.unit.webui.webhouse import NAMES, Household, Visitor, passphrase, words
from webui.desk import EXTENSION


@pytest.fixture(autouse=True)
def _agent(
    app: Flask,
    house: Household,
    visitors: dict[Role, Visitor],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """An agent of the test's own, and no passphrase that other tests guessed at."""
    for role, one in visitors.items():
        app.extensions[EXTENSION].throttle.succeeded(NAMES[role], one.address)
    with agent(tmp_path_factory.mktemp("run")):
        yield
        sealed(house)


def make(visitor: Visitor, role: Role, **more: str) -> object:
    visitor.get("/tokens")
    form = {"scope": "reading", "minutes": "60", "passphrase": passphrase(role), **more}
    return visitor.post("/tokens", **form)


def test_a_token_is_shown_once_works_and_ends_when_it_is_revoked(
    app: Flask, visitors: dict[Role, Visitor]
) -> None:
    guest = visitors[Role.RESEARCHER]
    shown = make(guest, Role.RESEARCHER)
    (text,) = re.findall(r"strongroom_[\w-]{64}", shown.text)
    program = Program(app, text)
    told = program.get("/token").json
    assert (told["role"], told["scopes"]) == ("researcher", ["reading"])
    page = guest.get("/tokens")
    assert text not in page.text
    assert told["id"][:8] in words(page.text)
    assert "revoked" in words(guest.follow("/tokens/revoke", id=told["id"]).text)
    assert program.get("/token").status_code == 401
    assert "no token that can be used" in words(guest.get("/tokens").text)
    assert "over already" in words(guest.follow("/tokens/revoke", id=told["id"]).text)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_the_page_offers_what_the_role_allows(visitors: dict[Role, Visitor], role: Role) -> None:
    offered = re.findall(r'name="scope" value="(\w+)"', visitors[role].get("/tokens").text)
    expected = {
        Role.RESEARCHER: ["reading"],
        Role.AUDITOR: ["audit"],
        Role.ARCHIVIST: ["reading", "originals", "ingest"],
        Role.CUSTODIAN: [one.value for one in Scope],
    }
    assert offered == expected[role]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("passphrase", "not it", "Type your own passphrase to confirm."),
        ("minutes", "9999", "Choose how long"),
        ("minutes", "x", "Choose how long"),
        ("scope", "originals", "Yours are reading."),
        ("scope", "everything", "A token needs a scope."),
    ],
)
def test_a_token_that_cannot_be_made_says_why(
    visitors: dict[Role, Visitor], field: str, value: str, says: str
) -> None:
    answer = make(visitors[Role.RESEARCHER], Role.RESEARCHER, **{field: value})
    assert answer.status_code in (401, 422)
    assert says in words(answer.text)
    assert "strongroom_" not in answer.text


def test_another_members_token_cannot_be_revoked_on_the_page(
    app: Flask, visitors: dict[Role, Visitor]
) -> None:
    shown = make(visitors[Role.RESEARCHER], Role.RESEARCHER)
    (text,) = re.findall(r"strongroom_[\w-]{64}", shown.text)
    program = Program(app, text)
    one = program.get("/token").json["id"]
    answer = visitors[Role.ARCHIVIST].follow("/tokens/revoke", id=one)
    assert "over already" in words(answer.text)
    assert program.get("/token").status_code == 200
    assert NAMES[Role.RESEARCHER] not in answer.text
