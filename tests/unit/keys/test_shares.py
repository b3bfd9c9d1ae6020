import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic import MnemonicError, combine_mnemonics

from keys.errors import MalformedKey
from keys.identity import HybridIdentity
from keys.shares import ShareSheet, combine, read_share, split
from tests.unit.keys.test_recovery_sheet import SHEET

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "slip39" / "vectors.json").read_text())
IDENTITY = HybridIdentity(bytes(range(32)))


def sheets(threshold: int = 2, count: int = 3) -> list[ShareSheet]:
    words = split(IDENTITY, threshold, count)
    return [
        ShareSheet("archive-id", one, number, count, threshold, SHEET.created)
        for number, one in enumerate(words, 1)
    ]


def test_there_are_as_many_published_cases_as_there_should_be():
    assert len(CASES) == 45
    assert sum(1 for one in CASES if one[2]) == 15


@pytest.mark.parametrize("case", CASES, ids=[one[0].split(".")[0] for one in CASES])
def test_a_published_case_comes_out_as_it_says(case):
    _, shares, secret, _ = case
    if secret:
        assert combine_mnemonics(shares, b"TREZOR").hex() == secret
    else:
        with pytest.raises(MnemonicError):
            combine_mnemonics(shares, b"TREZOR")
        with pytest.raises(MalformedKey):
            combine([read_share(one) for one in shares])


@given(st.integers(2, 5), st.integers(0, 4), st.randoms(use_true_random=False))
def test_any_shares_of_the_threshold_give_the_identity_and_fewer_do_not(threshold, more, chance):
    words = split(IDENTITY, threshold, threshold + more)
    chosen = chance.sample(words, threshold)
    assert combine(chosen).seed == IDENTITY.seed
    assert combine(words).seed == IDENTITY.seed
    with pytest.raises(MalformedKey):
        combine(chosen[1:])
    with pytest.raises(MalformedKey):
        combine(chosen[1:] * 2)


def test_shares_of_different_sets_do_not_mix():
    one, other = split(IDENTITY, 2, 2), split(IDENTITY, 2, 2)
    with pytest.raises(MalformedKey):
        combine([one[0], other[1]])


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (1, 3), (3, 2), (2, 17), (0, 0)])
def test_what_one_person_could_open_alone_is_not_made(threshold, count):
    with pytest.raises(MalformedKey):
        split(IDENTITY, threshold, count)


def test_a_printed_share_is_read_back_and_its_words_are_typed_alike():
    for sheet in sheets():
        assert read_share(sheet.render()) == sheet.words
        assert read_share(f"  {sheet.words.upper()}\n") == sheet.words
        assert max(map(len, sheet.render().splitlines())) <= 100
        assert sheet.words not in repr(sheet)
    made = sheets()
    assert len({sheet.set_id for sheet in made}) == 1


def test_a_mistyped_word_is_noticed():
    words = sheets()[0].words.split()
    words[7] = "academic" if words[7] != "academic" else "acid"
    with pytest.raises(MalformedKey):
        read_share(" ".join(words))
    with pytest.raises(MalformedKey):
        read_share("")
