"""The table of ASVS requirements: every test that it names is there, and no status is bare."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import ROOT

PAGE = ROOT / "docs" / "asvs.md"
STATES = {"met", "partly", "not met"}


def rows() -> list[list[str]]:
    """Return the cells of every row of the tables."""
    lines = re.findall(r"(?m)^\| (\d+\.\d+\.\d+) \| (.*) \|$", PAGE.read_text())
    return [[number, *rest.split(" | ")] for number, rest in lines]


def missing(cell: str) -> list[str]:
    """Return the tests in a cell that are not there."""
    gone = []
    for named in re.findall(r"`(tests/[^`]+)`", cell):
        path, _, name = named.partition("::")
        file = ROOT / path
        if not file.is_file() or (name and f"\ndef {name}(" not in file.read_text()):
            gone.append(named)
    return gone


def test_every_row_is_whole_and_in_order() -> None:
    table = rows()
    assert len(table) > 200
    assert {len(row) for row in table} == {6}
    assert {row[1] for row in table} == {"1", "2", "3"}
    assert {row[3] for row in table} == STATES
    numbers = [tuple(map(int, row[0].split("."))) for row in table]
    assert numbers == sorted(set(numbers))


def test_every_named_test_is_there() -> None:
    assert [one for row in rows() for one in missing(row[5])] == []


def test_what_is_met_without_a_test_names_a_page_or_says_why() -> None:
    bare = [row[0] for row in rows() if row[5] == "-" and not row[4].strip()]
    assert bare == []
    pages = {one for row in rows() for one in re.findall(r"`(docs/[^`]+)`", row[4])}
    assert [one for one in pages if not (ROOT / one).exists()] == []


@pytest.mark.parametrize(
    "cell", ["`tests/unit/webui/test_web_none.py`", "`tests/unit/webui/test_web_guard.py::test_x`"]
)
def test_a_test_that_is_not_there_is_seen(cell: str) -> None:
    assert len(missing(cell)) == 1
