"""Marks that begin or end inside what a reader sees as one letter hide all of it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.redaction import Reason
from archive.redaction import MARKER, mark_span, mark_text, occurrences
from tests.unit.redaction.disguises import copy_of, hide, plan_for

LABEL = "[redacted: S1]"


@pytest.mark.parametrize(
    ("text", "span", "shown"),
    [
        ("Jose\u0301 came", (0, 4), f"{LABEL} came"),  # the accent alone would stay
        ("Jose\u0301 came", (4, 5), f"{LABEL} came"),  # the accent alone is marked
        ("o\ufb03ce of \ufb01ve", (1, 2), f"{LABEL} of \ufb01ve"),  # a ligature inside a word
        ("\U00010437\U00010428 left", (0, 1), f"{LABEL} left"),  # outside the basic plane
        ("\U00010437\U00010428 left", (1, 2), f"{LABEL} left"),
        (
            "\u1112\u1161\u11ab \uac14\ub2e4",
            (1, 2),
            f"{LABEL} \uac14\ub2e4",
        ),  # one of three
        ("कि गया", (0, 1), f"{LABEL} गया"),  # a vowel sign that stands before its letter
        ("a\u200db\ufe0f went", (0, 1), f"{LABEL} went"),  # a joiner and a variation selector
        ("שלום\u0591 בא", (1, 2), f"{LABEL} בא"),  # right to left, with an accent
        ("a \U0001f468\u200d\U0001f469\u200d\U0001f467 b", (4, 5), f"a {LABEL} b"),  # one family
        ("\U0001f1f0\U0001f1f7 flew", (1, 2), f"{LABEL} flew"),  # a flag
        ("\U0001f44d\U0001f3fd so", (1, 2), f"{LABEL} so"),  # the colour of a hand
        ("x\ud83d y", (0, 1), f"{LABEL}\ufffd y"),  # half of a surrogate pair says nothing
    ],
)
def test_a_mark_takes_all_of_the_letter_that_it_cuts(
    text: str, span: tuple[int, int], shown: str
) -> None:
    assert copy_of(text, hide(*span)).text == shown


def test_marks_inside_one_another_and_across_are_one() -> None:
    text = "The red bicycle of Maren Kalt stood there"
    copy = copy_of(text, hide(4, 29), hide(8, 15), hide(19, 24), hide(24, 35))
    assert copy.text == f"The {LABEL} there"


def test_a_text_with_a_ligature_is_marked_by_its_letters() -> None:
    text = "The o\ufb03ce closed; the office opened."
    plan = mark_text(plan_for(text), text, "office", Reason.OPERATIONAL)
    assert [text[r.start : r.end] for r in plan.redactions] == ["o\ufb03ce", "office"]
    assert len(occurrences(text, "OFFICE")) == 2


letters = st.sampled_from("ab é\u0301\u0308\u200d\ufe0f\ufb01\U00010437ש\u0591한\u1112\u1161\n.-'")


@given(st.lists(letters, min_size=1, max_size=14).map("".join), st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_that_hangs_on_a_hidden_letter_is_left(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not text[start:end].strip():
        return
    plan = mark_span(plan_for(text), text, hide(start, end))
    copy = copy_of(text, *plan.redactions)
    for marker in MARKER.finditer(copy.text):
        after = copy.text[marker.end() : marker.end() + 1]
        assert not after or unicodedata.category(after) not in ("Mn", "Mc", "Me")
