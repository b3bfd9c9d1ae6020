"""The index finds what its definition says: every form at every letter, judged one by one."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.redaction.forms import variants
from archive.redaction.index import FormIndex
from archive.redaction.letters import letters_of
from archive.redaction.reading import Reading

FORMS = (
    *("Kim Myong-chol", "Ri Il", "Ri Don", "An", "Ann", "Lena Holm-Nilsen", "river_fox", "Don"),
    *("김명철", "명철", "김", "선우 진", "王小明", "佐藤", "Лев Орлов", "010-2345-6789", "b김a1"),
    *("محمد الهاشمي", "Maximiliane Oberhauserin von Tannenfels", "oyunchimeg@mail.example", "リナ"),
)
POOLS = (
    ("Kim", "kim", "Myong", "myong", "chol", "M.", "C", "K."),
    ("Ri", "ri", "Il", "Don", "don", "an", "Ann", "s", "n", "x"),
    ("Lena", "Holm", "Nilsen", "L.", "H.", "river", "fox", "Maximiliane", "Oberhauserin", "von"),
    ("김", "명", "철", "김명철", "은", "에게", "씨", "설", "kim", "b", "a1"),
    ("王", "小", "明", "佐藤", "リ", "ナ", "선우", "진", "Лев", "Л.", "Орлов", "محمد", "الهاشمي"),
    ("010", "2345", "6789", "oyunchimeg", "mail", "example", "e\u0301", "ﬁ", "ㄱ", "Tannenfels"),
)
GAPS = ("", " ", "-", "\n", "-\n", ". ", ", ", "'", "’t ", "\u00ad", "\u200b", "·", "_", "  ")


def _texts(pool: tuple[str, ...]) -> st.SearchStrategy[str]:
    gaps = st.one_of(st.just(""), st.just(" "), st.sampled_from(GAPS))
    pairs = st.lists(st.tuples(st.sampled_from(pool), gaps), max_size=12)
    return pairs.map(lambda found: "".join(part + gap for part, gap in found))


TEXTS = st.one_of(*map(_texts, POOLS), _texts(sum(POOLS, ())))
INDEXES = {derive: FormIndex(FORMS, partial(variants, derive=derive)) for derive in (True, False)}


def _by_definition(reading: Reading, derive: bool) -> set[tuple[int, int, int]]:
    letters = reading.letters
    whole = letters.string(0, letters.size)
    return {
        (start, start + len(one.letters), number)
        for number, form in enumerate(FORMS)
        for one in variants(form, derive=derive)
        for start in range(letters.size)
        if whole.startswith(one.letters, start) and reading.accepts(one, start)
    }


@pytest.mark.parametrize("derive", [True, False])
@given(text=TEXTS)
@example("설명 철은 명 철도")
@example("설명\u200b철도")
@example("kimmyongchol, Ri Don't, Ri Don")
@settings(max_examples=300)
def test_places_are_those_of_the_definition(derive: bool, text: str) -> None:
    places = INDEXES[derive].find(Reading(letters_of(text)))
    assert set(map(tuple, places.tolist())) == _by_definition(Reading(letters_of(text)), derive)


@given(text=TEXTS)
def test_what_is_told_of_all_letters_at_once_is_true_of_each(text: str) -> None:
    letters = letters_of(text)
    for start in range(letters.size):
        stop = min(letters.size, start + 12)
        places = np.arange(start, stop)
        assert letters.opens_run(places).tolist() == [
            letters.begins(at) for at in range(start, stop)
        ]
        bits, _, _ = letters.joints(places[:1], places[-1:] + 1)
        assert [at for at in range(start, stop) if bits[0] >> (at - start) & 1] == letters.breaks(
            start, stop
        )
