"""Reading copies: what a reader sees where something is hidden, and what is never shown."""

from __future__ import annotations

import pytest

from archive.errors import BindingMismatch, InvalidValue
from archive.model.ids import SourceRef
from archive.model.redaction import Marker, Method, Reason, Redaction
from archive.redaction import (
    UNTITLED,
    Description,
    SourceMatcher,
    TextRenderer,
    default_detectors,
    propose,
)
from tests.unit.redaction.disguises import SALT, copy_of, hide, plan_for, register


def _shown(text: str, *words: str, reason: Reason = Reason.SOURCE_IDENTITY) -> str:
    """Return the reading copy of `text` in which each of the words is hidden where it stands."""
    spots = [hide(text.index(word), text.index(word) + len(word), reason) for word in words]
    return copy_of(text, *spots).text


def _sourced(start: int, end: int, source: str) -> Redaction:
    ref = SourceRef(source)
    return Redaction(start, end, Reason.SOURCE_IDENTITY, Method.REGISTER, "register", ref)


def test_marker_names_the_pseudonym_or_the_reason() -> None:
    text = "Ri Yong called 010-1234-5678."
    copy = copy_of(text, _sourced(0, 7, "S-0042"), hide(15, 28, Reason.CONTACT))
    assert copy.text == "[Source 0042] called [redacted: S2]."
    assert copy.markers == (
        Marker(0, 13, "[Source 0042]"),
        Marker(21, 35, "[redacted: S2]"),
    )


@pytest.mark.parametrize(
    ("text", "hidden", "shown"),
    [
        ("그는 김명철은 모른다", "김명철", "그는 [redacted: S1] 모른다"),
        ("an unhappy man", "happ", "an [redacted: S1] man"),
        ("Ri Yong's boat", "Ri Yong", "[redacted: S1] boat"),
        ("the Kim-led group", "Kim", "the [redacted: S1] group"),
        ("Myong-chol came", "Myong", "[redacted: S1] came"),
        ("a Rene\u0301 b", "Rene", "a [redacted: S1] b"),
        ("x fox_9 y", "fox", "x [redacted: S1] y"),
        ("昨天王小明来了", "王小明", "昨天[redacted: S1]来了"),
        ("so (Kim) said", "Kim", "so ([redacted: S1]) said"),
        ("go - Kim - go", "Kim", "go - [redacted: S1] - go"),
    ],
)
def test_marker_swallows_the_part_words_around_it(text: str, hidden: str, shown: str) -> None:
    assert _shown(text, hidden) == shown


@pytest.mark.parametrize("between", ["", " ", ", ", "\n", " - ", "\u00ad", "\u200b"])
def test_neighbours_of_one_label_become_one_marker(between: str) -> None:
    text = f"saw 王{between}明 there"
    end = 5 + len(between)
    copy = copy_of(text, hide(4, 5), hide(end, end + 1))
    assert copy.text == "saw [redacted: S1] there"


def test_neighbours_of_different_labels_stay_two_markers() -> None:
    copy = copy_of("Ri Yong, Pak Il", _sourced(0, 7, "S-0001"), _sourced(9, 15, "S-0002"))
    assert copy.text == "[Source 0001], [Source 0002]"


def test_overlapping_and_nested_redactions_are_one_marker() -> None:
    copy = copy_of("one two three", hide(0, 7), hide(4, 13), hide(5, 6))
    assert copy.text == "[redacted: S1]"


@pytest.mark.parametrize(
    ("text", "hidden", "shown"),
    [
        ("the long\nKim went\nhome at\nlast", "Kim", "the long [redacted: S1] went home at last"),
        ("a  wide    Kim      gap", "Kim", "a wide [redacted: S1] gap"),
        (
            "first\n\nsaw Kim\nhere\n\nlast  one",
            "Kim",
            "first\n\nsaw [redacted: S1] here\n\nlast one",
        ),
        ("From: Kim\nTo: all\n\nx\ny", "Kim", "From: [redacted: S1]\nTo: all\n\nx\ny"),
        ("- Kim\n- two\n  more", "Kim", "- [redacted: S1]\n- two\n  more"),
        ("Name ........ Kim", "Kim", "Name ... [redacted: S1]"),
        ("보낸 사람: 김\n받는 사람: 모두", "김", "보낸 사람: [redacted: S1]\n받는 사람: 모두"),
        ("| Kim     | x |\n|-------|---|", "Kim", "| [redacted: S1] | x |\n|---|---|"),
    ],
)
def test_wrapping_and_padding_around_a_marker_are_taken_away(
    text: str, hidden: str, shown: str
) -> None:
    assert _shown(text, hidden) == shown


