"""Our own parsers keep what they promise on what fuzzing starts from, found, and may find next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.fuzz.seeds import FOUND, seeds
from tools.fuzz.targets import TARGETS

SEEDS = {target: list(seeds(target)) for target in sorted(TARGETS)}


@pytest.mark.parametrize("target", SEEDS)
def test_a_parser_holds_on_its_seeds_and_on_what_once_broke_it(target: str) -> None:
    assert SEEDS[target]
    for data in SEEDS[target]:
        TARGETS[target](data)


def test_what_once_broke_a_parser_belongs_to_one() -> None:
    kept = {path.parent.name for path in FOUND.rglob("*") if path.is_file()}
    assert kept
    assert kept <= set(TARGETS)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_a_parser_holds_on_damaged_seeds(target: str, draw: st.DataObject) -> None:
    seed = bytearray(draw.draw(st.sampled_from(SEEDS[target])))
    for place in draw.draw(st.lists(st.integers(0, max(0, len(seed) - 1)), max_size=4)):
        if seed:
            seed[place] = draw.draw(st.integers(0, 255))
    TARGETS[target](bytes(seed[: draw.draw(st.integers(0, len(seed)))]))
