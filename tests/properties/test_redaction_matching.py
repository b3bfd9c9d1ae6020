"""Whatever stands around a name, and however it is written: the matcher finds it, and only it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.ids import SourceRef
from archive.model.redaction import Method, Reason, Redaction
from archive.model.sources import SourceForms
from archive.redaction import SourceMatcher, merge, propose, subtract
from archive.redaction.folding import fold
from tests.unit.redaction.disguises import (
    HANGUL,
    HANGUL_NAMES,
    LATIN,
    LATIN_NAMES,
    NUMBERS,
    NUMERIC,
    register,
)

KINDS = ((LATIN_NAMES, LATIN), (HANGUL_NAMES, HANGUL), (NUMBERS, NUMERIC))
ALL = register(*LATIN_NAMES, *HANGUL_NAMES, *NUMBERS)
PLANTED = st.sampled_from(KINDS).flatmap(
    lambda kind: st.builds(
        lambda name, disguise: (name, disguise(name)),
        st.sampled_from(kind[0]),
        st.sampled_from(kind[1]),
    )
)
NOISE = st.text(st.characters(codec="utf-8"), max_size=60)
EDGE = st.sampled_from([" ", "\n", "\f", ". ", " (", "“", ", ", "\u3000", " — "])
SPANS = st.lists(
    st.builds(
        lambda start, length, source, method: Redaction(
            start,
            start + length,
            Reason.CONTACT,
            method,
            "d",
            SourceRef("S-0001") if source else None,
        ),
        st.integers(0, 60),
        st.integers(1, 15),
        st.booleans(),
        st.sampled_from(list(Method)),
    ),
    max_size=12,
)


def _covered(redactions: tuple[Redaction, ...]) -> set[int]:
    return {i for one in redactions for i in range(one.start, one.end)}


@given(PLANTED, NOISE, NOISE, EDGE, EDGE)
@settings(max_examples=600, deadline=None)
def test_planted_name_is_covered_in_any_text(
    planted: tuple[str, str], before: str, after: str, left: str, right: str
) -> None:
    name, hidden = planted
    start = len(before) + len(left)
    text = before + left + hidden + right + after
    alone = register(name)
    inside = alone.find(hidden)
    assert inside
    covered = {i for m in ALL.find(text) for i in range(m.start, m.end)}
    wanted = {start + i for m in inside for i in range(m.start, m.end)}
    assert {i for i in wanted if text[i].isalnum()} <= covered


MANY = register(*LATIN_NAMES, *HANGUL_NAMES, *NUMBERS, "王小明", "Юрий Шевченко", "محمد الهاشمي")
PIECES = st.sampled_from(
    [
        "one two ",
        "공일",
        "王",
        "小",
        "金",
        "Kim ",
        "Lindqv1st ",
        "Юрий ",
        "محمد",
        " ",
        "s",
        "\u0301",
        "ﬁ",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=20).map("".join))
@settings(max_examples=400, deadline=None)
def test_every_reading_of_any_text_stays_inside_it_and_hints_only_add(text: str) -> None:
    certain = set(MANY.find(text))
    wide = MANY.find(text, hints=True, recognised=True)
    assert all(0 <= one.start < one.end <= len(text) for one in wide)
    assert {i for one in certain for i in range(one.start, one.end)} <= {
        i for one in wide for i in range(one.start, one.end)
    }


@given(st.text(max_size=80))
@settings(max_examples=600, deadline=None)
def test_folded_letters_lead_back_to_the_characters_they_come_from(text: str) -> None:
    folded = fold(text)
    last = 0
    for at, letter in enumerate(folded.letters):
        start, end = folded.origins.start(at), folded.origins.end(at)
        assert 0 <= start <= end <= len(text)
        assert start >= last or letter == " "
        last = max(last, start)
        if letter.isalnum():
            assert letter in fold(text[start:end]).letters


@given(NOISE, st.sampled_from(LATIN_NAMES))
@settings(max_examples=200, deadline=None)
def test_places_are_exact_in_texts_that_need_no_folding(noise: str, name: str) -> None:
    text = f"{noise}: {name} x"
    start = len(noise) + 2
    assert any((m.start, m.end) == (start, start + len(name)) for m in register(name).find(text))


@given(st.lists(st.sampled_from([*LATIN_NAMES, *HANGUL_NAMES]), min_size=1, max_size=5), NOISE)
@settings(max_examples=150, deadline=None)
def test_register_as_a_whole_covers_what_each_source_alone_covers(
    names: list[str], noise: str
) -> None:
    text = f"{noise} ".join(names)
    sources = [
        SourceForms(SourceRef(f"S-{number:04d}"), (name,))
        for number, name in enumerate(sorted(set(names)))
    ]
    alone = [match for one in sources for match in SourceMatcher([one]).find(text)]
    whole = SourceMatcher(sources).find(text)
    assert {i for m in whole for i in range(m.start, m.end)} == {
        i for m in alone for i in range(m.start, m.end)
    }


@given(SPANS)
@settings(max_examples=300, deadline=None)
def test_merging_keeps_the_cover_and_leaves_no_overlap(spans: list[Redaction]) -> None:
    merged = merge(spans)
    assert _covered(merged) == _covered(tuple(spans))
    assert all(a.end <= b.start for a, b in pairwise(merged))
    assert merge(merged) == merged
    assert merge(reversed(spans)) == merged


@given(SPANS)
@settings(max_examples=200, deadline=None)
def test_merged_redaction_has_a_source_when_any_part_has_one(spans: list[Redaction]) -> None:
    for one in merge(spans):
        parts = [s for s in spans if one.start <= s.start and s.end <= one.end]
        assert (one.source is not None) == any(part.source for part in parts)


@given(SPANS, st.integers(0, 70), st.integers(1, 20))
@settings(max_examples=300, deadline=None)
def test_subtracting_uncovers_the_stretch_and_nothing_else(
    spans: list[Redaction], start: int, length: int
) -> None:
    merged = merge(spans)
    left = subtract(merged, start, start + length)
    assert _covered(left) == _covered(merged) - set(range(start, start + length))
    assert subtract(left, start, start + length) == left


@given(NOISE, PLANTED)
@settings(max_examples=200, deadline=None)
def test_proposals_are_in_order_apart_and_inside_the_text(
    noise: str, planted: tuple[str, str]
) -> None:
    text = f"{noise} {planted[1]} {noise}"
    found = propose(text, ALL, ())
    assert found
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
