"""Folding, terms, snippets, suggestions and dates, by example."""

from __future__ import annotations

import pytest

from archive.errors import InvalidValue
from archive.model.search import Snippet
from archive.search import dates
from archive.search.analysis import analyse_document
from archive.search.folding import fold
from archive.search.grammar import parse
from archive.search.query import positive_leaves
from archive.search.snippets import WIDTH
from tests.unit.search.shelf import snippet


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STONE", "stone"),
        ("ｓｔｏｎｅ", "stone"),
        ("Chŏngŭn", "chongun"),
        ("José", "Jose\u0301"),
        ("sto\u00adne", "stone"),
        ("sto\u200bne", "stone"),
        ("\u1112\u1167\u11af", "혈"),
        ("ｶﾞ", "ガ"),
        ("ﬁne", "fine"),
    ],
)
def test_two_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("혈", "현"), ("が", "か"), ("й", "и"), ("a", "b")])
def test_marks_that_make_another_letter_stay(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def by_term(text: str, title: str = "") -> dict[str, list[int]]:
    found = analyse_document(title, text, None).text.by_term()
    return {term.replace("\x01", "|"): positions for term, positions in found.items()}


def test_words_are_stems_and_runs_are_pairs_and_words() -> None:
    assert by_term("혜산에 kbs방송 북 핵", "stones_2024") == {
        "stone": [0],
        "2024": [1],
        "혜": [3],
        "혜산": [3],
        "|ko|혜산": [3],
        "산에": [4],
        "에": [5],
        "kbs": [6],
        "방": [7],
        "방송": [7],
        "|ko|방송": [7],
        "송북": [8],
        "|ko|북": [9],
        "북핵": [9],
        "핵": [10],
        "|ko|핵": [10],
    }
    found = analyse_document("stones_2024", "혜산에 kbs방송", None)
    assert found.words == {"stones", "2024", "kbs", "혜산", "방송"}
    assert found.text.length == 8
    assert found.title.terms == ["stone", "2024"]


def test_a_word_counts_up_to_a_length() -> None:
    assert by_term("x" * 99 + " y") == {"x" * 64: [1], "y": [2]}


def cut(text: str, query: str) -> Snippet:
    return snippet(text, positive_leaves(parse(query)))


def marked(made: Snippet) -> list[str]:
    return [made.text[start:end] for start, end in made.hits]


def test_a_snippet_shows_where_most_of_the_query_stands() -> None:
    filler = "nothing here " * 40
    made = cut(f"{filler}stone {filler}river of stone {filler}", "stone OR river")
    assert marked(made) == ["river", "stone"]
    assert len(made.text) <= WIDTH


def test_a_snippet_begins_and_ends_between_words() -> None:
    text = " ".join(f"word{n:05}" for n in range(200))
    made = cut(text, "word00100")
    assert set(made.text.split()) <= set(text.split())
    assert marked(made) == ["word00100"]


@pytest.mark.parametrize(
    ("text", "query", "hits"),
    [
        ("Stones, stoned and stonewall", "stone", ["Stones", "stoned"]),
        ("the stone-wall, the stone of the wall", '"stone wall"', ["stone-wall"]),
        ("Chŏngŭn … came to the o\u00adffice", "chongun office", ["Chŏngŭn", "o\u00adffice"]),
        ("김정은이 혜산에서", "김정은 혜산", ["김정은", "혜산"]),
        ("KBS방송은", "방송 kbs", ["KBS", "방송"]),
        ("3월 5일에", "5일", ["5일"]),
        ("harvest harvester sharvest", "harv*", ["harvest", "harvester"]),
        ("stone wall", "stone NOT river", ["stone"]),
        ("stone wall", "stone stone sto*", ["stone"]),
        ("nothing", "stone", []),
        ("", "stone", []),
    ],
)
def test_a_snippet_marks_what_matches(text: str, query: str, hits: list[str]) -> None:
    assert marked(cut(text, query)) == hits


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2024-03-05", ("2024-03-05", "2024-03-05")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2023", ("2023-01-01", "2023-12-31")),
        ("2024-03-05T23:59:59+09:00", ("2024-03-05", "2024-03-05")),
        ("2024-02-30", None),
        ("2024-13", None),
        ("0000", None),
        ("5 March", None),
        ("", None),
    ],
)
def test_a_date_is_the_days_that_it_may_mean(text: str, days: dates.Span | None) -> None:
    assert dates.span(text) == days


def test_bounds_of_a_request_are_whole_years_and_months_too() -> None:
    assert dates.bounds(None, None) is None
    assert dates.bounds("2023", "2024-02") == ("2023-01-01", "2024-02-29")
    assert dates.bounds(None, "2024") == ("0001-01-01", "2024-12-31")
    assert dates.bounds("2024", None) == ("2024-01-01", "9999-12-31")
    with pytest.raises(InvalidValue):
        dates.bounds("2024", "soon")
