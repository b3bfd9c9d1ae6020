"""What every `SearchIndex` promises; each implementation and way of opening runs all of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import (
    ArchiveBusy,
    IndexTampered,
    InvalidValue,
    QuerySyntax,
    QueryTooBroad,
    RecordNotFound,
)
from archive.model.search import IndexDocument
from archive.search import FACETS, SearchIndex
from tests.unit.search.shelf import Shelf, ask, document, found, record, records

HARVEST = document(
    1, "The harvest came late to Namsin.", "Harvest report", date="2024-03-05", language="en"
)
LETTER = document(
    2, "장마당에서 쌀값이 올랐다. Namsin was quiet.", "편지", date="2023", language="ko"
)
DIARY = document(3, "Nothing was written that winter.", "Diary of a driver", language="en-GB")


@pytest.fixture(params=["lazy", "eager"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "index", eager=request.param == "eager")


@pytest.fixture
def index(shelf: Shelf) -> Iterator[SearchIndex]:
    made = shelf.create(HARVEST, LETTER, DIARY)
    state = made.state
    made.close()
    opened = shelf.open(state)
    yield opened
    opened.close()


def test_a_new_index_has_no_hits_and_no_suggestions(shelf: Shelf) -> None:
    results = ask(shelf.create(), "harvest")
    assert (results.total, results.hits, results.suggestion) == (0, (), None)
    assert results.facets == {facet: {} for facet in FACETS}


def test_a_hit_carries_what_the_document_says(index: SearchIndex) -> None:
    (hit,) = ask(index, "late").hits
    assert (hit.record, hit.title, hit.date) == (record(1), "Harvest report", "2024-03-05")
    assert hit.snippet.text == HARVEST.text
    assert [hit.snippet.text[a:b] for a, b in hit.snippet.hits] == ["late"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("namsin", {1, 2}),
        ("Namsin HARVESTS", {1}),
        ("harvest OR driver", {1, 3}),
        ("namsin NOT harvest", {2}),
        ("NOT namsin", {3}),
        ('"came late"', {1}),
        ('"late came"', set()),
        ('"report the harvest"', set()),
        ("(harvest OR driver) AND (winter OR 쌀)", {3}),
        ("win*", {3}),
        ("장마당", {2}),
        ("쌀값", {2}),
        ('"쌀값이"', {2}),
        ("장마*", {2}),
        ("마당이", set()),
        ("namsin.", {1, 2}),
        ("ｎａｍｓｉｎ", {1, 2}),
    ],
)
def test_a_query_finds_what_it_says(index: SearchIndex, query: str, numbers: set[int]) -> None:
    assert set(found(index, query)) == set(records(sorted(numbers)))


def test_a_document_that_is_added_again_replaces_its_own(shelf: Shelf) -> None:
    index = shelf.create(HARVEST, LETTER)
    index.update([document(1, "barley only")], [])
    assert found(index, "harvest") == []
    assert found(index, "barley") == [record(1)]
    assert ask(index, "NOT nowhere").total == 2


def test_of_two_documents_of_one_record_in_one_update_the_later_stays(shelf: Shelf) -> None:
    index = shelf.create(HARVEST)
    index.update([document(1, "first"), document(2, "other"), document(1, "second")], [])
    assert found(index, "first OR harvest") == []
    assert found(index, "second") == [record(1)]


def test_removal_comes_before_addition_in_one_update(shelf: Shelf) -> None:
    index = shelf.create(HARVEST, LETTER)
    index.update([document(1, "barley only")], records([1, 2]))
    assert found(index, "NOT nowhere") == [record(1)]


def test_a_removed_document_is_nowhere_to_be_found(shelf: Shelf) -> None:
    index = shelf.create(HARVEST, LETTER)
    index.update([], [record(1)])
    assert found(index, "harvest OR harv* OR late") == []
    assert ask(index, "harvst").suggestion is None
    assert ask(index, "namsin").facets["language"] == {"ko": 1}


def test_the_removal_of_what_is_not_there_changes_nothing(shelf: Shelf) -> None:
    index = shelf.create(HARVEST)
    index.update([], [record(9)])
    assert found(index, "harvest") == [record(1)]


def test_an_index_can_be_emptied_and_filled_again(shelf: Shelf) -> None:
    index = shelf.create(HARVEST)
    index.update([], [record(1)])
    assert ask(index, "NOT nowhere").total == 0
    index.update([LETTER], [])
    assert found(index, "NOT nowhere") == [record(2)]


def test_every_update_is_the_next_generation_of_the_same_index(shelf: Shelf) -> None:
    index = shelf.create()
    states = [index.state, index.update([HARVEST], []), index.update([], [])]
    assert [state.generation for state in states] == [0, 1, 2]
    assert len({state.index_id for state in states}) == 1
    assert len({state.manifest_digest for state in states}) == 3
    assert index.state == states[-1]


def test_a_generation_can_be_opened_until_the_next_one_is_pruned(shelf: Shelf) -> None:
    index = shelf.create(HARVEST)
    before = index.state
    after = index.update([LETTER], [record(1)])
    old = shelf.open(before)
    assert found(old, "namsin") == [record(1)]
    old.close()
    index.prune()
    assert found(shelf.open(after), "namsin") == [record(2)]
    with pytest.raises(IndexTampered):
        shelf.open(before)


def test_a_reader_keeps_its_generation_while_another_writes_and_prunes(shelf: Shelf) -> None:
    writer = shelf.create(HARVEST)
    reader = shelf.open(writer.state)
    errors: list[Exception] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.wait(0.002):
                assert found(reader, "namsin") == [record(1)]
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(4):
        writer.update([document(10 + number, "Namsin again")], [record(1)])
        writer.prune()
    done.set()
    thread.join()
    assert errors == []
    assert ask(writer, "namsin").total == 4


def test_there_is_one_writer_until_it_prunes_or_closes(shelf: Shelf) -> None:
    first = shelf.create(HARVEST)
    second = shelf.open(first.state)
    first.update([LETTER], [])
    for act in (lambda: second.update([DIARY], []), second.prune):
        with pytest.raises(ArchiveBusy):
            act()
    first.prune()
    third = shelf.open(first.state)
    third.update([DIARY], [])
    third.close()
    first.update([DIARY], [])


def test_an_index_that_others_have_moved_on_is_not_written_to(shelf: Shelf) -> None:
    first = shelf.create(HARVEST)
    late = shelf.open(first.state)
    first.update([], [record(1)])
    first.prune()
    with pytest.raises(ArchiveBusy):
        late.update([LETTER], [])
    assert found(late, "harvest") == [record(1)]


def test_an_update_that_fails_leaves_everything_as_it_was(shelf: Shelf) -> None:
    index = shelf.create(HARVEST)
    files = shelf.files(index.state)

    def documents() -> Iterator[IndexDocument]:
        yield LETTER
        raise RecordNotFound

    state = index.state
    with pytest.raises(RecordNotFound):
        index.update(documents(), [record(1)])
    assert index.state == state
    assert found(index, "namsin") == [record(1)]
    assert shelf.files(state) == files
    shelf.open(state).update([LETTER], [])


def test_hits_come_best_first_and_by_record_where_scores_are_equal(shelf: Shelf) -> None:
    index = shelf.create(
        document(5, "the river and the road", "Road"),
        document(4, "river river river by the bank", "Notes"),
        document(3, "a river with many words more than the others have in all", "Notes"),
        document(2, "river stone", "River"),
        document(7, "river stone wall", "Notes"),
        document(6, "river stone wall", "Notes"),
    )
    hits = ask(index, "river").hits
    assert [hit.record for hit in hits] == records([2, 4, 6, 7, 5, 3])
    assert hits[2].score == hits[3].score
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_rare_word_counts_more_than_a_common_one(shelf: Shelf) -> None:
    common = [document(10 + n, "stone wall") for n in range(8)]
    index = shelf.create(*common, document(99, "amber wall"))
    assert found(index, "stone OR amber")[0] == record(99)


def test_a_word_in_the_title_counts_as_one_in_the_text(shelf: Shelf) -> None:
    index = shelf.create(document(1, "river wall", "Stone"), document(2, "stone wall", "River"))
    assert found(index, "river") == records([1, 2])


def test_a_word_that_the_query_repeats_counts_again(shelf: Shelf) -> None:
    index = shelf.create(document(1, "stone wall"), document(2, "amber wall"))
    assert found(index, "stone OR amber OR amber") == records([2, 1])
    assert found(index, "stone OR amber OR stone") == records([1, 2])


def test_pages_are_the_whole_list_in_pieces(shelf: Shelf) -> None:
    index = shelf.create(*(document(n, "stone " * (n % 4 + 1)) for n in range(23)))
    whole = found(index, "stone", limit=100)
    pages = [found(index, "stone", limit=7, page=page) for page in (1, 2, 3, 4, 5)]
    assert [hit for page in pages for hit in page] == whole
    assert [len(page) for page in pages] == [7, 7, 7, 2, 0]
    assert ask(index, "stone", limit=7, page=5).total == 23


def test_records_of_one_date_come_in_order_of_their_ids(shelf: Shelf) -> None:
    index = shelf.create(*(document(n, "stone " * n, date="2024") for n in (8, 3, 7)))
    assert found(index, "stone", sort="date") == records([3, 7, 8])
    assert found(index, "stone", sort="-date") == records([3, 7, 8])


def test_order_by_date_puts_what_has_none_last_both_ways(shelf: Shelf) -> None:
    dated = {1: "2024-03-05", 2: "2023", 3: None, 4: "2024-03-05T10:00", 5: "some day", 6: "2024"}
    index = shelf.create(*(document(n, "stone", date=date) for n, date in dated.items()))
    assert found(index, "stone", sort="date") == records([2, 6, 1, 4, 3, 5])
    assert found(index, "stone", sort="-date") == records([1, 4, 6, 2, 3, 5])


@pytest.mark.parametrize(
    ("first", "last", "numbers"),
    [
        ("2024-03-05", None, [1, 3]),
        (None, "2024-03-04", [2, 3]),
        ("2024-03", "2024-03", [1, 3]),
        ("2024-04-01", "2024-04-30", [3]),
        ("2025", None, []),
        (None, None, [1, 2, 3, 4]),
    ],
)
def test_a_date_filter_takes_what_may_be_of_those_days(
    shelf: Shelf, first: str | None, last: str | None, numbers: list[int]
) -> None:
    dated = {1: "2024-03-05", 2: "2023-12", 3: "2024", 4: None}
    index = shelf.create(*(document(n, "stone", date=date) for n, date in dated.items()))
    assert found(index, "stone", date_from=first, date_to=last) == records(numbers)


def test_a_language_filter_takes_its_regions_in(index: SearchIndex) -> None:
    assert set(found(index, "NOT nowhere", language="EN")) == set(records([1, 3]))
    assert found(index, "NOT nowhere", language="en-GB") == [record(3)]
    assert found(index, "NOT nowhere", language="e") == []


def valued(**facets: str) -> dict[str, tuple[str, ...]]:
    return {name: (value,) for name, value in facets.items()}


def test_facets_count_all_matches_and_filter_them(shelf: Shelf) -> None:
    index = shelf.create(
        document(1, "stone", facets=valued(year="2024", type="text/plain", source="S-0001")),
        document(2, "stone", facets=valued(year="2023", type="text/plain"), language="ko"),
        document(3, "stone", facets=valued(year="2024")),
        document(4, "other", facets=valued(year="2024")),
    )
    results = ask(index, "stone", limit=1)
    assert {facet: counts for facet, counts in results.facets.items() if counts} == {
        "language": {"ko": 1},
        "year": {"2024": 2, "2023": 1},
        "type": {"text/plain": 2},
        "source": {"S-0001": 1},
    }
    assert list(results.facets["year"]) == ["2024", "2023"]
    assert found(index, "stone", facets=valued(year="2024")) == records([1, 3])
    narrowed = ask(index, "stone", facets=valued(year="2024", type="text/plain"))
    assert narrowed.facets["source"] == {"S-0001": 1}


@pytest.mark.parametrize(
    "request_",
    [
        {"facets": {"title": ("x",)}},
        {"facets": {"words": ("x",)}},
        {"limit": 0},
        {"limit": 101},
        {"page": 0},
        {"page": 10_001},
        {"sort": "record"},
        {"date_from": "yesterday"},
        {"date_to": "2024-02-30"},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    index: SearchIndex, request_: dict[str, object]
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        ask(index, "stone", **request_)
    assert "yesterday" not in str(refusal.value)


def test_a_document_with_a_facet_that_is_not_kept_is_refused(shelf: Shelf) -> None:
    with pytest.raises(InvalidValue):
        shelf.create(document(1, "stone", facets=valued(informant="x")))


@pytest.mark.parametrize("query", ["", "   ", "...", '""', "( )", "AND", "stone AND", '"stone'])
def test_a_query_without_a_meaning_is_refused_even_by_an_empty_index(
    shelf: Shelf, query: str
) -> None:
    with pytest.raises(QuerySyntax):
        ask(shelf.create(), query)


def test_a_prefix_of_too_many_words_is_refused(shelf: Shelf) -> None:
    texts = [" ".join(f"stone{number:03}{part}" for number in range(129)) for part in "ab"]
    index = shelf.create(document(1, texts[0]))
    assert found(index, "sto*") == [record(1)]
    index.update([document(2, texts[1])], [])
    with pytest.raises(QueryTooBroad):
        ask(index, "sto*")
    assert found(index, "stone00*") == records([1, 2])


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("harvset", "harvest"),
        ("Namsim driver", "namsin driver"),
        ("harvest", None),
        ("harvests", None),
        ("zzzzzzzz", None),
        ("harvest winter", "harvest OR winter"),
        ('"came late" winter', '"came late" OR winter'),
        ("harvest AND NOT winterr", None),
        ("장마단", None),
    ],
)
def test_a_suggestion_is_made_of_words_that_the_index_has(
    index: SearchIndex, query: str, suggestion: str | None
) -> None:
    assert ask(index, query).suggestion == suggestion


def test_a_suggestion_finds_something(index: SearchIndex) -> None:
    for query in ("harvset", "drivr", "harvest winter", "winther nothng"):
        suggestion = ask(index, query).suggestion
        assert suggestion is not None
        assert found(index, suggestion) != []
