"""Set text in other scripts: from right to left, letters joined, markers whole."""

from __future__ import annotations

import pytest

from archive.redaction.pages.fonts import is_drawn, is_legible
from archive.redaction.pages.shaping import in_sight, is_leftwards, seen
from archive.redaction.pages.typeset import sheets

ARABIC = is_drawn("\ufedb")


def _words(line: str, *, leftwards: bool) -> list[str]:
    return [word for word, _ in in_sight(line.split(" "), leftwards=leftwards)]


def test_words_of_a_hebrew_line_are_seen_from_the_right() -> None:
    assert _words("שלום טוב בוקר", leftwards=True) == ["בוקר", "טוב", "שלום"]


def test_latin_words_keep_their_order_within_a_hebrew_line() -> None:
    assert _words("אמר Anna Lind 1987 לי", leftwards=True) == ["לי", "Anna", "Lind", "1987", "אמר"]


def test_hebrew_words_turn_within_a_latin_line() -> None:
    assert _words("he said שלום טוב twice", leftwards=False) == [
        "he",
        "said",
        "טוב",
        "שלום",
        "twice",
    ]


def test_numbers_and_brackets_of_a_word_are_seen_as_they_are_read() -> None:
    assert seen("(שנה") == "הנש)"
    assert seen("1987)", leftwards=True) == "(1987"
    assert seen("1987)") == "1987)"


@pytest.mark.skipif(not ARABIC, reason="no Arabic font here")
def test_arabic_letters_join() -> None:
    assert seen("كتب") == "\ufe90\ufe98\ufedb"
    assert seen("لا") == "\ufefb"


def test_the_first_letter_says_which_way_a_paragraph_goes() -> None:
    assert is_leftwards("12. שלום Anna")
    assert not is_leftwards("Anna שלום")


def test_no_line_ends_within_a_marker() -> None:
    text = " ".join(["word"] * 9 + ["[Source 0042]"] * 40)
    (sheet,) = sheets("", text)
    assert len(sheet) > 3
    assert sum(line.text.count("[Source 0042]") for line in sheet) == 40


def test_every_sheet_stands_under_the_same_head() -> None:
    first, second, *_ = sheets("Set anew.", "\n".join(map(str, range(80))))
    assert first[0] == second[0]
    assert first[0].text == "Set anew."


def test_a_word_that_is_longer_than_a_line_is_parted() -> None:
    (sheet,) = sheets("", "x" * 300 + " end")
    assert "".join(line.text for line in sheet).replace(" ", "") == "x" * 300 + "end"


def test_letters_that_no_font_has_are_not_legible() -> None:
    assert is_legible("Plain words, 1987. ☃ ⚙")
    assert not is_legible("plain \U00011d00\U00011d01\U00011d02")
    assert is_legible("")
