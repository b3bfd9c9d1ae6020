"""What the index shows to be free of a form is not opened; whatever is not sure of that is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.catalog.rows import IndexRow, OutboxKind, OutboxRow
from archive.model.access import Compartment, Level
from archive.model.ids import RecordId
from archive.model.redaction import ReadingCopy
from archive.model.search import IndexDocument
from archive.redaction import digest, encode_reading_copy
from archive.sealing import seal_bytes
from archive.search import WhooshIndex
from archive.services.headers import fresh_header
from archive.services.indexes.documents import reading_document
from archive.services.indexes.indexed_copies import clear_of
from archive.services.indexes.indexing import current_index, index_folder
from archive.services.reading import RELEASED
from archive.services.sources import aftermath
from archive.services.sources import entries as sources
from tests.small_archive import Small

NOBODY = "Quillemar Vantongeren"


def clear(small: Small, *forms: str) -> set[RecordId]:
    register = sources.searcher(forms)
    return set(clear_of(small.archive, small.people["archivist"], register, lambda _: None))


def foreseen(small: Small, *forms: str) -> list[RecordId]:
    found = sources.foresee_forms(small.archive, small.people["archivist"], forms)
    assert (found.checked, found.unreadable) == (1, ())
    return [one.record for one in found.affected]


def index(small: Small, *documents: IndexDocument) -> None:
    """Put an index of these documents in the place of the one that counts."""
    archive, key = small.archive, small.people["archivist"].index_key(Level.READING)
    made = WhooshIndex.create(archive.folder.index, key, random=archive.random)
    state = made.update(documents, [])
    made.close()
    row = (state.index_id, state.generation, state.manifest_digest)
    with archive.catalog.write() as tx:
        tx.indexes.put(IndexRow(archive.collection, Level.READING.value, *row))


def put_copy(small: Small, copy: ReadingCopy) -> None:
    """Put a copy in the place of the released one, under the same entry; the index has it not."""
    archive = small.archive
    header, key = fresh_header(archive, small.people["archivist"], Compartment.READING)
    sealed = seal_bytes(key, encode_reading_copy(copy), random=archive.random)
    with archive.catalog.write() as tx:
        row = tx.releases.get(copy.record)
        assert row is not None
        tx.headers.add_many([header])
        new = replace(row, header=header.id, sealed=sealed, copy_digest=digest(copy))
        tx.releases.put(new)


def wait(small: Small, kind: OutboxKind = OutboxKind.INDEX_READING) -> None:
    with small.archive.catalog.write() as tx:
        tx.outbox.add_many([OutboxRow(0, kind, small.archive.collection, small.released)])


def test_a_copy_that_the_index_shows_to_be_free_of_a_form_is_not_opened(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[RecordId] = []
    real = aftermath._opened

    def spy(*of: object) -> ReadingCopy:
        copy = real(*of)  # type: ignore[arg-type]
        opened.append(copy.record)
        return copy

    monkeypatch.setattr(aftermath, "_opened", spy)
    assert foreseen(small, NOBODY) == []
    assert opened == []
    assert foreseen(small, "copper kettles") == [small.released]
    assert opened == [small.released]


def test_a_copy_that_the_index_has_work_waiting_on_is_opened(small: Small) -> None:
    assert clear(small, NOBODY) == {small.released}
    put_copy(small, ReadingCopy(small.released, "A letter", f"{NOBODY} said so", "0" * 32))
    wait(small)
    assert clear(small, NOBODY) == set()
    assert foreseen(small, NOBODY) == [small.released]


def test_work_that_failed_too_often_is_still_work_that_waits(small: Small) -> None:
    wait(small)
    with small.archive.catalog.write() as tx:
        [row] = tx.outbox.all(small.archive.collection)
        for _ in range(6):
            tx.outbox.fail([row.id], "sealed-object-damaged")
        assert not tx.outbox.take(9, small.archive.collection, [OutboxKind.INDEX_READING])
    assert clear(small, NOBODY) == set()


def test_a_release_that_came_after_the_index_was_looked_at_is_opened(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = aftermath.clear_of

    def then_released(*of: object) -> dict[RecordId, int]:
        found = real(*of)  # type: ignore[arg-type]
        assert set(found) == {small.released}
        put_copy(small, ReadingCopy(small.released, "A letter", f"{NOBODY} said so", "0" * 32))
        with small.archive.catalog.write() as tx:
            row = tx.releases.get(small.released)
            assert row is not None
            tx.releases.put(replace(row, entry_index=row.entry_index + 1))
        return found

    monkeypatch.setattr(aftermath, "clear_of", then_released)
    archive, me = small.archive, small.people["archivist"]
    changed = sources.register(archive, me, sources.NewSource(NOBODY))
    assert [one.record for one in changed.aftermath.affected] == [small.released]


@pytest.mark.parametrize("harm", ["none", "changed", "gone", "another key"])
def test_without_an_index_that_can_be_read_every_copy_is_opened(small: Small, harm: str) -> None:
    row = current_index(small.archive, Level.READING)
    assert row is not None
    folder = index_folder(small.archive, row)
    if harm == "none":
        with small.archive.catalog.write() as tx:
            tx.indexes.remove(small.archive.collection, Level.READING.value)
    for file in folder.iterdir() if harm in ("changed", "gone") else ():
        if harm == "gone":
            file.unlink()
        elif file.stat().st_size:
            data = bytearray(file.read_bytes())
            data[len(data) // 2] ^= 1
            file.write_bytes(data)
    if harm == "another key":
        index(small)
        with small.archive.catalog.write() as tx:
            tx.indexes.put(replace(row, index_id=index_row(small).index_id))
    assert clear(small, NOBODY) == set()
    assert foreseen(small, "copper kettles") == [small.released]
    assert foreseen(small, NOBODY) == []


def index_row(small: Small) -> IndexRow:
    row = current_index(small.archive, Level.READING)
    assert row is not None
    return row


def test_a_record_that_the_index_does_not_hold_is_opened(small: Small) -> None:
    index(small)
    assert clear(small, NOBODY) == set()
    assert foreseen(small, "copper kettles") == [small.released]


@pytest.mark.parametrize(
    ("copy", "form"),
    [
        (ReadingCopy(RecordId(""), NOBODY, "A letter", "0" * 32), NOBODY),
        (ReadingCopy(RecordId(""), "A letter", "x", "0" * 32, date="2019-03-04"), "20190304"),
        (ReadingCopy(RecordId(""), "A letter", "x", "0" * 32, language="en-Nadenka"), "Nadenka"),
        (ReadingCopy(RecordId(""), "A", "x", "0" * 32, metadata={"kind": NOBODY}), NOBODY),
        (
            ReadingCopy(RecordId(""), "A", "x", "0" * 32, metadata={"kind": "Qui-\n ll"}),
            "Quill",
        ),
        (ReadingCopy(RecordId(""), "A letter", "x", "0" * 32, metadata={"kind": "a"}), "Kind"),
    ],
    ids=["title", "date", "language", "kind", "kind over a line end", "name of the kind"],
)
def test_what_a_copy_says_anywhere_is_looked_at_in_the_index(
    small: Small, copy: ReadingCopy, form: str
) -> None:
    copy = replace(copy, record=small.released)
    put_copy(small, copy)
    index(small, reading_document(copy.record, copy))
    assert clear(small, "Nobody Else") == {small.released}
    assert clear(small, form) == set()
    assert foreseen(small, form) == [small.released]


def test_what_was_released_last_is_told_by_its_entry(small: Small) -> None:
    with small.archive.catalog.read() as snapshot:
        places = snapshot.releases.places(RELEASED)
        [row] = snapshot.releases.of([small.released, small.kept])
    assert places == {small.released: row.entry_index}
    register = sources.searcher([NOBODY])
    found = clear_of(small.archive, small.people["archivist"], register, lambda _: None)
    assert found == places
