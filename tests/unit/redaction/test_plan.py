"""Plans: proposing, marking, unmarking, and what is refused."""

from __future__ import annotations

import hashlib

import pytest

from archive.errors import BindingMismatch, InvalidValue
from archive.model.ids import SourceRef
from archive.model.redaction import Method, Reason, Redaction, RedactionPlan
from archive.redaction import (
    default_detectors,
    mark_span,
    mark_text,
    merge,
    propose,
    subtract,
    text_digest,
    unmark_span,
    validate,
)
from tests.unit.redaction.disguises import hide, plan_for, register


def _places(plan: RedactionPlan) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in plan.redactions]


def test_proposal_unites_register_and_detectors() -> None:
    text = "Ri Yong <ri@mail.example>, 010-1234-5678"
    found = propose(text, register("Ri Yong"), default_detectors())
    assert [(text[r.start : r.end], r.method, r.detector) for r in found] == [
        ("Ri Yong", Method.REGISTER, "register"),
        ("ri@mail.example", Method.DETECTOR, "mail"),
        ("010-1234-5678", Method.DETECTOR, "phone"),
    ]
    assert [one.source for one in found] == ["S-0042", None, None]


def test_register_gives_the_label_where_it_overlaps_a_detector() -> None:
    text = "write to ri.yong@mail.example today"
    (one,) = propose(text, register("Ri Yong"), default_detectors())
    assert text[one.start : one.end] == "ri.yong@mail.example"
    assert (one.method, one.source) == (Method.REGISTER, "S-0042")


def test_name_that_comes_together_when_others_are_hidden_is_proposed() -> None:
    text = "Kim Lee Song Myong-chol"
    found = propose(text, register("Kim Myong-chol", "Lee Song"), ())
    assert {"Kim", "Myong", "chol"} <= {
        word for one in found for word in text[one.start : one.end].replace("-", " ").split()
    }


def test_what_a_person_marked_gives_the_label_before_a_detector() -> None:
    detected = Redaction(0, 9, Reason.CONTACT, Method.DETECTOR, "mail")
    marked = hide(2, 4, Reason.LEGAL)
    assert merge([detected, marked]) == (hide(0, 9, Reason.LEGAL),)


def test_touching_redactions_stay_apart() -> None:
    assert merge([hide(0, 3), hide(3, 5)]) == (hide(0, 3), hide(3, 5))


def test_subtracting_from_the_middle_leaves_both_ends() -> None:
    assert subtract([hide(0, 9)], 3, 5) == (hide(0, 3), hide(5, 9))


def test_marking_a_span_leaves_white_space_at_its_ends() -> None:
    text = "a secret word"
    assert _places(mark_span(plan_for(text), text, hide(1, 9))) == [(2, 8)]


@pytest.mark.parametrize("span", [(-1, 3), (3, 3), (5, 2), (0, 99), (1, 2)])
def test_span_that_is_empty_blank_or_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    text = "a secret"
    with pytest.raises(InvalidValue) as refusal:
        mark_span(plan_for(text), text, hide(*span))
    assert "secret" not in str(refusal.value)


def test_marking_a_text_hides_every_occurrence_however_it_is_written() -> None:
    text = "Blue House; BLUE\nHOUSE, the blue-house. Bluehouse"
    plan = mark_text(plan_for(text), text, "Blue House", Reason.OPERATIONAL)
    assert [text[a:b].lower().replace("-", " ").replace("\n", " ") for a, b in _places(plan)] == [
        "blue house",
        "blue house",
        "blue house",
        "bluehouse",
    ]
    assert {one.reason for one in plan.redactions} == {Reason.OPERATIONAL}


def test_marking_a_text_can_name_its_source() -> None:
    text = "the ferryman"
    plan = mark_text(plan_for(text), text, "ferryman", Reason.SOURCE_IDENTITY, SourceRef("S-0007"))
    assert [one.source for one in plan.redactions] == ["S-0007"]


def test_marking_a_word_leaves_words_that_contain_it() -> None:
    text = "art, party, Art"
    assert _places(mark_text(plan_for(text), text, "art", Reason.LEGAL)) == [(0, 3), (12, 15)]


@pytest.mark.parametrize(("needle", "place"), [("arty", (6, 10)), ("***", (11, 14))])
def test_text_that_stands_only_inside_words_is_marked_there(
    needle: str, place: tuple[int, int]
) -> None:
    text = "art, party ***"
    assert _places(mark_text(plan_for(text), text, needle, Reason.LEGAL)) == [place]


@pytest.mark.parametrize("needle", ["", "  ", "zebra", "\u200b"])
def test_text_that_does_not_occur_is_refused(needle: str) -> None:
    text = "a horse"
    with pytest.raises(InvalidValue) as refusal:
        mark_text(plan_for(text), text, needle, Reason.LEGAL)
    assert "zebra" not in str(refusal.value)


def test_marking_is_not_derived_from_other_orders() -> None:
    text = "Blue House and House Blue"
    assert _places(mark_text(plan_for(text), text, "Blue House", Reason.LEGAL)) == [(0, 10)]


def test_unmarking_takes_back_whole_redactions() -> None:
    plan = plan_for("one two three", hide(0, 3), hide(4, 7), hide(8, 13))
    assert _places(unmark_span(plan, 5, 6)) == [(0, 3), (8, 13)]


def test_unmarking_where_nothing_is_marked_is_refused() -> None:
    with pytest.raises(InvalidValue):
        unmark_span(plan_for("one two", hide(0, 3)), 3, 7)


def test_marking_and_unmarking_leave_the_given_plan_alone() -> None:
    text = "one two"
    plan = plan_for(text)
    mark_span(plan, text, hide(0, 3))
    assert plan == plan_for(text)


def test_plan_for_another_text_is_refused() -> None:
    with pytest.raises(BindingMismatch):
        validate(plan_for("one two", hide(0, 3)), "one two ")


@pytest.mark.parametrize("span", [(0, 8), (-2, 3), (3, 3)])
def test_plan_that_reaches_outside_its_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(InvalidValue):
        validate(plan_for("one two", hide(*span)), "one two")


def test_text_digest_is_sha256_of_utf8() -> None:
    assert text_digest("김") == hashlib.sha256("김".encode()).hexdigest()
    assert text_digest("\ud800") != text_digest("\ud801")
