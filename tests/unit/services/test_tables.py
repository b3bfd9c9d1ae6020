"""CSV tables hold what they are given, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.services.printing.tables import MARK, cell, table

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "  ="]
)
def test_a_cell_that_would_be_a_formula_is_quoted(start: str) -> None:
    assert cell(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize("value", ["rice = price", "a-b", "'quoted", "", "쌀값", 3])
def test_any_other_cell_is_as_it_is(value: object) -> None:
    assert cell(value) == str(value)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_a_table_is_read_back_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    written = table(("one", "two"), rows)
    assert written.startswith(MARK)
    back = list(csv.reader(StringIO(written.removeprefix(MARK), newline="")))
    assert back == [["one", "two"], *([cell(value) for value in row] for row in rows)]
    assert all(not value.startswith(("=", "+", "-", "@", "\t", "\r")) for r in back for value in r)


def test_where_semicolons_part_cells_none_begins_inside_of_one() -> None:
    written = table(("title",), [("kettles;=1+1",), ('a";=1+1;"',)]).removeprefix(MARK)
    rows = list(csv.reader(StringIO(written, newline=""), delimiter=";"))
    assert rows == [["title"], ["kettles;=1+1"], ['a";=1+1;"']]
