"""Signatures of texts: near texts are near, and without the key they tell nothing."""

from __future__ import annotations

import random
import re
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.extraction.similarity import (
    SIGNATURE_BYTES,
    Signer,
    SimilarTexts,
    pack,
    signature,
    similarity,
)

KEY, OTHER = b"k" * 32, b"j" * 32
WORDS = [f"word{number}" for number in range(4000)]
KOREAN = (
    "강을 건너온 사람이 시장의 쌀값과 구리 주전자 이야기를 하고 나루터에서 배를 기다렸다고 말했다. "
)


def text(seed: int, count: int = 300) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(WORDS) for _ in range(count)]


def sign(words: list[str], key: bytes = KEY) -> bytes:
    made = signature(" ".join(words), key)
    assert made is not None
    assert len(made) == SIGNATURE_BYTES
    return made


def changed(words: list[str], count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    places = set(chance.sample(range(len(words)), count))
    return [f"other{at}" if at in places else word for at, word in enumerate(words)]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_a_text_with_a_few_other_words_is_near_and_another_text_is_not(seed: int) -> None:
    words = text(seed)
    assert similarity(sign(words), sign(changed(words, 5, seed))) >= 0.7
    assert similarity(sign(words), sign(text(seed + 1))) < 0.3


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_signatures_under_different_keys_have_nothing_in_common(seed: int) -> None:
    words = text(seed)
    assert similarity(sign(words), sign(words, OTHER)) < 0.1


@given(seed=st.integers(0, 10**6), width=st.sampled_from(["\n", "  ", "\t-- ", ", "]))
@settings(max_examples=40, deadline=None)
def test_case_width_and_spacing_make_no_difference(seed: int, width: str) -> None:
    words = text(seed)
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in words[0])
    other = width.join([wide, *(word.upper() for word in words[1:])])
    assert signature(other, KEY) == sign(words)


def test_the_estimate_follows_the_true_share_of_common_shingles() -> None:
    for count in (0, 10, 30, 60, 120):
        off = []
        for seed in range(12):
            left = text(seed)
            right = changed(left, count, seed)
            sets = [set(zip(one, one[1:], one[2:], strict=False)) for one in (left, right)]
            true = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
            off.append(similarity(sign(left), sign(right)) - true)
        assert abs(sum(off) / len(off)) < 0.08, count


@pytest.mark.parametrize("korean", [KOREAN * 2, re.sub(r"\s", "", KOREAN)])
def test_korean_is_compared_by_its_characters_with_spaces_and_without(korean: str) -> None:
    made, near = signature(korean, KEY), signature(korean.replace("구리", "무쇠"), KEY)
    assert made is not None
    assert near is not None
    assert 0.5 < similarity(made, near) < 1


@pytest.mark.parametrize("short", ["", "one two three", "... --- ...", "word " * 500, "쌀" * 500])
def test_a_text_with_too_few_shingles_has_no_signature(short: str) -> None:
    assert signature(short, KEY) is None


def test_of_a_very_long_text_the_beginning_is_compared() -> None:
    words = [f"{number:09}" for number in range(130_000)]
    assert signature(" ".join(words), KEY) == signature(" ".join([*words, "more", "words"]), KEY)


@given(seeds=st.lists(st.integers(0, 5), max_size=6))
@settings(max_examples=30, deadline=None)
def test_what_was_signed_before_makes_no_difference(seeds: list[int]) -> None:
    signer = Signer(KEY)
    for seed in seeds:
        assert signer.sign(" ".join(text(seed))) == sign(text(seed))


def ident(number: int) -> str:
    return str(UUID(int=number))


@given(
    seeds=st.lists(st.integers(0, 6), min_size=1, max_size=30),
    loaded=st.integers(0, 30),
    asked=st.integers(0, 6),
)
@settings(max_examples=50, deadline=None)
def test_what_is_found_is_what_comparing_with_everything_finds(
    seeds: list[int], loaded: int, asked: int
) -> None:
    entries = [
        (ident(at), sign(changed(text(seed, 80), at % 3, at))) for at, seed in enumerate(seeds)
    ]
    texts = SimilarTexts()
    texts.load(pack(entries[:loaded]))
    of = sign(text(asked, 80))
    texts.find(of, limit=1, least=0.5)
    for text_id, one in entries[loaded:]:
        texts.add(text_id, one)
    shares = {text_id: similarity(of, one) for text_id, one in entries}
    near = {text_id: share for text_id, share in shares.items() if share >= 0.8}
    found = texts.find(of, limit=100, least=0.8)
    assert dict(found) == near
    assert [share for _, share in found] == sorted(near.values(), reverse=True)


def test_at_most_the_limit_is_found_and_the_most_similar_first() -> None:
    words = text(1)
    texts = SimilarTexts()
    for count in (40, 0, 10, 20):
        texts.add(ident(count), sign(changed(words, count, 1)))
    found = texts.find(sign(words), limit=2, least=0.5)
    assert [text_id for text_id, _ in found] == [ident(0), ident(10)]
    assert found[0][1] == 1.0


def test_thousands_of_texts_come_and_go_through_the_sorted_bands() -> None:
    chance = random.Random(5)
    texts = SimilarTexts()
    wanted = sign(text(1))
    for number in range(9000):
        texts.add(ident(number), wanted if number == 4000 else chance.randbytes(SIGNATURE_BYTES))
    assert texts.find(wanted, limit=3, least=0.5) == [(ident(4000), 1.0)]


def test_a_text_is_compared_by_its_id_with_everything_but_itself() -> None:
    words = text(1)
    texts = SimilarTexts()
    texts.load(pack([(ident(1), sign(words)), (ident(2), sign(changed(words, 5, 1)))]))
    (found,) = texts.similar_to(ident(1), limit=5, least=0.5)
    assert found[0] == ident(2)
    assert texts.similar_to(ident(9), limit=5, least=0.5) == []


def test_entries_cut_short_are_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        SimilarTexts().load(pack([(ident(1), sign(text(1)))])[:-1])
