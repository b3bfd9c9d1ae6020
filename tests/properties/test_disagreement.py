"""How far two readers are apart is a distance that ignores what readers may do differently."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extraction.disagreement import MAX_DISAGREEMENT, disagreement

words = st.lists(st.sampled_from(["rain", "barge", "moor", "aal", "쌀값", "12"]), max_size=30)
texts = words.map(" ".join)


@given(one=st.text(max_size=80), other=st.text(max_size=80))
def test_it_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0.0 <= disagreement(one, other) <= 1.0
    assert disagreement(one, other) == disagreement(other, one)
    assert disagreement(one, one) == 0.0


@given(one=texts, two=texts, three=texts)
def test_there_is_no_shorter_way_over_a_third(one: str, two: str, three: str) -> None:
    both = disagreement(one, two) + disagreement(two, three)
    assert disagreement(one, three) <= both + 1e-9


@given(found=words)
def test_order_case_spaces_and_punctuation_do_not_count(found: list[str]) -> None:
    other = sorted(found, reverse=True)
    assert disagreement(" ".join(found), ",\n ".join(other).upper()) == 0.0


@given(found=words.filter(lambda some: bool(some) and "쌀값" not in some), more=st.integers(1, 9))
def test_it_is_the_share_of_words_that_one_text_has_more(found: list[str], more: int) -> None:
    longer = " ".join([*found, *["extra"] * more])
    expected = more / (Counter(found).total() + more)
    assert disagreement(" ".join(found), longer) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the har-\nbour", "the harbour"),
        ("the har\u00ad\nbour", "the harbour"),
        ("쌀 값 이 올랐다", "쌀값이 올랐다"),
        ("\ufb01nal", "final"),
        ("", " \n. "),
    ],
)
def test_what_engines_do_differently_is_no_disagreement(one: str, other: str) -> None:
    assert disagreement(one, other) == 0.0


def test_a_name_that_one_reader_misses_is_seen() -> None:
    page = " ".join(f"word{number}" for number in range(40))
    assert disagreement(page, f"{page} Ilse") > MAX_DISAGREEMENT
    assert disagreement(page, "") == 1.0
