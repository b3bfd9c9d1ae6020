"""T6: numbers and words in an address that nobody's page would put there break no page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

import webui
from archive.model.access import Role
from archive.services import audit
from tests.unit.webui.test_web_access import path_of, rules
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, furnish
from webui.app import create_app

WORDS = ("9" * 30, "\x00", "2026-99-99")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = furnish(found(tmp_path_factory.mktemp("addresses") / "archive", Clock()))
    yield made
    made.archive.close()


def queries() -> list[str]:
    """Return what pages read of an address, by their own source."""
    pages = Path(webui.__file__).parent.rglob("*.py")
    named = {name for page in pages for name in re.findall(r'args\.get\("(\w+)"', page.read_text())}
    filters = {"kind", "outcome", "object", "member", "since", "until"}
    assert {"page", "from"} <= named
    return sorted(named | filters)


@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.AUDITOR])
def test_no_page_breaks_on_an_address(house: Household, role: Role) -> None:
    app = create_app(house.archive)
    one = Visitor(app)
    one.sign_in(role)
    one.get("/about")
    one.post("/search", query="harbour")
    broken = []
    for rule in rules(app):
        if "GET" not in (rule.methods or set()):
            continue
        usual = path_of(app, rule, house)
        asked = [re.sub(r"/1(?=/|\.|$)", f"/{WORDS[0]}", usual)]
        asked += [f"{usual}?{urlencode(dict.fromkeys(queries(), word))}" for word in WORDS]
        for path in dict.fromkeys(asked):
            with one.get(path) as answer:
                if answer.status_code >= 500:
                    broken.append((rule.rule, path[:80], answer.status_code))
    assert broken == []


def test_the_timeline_begins_no_later_than_the_ledger_ends(house: Household) -> None:
    newest = audit.timeline(house.archive.catalog, limit=3)
    for beyond in (1 << 53, 1 << 80):
        assert audit.timeline(house.archive.catalog, newest=beyond, limit=3) == newest
    assert audit.timeline(house.archive.catalog, newest=-7) == ()
