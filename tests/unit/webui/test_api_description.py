"""The API keeps to its own description, and the description to the code."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from archive.model.access import Role
from tests.architecture.house import ROOT
from tests.programs import agent, make, sealed
from tests.unit.webui.webhouse import Clock, Household, found, furnish
from webui.api.operations import MOST
from webui.api.rooms import OPERATIONS, document
from webui.app import create_app

EXAMPLES = 5  # for each operation and mode
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    place = tmp_path_factory.mktemp("described")
    with agent(place / "run"):
        made = furnish(found(place / "archive", Clock()))
        yield made
        sealed(made)
        made.archive.close()


@pytest.fixture(scope="module")
def token(house: Household) -> str:
    return make(house, Role.CUSTODIAN).text


@pytest.fixture(scope="module")
def described(house: Household) -> BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_app(house.archive))


def test_the_description_in_the_documents_is_that_of_the_code() -> None:
    kept = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert kept == json.loads(json.dumps(document())), "run: .venv/bin/python -m tools.describe"


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", [one.name for one in OPERATIONS if one.name != "revoke_token"])
def test_every_operation_answers_as_described(
    described: BaseSchema, token: str, name: str, mode: GenerationMode
) -> None:
    operation = described.find_operation_by_id(name)
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
        return

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def fuzz(case: Case) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"},
            base_url="http://localhost",
            checks=CHECKS,
        )

    fuzz()


def test_nothing_that_people_write_stands_in_an_address() -> None:
    free = {"type_contains", "member", "since", "until"}
    for path, methods in document()["paths"].items():
        for parameter in (one for told in methods.values() for one in told.get("parameters", ())):
            shape = parameter["schema"]
            bound = {"pattern", "format", "enum"} & shape.keys() or shape.get("type") != "string"
            assert bound or parameter["name"] in free, (path, parameter["name"])


def test_every_operation_says_what_it_is_and_which_scope_it_needs() -> None:
    for one in OPERATIONS:
        assert one.summary.endswith("."), one.name
        assert one.scopes or one.name in ("token", "revoke_token")
    assert MOST <= 1 << 20
