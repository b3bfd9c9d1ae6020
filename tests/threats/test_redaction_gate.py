"""T3, T8: the gate finds a registered source wherever and however a reading copy names it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model.ids import SourceRef
from archive.model.redaction import Leak, Marker, ReadingCopy, Reason
from archive.redaction import Description, leaks, mark_text, propose, stem_alone, unmark_span
from tests.unit.redaction.disguises import (
    HANGUL,
    HANGUL_NAMES,
    LATIN,
    LATIN_NAMES,
    NUMBERS,
    NUMERIC,
    RECORD,
    SALT,
    copy_of,
    hide,
    plan_for,
    register,
)

S42 = SourceRef("S-0042")
PLANTED = [
    pytest.param(name, disguise(name), id=f"{kind}-{i}-{j}")
    for kind, names, disguises in (
        ("latin", LATIN_NAMES, LATIN),
        ("hangul", HANGUL_NAMES, HANGUL),
        ("number", NUMBERS, NUMERIC),
    )
    for i, name in enumerate(names)
    for j, disguise in enumerate(disguises)
]


def _copy(**fields: object) -> ReadingCopy:
    given = {"record": RECORD, "title": "A letter", "text": "Nothing.", "salt": SALT} | fields
    return ReadingCopy(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "hidden"), PLANTED)
def test_every_disguise_is_blocked_in_every_field(name: str, hidden: str) -> None:
    matcher = register(name)
    planted = f"as {hidden}, said"
    for field, copy in (
        ("text", _copy(text=planted)),
        ("title", _copy(title=planted)),
        ("metadata:kind", _copy(metadata={"kind": planted})),
        ("metadata:date", _copy(date=planted)),
        ("metadata:language", _copy(language=planted)),
        ("metadata-name:0", _copy(metadata={planted: "x"})),
    ):
        found = leaks(copy, matcher)
        assert {leak.field for leak in found} == {field}
        assert {leak.source for leak in found} == {S42}


def test_copy_that_names_nobody_passes() -> None:
    matcher = register(*LATIN_NAMES, *HANGUL_NAMES, *NUMBERS)
    copy = _copy(text="The ferry left. 배가 떠났다. 2024-05-01", date="2024-05-01", language="ko")
    assert leaks(copy, matcher) == ()


def test_report_holds_places_and_never_the_words() -> None:
    (leak,) = leaks(_copy(text="so Ri Yong, said"), register("Ri Yong"))
    assert leak == Leak("text", 3, 10, S42)
    assert "Yong" not in repr(leak)


def test_name_of_which_a_part_was_left_by_hand_is_blocked() -> None:
    text = "Kim Myong-chol came; Kim Myong-chol went."
    matcher = register("Kim Myong-chol")
    plan = plan_for(text, *propose(text, matcher, ()))
    left = unmark_span(plan, 21, 22)
    found = leaks(copy_of(text, *left.redactions, matcher=matcher), matcher)
    assert [leak.field for leak in found] == ["text"]


@pytest.mark.parametrize("middle", ["Ri", "(the ferryman)", "a.k.a. Fox"])
def test_name_that_a_marker_interrupts_is_blocked(middle: str) -> None:
    text = f"Kim {middle} Myong-chol came"
    copy = copy_of(text, hide(4, 4 + len(middle)))
    assert "[redacted: S1]" in copy.text
    assert leaks(copy, register("Kim Myong-chol"))


def test_name_whose_halves_a_marker_holds_apart_is_blocked() -> None:
    copy = _copy(text="Lind[redacted: S2]qvist", markers=(Marker(4, 18, "[redacted: S2]"),))
    (leak,) = leaks(copy, register("Lindqvist"))
    assert (leak.start, leak.end) == (0, 23)


def test_false_marker_hides_nothing_from_the_gate() -> None:
    text = "said Ri Yong there"
    for label in ("Ri Yong", "[Source 0042]"):
        copy = _copy(text=text, markers=(Marker(5, 12, label),))
        assert [leak.field for leak in leaks(copy, register("Ri Yong"))] == ["text"]


def test_words_of_markers_are_no_leak_of_a_source_with_such_an_alias() -> None:
    text = "Ri Yong called 010-1234-5678"
    matcher = register("Ri Yong", "source", "redacted", "S2", "0042")
    copy = copy_of(text, *propose(text, matcher, ()), hide(15, 28, Reason.CONTACT), matcher=matcher)
    assert "[Source 0042]" in copy.text
    assert leaks(copy, matcher) == ()


def test_new_alias_blocks_a_copy_that_passed_before() -> None:
    text = "The ferryman of Wonsan said so."
    copy = copy_of(text)
    assert leaks(copy, register("Ri Yong")) == ()
    assert leaks(copy, register("Ri Yong", "ferryman of Wonsan"))


def test_term_marked_by_hand_is_hidden_from_the_title_too() -> None:
    text = "Nobody knew of the Orchard then."
    plan = mark_text(plan_for(text), text, "orchard", Reason.OPERATIONAL)
    copy = copy_of(text, *plan.redactions, description=Description("ORCHARD, again the Or-\nchard"))
    assert "rchard" not in (copy.text + copy.title).lower()


def test_hidden_words_are_nowhere_in_the_copy() -> None:
    text = "Canary Lindqvist wrote to canary@nest.example about 010-7777-8888."
    matcher = register("Canary Lindqvist")
    plan = plan_for(text, hide(0, 16), hide(26, 45), hide(52, 65))
    description = Description(
        "Canary Lindqvist 010-7777-8888",
        date="Canary",
        language="canary-lindqvist",
        metadata={"kind": "canary@nest.example", "from": "Lindqvist", "path": "/canary/lindqvist"},
    )
    copy = copy_of(text, *plan.redactions, matcher=matcher, description=description)
    shown = repr(replace(copy, salt="")).lower()
    assert not any(word in shown for word in ("canary", "lindqvist", "nest", "7777", "8888"))


@pytest.mark.parametrize(
    ("form", "text", "alone"),
    [
        ("Reed", "the reeds grew", True),
        ("Reed", "the Reeds came", False),
        ("Reed", "the reed grew", False),
        ("Reed", "the REEDS", False),
        ("reed", "the reeds grew", False),
        ("Tom Reed", "the reeds grew", False),
        ("김철", "the 김철은 came", False),
    ],
)
def test_everyday_word_of_the_same_stem_in_sight_is_no_leak(
    form: str, text: str, alone: bool
) -> None:
    assert stem_alone(form, text, 4) is alone
