"""What long work says of itself where there is no terminal."""

from __future__ import annotations

import pytest

from archive.cli.context import Door
from archive.cli.progress import page_bar
from archive.cli.settings import Settings


@pytest.mark.parametrize("first", [1, 8])
def test_many_pages_are_announced_once_whatever_is_told_first(
    first: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with page_bar(Door(Settings({}))) as told:
        for done in (first, 40, 60, first, 60):
            told(done, 60)
    assert capsys.readouterr().err.splitlines() == [
        "60 pages; looking at one takes a second or two."
    ]


def test_a_few_pages_are_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    with page_bar(Door(Settings({}))) as told:
        told(1, 3)
    assert capsys.readouterr().err == ""
