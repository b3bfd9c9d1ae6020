"""Where spans of one text lie in a newer one."""

from __future__ import annotations

import pytest

from archive.redaction.alignment import Alignment, Place

LINES = [f"Line {number} of the ferryman's long account of it.\n" for number in range(40)]
OLD = "".join(LINES)


def word(text: str, needle: str) -> tuple[int, int]:
    at = text.index(needle)
    return at, at + len(needle)


def test_equal_texts_are_one_block() -> None:
    alignment = Alignment(OLD, OLD)
    assert len(alignment.blocks) == 1
    assert list(alignment.changed()) == []
    assert alignment.place(5, 9) == Place(5, 9, exact=True, beside=False)


def test_a_line_put_in_moves_what_follows_and_is_the_only_change() -> None:
    new = "".join([*LINES[:20], "Somebody wrote this between.\n", *LINES[20:]])
    alignment = Alignment(OLD, new)
    [(start, end)] = alignment.changed()
    assert new[start:end].strip() in "Somebody wrote this between.\nLine 20"
    place = alignment.place(*word(OLD, "Line 33 of"))
    assert place == Place(*word(new, "Line 33 of"), exact=True, beside=False)


def test_a_line_taken_out_leaves_nothing_of_its_span() -> None:
    new = "".join([*LINES[:20], *LINES[21:]])
    start, end = word(OLD, "e 20 of the")
    assert Alignment(OLD, new).place(start, end).end - Alignment(OLD, new).place(
        start, end
    ).start < len("e 20 of the")


def test_words_read_better_are_covered_whole() -> None:
    old = OLD.replace("Line 20 of", "L1ne Z0 0f")
    start, end = word(old, "Z0 0f")
    place = Alignment(old, OLD).place(start, end)
    assert not place.exact
    assert "20 of" in OLD[place.start : place.end]
    assert len(OLD[place.start : place.end]) < len(LINES[20])


def test_what_adjoins_a_change_is_said_to() -> None:
    old = "He met Ri Sol at the ferry landing by night."
    new = "He met Ri Sol Ju at the ferry landing by night."
    place = Alignment(old, new).place(*word(old, "Ri Sol"))
    assert place == Place(*word(new, "Ri Sol"), exact=True, beside=False)
    place = Alignment(old, new).place(*word(old, "Ri Sol "))
    assert place.beside


def test_paragraphs_in_another_order_do_not_slip() -> None:
    new = "".join([*LINES[20:], *LINES[:20]])
    alignment = Alignment(OLD, new)
    for block in alignment.blocks:
        assert OLD[block.old : block.old + block.size] == new[block.new : block.new + block.size]
    place = alignment.place(*word(OLD, "Line 3 of"))
    assert place.start == place.end or "Line 3 of" in new[place.start : place.end]


@pytest.mark.parametrize("new", ["", "x", "완전히 다른 글이다."])
def test_against_a_text_with_nothing_in_common_everything_is_changed(new: str) -> None:
    alignment = Alignment(OLD, new)
    place = alignment.place(0, len(OLD))
    assert (place.start, place.end, place.exact) == (0, len(new), False)


@pytest.mark.parametrize("unit", ["ab ", "a", "가나다라마바사아자차 "])
def test_a_text_that_repeats_itself_is_aligned_all_the_same(unit: str) -> None:
    old = unit * 20_000
    new = "x" + unit * 19_990 + "y"
    blocks = Alignment(old, new).blocks
    for block in blocks:
        assert old[block.old : block.old + block.size] == new[block.new : block.new + block.size]
