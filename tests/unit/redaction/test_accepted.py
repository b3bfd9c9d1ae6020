"""Marks that a person accepted: what keeps them accepted, and what has to be looked at again."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from archive.model.redaction import Method, Reason, Redaction, Review
from archive.redaction import merge

places = st.tuples(st.integers(0, 20), st.integers(1, 10)).map(lambda p: (p[0], p[0] + p[1]))
reviews = st.sampled_from([Review.ACCEPTED, Review.NONE, Review.CARRIED])


def found(place: tuple[int, int], review: Review = Review.NONE) -> Redaction:
    return Redaction(*place, Reason.CONTACT, Method.DETECTOR, "mail", review=review, confidence=90)


@given(places, places)
def test_an_accepted_mark_stays_accepted_with_what_lies_inside_it_and_with_nothing_else(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    merged = merge([found(one, Review.ACCEPTED), found(two)])
    inside = one[0] <= two[0] and two[1] <= one[1]
    apart = two[1] <= one[0] or one[1] <= two[0]
    accepted = [mark for mark in merged if mark.review is Review.ACCEPTED]
    assert bool(accepted) == (inside or apart)


@example(
    given_marks=[((0, 10), Review.ACCEPTED), ((9, 11), Review.NONE), ((9, 11), Review.ACCEPTED)],
    random=Random(1),
)
@given(st.lists(st.tuples(places, reviews), max_size=6), st.randoms(use_true_random=False))
def test_what_is_accepted_does_not_depend_on_the_order_or_on_merging_twice(
    given_marks: list[tuple[tuple[int, int], Review]], random: object
) -> None:
    marks = [found(place, review) for place, review in given_marks]
    shuffled = list(marks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge(marks) == merge(shuffled)
    assert merge(merge(marks)) == merge(marks)


def test_what_was_carried_over_must_be_looked_at_although_it_was_accepted_before() -> None:
    mark = found((3, 9), Review.ACCEPTED)
    (merged,) = merge([mark, replace(mark, review=Review.CARRIED)])
    assert merged.review is Review.CARRIED
