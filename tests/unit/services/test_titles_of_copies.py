"""A picture without words is found by the title that an archivist gave it, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image

from archive.errors import InvalidValue, NotPermitted
from archive.model.access import Level, Role
from archive.model.ids import RecordId
from archive.model.search import SearchRequest
from archive.services.reading_room import access
from archive.services.redaction import redact
from archive.services.redaction.plan_history import undo
from archive.services.redaction.titles import LONGEST, entitle
from tests.unit.extraction.picture_maker import encoded
from tests.unit.webui.webhouse import SOURCE_NAME, Clock, Household, found

SKY = Image.linear_gradient("L").resize((200, 150)).convert("RGB")
FILES = {"dsc-0042-sesame.png": encoded(SKY), "other-sesame.png": encoded(SKY.rotate(180))}

SHOWN = "Dusk over a harbour, by [Source 0001]"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    made = found(tmp_path_factory.mktemp("titles") / "archive", Clock())
    made.take_in(FILES)
    yield made
    made.archive.close()


def _found(house: Household, query: str) -> list[RecordId]:
    reader = house.session(Role.RESEARCHER)
    request = SearchRequest(query=query)
    return [hit.record for hit in access.search(house.archive, reader, request).hits]


def test_a_researcher_finds_a_picture_by_its_title_and_not_by_its_file_name(
    house: Household,
) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["dsc-0042-sesame.png"]
    view = entitle(house.archive, me, record, f"  Dusk over a harbour,\nby {SOURCE_NAME} ")
    assert view.title == f"Dusk over a harbour, by {SOURCE_NAME}"
    house.release("dsc-0042-sesame.png")
    assert redact.preview(house.archive, me, record).title == SHOWN
    assert _found(house, "dusk") == [record]
    assert [_found(house, word) for word in ("sesame", *SOURCE_NAME.split())] == [[], [], []]
    reader = house.session(Role.RESEARCHER)
    page = access.records(house.archive, reader, level=Level.READING, limit=10)
    assert [one.title for one in page.items if one.record == record] == [SHOWN]


def test_a_title_is_undone_taken_back_and_bounded(house: Household) -> None:
    me, record = house.session(Role.ARCHIVIST), house.records["other-sesame.png"]
    entitle(house.archive, me, record, "Dawn")
    assert undo(house.archive, me, record).title == ""
    entitle(house.archive, me, record, "Noon")
    assert entitle(house.archive, me, record, "").title == ""
    assert redact.preview(house.archive, me, record).title == "Untitled record"
    for wrong in ("", "x" * (LONGEST + 1)):
        with pytest.raises(InvalidValue):
            entitle(house.archive, me, record, wrong)
    with pytest.raises(NotPermitted):
        entitle(house.archive, house.session(Role.RESEARCHER), record, "Mine")
