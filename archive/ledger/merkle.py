"""The Merkle tree of RFC 9162, section 2.1: hashes, roots, proofs and their verification."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from struct import Struct
from typing import Protocol

_sha256 = hashlib.sha256
leaf_state = _sha256(b"\0").copy
"""Returns a hash that has taken in the prefix of a leaf (RFC 9162, 2.1.1): no copy of the bytes."""

_node = _sha256(b"\1").copy  # for a short message half the price of a new hash in OpenSSL 3
_SIZE = 32  # bytes of a SHA-256 hash
EMPTY_ROOT = _sha256(b"").digest()
"""Root of the empty tree (RFC 9162, 2.1.1)."""


@lru_cache(maxsize=128)
def _pairs(count: int) -> Callable[[bytes], tuple[bytes, ...]]:
    """Return what cuts a row of hashes into pairs at once."""
    return Struct("64s" * count).unpack_from


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of 0x00 and its bytes."""
    return _sha256(b"\0" + data).digest()


def leaf_hashes(data: Iterable[bytes]) -> list[bytes]:
    """Return the hashes of many leaves."""
    return [_sha256(b"\0" + one).digest() for one in data]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 of 0x01 and both children."""
    return _sha256(b"\1" + left + right).digest()


def parents(row: bytes) -> bytes:
    """Return the hashes one level above concatenated ones; a last one without a pair is left out.

    Hashes have 32 bytes each.
    """
    found: list[bytes] = []
    add, new = found.append, _node
    for pair in _pairs(len(row) // (2 * _SIZE))(row):
        state = new()
        state.update(pair)
        add(state.digest())
    return b"".join(found)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over subtree roots that are given largest (leftmost) first."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def _above(row: Sequence[bytes]) -> list[bytes]:
    """Return the hashes one level up; a last hash without a neighbour is left out."""
    below = iter(row)
    found: list[bytes] = []
    add, new = found.append, _node
    for left, right in zip(below, below, strict=False):
        state = new()
        state.update(left + right)
        add(state.digest())
    return found


class Frontier:
    """The right edge of a growing tree: roots of its perfect subtrees, largest first."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Raises: ValueError: not one hash of 32 bytes for each 1 bit of the size."""
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count() or not _hashes(*self.hashes):
            raise ValueError("a frontier has one hash for each 1 bit of its size")

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        size, hashes = self.size, self.hashes
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add many leaf hashes, a level of the tree at a time."""
        row, edge, size = list(leaves), [], self.size
        self.size += len(row)
        while row:
            if size & 1:
                row.insert(0, self.hashes.pop())
            if len(row) & 1:
                edge.append(row.pop())
            row = _above(row)
            size >>= 1
        self.hashes.extend(reversed(edge))

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT


class Subtrees(Protocol):
    """Where the roots of perfect subtrees come from."""

    size: int

    def perfect(self, level: int, index: int) -> bytes:
        """Return the root over leaves `index << level` up to `(index + 1) << level`."""


def subtree_root(tree: Subtrees, start: int, stop: int) -> bytes:
    """Return the root over the leaves from `start` up to `stop` (RFC 9162, 2.1.1)."""
    count = stop - start
    if count == 0:
        return EMPTY_ROOT
    if count & (count - 1) == 0 and start % count == 0:
        level = count.bit_length() - 1
        return tree.perfect(level, start >> level)
    split = _split(count)
    left = subtree_root(tree, start, start + split)
    return node_hash(left, subtree_root(tree, start + split, stop))


def inclusion_proof(tree: Subtrees, index: int, size: int) -> list[bytes]:
    """Return the inclusion proof of a leaf in the tree of `size` (RFC 9162, 2.1.3.1)."""
    start, stop = 0, size
    proof: list[bytes] = []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            proof.append(subtree_root(tree, middle, stop))
            stop = middle
        else:
            proof.append(subtree_root(tree, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(tree: Subtrees, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is a prefix (RFC 9162, 2.1.4.1)."""
    start, stop = 0, new
    if old in {0, stop}:
        return []
    proof: list[bytes] = []
    complete = True
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            proof.append(subtree_root(tree, middle, stop))
            stop = middle
        else:
            proof.append(subtree_root(tree, start, middle))
            start, complete = middle, False
    if not complete:
        proof.append(subtree_root(tree, start, stop))
    return proof[::-1]


class Tree:
    """All perfect subtrees over a list of leaf hashes, level by level, for roots and proofs."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [list(leaves)]
        self.size = len(self._levels[0])
        while len(self._levels[-1]) > 1:
            self._levels.append(_above(self._levels[-1]))

    def perfect(self, level: int, index: int) -> bytes:
        """Return the root of a perfect subtree."""
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves, by default over all."""
        return subtree_root(self, 0, self.size if size is None else size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the inclusion proof of a leaf, by default in the whole tree."""
        return inclusion_proof(self, index, self.size if size is None else size)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """Return the proof that the tree of `old` leaves is a prefix, by default of all."""
        return consistency_proof(self, old, self.size if new is None else new)


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _hashes(*values: bytes) -> bool:
    return all(len(value) == _SIZE for value in values)


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Return whether `proof` shows the leaf hash at `index` of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    inner = (index ^ (size - 1)).bit_length()
    if len(proof) != inner + (index >> inner).bit_count():
        return False
    for level, sibling in enumerate(proof[:inner]):
        right = index >> level & 1
        leaf = node_hash(sibling, leaf) if right else node_hash(leaf, sibling)
    for sibling in proof[inner:]:
        leaf = node_hash(sibling, leaf)
    return leaf == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether `proof` shows that one tree extends the other (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or not _hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    return _grown(old, new, old_root, new_root, list(proof))


def _grown(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    zeros = (old & -old).bit_length() - 1
    if not proof:
        return False
    seed = old_root if old == 1 << zeros else proof.pop(0)
    top = ((old - 1) ^ (new - 1)).bit_length()
    inner = top - zeros
    if len(proof) != inner + ((old - 1) >> top).bit_count():
        return False
    path = (old - 1) >> zeros
    first = second = seed
    for level, sibling in enumerate(proof[:inner]):
        if path >> level & 1:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
        else:
            second = node_hash(second, sibling)
    for sibling in proof[inner:]:
        first, second = node_hash(sibling, first), node_hash(sibling, second)
    return first == old_root and second == new_root
