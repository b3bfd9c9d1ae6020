"""What is made of a text all at once is what its definition makes of it, character by character."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.redaction.characters import KINDS, flags_of_letter
from archive.redaction.folding import fold
from archive.redaction.index import FormPlaces, as_places
from archive.redaction.letters import Letters, letters_of
from archive.redaction.reading import Reading
from archive.redaction.rewriting import crowded, stretches
from archive.redaction.sounding import Sounding, Soundings
from tests.unit.redaction.disguises import found, register

ODD = (
    "\u0301",
    "\u0336",
    "\u00ad",
    "\u200b",
    "ﬁ",
    "㎏",
    "ㆍ",
    "ㄱ",
    "각",
    "①",
    "㈜",
    "\u115f",
    "İ",
)
PARTS = st.sampled_from(
    (
        *(
            "김",
            "명철",
            "리 영 길",
            "이상민은",
            "선우",
            "공일이",
            "Kim",
            "kim",
            "Myong",
            "chol",
            "aB",
        ),
        *("Lena", "Holm", "O'Neil", "van", "Лев", "Орлов", "محمد", "王小明", "12", "3", "s", "n"),
        *(" ", " ", " ", "\n", "-", ". ", "·", "’", "\u3000"),
    )
)
PIECES = st.one_of(PARTS, PARTS, st.sampled_from(ODD), st.text(max_size=3))
TEXTS = st.lists(PIECES, max_size=30).map("".join)
NAMES = ("Kim Myong-chol", "Lena Holm", "Лев Орлов", "김명철", "محمد الهاشمي", "Myong van Holm")
SOUNDINGS = Soundings(NAMES)


def _by_folding(text: str) -> list[tuple[str, int, int, bool]]:
    """Return each folded letter, where it begins and ends, and whether a run begins there."""
    folded = fold(text)
    letters, before = [], np.uint8(0)
    for at, letter in enumerate(folded.letters):
        kind = flags_of_letter(letter) & KINDS
        if kind:
            start, end = folded.origins.start(at), folded.origins.end(at)
            letters.append((letter, start, end, kind != before))
        before = kind
    return letters


def _all_at_once(letters: Letters) -> list[tuple[str, int, int, bool]]:
    places = np.arange(letters.size)
    starts, ends = letters.starts(places).tolist(), letters.ends(places).tolist()
    opens = letters.opens_run(places).tolist()
    return list(zip(letters.string(0, letters.size), starts, ends, opens, strict=True))


@given(TEXTS)
@example("aK\u00adB a\u00adB ㎏ aİB 김\u11a8")
@example(
    "\u1112\u1161\u11ab\u1100\u1173\u11af \u1112\u1161\u1112 가\u11a8\u11a8 \ua960\ud7b0\ud7cb"
)
@example("a" + "\u00ad" * 64 + "B")
@example("a" + "\u00ad" * 65 + "B")
@settings(max_examples=800, deadline=None)
def test_letters_are_those_of_the_folded_text(text: str) -> None:
    letters = letters_of(text)
    assert _all_at_once(letters) == _by_folding(text)
    assert [letters.start(at) for at in range(letters.size)] == [
        start for _, start, _, _ in _by_folding(text)
    ]


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_what_a_text_is_said_to_have_no_letter_of_is_not_in_it(text: str) -> None:
    letters = letters_of(text)
    flags = [int(flags_of_letter(one)) for one in letters.string(0, letters.size)]
    for flag in (1, 2, 4, 64, 128):
        assert letters.present & flag or not any(one & flag for one in flags)


@given(st.lists(st.booleans(), max_size=120))
@settings(max_examples=500, deadline=None)
def test_stretches_of_numerals_are_those_among_all_of_them(marked: list[bool]) -> None:
    marks = np.array(marked, np.bool_)
    assert list(stretches(crowded(marks, 5), 5, 15)) == list(
        stretches(np.flatnonzero(marks), 5, 15)
    )


def _kept(heard: list[Sounding], places: FormPlaces) -> list[Sounding]:
    rows = places.tolist()
    return [
        one
        for one in heard
        if not any(start == one.start and stop >= one.stop for start, stop, _ in rows)
    ]


@given(TEXTS, st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20)), max_size=6))
@example("Lyena Holm", [(0, 5)])
@settings(max_examples=500, deadline=None)
def test_sounds_are_left_out_only_where_a_place_is_as_long(
    text: str, places: list[tuple[int, int]]
) -> None:
    reading = Reading(letters_of(text))
    covered = as_places([(start, start + size, 0) for start, size in places])
    heard = list(SOUNDINGS.find(reading, as_places([])))
    assert list(SOUNDINGS.find(reading, covered)) == _kept(heard, covered)


def test_spelled_number_is_found_after_many_characters_that_fold_to_several_letters() -> None:
    number = "공일공이삼사오육칠팔구"
    text = "㎏ ﬁ " * 400 + number + " 끝"
    assert found(register("010-2345-6789"), text) == [number]
