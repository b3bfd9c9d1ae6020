"""Plans carried over to a newer text: nothing that was hidden can be seen."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.redaction import Method, Reason, Redaction, Review
from archive.redaction import carry_over, merge
from archive.redaction.alignment import Alignment

ALPHABET = st.sampled_from([*"abcKm 1\n.-", "가", "한", "명철 ", "Ri Sol-ju ", "ferry", "\u00ad"])
WORDS = st.lists(ALPHABET, max_size=60).map("".join)
LINES = st.lists(
    st.sampled_from([f"The {n} kettles came over the river.\n" for n in range(12)]), max_size=12
).map("".join)
TEXTS = st.lists(st.one_of(WORDS, LINES), max_size=6).map("".join)
SPANS = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 40)), max_size=6)
EDITS = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 30), WORDS), max_size=5)


def redactions(text: str, spans: list[tuple[int, int]]) -> tuple[Redaction, ...]:
    made = [
        Redaction(start, min(start + size, len(text)), Reason.CONTACT, Method.MANUAL, "manual")
        for start, size in spans
        if start < len(text)
    ]
    return merge(made)


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    for start, size, words in edits:
        text = text[:start] + words + text[start + size :]
    return text


def covers(found: tuple[Redaction, ...], start: int, end: int) -> bool:
    hidden = {at for one in found for at in range(one.start, one.end)}
    return hidden.issuperset(range(start, end))


@given(old=TEXTS, new=TEXTS)
@settings(deadline=None)
def test_blocks_are_common_in_order_and_apart(old: str, new: str) -> None:
    at = (0, 0)
    for block in Alignment(old, new).blocks:
        assert block.size > 0
        assert at <= (block.old, block.new)
        assert block.old >= at[0]
        assert block.new >= at[1]
        at = block.old + block.size, block.new + block.size
        assert old[block.old : at[0]] == new[block.new : at[1]]
    assert at[0] <= len(old)
    assert at[1] <= len(new)


@given(old=TEXTS, spans=SPANS)
@settings(deadline=None)
def test_to_the_same_text_a_plan_is_carried_as_it_is(
    old: str, spans: list[tuple[int, int]]
) -> None:
    plan = redactions(old, spans)
    carried, lost = carry_over(old, old, plan)
    assert lost == ()
    assert [(one.start, one.end) for one in carried] == [(one.start, one.end) for one in plan]
    assert {one.review for one in carried} <= {Review.CARRIED}


@given(old=TEXTS, before=WORDS, after=WORDS, spans=SPANS)
@settings(deadline=None)
def test_what_only_moves_covers_the_same_characters(
    old: str, before: str, after: str, spans: list[tuple[int, int]]
) -> None:
    plan = redactions(old, spans)
    new = before + old + after
    carried, lost = carry_over(old, new, plan)
    for one in plan:
        words = old[one.start : one.end].strip()
        at = new.find(words)
        places = []
        while words and at >= 0:
            places.append((at, at + len(words)))
            at = new.find(words, at + 1)
        assert one in lost or not words or any(covers(carried, *place) for place in places)


@given(old=TEXTS, edits=EDITS, spans=SPANS)
@settings(deadline=None, max_examples=300)
def test_no_hidden_string_becomes_visible_wherever_it_stands(
    old: str, edits: list[tuple[int, int, str]], spans: list[tuple[int, int]]
) -> None:
    plan = redactions(old, spans)
    new = edited(old, edits)
    carried, _ = carry_over(old, new, plan)
    alignment = Alignment(old, new)
    for one in plan:
        words = old[one.start : one.end].strip()
        if sum(map(str.isalnum, words)) < 3:
            continue
        at = new.find(words)
        while at >= 0:
            decided = alignment.origin(at, at + len(words)) is not None
            assert decided or covers(carried, at, at + len(words))
            at = new.find(words, at + 1)


@given(old=TEXTS, edits=EDITS, spans=SPANS)
@settings(deadline=None, max_examples=300)
def test_each_hidden_character_that_is_still_there_is_hidden(
    old: str, edits: list[tuple[int, int, str]], spans: list[tuple[int, int]]
) -> None:
    plan = redactions(old, spans)
    new = edited(old, edits)
    carried, lost = carry_over(old, new, plan)
    for block in Alignment(old, new).blocks:
        for one in plan:
            start = max(one.start, block.old)
            end = min(one.end, block.old + block.size)
            if start < end:
                moved = block.new - block.old
                assert covers(carried, start + moved, end + moved)
    assert set(lost) <= {one.__class__(**_lost(one)) for one in plan}


def _lost(one: Redaction) -> dict[str, object]:
    return {
        "start": one.start,
        "end": one.end,
        "reason": one.reason,
        "method": one.method,
        "detector": one.detector,
        "review": Review.LOST,
    }


@given(old=TEXTS, new=TEXTS, spans=SPANS)
@settings(deadline=None, max_examples=300)
def test_every_redaction_is_carried_widened_or_listed_as_lost(
    old: str, new: str, spans: list[tuple[int, int]]
) -> None:
    plan = redactions(old, spans)
    carried, lost = carry_over(old, new, plan)
    alignment = Alignment(old, new)
    gone = {(one.start, one.end) for one in lost}
    for one in plan:
        place = alignment.place(one.start, one.end)
        assert (
            (place.start < place.end and covers(carried, place.start, place.end))
            or (one.start, one.end) in gone
            or old[one.start : one.end].strip() in new
        )
    assert all(one.review is not Review.NONE for one in (*carried, *lost))
    assert carried == merge(carried)
    assert all(0 <= one.start < one.end <= len(new) for one in carried)


@given(old=TEXTS, edits=EDITS)
@settings(deadline=None)
def test_a_find_in_changed_text_is_proposed(old: str, edits: list[tuple[int, int, str]]) -> None:
    new = edited(old, edits)
    finds = [
        Redaction(at, at + 1, Reason.CONTACT, Method.DETECTOR, "phone")
        for start, end in Alignment(old, new).changed()
        for at in (start, end - 1)
    ]
    carried, _ = carry_over(old, new, (), finds)
    assert all(covers(carried, one.start, one.end) for one in finds)
    assert {one.review for one in carried} <= {Review.FOUND}


@given(old=TEXTS, edits=EDITS, spans=SPANS, at=st.integers(0, 600), copies=st.integers(1, 3))
@settings(deadline=None)
def test_a_hidden_string_that_new_text_repeats_is_hidden_there(
    old: str, edits: list[tuple[int, int, str]], spans: list[tuple[int, int]], at: int, copies: int
) -> None:
    plan = redactions(old, spans)
    words = [old[one.start : one.end].strip() for one in plan]
    secrets = [word for word in words if sum(map(str.isalnum, word)) >= 3]
    new = edited(old, edits)
    for secret in secrets:
        new = new[:at] + f" {secret} " * copies + new[at:]
    carried, _ = carry_over(old, new, plan)
    shown = "".join("\n" if covers(carried, n, n + 1) else c for n, c in enumerate(new))
    kept = "".join("\n" if covers(plan, n, n + 1) else c for n, c in enumerate(old))
    for secret in secrets:
        assert shown.count(secret) <= kept.count(secret)


@given(secret=WORDS.filter(str.strip), newer=WORDS.filter(str.strip))
@settings(deadline=None)
def test_what_stands_in_the_place_of_a_hidden_string_is_hidden(secret: str, newer: str) -> None:
    before = "The kettles came over the river by night, he said: "
    after = " -- and nobody asked who had sent them across."
    newer = newer.replace("\n", "|")
    old, new = before + secret + after, before + newer + after
    start = len(before)
    plan = [Redaction(start, start + len(secret), Reason.CONTACT, Method.MANUAL, "manual")]
    carried, _ = carry_over(old, new, plan)
    shown = "".join(" " if covers(carried, n, n + 1) else c for n, c in enumerate(new))
    assert secret.strip() not in shown[start : start + len(newer)]
    assert covers(carried, start, start + len(newer))
