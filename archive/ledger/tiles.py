"""A log as files: C2SP tlog-tiles, written from entries, read for proofs, checked as a whole.

A tile holds up to 256 hashes of one level, an entry bundle as many entries. Nothing here touches a
disk: names and bytes go in and out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from archive.errors import LedgerTampered
from archive.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hashes,
    leaf_state,
    parents,
    subtree_root,
)

WIDTH = 256
"""Hashes of a full tile, entries of a full bundle."""

HEIGHT = 8
"""Levels of the tree in one tile."""

HASH = 32
"""Bytes of a hash in a tile."""

_KEPT = 512  # tiles in memory, 16 kB each with the levels above

Read = Callable[[str], bytes]
"""Returns the bytes of a file by its name; raises `LedgerTampered` when it is not there."""


def _place(index: int, width: int) -> str:
    """Return the path elements of a tile's index (tlog-tiles, Merkle Tree)."""
    digits = f"{index % 1000:03}"
    while index := index // 1000:
        digits = f"x{index % 1000:03}/{digits}"
    return digits if width == WIDTH else f"{digits}.p/{width}"


def tile_name(level: int, index: int, width: int = WIDTH) -> str:
    """Return the name of a tile."""
    return f"tile/{level}/{_place(index, width)}"


def bundle_name(index: int, width: int = WIDTH) -> str:
    """Return the name of an entry bundle."""
    return f"tile/entries/{_place(index, width)}"


