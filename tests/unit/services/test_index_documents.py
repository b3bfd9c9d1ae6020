"""Documents kept for the index: only of records as they were stored, and only so much."""

from __future__ import annotations

from archive.model.ids import RecordId
from archive.model.search import IndexDocument
from archive.services.indexes.documents import Fresh

ONE, OTHER = RecordId("one"), RecordId("other")
STORED = "a" * 64


def document(record: RecordId, text: str = "kettles") -> IndexDocument:
    return IndexDocument(record=record, title="A letter", text=text)


def test_what_was_kept_is_given_for_the_manifest_that_was_stored() -> None:
    fresh = Fresh()
    fresh.keep(STORED, document(ONE))
    assert fresh.of({ONE: STORED, OTHER: STORED}) == {ONE: document(ONE)}


def test_a_record_that_changed_since_is_opened() -> None:
    fresh = Fresh()
    fresh.keep(STORED, document(ONE))
    assert fresh.of({ONE: "b" * 64}) == {}


def test_a_record_that_is_gone_from_the_catalog_is_not_given() -> None:
    fresh = Fresh()
    fresh.keep(STORED, document(ONE))
    assert fresh.of({}) == {}


def test_no_more_is_kept_than_fits_into_memory() -> None:
    fresh = Fresh()
    half = "x" * (9 << 20)
    fresh.keep(STORED, document(ONE, half))
    fresh.keep(STORED, document(OTHER, half))
    assert set(fresh.of({ONE: STORED, OTHER: STORED})) == {ONE}
