"""Second readings that are searched side by side find what each of them finds by itself."""

from __future__ import annotations

import base64
from functools import partial

from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.redaction.encoded import encoded
from archive.redaction.forms import variants
from archive.redaction.index import FormIndex
from archive.redaction.letters import letters_of
from archive.redaction.reading import Reading
from archive.redaction.rereading import rereadings
from archive.redaction.rewriting import Edit, Rewritten
from tests.unit.redaction.disguises import found, register

FORMS = (
    *("Kim Myong-chol", "Ri Il", "An", "Lena Holm-Nilsen", "김명철", "리영", "선우 진", "王小明"),
    *("Лев Орлов", "010-2345-6789", "Maximiliane Oberhauserin von Tannenfels", "b김a1", "각"),
)
INDEX = FormIndex(FORMS, partial(variants, derive=True))
NAMES = st.sampled_from(FORMS)
CODED = st.one_of(
    NAMES.map(lambda one: base64.b64encode(one.encode()).decode()),
    NAMES.map(lambda one: one.encode().hex()),
    NAMES.map(lambda one: "".join(f"%{byte:02X}" for byte in one.encode())),
    NAMES.map(lambda one: "".join(f"&#{ord(letter)};" for letter in one)),
    NAMES.map(lambda one: one[:2] + "-\n> " + one[2:]),
    NAMES.map(lambda one: "|".join(f"| {letter} " for letter in one) + "|"),
    st.sampled_from(("%20", "&nbsp;", "\\n", "=\n", "\\ud83d", "&amp;", "%E1", "K&#105;m", "=EA")),
)
PLAIN = st.one_of(
    NAMES,
    NAMES.map(str.split).flatmap(st.sampled_from),
    st.sampled_from(
        ("representation", "M.", "C.", "s", "’t", "은", "에게서", "ﬁ", "e\u0301", "㎏")
    ),
    st.sampled_from(("\u1100\u1161", "\u11a8", "\u00ad", "\u0301", "aB", "-", "\n", "word " * 30)),
)
GAPS = st.sampled_from(("", "", " ", " ", "\n", ", ", "-", ". "))
TEXTS = st.lists(st.tuples(st.one_of(PLAIN, CODED), GAPS), max_size=14).map(
    lambda parts: "".join(part + gap for part, gap in parts)
)


def _alone(text: str, edit: Edit) -> set[tuple[int, int, str]]:
    """Return what an edit with all that can be around it makes to be found, read by itself."""
    other = Rewritten.of(text, edit, 0, len(text))
    reading = Reading(letters_of(other.text))
    places = INDEX.find(reading)
    spans = zip(*reading.spans(places[:, 0], places[:, 1]), strict=True)
    changed = ((other.span(*span), other.text[slice(*span)]) for span in spans)
    return {(*span, said) for span, said in changed if span}


@given(TEXTS)
@example("=\n")
@example("김명&#52384; 은 " + "Kim " * 3 + "%20Myong-chol")
@example("e\u0301 " * 60 + "Ri&nbsp;Il" + " ﬁ" * 60)
@settings(max_examples=400, deadline=None)
def test_readings_side_by_side_find_what_each_finds_alone(text: str) -> None:
    edits = list(encoded(text))
    expected = {one for edit in edits for one in _alone(text, edit)}
    reached = set()
    for several in rereadings(Reading(letters_of(text)), edits, INDEX.longest):
        places = INDEX.find(several.reading)
        for span in zip(*several.reading.spans(places[:, 0], places[:, 1]), strict=True):
            place = several.place(*span)
            if place is not None:
                reached.add((place.start, place.end, place.said))
    assert reached == expected


def test_names_of_two_readings_are_not_put_together() -> None:
    assert not found(register("Kim Myong-chol"), "&#75;im, nobody " + "x " * 99 + "Myong%2Dchol")


def test_half_a_surrogate_pair_within_a_name_is_no_obstacle() -> None:
    text = "signed Kim\\ud83dMyong-chol here"
    assert found(register("Kim Myong-chol"), text)
