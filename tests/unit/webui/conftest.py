"""A furnished archive for all tests of this folder that change nothing, another for each file
that does, and an app with a visitor for each role.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from archive.model.access import Role
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, furnish
from webui.app import create_app
from webui.settings import Settings


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = furnish(found(tmp_path_factory.mktemp("web") / "archive", Clock()))
    yield made
    made.archive.close()


@pytest.fixture(scope="session")
def app(house: Household) -> Flask:
    return create_app(house.archive)


@pytest.fixture(scope="session")
def visitors(app: Flask) -> dict[Role, Visitor]:
    made = {}
    for role in Role:
        made[role] = Visitor(app)
        assert made[role].sign_in(role).status_code == 303
        made[role].get("/about")
    return made


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = furnish(found(tmp_path_factory.mktemp("pages") / "archive", Clock()))
    yield made
    made.archive.close()


@pytest.fixture(scope="module")
def people(own: Household) -> dict[Role, Visitor]:
    app = create_app(own.archive, Settings(max_upload=1 << 18))
    made = {role: Visitor(app) for role in Role}
    for role, one in made.items():
        assert one.sign_in(role).status_code == 303
        one.get("/about")
    return made


@pytest.fixture
def archivist(people: dict[Role, Visitor]) -> Visitor:
    return people[Role.ARCHIVIST]


@pytest.fixture
def custodian(people: dict[Role, Visitor]) -> Visitor:
    return people[Role.CUSTODIAN]


@pytest.fixture
def researcher(people: dict[Role, Visitor]) -> Visitor:
    return people[Role.RESEARCHER]
