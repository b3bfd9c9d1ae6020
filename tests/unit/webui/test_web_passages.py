"""Text is cut into passages without losing, doubling or reordering a character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.model.ids import SourceRef
from archive.model.redaction import Marker, Method, Reason, Redaction
from archive.model.search import Snippet
from webui.passages import (
    REASONS,
    Passage,
    Stretch,
    copy_passages,
    hidden_as,
    lines,
    meaning,
    passages,
    snippet_passages,
)

offsets = st.integers(-5, 60)
stretches = st.lists(st.builds(Stretch, offsets, offsets, st.sampled_from(["a", "b"])), max_size=8)


def redaction(start: int, end: int, reason: Reason = Reason.CONTACT) -> Redaction:
    return Redaction(start, end, reason, Method.MANUAL, "manual")


redactions = st.lists(st.builds(redaction, offsets, offsets), max_size=8)


@given(st.text(max_size=50), stretches, st.integers(0, 9))
def test_passages_join_to_the_text(text: str, marks: list[Stretch], start: int) -> None:
    assert "".join(p.text for p in passages(text, marks, start)) == text


@given(st.text(max_size=50), stretches)
def test_a_character_is_labelled_exactly_when_a_stretch_covers_it(
    text: str, marks: list[Stretch]
) -> None:
    labelled = [p.label is not None for p in passages(text, marks) for _ in p.text]
    covered = [any(m.start <= at < m.end for m in marks) for at in range(len(text))]
    assert labelled == covered


@given(st.text(st.sampled_from("ab \n"), max_size=50), redactions)
def test_lines_join_to_the_text_and_label_what_the_whole_text_labels(
    text: str, marks: list[Redaction]
) -> None:
    rows = lines(text, marks)
    assert "\n".join("".join(p.text for p in row.passages) for row in rows) == text
    for row in rows:
        assert "".join(p.text for p in row.passages) == text[row.start : row.end]
        labelled = [p.label is not None for p in row.passages for _ in p.text]
        assert labelled == [
            any(m.start <= at < m.end for m in marks) for at in range(row.start, row.end)
        ]


def test_a_long_mark_reaches_over_lines_and_later_marks_still_show() -> None:
    rows = lines("one\ntwo\nthree", [redaction(1, 10), redaction(4, 5), redaction(11, 12)])
    shown = [[(p.text, p.label is not None) for p in row.passages] for row in rows]
    assert shown == [
        [("o", False), ("ne", True)],
        [("two", True)],
        [("th", True), ("r", False), ("e", True), ("e", False)],
    ]


def test_snippets_label_their_hits() -> None:
    found = snippet_passages(Snippet("the river rose", ((4, 9),)))
    assert found == (Passage("the "), Passage("river", "hit"), Passage(" rose"))


def test_marks_in_a_reading_copy_say_what_they_stand_for() -> None:
    text = "Ask [redacted: S2] or [Source 0042]."
    found = copy_passages(text, [Marker(4, 18, "[redacted: S2]"), Marker(22, 35, "[Source 0042]")])
    assert [p.label for p in found if p.label] == [
        f"hidden: {REASONS[Reason.CONTACT]}",
        f"hidden: {REASONS[Reason.SOURCE_IDENTITY]}",
    ]


def test_every_reason_has_words() -> None:
    for reason in Reason:
        assert str(REASONS[reason]) in meaning(f"[redacted: {reason.value}]")


def test_a_redaction_of_a_source_names_the_pseudonym() -> None:
    one = Redaction(0, 1, Reason.SOURCE_IDENTITY, Method.REGISTER, "register", SourceRef("S-0042"))
    assert hidden_as(one) == "S1, who a source is: S-0042"
