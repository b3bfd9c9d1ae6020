"""One furnished archive for all tests of this folder, and one app with a visitor for each role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from archive.model.access import Role
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, furnish
from webui.app import create_app


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
