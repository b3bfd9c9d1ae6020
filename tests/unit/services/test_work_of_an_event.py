"""What every page costs the catalog: few statements, and few of them while others wait to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from archive.model.access import Level
from archive.model.search import SearchRequest
from archive.services.events import look
from archive.services.reading_room import access
from archive.services.session import refresh
from tests.small_archive import Small, build


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = build(tmp_path_factory.mktemp("archive"))
    look(made.archive, made.people["researcher"])  # connects
    yield made
    made.archive.close()


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are carried out in the block, without `BEGIN`."""
    found: list[str] = []

    def note(*told: object) -> None:
        if not str(told[2]).startswith("BEGIN"):
            found.append(str(told[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_an_event_reads_its_member_the_ledgers_end_and_the_object_once(small: Small) -> None:
    with statements(small.archive.catalog._writer) as found:
        look(small.archive, small.people["researcher"])
    assert [one.split()[0] for one in found] == ["SELECT"] * 3 + ["INSERT", "UPDATE", "INSERT"]


def test_a_search_writes_its_sealed_query_with_its_event(small: Small) -> None:
    request = SearchRequest("kettles")
    with statements(small.archive.catalog._writer) as found:
        access.search(small.archive, small.people["researcher"], request, Level.READING)
    assert len(found) == 7


def test_a_members_rights_are_looked_at_in_one_statement(small: Small) -> None:
    with statements(small.archive.catalog._readers) as found:
        refresh(small.archive, small.people["researcher"])
    assert len(found) == 1
