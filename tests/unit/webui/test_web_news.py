"""Alerts by themselves: what is new stands on every page, counted from one's own index."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.bootstrap import open_archive
from archive.errors import SearchTimeout
from archive.model.access import Role
from archive.services import audit
from archive.services.reading_room import saved_searches
from archive.services.redaction import redact
from tests.canary import scan
from tests.unit.webui.webhouse import Clock, Household, Visitor, found, visitor, words
from webui.app import create_app

NAME, WORD = "wading birds", "godwit"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Household:
    made = found(tmp_path_factory.mktemp("news") / "archive", Clock())
    made.take_in({"one.txt": b"A godwit in the marsh.", "two.txt": b"A second godwit."})
    made.release("one.txt", bare=True)
    made.submit("two.txt", bare=True)
    made.archive.close()
    return made


@pytest.fixture
def house(built: Household, tmp_path: Path, clock: Clock) -> Iterator[Household]:
    place = tmp_path / "archive"
    shutil.copytree(built.archive.folder.path, place)
    made = Household(open_archive(place, clock=clock), records=built.records)
    yield made
    made.archive.close()


def let_out(house: Household) -> None:
    head, record = house.session(Role.CUSTODIAN), house.records["two.txt"]
    redact.approve(house.archive, head, record)
    redact.release(house.archive, head, record)


def save(house: Household, role: Role) -> None:
    one = visitor(house, role)
    one.get("/search")
    number = one.post("/search", query=WORD).location
    one.get(number)
    assert one.post(f"{number}/save", name=NAME).status_code == 303


def told(page: str) -> list[str]:
    return re.findall(r'<a class="news"[^>]*>([^<]*)</a>', page)


def entries(house: Household) -> int:
    return len(audit.timeline(house.archive.catalog, limit=10_000))


def test_a_member_is_told_on_signing_in_until_the_search_is_run(house: Household) -> None:
    save(house, Role.RESEARCHER)
    ines = visitor(house, Role.RESEARCHER)
    first = ines.get("/search").text
    assert (told(first), "new result" in words(first)) == ([], False)
    let_out(house)
    ines = Visitor(create_app(house.archive))
    assert ines.sign_in(Role.RESEARCHER).status_code == 303
    page = ines.get("/search").text
    assert told(page) == ["1 new result"]
    assert "Your saved searches have 1 new result." in words(page)
    again = ines.get("/about").text
    assert told(again) == ["1 new result"]
    assert "Your saved searches" not in words(again)
    assert "1 of 2" in words(ines.get("/search/saved").text)
    assert told(visitor(house, Role.CUSTODIAN).get("/search").text) == []
    assert told(visitor(house, Role.AUDITOR).get("/about").text) == []
    assert told(ines.follow("/search/saved", act="run", name=NAME).text) == []
    assert "0 of 2" in words(ines.get("/search/saved").text)


def test_it_is_counted_again_when_the_index_moved_on_but_not_for_every_page(
    house: Household, clock: Clock
) -> None:
    save(house, Role.RESEARCHER)
    ines = visitor(house, Role.RESEARCHER)
    assert told(ines.get("/about").text) == []
    before = entries(house)
    assert told(ines.get("/search").text) == []
    assert entries(house) == before
    let_out(house)
    before = entries(house)
    assert told(ines.get("/search").text) == []
    assert entries(house) == before
    clock.pass_(minutes=2)
    assert told(ines.get("/search").text) == ["1 new result"]
    assert entries(house) > before
    before = entries(house)
    clock.pass_(minutes=2)
    assert told(ines.get("/search").text) == ["1 new result"]
    assert entries(house) == before


def test_a_researcher_hears_nothing_of_originals(house: Household, clock: Clock) -> None:
    save(house, Role.RESEARCHER)
    save(house, Role.ARCHIVIST)
    ines = visitor(house, Role.RESEARCHER)
    assert told(ines.get("/search").text) == []
    before = saved_searches.basis(house.archive, house.session(Role.RESEARCHER))
    house.take_in({"late.txt": b"A godwit at last."})
    clock.pass_(minutes=2)
    assert told(ines.get("/search").text) == []
    assert saved_searches.basis(house.archive, house.session(Role.RESEARCHER)) == before
    assert told(visitor(house, Role.ARCHIVIST).get("/records").text) == ["1 new result"]


def test_a_count_that_cannot_be_made_holds_up_one_page_and_no_more(
    house: Household, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(house, Role.RESEARCHER)
    asked: list[int] = []

    def ask(*_: object, **__: object) -> object:
        asked.append(1)
        raise SearchTimeout

    monkeypatch.setattr(type(house.archive.searchers), "ask", ask)
    ines = visitor(house, Role.RESEARCHER)
    for _ in range(3):
        assert told(ines.get("/about").text) == []
        clock.pass_(minutes=2)
    assert len(asked) == 1


def test_neither_name_nor_words_are_left_outside_the_answer(house: Household) -> None:
    save(house, Role.RESEARCHER)
    ines: Visitor = visitor(house, Role.RESEARCHER)
    assert NAME in ines.get("/search/saved").text
    assert scan([house.archive.folder.path], [NAME, WORD]) == []
