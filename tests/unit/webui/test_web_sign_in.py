"""Every failure to sign in reads the same, and guessing is slow."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from archive.model.access import Role
from tests.unit.webui.webhouse import NAMES, Clock, Household, Visitor, passphrase
from webui.app import create_app

HOMES = {
    Role.CUSTODIAN: "/records",
    Role.ARCHIVIST: "/records",
    Role.RESEARCHER: "/search",
    Role.AUDITOR: "/audit",
}


def strip(html: str) -> str:
    return re.sub(r'value="[0-9a-f]{64}"', "", html)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_each_role_lands_where_its_work_begins(visitors: dict[Role, Visitor], role: Role) -> None:
    assert visitors[role].get("/").location == HOMES[role]
    page = visitors[role].get(HOMES[role]).text
    assert NAMES[role] in page
    assert f"role-{role.value}" in page


def test_unknown_member_wrong_and_empty_passphrase_read_the_same(house: Household) -> None:
    visitor = Visitor(create_app(house.archive))
    answers = []
    for name, secret in [
        ("Nobody Here", passphrase(Role.AUDITOR)),
        (NAMES[Role.AUDITOR], "something else entirely"),
        (NAMES[Role.AUDITOR], ""),
        ("\x00\ud7ff" * 70, "x"),
    ]:
        visitor.get("/sign-in")
        answer = visitor.post("/sign-in", name=name, passphrase=secret)
        answers.append((answer.status_code, strip(answer.text)))
        assert secret == "" or secret not in answer.text or len(secret) < 4
    assert answers[0][0] == 401
    assert len(set(answers)) == 1


def test_too_many_failures_must_wait_and_the_passphrase_is_not_even_tried(
    house: Household,
) -> None:
    clock = Clock()
    visitor = Visitor(create_app(replace(house.archive, clock=clock)))
    for _ in range(6):
        throttled = visitor.sign_in(Role.AUDITOR, "wrong guess")
        assert throttled.status_code in (401, 429)
    answer = visitor.sign_in(Role.AUDITOR)
    assert answer.status_code == 429
    wait = int(answer.headers["Retry-After"])
    assert f"{wait} seconds" in answer.text
    clock.pass_(seconds=wait)
    assert visitor.sign_in(Role.AUDITOR).status_code == 303


def test_the_page_never_repeats_what_was_typed(house: Household) -> None:
    visitor = Visitor(create_app(house.archive))
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", name="canary<name>", passphrase="canary passphrase")
    assert "canary" not in answer.text


def test_somebody_signed_in_who_opens_the_sign_in_page_goes_home(
    visitors: dict[Role, Visitor],
) -> None:
    assert visitors[Role.AUDITOR].get("/sign-in").location == "/"
