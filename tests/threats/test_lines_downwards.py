"""T3: a line that is read downwards is hidden from top to bottom, whatever the name's length."""

from __future__ import annotations

import pytest

from archive.model.objects import CanonicalText, WordBox
from archive.model.redaction import Method, Reason, Redaction
from archive.redaction.pages import PageLayout, lay_out

LETTER, ROWS, COLUMNS = 14.0, 22, 5
FILLING = "항구의장부는그해봄에다시쓰였다배가늦게들어온날사람들은시장에모여있었다"
WORDS = ["שלום", "הנמל", "נכתב"]


def _column(letters: str, name: str) -> PageLayout:
    """Return what is seen of a page of columns, from right to left, with a name hidden."""
    at = letters.index(name)
    boxes = []
    for number in range(len(letters)):
        row, column = number % ROWS, number // ROWS
        left, top = 300 - column * LETTER * 1.2, 400 - row * LETTER * 1.1
        boxes.append(WordBox(2 * number, 2 * number + 1, 0, left, top - LETTER, left + LETTER, top))
    text = CanonicalText("\n".join(letters), "made", (0,), tuple(boxes))
    hidden = Redaction(2 * at, 2 * (at + len(name)) - 1, Reason.SOURCE_IDENTITY, Method.MANUAL, "m")
    return lay_out(text, (hidden,), ()).page(0, 400.0, 420.0)


def _page(name: str) -> PageLayout:
    letters = (FILLING * 4)[: ROWS + 8] + name + (FILLING * 4)[ROWS + 8 :]
    return _column(letters[: ROWS * COLUMNS], name)


@pytest.mark.parametrize("name", ["리솔", "리솔남", "리솔남궁"])
def test_a_column_of_letters_is_hidden_whole_and_no_other_one(name: str) -> None:
    (box,) = _page(name).boxes
    assert box == _page("리솔남").boxes[0]
    assert box.top >= 400
    assert box.bottom <= 400 - (ROWS - 1) * LETTER * 1.1 - LETTER
    assert box.left <= 300 - LETTER * 1.2
    assert box.right <= 300


def test_names_below_one_another_are_hidden_in_their_rows() -> None:
    boxes, at = [], 0
    names = ["Ottla Brin", "Maren Kalt", "Jo Vast", "Edda Quill"]
    for row, name in enumerate(names):
        for column, word in enumerate((*name.split(), f"{row}.")):
            left = 72 + 90.0 * column
            top = 700 - 14.0 * row
            boxes.append(WordBox(at, at + len(word), 0, left, top - 10, left + 6 * len(word), top))
            at += len(word) + 1
    text = " ".join(f"{name} {row}." for row, name in enumerate(names))
    start = text.index("1.")
    hidden = Redaction(start, start + 2, Reason.SOURCE_IDENTITY, Method.MANUAL, "m")
    canonical = CanonicalText(text, "made", (0,), tuple(boxes))
    (box,) = lay_out(canonical, (hidden,), ()).page(0, 595.0, 842.0).boxes
    assert box.top - box.bottom < 18


def test_words_beside_a_hidden_one_are_read_from_right_to_left_where_the_line_is() -> None:
    boxes, at = [], 0
    for number, word in enumerate(WORDS):
        right = 300 - 60.0 * number
        boxes.append(WordBox(at, at + len(word), 0, right - 50, 700, right, 712))
        at += len(word) + 1
    text = " ".join(WORDS)
    hidden = Redaction(0, len(WORDS[0]), Reason.SOURCE_IDENTITY, Method.MANUAL, "m")
    canonical = CanonicalText(text, "made", (0,), tuple(boxes))
    page = lay_out(canonical, (hidden,), ()).page(0, 595.0, 842.0)
    shown = sorted(page.words, key=lambda word: -word.left)
    assert [word.text for word in shown] == ["[redacted: S1]", *WORDS[1:]]
