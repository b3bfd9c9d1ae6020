"""T2, T3: a description is sealed, signed, versioned, no reader's, and goes with its record."""

from __future__ import annotations

import pytest

from archive.errors import (
    DescriptionChanged,
    IntegrityError,
    InvalidValue,
    NotPermitted,
    RecordNotFound,
)
from archive.model.access import Level
from archive.model.description import Description, Element
from archive.services.holdings import erasure
from archive.services.holdings.describing import MAX_VALUE, describe
from archive.services.reading_room import access
from tests.canary import scan
from tests.catalog_file import by_hand
from tests.small_archive import Small

SCOPE = "Letters of the Quillfeather lighthouse"
NOTE = "Two leaves are scorched"


def shown(small: Small, who: str = "archivist") -> Description | None:
    view = access.show(small.archive, small.people[who], small.kept, Level.ORIGINALS)
    return view.description


def test_elements_are_written_changed_and_taken_away_one_version_each(small: Small) -> None:
    archive, tam, head = small.archive, small.people["archivist"], small.people["custodian"]
    assert shown(small) == Description()
    describe(archive, tam, small.kept, {Element.NOTE: NOTE, Element.SCOPE: f" {SCOPE}\r\n"})
    assert shown(small) == Description({Element.SCOPE: SCOPE, Element.NOTE: NOTE}, 1)
    describe(archive, head, small.kept, {Element.SCOPE: ""}, seen=1)
    assert shown(small) == Description({Element.NOTE: NOTE}, 2)
    describe(archive, tam, small.kept, {Element.NOTE: ""})
    assert shown(small) == Description({}, 3)
    with pytest.raises(InvalidValue):
        describe(archive, tam, small.kept, {Element.NOTE: " "})


def test_a_form_that_saw_another_version_changes_nothing(small: Small) -> None:
    archive, tam = small.archive, small.people["archivist"]
    describe(archive, tam, small.kept, {Element.NOTE: NOTE}, seen=0)
    with pytest.raises(DescriptionChanged):
        describe(archive, tam, small.kept, {Element.NOTE: "mine"}, seen=0)
    assert shown(small) == Description({Element.NOTE: NOTE}, 1)


@pytest.mark.parametrize("text", ["x" * (MAX_VALUE + 1), "a\0b", "a\x1bb", "\u202eabc"])
def test_what_cannot_be_shown_is_refused_by_the_name_of_its_element(
    small: Small, text: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        describe(small.archive, small.people["archivist"], small.kept, {Element.NOTE: text})
    assert "“note”" in (refused.value.next_step)
    assert text not in str(refused.value)
    assert shown(small) == Description()


@pytest.mark.parametrize("who", ["researcher", "auditor"])
def test_nobody_else_writes_it_and_no_reader_is_shown_it(small: Small, who: str) -> None:
    describe(small.archive, small.people["archivist"], small.released, {Element.NOTE: NOTE})
    with pytest.raises(NotPermitted):
        describe(small.archive, small.people[who], small.released, {Element.NOTE: "mine"})
    if who == "researcher":
        seen = access.show(small.archive, small.people[who], small.released, Level.READING)
        assert seen.description is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM openings WHERE entry_index = ?",
        "UPDATE openings SET sealed = (SELECT sealed FROM openings LIMIT 1) WHERE entry_index = ?",
    ],
)
def test_values_that_were_taken_or_exchanged_on_the_disk_are_missed(
    small: Small, statement: str
) -> None:
    tam = small.people["archivist"]
    describe(small.archive, tam, small.released, {Element.NOTE: "of another record"})
    describe(small.archive, tam, small.kept, {Element.NOTE: NOTE})
    with by_hand(small.archive.folder.catalog) as db:
        (index,) = db.execute("SELECT max(entry_index) FROM openings").fetchone()
        db.execute(statement, (index,))
    with pytest.raises(IntegrityError):
        shown(small)


def test_no_word_of_it_is_in_clear_and_erasure_takes_every_version(small: Small) -> None:
    archive, head = small.archive, small.people["custodian"]
    describe(archive, head, small.kept, {Element.SCOPE: SCOPE})
    describe(archive, head, small.kept, {Element.SCOPE: NOTE})
    assert scan([archive.folder.path], [SCOPE, NOTE]) == []
    with by_hand(archive.folder.catalog) as db:
        (before,) = db.execute("SELECT count(*) FROM openings").fetchone()
    erasure.erase(archive, head, small.kept, "order 12")
    with by_hand(archive.folder.catalog) as db:
        (after,) = db.execute("SELECT count(*) FROM openings").fetchone()
    assert before - after >= 2
    with pytest.raises(RecordNotFound):
        describe(archive, head, small.kept, {Element.NOTE: NOTE})
