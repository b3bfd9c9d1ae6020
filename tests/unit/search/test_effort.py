"""What a question costs is counted in steps: the same each time, and bounded by what it asks."""

from __future__ import annotations

from itertools import pairwise

import pytest

from archive.errors import QueryTooBroad
from archive.model.search import SearchRequest
from archive.search import WhooshIndex, effort, searching
from archive.search.grammar import parse
from archive.search.query import positive_leaves
from archive.search.snippets import _LOOKS, places
from tests.unit.search.shelf import Shelf, document

WORDS = tuple(f"{one}{two}rn" for one in "bdfgkl" for two in "aeiou")
PLENTY = 1 << 40


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> WhooshIndex:
    shelf = Shelf(tmp_path_factory.mktemp("index"))
    return shelf.create(*(document(n, " ".join(WORDS[n % 7 :]) + " end") for n in range(60)))


class Steps:
    """Counts the steps of what is done in a `with` block."""

    def __enter__(self) -> Steps:
        self._bound = effort.bounded(PLENTY, last=True)
        self._bound.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        share = effort._SHARE.get()
        assert share is not None
        self.taken = PLENTY - share.left
        self._bound.__exit__(None, None, None)


@pytest.mark.parametrize(
    "query",
    ["barn", "barn OR dern", "barn dern", '"barn bern"', '"barn born"~9', "bar*", "ba?n", "barn~"],
)
def test_a_question_costs_the_same_each_time(index: WhooshIndex, query: str) -> None:
    costs = set()
    for _ in range(3):
        with Steps() as steps:
            searching.search(index.view, SearchRequest(query))
        costs.add(steps.taken)
    assert len(costs) == 1
    assert costs.pop() > 60


def test_more_words_cost_more(index: WhooshIndex) -> None:
    with Steps() as few:
        searching.search(index.view, SearchRequest("barn"))
    with Steps() as many:
        searching.search(index.view, SearchRequest(" OR ".join(WORDS)))
    assert many.taken > 4 * few.taken


def test_marking_many_words_in_a_long_text_costs_no_more_than_marking_one() -> None:
    text = "some quite ordinary words of a very long letter " * 40_000
    one, many = (positive_leaves(parse(query)) for query in ("barn", " OR ".join(WORDS)))
    assert len(many) == len(WORDS)
    for leaves in (one, many):
        with Steps() as steps:
            places(text, leaves)
        assert steps.taken < 1.2 * _LOOKS


def test_words_near_one_another_are_read_once_for_all_that_ask_for_them() -> None:
    text = " ".join(WORDS) * 50
    pairs = [f'"{a} {b}"~5' for a, b in pairwise(WORDS[:21])]
    together = places(text, positive_leaves(parse(" OR ".join(pairs))))
    for number, pair in enumerate(pairs):
        alone = [(one.start, one.end) for one in places(text, positive_leaves(parse(pair)))]
        assert alone == [(one.start, one.end) for one in together if one.leaf == number]
        assert alone


def test_a_short_question_that_turns_out_long_is_no_refusal(index: WhooshIndex) -> None:
    with pytest.raises(effort.Exceeded), effort.bounded(100, last=False):
        searching.search(index.view, SearchRequest(" OR ".join(WORDS)))
    with pytest.raises(effort.Exceeded), effort.bounded(100, last=False):
        searching.batch(index.view, ("end", " OR ".join(WORDS)), 0)


def test_a_question_beyond_its_last_steps_is_refused_with_what_to_do(index: WhooshIndex) -> None:
    with pytest.raises(QueryTooBroad) as refusal, effort.bounded(100, last=True):
        searching.search(index.view, SearchRequest(" OR ".join(WORDS)))
    assert "fewer" in refusal.value.next_step


def test_a_line_of_a_batch_takes_no_more_than_its_part(index: WhooshIndex) -> None:
    lines = (" OR ".join(WORDS), "end") * 2
    with effort.bounded(PLENTY, last=True):
        rows = searching.batch(index.view, lines, 0)
    assert [row.error for row in rows] == [None] * 4
    with effort.bounded(1_000 * len(lines), last=True):
        rows = searching.batch(index.view, lines, 0)
    assert [row.error for row in rows] == ["query-too-broad", None] * 2
