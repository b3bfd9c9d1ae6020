"""Facets, orders, completions, likeness and lists: all from one view, and the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import InvalidValue, QuerySyntax, QueryTooBroad, RecordNotFound
from archive.model.search import SearchRequest
from archive.search import WhooshIndex, ordering, searching
from archive.search.suggestions import complete
from tests.unit.search.shelf import Shelf, ask, document, found, record, records

PARAGRAPH = (
    "The ferry came late to the northern landing with forty copper kettles and a load of rice, "
    "and the harbour master wrote in his ledger that nobody had paid for the crossing."
)


@pytest.fixture
def index(tmp_path: Path) -> WhooshIndex:
    years = {"2021": (1, 2, 3), "2022": (4, 5), "2023": (6,)}
    documents = [
        document(
            number,
            f"stone {'wall ' * number}",
            f"Title {9 - number}",
            date=f"{year}-0{number}",
            language="ko" if number % 2 else "en-GB",
            facets={"year": (year,), "tag": ("even",) if number % 2 == 0 else ("odd", "low")},
        )
        for year, numbers in years.items()
        for number in numbers
    ]
    return Shelf(tmp_path).create(*documents, document(7, "undated stone", "Aaa"))


def test_values_of_one_facet_are_alternatives_and_facets_narrow_each_other(
    index: WhooshIndex,
) -> None:
    chosen = {"year": ("2021", "2023"), "tag": ("odd",)}
    results = ask(index, "stone", facets=chosen, sort="date")
    assert [hit.record for hit in results.hits] == records([1, 3])
    assert results.total == 2
    assert results.facets["year"] == {"2021": 2, "2022": 1}
    assert results.facets["tag"] == {"even": 2, "low": 2, "odd": 2}
    assert results.facets["language"] == {"ko": 2}


def test_the_counts_of_a_facet_say_what_adding_a_value_gives(index: WhooshIndex) -> None:
    for value, count in ask(index, "stone", facets={"year": ("2023",)}).facets["year"].items():
        assert ask(index, "stone", facets={"year": (value,)}).total == count


def test_a_facet_can_be_chosen_with_a_hundred_values_and_no_more(index: WhooshIndex) -> None:
    assert ask(index, "stone", facets={"tag": tuple(map(str, range(100)))}).total == 0
    with pytest.raises(InvalidValue):
        ask(index, "stone", facets={"tag": tuple(map(str, range(101)))})


def test_titles_are_an_order_and_too_many_are_refused(
    index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(index, "stone", sort="title") == records([7, 6, 5, 4, 3, 2, 1])
    assert found(index, "stone", sort="title", limit=3, page=2) == records([4, 3, 2])
    monkeypatch.setattr(ordering, "MAX_TITLED", 6)
    with pytest.raises(QueryTooBroad):
        ask(index, "stone", sort="title")


def test_a_search_stays_within_earlier_ones(index: WhooshIndex) -> None:
    assert found(index, "stone", within=("undated",)) == [record(7)]
    assert ask(index, "wall", within=("undated",)).total == 0
    with pytest.raises(QuerySyntax):
        ask(index, "stone", within=('"',))
    with pytest.raises(InvalidValue):
        ask(index, "stone", within=("stone",) * 9)


def test_a_hit_says_how_often_and_where(index: WhooshIndex) -> None:
    hit = ask(index, "wall", facets={"year": ("2021",)}, sort="-date").hits[0]
    assert (hit.record, hit.count, hit.places) == (record(3), 3, (6, 11, 16))
    assert hit.ends == (10, 15, 20)


def test_completions_are_words_of_the_index_with_the_most_frequent_first(
    index: WhooshIndex,
) -> None:
    assert complete("big st", 5, index.view) == ["big stone"]
    assert complete("und", 5, index.view) == ["undated"]
    assert complete("zzz", 5, index.view) == []
    assert complete("stone ", 5, index.view) == []
    assert complete("", 5, index.view) == []
    assert len(complete("t", 1, index.view)) == 1


def test_what_is_like_a_record_is_found_by_its_rarest_words(tmp_path: Path) -> None:
    index = Shelf(tmp_path).create(
        document(1, PARAGRAPH),
        document(2, "A copper kettle was sold at the northern landing."),
        document(3, "The budget of the year was passed by the council and the board."),
        document(4, PARAGRAPH.replace("forty", "fifty")),
    )
    results = ask(index, "", like=record(1))
    assert [hit.record for hit in results.hits][:2] == records([4, 2])
    assert record(1) not in [hit.record for hit in results.hits]
    assert found(index, "budget", like=record(1)) == [record(3)]
    with pytest.raises(RecordNotFound):
        ask(index, "", like=record(9))


def test_texts_nearly_the_same_are_put_under_the_first(tmp_path: Path) -> None:
    index = Shelf(tmp_path).create(
        document(1, PARAGRAPH * 3),
        document(2, PARAGRAPH * 3 + " Filed twice."),
        document(3, "The ferry came late; everything else was different in the second report."),
    )
    assert ask(index, "ferry", collapse=False).total == 3
    collapsed = ask(index, "ferry", collapse=True, sort="date")
    assert [(h.record, h.similar) for h in collapsed.hits] == [
        (record(1), (record(2),)),
        (record(3), ()),
    ]
    assert collapsed.total == 3


def test_an_export_has_every_hit_in_the_order_of_the_pages(
    index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sort in ("relevance", "date", "-date", "title"):
        request = SearchRequest("stone", sort=sort, limit=2)
        pages = [
            hit
            for page in (1, 2, 3, 4)
            for hit in ask(index, "stone", sort=sort, limit=2, page=page).hits
        ]
        exported = searching.export(index.view, request)
        assert [(h.record, h.title, h.date, h.score) for h in exported] == [
            (h.record, h.title, h.date, h.score) for h in pages
        ]
    assert searching.export(index.view, SearchRequest("nothing")) == ()
    assert searching.matching(index.view, SearchRequest("stone")) == tuple(records(range(1, 8)))
    monkeypatch.setattr(searching, "MAX_EXPORT", 6)
    with pytest.raises(QueryTooBroad):
        searching.export(index.view, SearchRequest("stone"))
    with pytest.raises(QueryTooBroad):
        searching.matching(index.view, SearchRequest("stone"))


def test_a_line_of_a_batch_that_is_refused_stops_no_other(index: WhooshIndex) -> None:
    lines = ("wall", '"unclosed', "nothing", "x" * 3000, "undated stone")
    rows = searching.batch(index.view, lines, 2)
    assert [row.line for row in rows] == list(lines)
    assert [row.total for row in rows] == [6, 0, 0, 0, 1]
    assert [row.error for row in rows] == [None, "query-syntax", None, "query-too-broad", None]
    assert len(rows[0].top) == 2
    assert rows[4].top == ((record(7), "Aaa"),)
    assert searching.batch(index.view, ("wall",), 0)[0].top == ()