def encode_bundle(bodies: Sequence[bytes]) -> bytes:
    """Return entries of at most 65,535 bytes, each after its length in two bytes."""
    return b"".join(part for body in bodies for part in (len(body).to_bytes(2, "big"), body))


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle.

    Raises:
        LedgerTampered: more or fewer.
    """
    found: list[bytes] = []
    add, read, number = found.append, BytesIO(data).read, int.from_bytes
    body = last = b""
    while size := read(2):
        last = size
        add(body := read(number(size, "big")))
    if len(found) != width or not _ends(last, body):
        raise LedgerTampered
    return found


def bundle_leaves(data: bytes, width: int) -> list[bytes]:
    """Return the leaf hashes of the `width` entries of a bundle.

    Raises:
        LedgerTampered: more or fewer.
    """
    found: list[bytes] = []
    add, read, number, new = found.append, BytesIO(data).read, int.from_bytes, leaf_state
    body = last = b""
    while size := read(2):
        state, last = new(), size
        state.update(body := read(number(size, "big")))
        add(state.digest())
    if len(found) != width or not _ends(last, body):
        raise LedgerTampered
    return found


def _ends(size: bytes, body: bytes) -> bool:
    """Return whether the last length and entry of a bundle, which alone can be cut, are whole."""
    return len(size) != 1 and int.from_bytes(size, "big") == len(body)


def tile_root(tile: bytes) -> bytes:
    """Return the hash that a full tile has in the level above."""
    while len(tile) > HASH:
        tile = parents(tile)
    return tile


def widths(size: int, level: int) -> Iterator[tuple[int, int]]:
    """Yield index and width of every tile of a level in a tree of `size`."""
    count = size >> (HEIGHT * level)
    for start in range(0, count, WIDTH):
        yield start // WIDTH, min(WIDTH, count - start)


def first_new(old: int) -> int:
    """Return the first entry that `new_tiles` needs for a log that had `old` entries."""
    return old // WIDTH * WIDTH


def new_tiles(
    read: Read, old: int, size: int, bodies: Iterator[bytes]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files that a log of `size` has and one of `old` entries has not.

    `bodies` are the entries from `first_new` on, in order; the tiles of the old log are read.

    Raises:
        LedgerTampered: an old tile is missing or cut, or there are too few entries.
    """
    risen: list[bytes] = []
    for index in range(old // WIDTH, -(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        chunk = [body for _, body in zip(range(width), bodies, strict=False)]
        if len(chunk) != width:
            raise LedgerTampered
        tile = b"".join(leaf_hashes(chunk))
        yield bundle_name(index, width), encode_bundle(chunk)
        yield tile_name(0, index, width), tile
        if width == WIDTH:
            risen.append(tile_root(tile))
    level = 1
    while size >> (HEIGHT * level):
        row, before = _row(read, old >> (HEIGHT * level), level), risen
        row += b"".join(before)
        risen = []
        first = (old >> (HEIGHT * level)) // WIDTH
        for at in range(0, len(row), WIDTH * HASH) if before else ():
            tile = row[at : at + WIDTH * HASH]
            index, width = first + at // (WIDTH * HASH), len(tile) // HASH
            yield tile_name(level, index, width), tile
            if width == WIDTH:
                risen.append(tile_root(tile))
        level += 1


def _row(read: Read, count: int, level: int) -> bytes:
    """Return the hashes of the last, partial tile of a level that has `count` of them."""
    width = count % WIDTH
    return _tile(read, level, count // WIDTH, width) if width else b""


def _tile(read: Read, level: int, index: int, width: int) -> bytes:
    try:
        data = read(tile_name(level, index, width))
    except LedgerTampered:
        if width == WIDTH:
            raise
        data = read(tile_name(level, index))[: width * HASH]
    if len(data) != width * HASH:
        raise LedgerTampered
    return data


class TileTree:
    """A tree whose hashes are read from tiles, each at most once while it is remembered."""

    def __init__(self, read: Read, size: int) -> None:
        self.size = size
        self._read = read
        self._kept: dict[tuple[int, int], list[bytes]] = {}

    def _levels(self, level: int, index: int) -> list[bytes]:
        """Return the rows of a tile that are computed so far, its own hashes first."""
        rows = self._kept.get((level, index))
        if rows is None:
            width = min(WIDTH, (self.size >> (HEIGHT * level)) - index * WIDTH)
            rows = [_tile(self._read, level, index, width)]
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[level, index] = rows
        return rows

    def perfect(self, level: int, index: int) -> bytes:
        """Return the root of a perfect subtree.

        Raises:
            LedgerTampered: a tile is missing or cut.
        """
        tile_level, height = divmod(level, HEIGHT)
        tile, place = divmod(index, WIDTH >> height)
        rows = self._levels(tile_level, tile)
        while len(rows) <= height:
            rows.append(parents(rows[-1]))
        return rows[height][place * HASH : (place + 1) * HASH]

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves, by default over all."""
        return subtree_root(self, 0, self.size if size is None else size)

    def inclusion(self, index: int) -> list[bytes]:
        """Return the inclusion proof of a leaf."""
        return inclusion_proof(self, index, self.size)

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof that the tree of `old` leaves is a prefix."""
        return consistency_proof(self, old, self.size)


def verify_tiles(read: Read, size: int, fail: Callable[[str, int | None, str], None]) -> bytes:
    """Recompute a log from its entry bundles, compare every tile with it, and return the root.

    `fail` gets a code (`bundle` or `tile`), the index of the first entry below the file, and words
    that name the file.
    """
    risen: list[bytes] = []
    rest: list[bytes] = []
    for index, width in widths(size, 0):
        rest = _leaves(read, index, width, fail)
        tile = b"".join(rest)
        _compare(read, (0, index, width), tile, fail)
        if width == WIDTH:
            risen.append(tile_root(tile))
            rest = []
    top = Frontier()
    top.extend(risen)
    level = 1
    while row := b"".join(risen):
        risen = []
        for at in range(0, len(row), WIDTH * HASH):
            tile = row[at : at + WIDTH * HASH]
            place = (level, at // (WIDTH * HASH), len(tile) // HASH)
            _compare(read, place, tile, fail)
            if len(tile) == WIDTH * HASH:
                risen.append(tile_root(tile))
        level += 1
    edge = Frontier(top.size * WIDTH, top.hashes)
    edge.extend(rest)
    return edge.root() if size else EMPTY_ROOT


def _leaves(
    read: Read, index: int, width: int, fail: Callable[[str, int | None, str], None]
) -> list[bytes]:
    name = bundle_name(index, width)
    try:
        return bundle_leaves(read(name), width)
    except LedgerTampered:
        fail("bundle", index * WIDTH, f"{name} is missing, cut or malformed")
        return [EMPTY_ROOT] * width


def _compare(
    read: Read,
    place: tuple[int, int, int],
    tile: bytes,
    fail: Callable[[str, int | None, str], None],
) -> None:
    level, index, width = place
    name = tile_name(*place)
    try:
        found = read(name)
    except LedgerTampered:
        fail("tile", index * WIDTH ** (level + 1), f"{name} is missing")
        return
    if found == tile:
        return
    words, first = f"{name} is not that of the entries", index * WIDTH ** (level + 1)
    if level == 0:
        first += next(_differing(found, tile), 0)
        words = f"{name} and {bundle_name(index, width)} differ, first at entry {first}"
    fail("tile", first, words)


def _differing(found: bytes, tile: bytes) -> Iterator[int]:
    """Yield the places of hashes in which two tiles differ."""
    for at in range(0, len(tile), HASH):
        if found[at : at + HASH] != tile[at : at + HASH]:
            yield at // HASH
