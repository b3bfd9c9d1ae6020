"""T6: a request must be for us, from our own pages, and carry our token (promise T6)."""

from __future__ import annotations

import pytest
from flask import Flask

from archive.model.access import Role
from tests.unit.webui.webhouse import NAMES, Household, Visitor, passphrase, visitor
from webui.app import create_app
from webui.settings import LOOPBACK, Settings


@pytest.fixture(scope="module")
def auditor(house: Household) -> Visitor:
    return visitor(house, Role.AUDITOR)


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_its_token_changes_nothing(auditor: Visitor, token: str) -> None:
    answer = auditor.post("/sign-out", token=token)
    assert answer.status_code == 403
    assert auditor.get("/about").status_code == 200


def test_a_token_of_another_browser_does_not_fit(house: Household, auditor: Visitor) -> None:
    other = Visitor(auditor.client.application)
    other.get("/sign-in")
    assert auditor.post("/sign-out", token=other.token).status_code == 403


def test_the_sign_in_form_needs_a_token_too(app: Flask) -> None:
    stranger = Visitor(app)
    role = Role.AUDITOR
    answer = stranger.post("/sign-in", name=NAMES[role], passphrase=passphrase(role))
    assert answer.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_sent_by_another_site_is_refused(auditor: Visitor, site: str) -> None:
    auditor.get("/about")
    answer = auditor.client.post(
        "/sign-out",
        data={"token": auditor.token},
        base_url="https://localhost",
        headers={"Sec-Fetch-Site": site},
    )
    assert answer.status_code == 403
    assert auditor.get("/about").status_code == 200


def test_a_form_with_a_foreign_origin_is_refused_where_fetch_metadata_is_missing(
    auditor: Visitor,
) -> None:
    auditor.get("/about")
    for origin, status in [
        ("https://evil.example", 403),
        ("https://localhost.evil.example", 403),
        ("null", 303),
        ("https://localhost", 303),
    ]:
        answer = auditor.client.post(
            "/audit/verify",
            data={"token": auditor.token},
            base_url="https://localhost",
            headers={"Origin": origin},
        )
        assert answer.status_code == status, origin


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        (
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "iframe",
            },
            403,
        ),
        (
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "document",
            },
            200,
        ),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
    ],
)
def test_other_sites_may_link_here_but_not_embed(
    auditor: Visitor, headers: dict[str, str], status: int
) -> None:
    assert auditor.get("/about", headers=headers).status_code == status


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8443", "[::1]:9", "LOCALHOST"])
def test_this_machine_is_answered(app: Flask, host: str) -> None:
    assert app.test_client().get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "127.0.0.1:x",
        "evil.example:80",
        "localhost/",
        "localhost?x",
        "localhost#",
        "[",
        "169.254.169.254",
    ],
)
def test_another_host_name_is_refused(app: Flask, host: str) -> None:
    answer = app.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert host not in answer.text


def test_a_configured_host_name_is_answered(house: Household) -> None:
    settings = Settings(hosts=LOOPBACK | {"archive.example"})
    client = create_app(house.archive, settings).test_client()
    assert client.get("/sign-in", headers={"Host": "archive.example"}).status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("path", ["/sign-in", "/records", "/static/strongroom.css", "/nothing"])
def test_other_methods_are_refused(app: Flask, method: str, path: str) -> None:
    answer = app.test_client().open(path, method=method, base_url="https://localhost")
    assert answer.status_code == 405


def test_no_route_changes_anything_on_get(app: Flask) -> None:
    changing = {"auth.enter", "auth.sign_out", "search.keep", "ingest.take", "redact.act"}
    changing |= {"sources.add", "sources.add_alias", "audit.verify", "audit.stop", "audit.bundle"}
    changing |= {"records.bring_back"}
    changing |= {"sources.take_table", "sources.remove_alias", "sources.edit"}
    changing |= {"records.original", "receipts.keep", "inbox.retry", "inbox.dismiss"}
    changing |= {"auth.enter_factor", "joining.join", "joining.change"}
    changing |= {"members.invite", "members.role", "members.disable", "members.rewrap"}
    changing |= {"auth.enter_passkey", "passkeys.add", "passkeys.remove"}
    changing |= {"looks.choose"}
    changing |= {"auth.enter_by_passkey", "passkeys.let_open", "passkeys.close"}
    changing |= {"records.retain", "records.describe", "signed_in.end"}
    changing |= {f"aid.{act}" for act in ("add", "change", "move", "describe", "remove", "place")}
    changing |= {"lists.export", "lists.batch", "lists.saved_act", "lists.save"}
    changing |= {"redact.check", "everywhere.mark", "everywhere.undo"}
    changing |= {"custody.foresee", "custody.roll", "operations.check"}
    changing |= {"accessions.begin", "accessions.close", "accessions.decide"}
    changing |= {"unsealing.request", "unsealing.approve", "unsealing.identity"}
    changing |= {"tokens.create", "tokens.revoke", "api.revoke_token", "api.ingest"}
    changing |= {"api.search", "api.search_all", "api.complete", "api.batch"}
    changing |= {"api.verify", "api.extend"}
    changing |= {"room.resolve", "room.export", "room.set_watermark", "own.act", "own.keep"}
    changing |= {"asking.ask", "asking.answer", "uploads.create", "uploads.hand_in"}
    posting = {r.endpoint for r in app.url_map.iter_rules() if "POST" in (r.methods or ())}
    getting = {r.endpoint for r in app.url_map.iter_rules() if "GET" in (r.methods or ())}
    assert posting == changing
    assert not posting & getting


def test_no_form_sends_what_a_member_types_by_get(
    house: Household, visitors: dict[Role, Visitor]
) -> None:
    pages = [
        "/search",
        "/ingest",
        "/tokens",
        "/sessions",
        "/sources",
        "/redact",
        "/records",
        "/members",
        "/about",
    ]
    pages.append(f"/redact/{house.records['quarry.txt']}")
    for page in pages:
        assert 'method="get"' not in visitors[Role.CUSTODIAN].get(page).text.lower()