def test_text_without_redactions_keeps_its_lines_and_blanks() -> None:
    text = "a  b\n\tc\n\n......\nd"
    assert copy_of(text).text == text


def test_unseen_characters_and_odd_line_ends_are_not_passed_on() -> None:
    text = "a\u200bb\u202ec\x00d\ufeff e\u00a0f\r\ng\u2028h\ud800i\ufffe\ufffd\u0301"
    assert copy_of(text).text == "abcd e f\ng\nh\ufffdi\ufffd\u0301"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [Source 0042] now", "see (Source 0042) now"),
        ("see [redacted: S2]", "see (redacted: S2)"),
        ("[ SOURCE 1", "( SOURCE 1"),
        ("[\u200bSource 7]", "(Source 7)"),
        ("[1] resources [sourced]", "[1] resources [sourced]"),
    ],
)
def test_original_cannot_imitate_a_marker(text: str, shown: str) -> None:
    copy = copy_of(text)
    assert copy.text == shown
    assert copy.markers == ()


def test_title_and_kind_are_redacted_by_register_detectors_and_plan() -> None:
    text = "The blue house. Nothing else."
    copy = copy_of(
        text,
        hide(4, 14, Reason.OPERATIONAL),
        matcher=register("Ri Yong"),
        description=Description(
            "Ri  Yong on the BLUE\nHOUSE, ri@mail.example",
            metadata={"kind": "letter of Yong Ri", "author": "Ri Yong", "path": "/x"},
        ),
    )
    assert copy.title == "[Source 0042] on the [redacted: S5], [redacted: S2]"
    assert copy.metadata == {"kind": "letter of [Source 0042]"}


@pytest.mark.parametrize("title", ["Ri Yong", "  ri-yong!  ", "Ri Yong, Ri Yong"])
def test_title_of_which_nothing_is_left_is_replaced(title: str) -> None:
    copy = copy_of("x", matcher=register("Ri Yong"), description=Description(title))
    assert copy.title == UNTITLED


def test_missing_title_is_taken_from_the_redacted_text() -> None:
    text = "Ri Yong\n\n\nwas in   Wonsan\nthen"
    description = Description(" ")
    copy = copy_of(text, _sourced(0, 7, "S-0042"), description=description)
    assert copy.title == "was in Wonsan"
    assert copy_of("\n", description=description).title == UNTITLED


def test_long_title_ends_with_a_whole_word_and_a_whole_marker() -> None:
    words = "ferry " * 18
    copy = copy_of(
        "x", matcher=register("Ri Yong"), description=Description(f"{words}gulls Ri Yong " * 2)
    )
    assert copy.title == f"{words}gulls"


def test_title_that_would_name_a_source_when_cut_is_replaced() -> None:
    title = "x" * 116 + "_Kimberley"
    copy = copy_of("x", matcher=register("Kim"), description=Description(title))
    assert copy.title == UNTITLED


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2024-05-01", "2024-05-01"),
        ("2024-05", "2024-05"),
        ("2024", "2024"),
        ("1 May, at Ri Yong's", None),
        ("2024-05-01T10:00", None),
        ("1999-01-02", None),
        (None, None),
    ],
)
def test_date_passes_only_as_a_calendar_date_that_is_no_alias(
    date: str | None, shown: str | None
) -> None:
    description = Description("A letter", date=date, language=date)
    copy = copy_of("x", matcher=register("19990102"), description=description)
    assert copy.date == shown
    assert copy.language is None


@pytest.mark.parametrize("language", ["en", "ko-KR", "zh-Hant-TW"])
def test_language_passes_as_a_tag(language: str) -> None:
    assert copy_of("x", description=Description("t", language=language)).language == language


def test_plan_of_another_text_is_not_rendered() -> None:
    with pytest.raises(BindingMismatch):
        TextRenderer(SourceMatcher([]), ()).render(
            plan_for("one"), "two", Description("t"), salt=SALT
        )


def test_redaction_outside_the_text_is_not_rendered() -> None:
    with pytest.raises(InvalidValue):
        copy_of("one", hide(1, 9))


def test_proposed_plan_renders_a_letter_as_a_person_would_expect() -> None:
    text = (
        "From: Pak Sun-hui <sunhui@mail.example>\n"
        "Subject: boats\n\n"
        "Pak Sun-\nhui's brother says that\nthe boats are late. Call\n+82 10-1111-2222.\n\n"
        "박순희는 기다린다.\n"
    )
    plan = propose(text, register("Pak Sun-hui", "박순희"), default_detectors())
    assert copy_of(text, *plan).text == (
        "From: [Source 0042] <[redacted: S2]>\n"
        "Subject: boats\n\n"
        "[Source 0042] brother says that the boats are late. Call [redacted: S2].\n\n"
        "[Source 0042] 기다린다.\n"
    )
