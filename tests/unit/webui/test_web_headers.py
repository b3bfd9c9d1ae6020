"""T6: the same strict headers on every answer, whatever it is."""

from __future__ import annotations

import pytest
from flask import Flask

from archive.model.access import Role
from tests.unit.webui.webhouse import Household, Visitor
from webui.headers import ASKING_POLICY, FILE_POLICY, PAGE_POLICY

WANTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Content-Security-Policy": PAGE_POLICY,
}


SCRIPTED = {"/ingest", "/audit/verification"}
"""Pages with a script of our own."""


def check(headers: object, **other: str) -> None:
    expected = {**WANTED, **other}
    assert {name: headers[name] for name in expected} == expected  # type: ignore[index]
    assert "camera=()" in headers["Permissions-Policy"]  # type: ignore[index]
    assert "Server" not in headers  # type: ignore[operator]


def test_the_policy_allows_no_script_but_our_own_files() -> None:
    parts = dict(part.strip().split(" ", 1) for part in PAGE_POLICY.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == "'self'"
    assert parts["require-trusted-types-for"] == "'script'"
    assert parts["trusted-types"] == "'none'"
    assert not any(name.startswith(("connect", "object", "frame-src")) for name in parts)
    assert "unsafe" not in PAGE_POLICY
    assert "nonce" not in PAGE_POLICY


def test_a_page_with_a_script_lets_only_our_own_files_run_and_be_asked() -> None:
    more = ASKING_POLICY.removeprefix(PAGE_POLICY)
    assert more == "; connect-src 'self'"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/nothing", "/static/strongroom.css", "/static/x"]
)
def test_a_stranger_gets_them(app: Flask, path: str) -> None:
    with app.test_client().get(path, base_url="https://localhost") as answer:
        check(answer.headers)


def test_refusals_carry_them(app: Flask) -> None:
    client = app.test_client()
    check(client.get("/", headers={"Host": "evil.example"}).headers)
    check(client.post("/sign-in", base_url="https://localhost").headers)
    check(client.open("/", method="TRACE", base_url="https://localhost").headers)
    head = client.head("/sign-in", base_url="https://localhost")
    check(head.headers)
    assert head.data == b""


def test_every_page_of_every_role_carries_them(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    record = house.records["harbour.txt"]
    for visitor in visitors.values():
        for path in (
            "/about /search /search/batch /search/saved "
            "/records /ingest /redact /sources /audit /members /audit/pin /audit/verification "
            "/keys /unsealing /calendar /operations /redact/everywhere "
            f"/records/{record} /redact/{record}/preview /redact/{record}/versions "
            f"/redact/{record}/review /reading/{record}"
        ).split():
            other = {"Content-Security-Policy": ASKING_POLICY} if path in SCRIPTED else {}
            answer = visitor.get(path)
            check(answer.headers, **(other if answer.status_code == 200 else {}))


def test_a_crash_carries_them_too(app: Flask, house: Household) -> None:
    from webui.app import create_app

    broken = create_app(house.archive)
    broken.view_functions["auth.sign_in"] = lambda: 1 / 0
    answer = broken.test_client().get("/sign-in", base_url="https://localhost")
    assert answer.status_code == 500
    check(answer.headers)


def test_an_original_comes_as_a_sandboxed_download_under_an_opaque_name(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    record = house.records["harbour.txt"]
    answer = visitors[Role.ARCHIVIST].post(f"/records/{record}/original")
    assert answer.status_code == 200
    check(answer.headers, **{"Content-Security-Policy": FILE_POLICY})
    assert "sandbox" in FILE_POLICY
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{record}.txt"'
    assert answer.mimetype == "application/octet-stream"
    assert b"harbour ledger" in answer.data
    assert answer.content_length == len(answer.data)


def test_page_titles_which_browsers_write_to_their_history_tell_nothing(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    record = house.records["harbour.txt"]
    for path in (f"/records/{record}", f"/reading/{record}", f"/redact/{record}"):
        head = visitors[Role.CUSTODIAN].get(path).text.partition("</head>")[0]
        assert "harbour" not in head.lower()
