"""T1, T3, T6: numbers for Prometheus say how much and how long, never which, who or what."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from archive.errors import WriteFailed
from archive.model.access import Role
from archive.services.members import administration
from tests.programs import Program, agent, make, sealed
from tests.unit.webui.webhouse import (
    NAMES,
    SOURCE_NAME,
    TEXTS,
    Clock,
    Household,
    Visitor,
    found,
    furnish,
)
from webui.app import create_app
from webui.desk import EXTENSION
from webui.metrics import measure, told

OPAQUE = re.compile(r"[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}|[SA]-[0-9]{4}")
LABELS = {"route", "status", "le", "kind", "stage", "door", "tier"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("metrics")


@pytest.fixture(scope="module")
def house(run: Path) -> Iterator[Household]:
    with agent(run / "run"):
        made = furnish(found(run / "archive", Clock()))
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


@pytest.fixture
def registry(app: Flask) -> CollectorRegistry:
    return measure(app, app.extensions[EXTENSION])


def values(registry: CollectorRegistry) -> dict[tuple[str, ...], float]:
    text = generate_latest(registry).decode()
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_nothing_of_a_document_a_member_or_a_question_is_in_the_numbers(
    house: Household, app: Flask, registry: CollectorRegistry
) -> None:
    visitor = Visitor(app)
    visitor.sign_in(Role.ARCHIVIST)
    visitor.get("/search")
    visitor.follow("/search", query="canary-query-9")
    visitor.get(f"/records/{house.records['mill.txt']}")
    visitor.get("/canary-address-9")
    visitor.get("/sources/S-0001")
    Visitor(app).post("/sign-in", name="canary-name-9", passphrase="canary-phrase-9")
    made = make(house, Role.ARCHIVIST)
    program = Program(app, made.text)
    program.post("/search", query="canary-query-9", level="originals")
    program.get(f"/records/{house.records['mill.txt']}?level=originals")
    program.get("/canary-address-9")
    program.ask("POST", "/ingest", data={"files": (BytesIO(b"canary-text-9"), "canary.txt")})
    text = generate_latest(registry).decode()
    words = {word for one in [*TEXTS.values(), *TEXTS, SOURCE_NAME] for word in one.split()}
    words |= {*NAMES.values(), *house.records.values(), made.text, made.token.id, "canary"}
    words |= {visitor.cookie or "", house.archive.folder.archive_id}
    spoken = {word.strip(".") for word in words if len(word.strip(".")) > 6} - {"without"}
    assert not [word for word in spoken if word in text]
    assert not OPAQUE.search(re.sub(r"(?m) [-+.e0-9]+$", "", text))
    routes = {rule.endpoint for rule in app.url_map.iter_rules()} | {"absent"}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            assert set(one.labels) <= LABELS
            assert one.labels.get("route", "absent") in routes
            assert one.labels.get("status", "2xx") in ("2xx", "3xx", "4xx", "5xx")


def test_the_numbers_are_those_of_the_archive_and_of_what_was_asked(
    house: Household, app: Flask, registry: CollectorRegistry
) -> None:
    asked = ("strongroom_answers_total", "api.token", "2xx")
    slow = ("strongroom_answer_seconds_count", "api.token")
    refused = ("strongroom_answers_total", "api.token", "4xx")
    before = values(registry)
    assert asked not in before
    assert before["strongroom_sealed",] == 1
    assert before["strongroom_keyholders",] == 0
    program = Program(app, make(house, Role.RESEARCHER).text)
    for _ in range(3):
        assert program.get("/token").status_code == 200
    assert Program(app, "").get("/token").status_code == 401
    after = values(registry)
    assert (after[asked], after[refused], after[slow]) == (3, 1, 4)
    assert (after["strongroom_sealed",], after["strongroom_keyholders",]) == (0, 1)
    assert after["strongroom_sessions", "api"] == 1
    status = administration.status(house.archive)
    assert after["strongroom_kept", "records"] == status.records
    assert after["strongroom_kept", "ledger-entries"] == status.entries
    assert after["strongroom_waiting", "index"] == status.pending
    (tier,) = (key for key in after if key[0] == "strongroom_sandbox")
    assert tier[1] in ("floor+bubblewrap", "floor", "rlimits", "untried")
    with house.archive.catalog.read() as view:
        assert view.ledger.count() == status.entries, "looking at numbers writes nothing"


def fetched(port: int, host: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics", headers={"Host": host})
    answer = connection.getresponse()
    try:
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_the_port_answers_to_this_machine_alone_and_closes(registry: CollectorRegistry) -> None:
    with told(registry, 0) as port:
        status, text = fetched(port, f"localhost:{port}")
        assert status == 200
        assert "strongroom_kept" in text
        status, text = fetched(port, "evil.example")
        assert status == 400
        assert "strongroom" not in text
        with pytest.raises(WriteFailed, match="cannot be listened on"), told(registry, port):
            pass
    with pytest.raises(ConnectionError):
        fetched(port, "localhost")
