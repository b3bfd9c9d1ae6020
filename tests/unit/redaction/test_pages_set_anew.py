"""Which pages are set anew, and what stands on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model.objects import CanonicalText, WordBox
from archive.model.redaction import Method, Reason, Redaction
from archive.redaction.pages import leaves, set_anew
from archive.redaction.pages.anew import Leaf, Run
from tests.unit.redaction.page_maker import set_page

FILLING = "the people of that valley said in spring that nobody had seen a convoy on the road and"
MARKER = "[redacted: S1]"


def _hide(*spans: tuple[int, int]) -> tuple[Redaction, ...]:
    return tuple(
        Redaction(start, end, Reason.SOURCE_IDENTITY, Method.MANUAL, "manual")
        for start, end in spans
    )


def _text(words: int, lines_a_page: int = 10) -> CanonicalText:
    said = (FILLING.split() * (1 + words // 17))[:words]
    return set_page(said, lines_a_page=lines_a_page)


def _joined(*pages: CanonicalText) -> CanonicalText:
    """Return documents one after another, each beginning on a page of its own."""
    text, starts, boxes = "", [], []
    for one in pages:
        at, page = len(text) + bool(text), len(starts)
        text += ("\n" if text else "") + one.text
        starts += [at + start for start in one.pages or (0,)]
        boxes += [
            replace(box, start=box.start + at, end=box.end + at, page=box.page + page)
            for box in one.boxes
        ]
    return CanonicalText(text, "test/1", tuple(starts), tuple(boxes))


def _word(text: CanonicalText, number: int) -> tuple[int, int]:
    return text.boxes[number].start, text.boxes[number].end


def _shown(text: CanonicalText, hidden: tuple[Redaction, ...]) -> list[int | str]:
    """Return for each page of the copy which one is drawn, or what is set."""
    runs = set_anew(text, hidden)
    return [
        leaf.page if leaf.sheet is None else "\n".join(line.text for line in leaf.sheet)
        for leaf in leaves(text, hidden, runs, len(text.pages))
    ]


def test_one_place_is_drawn_and_a_second_one_is_not() -> None:
    text = _text(120)
    one, two = _word(text, 20), _word(text, 90)
    assert set_anew(text, _hide(one)) == ()
    assert set_anew(text, _hide(one, two)) == (Run(0, 0, open_end=True),)
    (page,) = _shown(text, _hide(one, two))
    assert isinstance(page, str)
    assert page.count(MARKER) == 2


def test_places_of_different_reasons_add_up_as_well() -> None:
    text = _text(120)
    first, second = _hide(_word(text, 20), _word(text, 90))
    assert set_anew(text, (first, replace(second, reason=Reason.QUASI_IDENTIFIER)))


def test_one_place_is_one_too_many_when_another_copy_has_its_marker() -> None:
    text = _text(120)
    hidden = _hide(_word(text, 20))
    assert set_anew(text, hidden, {MARKER})
    assert not set_anew(text, hidden, {"[Source 0042]"})


def test_text_runs_on_to_later_pages_but_not_to_earlier_ones() -> None:
    text = _text(700)
    hidden = _hide(_word(text, 400), _word(text, 420))
    at = text.boxes[400].page
    assert len(text.pages) > at + 1 > 2
    first, *_ = set_anew(text, hidden)
    assert first == Run(at - 1, len(text.pages) - 1, open_end=True)
    assert _shown(text, hidden)[: at - 1] == list(range(at - 1))


def test_text_stops_on_a_page_that_is_left_free() -> None:
    letter, short = _text(160, 30), _text(80, 30)
    text = _joined(short, letter, short)
    middle = len(short.boxes)
    hidden = _hide(_word(text, middle + 20), _word(text, middle + 100))
    assert set_anew(text, hidden) == (Run(1, 2, open_end=True),)
    full = _joined(short, _text(400, 30), short)
    hidden = _hide(_word(full, 10), _word(full, 60))
    assert set_anew(full, hidden) == (Run(0, 0),)
    assert _shown(full, hidden)[1:] == [1, 2]


def test_a_page_ends_open_when_the_places_could_make_up_for_what_is_free() -> None:
    short = _text(80, 30)
    text = _joined(short, _text(400, 30), short)
    hidden = _hide(*(_word(text, number) for number in range(3, 78, 3)))
    assert set_anew(text, hidden) == (Run(0, 2, open_end=True),)


def test_a_page_without_words_is_drawn_after_those_that_are_set() -> None:
    page = _text(160)
    plate = CanonicalText("", "test/1", (0,))
    text = _joined(page, plate, page)
    hidden = _hide(_word(text, 20), _word(text, 200))
    *pages, last = _shown(text, hidden)
    assert last == len(page.pages)
    assert all(isinstance(one, str) for one in pages)


def test_signs_in_a_photograph_are_no_running_text() -> None:
    boxes = (
        WordBox(0, 6, 0, 100, 500, 160, 520),
        WordBox(7, 13, 0, 300, 300, 360, 320),
        WordBox(14, 20, 0, 120, 100, 180, 120),
    )
    text = CanonicalText("Harbor Market Office", "test/1", (0,), boxes)
    assert set_anew(text, _hide((0, 6), (7, 13), (14, 20))) == ()


def test_columns_of_letters_are_running_text() -> None:
    boxes = []
    for at in range(40):
        left, top = 400.0 - 30 * (at // 10), 780.0 - 20 * (at % 10)
        boxes.append(WordBox(at, at + 1, 0, left, top - 16, left + 16, top))
    text = CanonicalText("甲乙丙丁戊己庚辛壬癸" * 4, "test/1", (0,), tuple(boxes))
    assert set_anew(text, _hide((3, 6), (20, 23)))


def test_a_document_without_numbered_pages_has_one() -> None:
    text = replace(_text(120), pages=())
    hidden = _hide(_word(text, 20), _word(text, 90))
    assert set_anew(text, hidden) == (Run(0, 0, open_end=True),)


def test_a_head_does_not_say_how_many_pages_there_were() -> None:
    for words in (300, 600):
        text = _text(words)
        leaf = next(iter(leaves(text, _hide((4, 10), (11, 13)), (Run(0, 1, True),), 2)))
        assert isinstance(leaf, Leaf)
        assert leaf.sheet is not None
        assert leaf.sheet[0].text.startswith("The words from page 1 on, set anew.")


@pytest.mark.parametrize("length", [3, 12, 30])
def test_what_is_set_does_not_depend_on_how_long_a_name_is(length: int) -> None:
    words = FILLING.split()
    said = [*words, "x" * length, *words * 3, "x" * length, *words]
    text = set_page(said)
    at = len(" ".join(words)) + 1
    then = at + length + 1 + 3 * (len(" ".join(words)) + 1)
    hidden = _hide((at, at + length), (then, then + length))
    other = set_page([*words, "yy", *words * 3, "yy", *words])
    then = at + 3 + 3 * (len(" ".join(words)) + 1)
    assert _shown(text, hidden) == _shown(other, _hide((at, at + 2), (then, then + 2)))
