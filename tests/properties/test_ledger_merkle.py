"""The tree against the definitions of RFC 9162, for every size up to 300."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ledger import Frontier, Tree, leaf_hash, verify_consistency, verify_inclusion

SIZES = 300
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(SIZES)]
TREE = Tree(LEAVES)


def split(count: int) -> int:
    """Return the largest power of two smaller than `count`."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


@cache
def root(start: int, stop: int) -> bytes:
    """Return MTH of RFC 9162, section 2.1.1."""
    if start == stop:
        return hashlib.sha256(b"").digest()
    if stop - start == 1:
        return LEAVES[start]
    middle = start + split(stop - start)
    return hashlib.sha256(b"\1" + root(start, middle) + root(middle, stop)).digest()


def path(index: int, start: int, stop: int) -> list[bytes]:
    """Return PATH of RFC 9162, section 2.1.3.1."""
    if stop - start == 1:
        return []
    middle = start + split(stop - start)
    if index < middle:
        return [*path(index, start, middle), root(middle, stop)]
    return [*path(index, middle, stop), root(start, middle)]


def growth(old: int, start: int, stop: int, whole: bool) -> list[bytes]:
    """Return SUBPROOF of RFC 9162, section 2.1.4.1."""
    if old == stop - start:
        return [] if whole else [root(start, stop)]
    half = split(stop - start)
    if old <= half:
        return [*growth(old, start, start + half, whole), root(start + half, stop)]
    return [*growth(old - half, start + half, stop, False), root(start, start + half)]


def test_every_root_is_the_defined_one() -> None:
    frontier = Frontier()
    for size in range(SIZES):
        assert TREE.root(size) == frontier.root() == root(0, size)
        frontier.append(LEAVES[size])
    assert frontier.root() == TREE.root() == root(0, SIZES)


def test_every_inclusion_proof_is_the_defined_one_and_verifies() -> None:
    for size in range(1, SIZES + 1):
        top = root(0, size)
        for index in range(size):
            proof = TREE.inclusion(index, size)
            assert proof == path(index, 0, size)
            assert verify_inclusion(LEAVES[index], index, size, proof, top)


def test_every_consistency_proof_is_the_defined_one_and_verifies() -> None:
    for new in range(1, SIZES + 1):
        for old in range(1, new + 1, 1 if new < 130 else 7):
            proof = TREE.consistency(old, new)
            assert proof == growth(old, 0, new, True)
            assert verify_consistency(old, new, root(0, old), root(0, new), proof)


sizes = st.integers(min_value=1, max_value=SIZES)


@settings(deadline=None)
@given(parts=st.lists(st.integers(min_value=0, max_value=90), max_size=6))
def test_appending_in_any_pieces_gives_the_same_frontier(parts: list[int]) -> None:
    pieces, single, at = Frontier(), Frontier(), 0
    for part in parts:
        leaves = LEAVES[at : at + part]
        pieces.extend(leaves)
        for leaf in leaves:
            single.append(leaf)
        pieces = Frontier(pieces.size, pieces.hashes)
        at += len(leaves)
    assert (pieces.size, pieces.hashes) == (single.size, single.hashes)
    assert pieces.root() == root(0, at)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), size=sizes)
def test_a_proof_fits_one_leaf_one_place_one_tree(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof, top = TREE.inclusion(index, size), root(0, size)
    place = data.draw(st.integers(min_value=0, max_value=len(proof)))
    noise = data.draw(st.sampled_from([bytes(32), top]))
    for other in (
        [*proof[:place], noise, *proof[place:]],
        [*proof[:place], noise, *proof[place + 1 :]],
        proof[:place] + proof[place + 1 :] if place < len(proof) else [*proof, b""],
        [*proof[:place], proof[place][:-1], *proof[place + 1 :]] if place < len(proof) else [b""],
        proof[::-1] if proof != proof[::-1] else [top],
    ):
        assert not verify_inclusion(LEAVES[index], index, size, other, top)
    if size > 1:
        assert not verify_inclusion(LEAVES[(index + 1) % size], index, size, proof, top)
        assert not verify_inclusion(LEAVES[index], (index + 1) % size, size, proof, top)
    assert not verify_inclusion(LEAVES[index], index, size, proof, bytes(32))
    assert not verify_inclusion(LEAVES[index], size, size, proof, top)
    assert not verify_inclusion(LEAVES[index], -1, size, proof, top)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), new=sizes)
def test_a_growth_proof_fits_one_pair_of_trees(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(min_value=1, max_value=new))
    proof, first, second = TREE.consistency(old, new), root(0, old), root(0, new)
    place = data.draw(st.integers(min_value=0, max_value=len(proof)))
    for other in (
        [*proof[:place], bytes(32), *proof[place:]],
        [*proof[:place], bytes(32), *proof[place + 1 :]],
        proof[:place] + proof[place + 1 :] if place < len(proof) else [*proof, second],
        [*proof, b""],
    ):
        assert not verify_consistency(old, new, first, second, other)
    assert not verify_consistency(old, new, bytes(32), second, proof)
    assert not verify_consistency(old, new, first, bytes(32), proof)
    assert not verify_consistency(new + 1, old, second, first, proof)
    assert not verify_consistency(-1, new, first, second, proof)


def test_the_empty_tree_is_the_beginning_of_every_tree() -> None:
    empty = root(0, 0)
    for size in (0, 1, 2, 7, SIZES):
        assert TREE.consistency(0, size) == []
        assert verify_consistency(0, size, empty, root(0, size), [])
        assert not verify_consistency(0, size, bytes(32), root(0, size), [])
        assert not verify_consistency(0, size, empty, root(0, size), [bytes(32)])


@pytest.mark.parametrize(
    ("size", "hashes"),
    [(1, []), (2, [bytes(32)] * 2), (3, [bytes(32)]), (1, [bytes(31)]), (-1, [bytes(32)])],
)
def test_a_frontier_of_another_size_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(ValueError, match="frontier"):
        Frontier(size, hashes)
