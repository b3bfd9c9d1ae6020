"""Lines with right-to-left words are in logical order, whatever the order on the page."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.readers.pdf import PdfReader
from archive.extraction.readers.pdf_order import Character, logical_order
from tests.unit.extraction.pdf_maker import right_to_left


def read(*shown: str) -> list[tuple[str, float]]:
    """Return the words of a line with their left sides; `shown` is in the order of the page."""
    found = PdfReader().read(right_to_left(" ".join(shown))).text
    assert found is not None
    return [(found.text[box.start : box.end], box.left) for box in found.boxes]


def backwards(word: str) -> str:
    return word[::-1]


SHALOM, OLAM, TOV = "שלום", "עולם", "טוב"


@pytest.mark.parametrize(
    ("shown", "logical"),
    [
        ([backwards(TOV), backwards(OLAM), backwards(SHALOM)], [SHALOM, OLAM, TOV]),
        (["abc", backwards(OLAM), backwards(SHALOM), "def"], ["abc", SHALOM, OLAM, "def"]),
        ([backwards(OLAM), "12/05/2024", backwards(SHALOM)], [SHALOM, "12/05/2024", OLAM]),
        (
            ["on", backwards(OLAM), "1,234.50", backwards(SHALOM), "it", "came"],
            ["on", SHALOM, "1,234.50", OLAM, "it", "came"],
        ),
        (
            [backwards(one) for one in (TOV, "kroY weN", TOV, OLAM, SHALOM)],
            [SHALOM, OLAM, TOV, "New", "York", TOV],
        ),
        (["Name:", backwards(SHALOM), "ok"], ["Name:", SHALOM, "ok"]),
    ],
)
def test_words_come_in_the_order_of_reading(shown: list[str], logical: list[str]) -> None:
    assert [word for word, _ in read(*shown)] == logical


def test_boxes_stay_with_their_words() -> None:
    places = dict(read("abc", backwards(OLAM), backwards(SHALOM), "def"))
    assert places["abc"] < places[OLAM] < places[SHALOM] < places["def"]


letters = st.sampled_from(["a", "b", "ש", "ל", "1", ".", " ", "\n"])


@given(text=st.text(letters, max_size=60), places=st.lists(st.integers(0, 99), min_size=60))
def test_nothing_is_lost_and_no_line_changes_its_words(text: str, places: list[int]) -> None:
    characters = [(one, range(at, at + 1)) for at, one in enumerate(text)]

    def place(word: list[Character]) -> float | None:
        return float(places[word[0][1].start])

    ordered = "".join(one for one, _ in logical_order(characters, place))
    lines = list(zip(text.split("\n"), ordered.split("\n"), strict=True))
    assert all(sorted(before.split()) == sorted(after.split()) for before, after in lines)
    assert all(
        before == after
        for before, after in lines
        if not any(unicodedata.bidirectional(one) == "R" for one in before)
    )


@given(words=st.lists(st.sampled_from([SHALOM, OLAM, "12", "3.5"]), max_size=8))
def test_a_line_that_is_in_logical_order_is_left_alone(words: list[str]) -> None:
    characters = [(one, range(at, at + 1)) for at, one in enumerate(" ".join(words))]
    assert logical_order(characters, lambda word: -float(word[0][1].start)) == characters
