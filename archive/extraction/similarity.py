"""Similar texts by keyed MinHash, and the lookup of what is similar to a text.

A text is a set of shingles: three words in a row, or four characters of Chinese, Japanese or Korean
(three overlapping pairs). A signature holds the minimum of each of 64 hash functions over the set;
the share of equal minima estimates the share of common shingles (Jaccard; Broder, "On the
resemblance and containment of documents", 1997). Every hash is keyed: signatures of different keys
have nothing in common, and without the key nobody can make one of a guessed text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

_ID = 16  # bytes of a UUID
SIGNATURE_BYTES = 256  # 64 minima of 32 bits, little-endian
_SIZE = 64
_BANDS, _ROWS = 16, 4  # texts with 70 percent in common meet in some band 99 times in 100
_FEWEST = 20  # shingles; of fewer the estimate says nothing
_LONGEST = 1 << 20  # code points; of longer texts the beginning is compared
_CHUNK = 4096  # shingles hashed at a time
_CROWD = 256  # newest texts of one band that are looked at; form letters share a band by thousands
_REMEMBERED = 1 << 17  # words
_RECENT = 8192  # texts added before the sorted bands are built anew
_CJK = (
    "\u1100-\u11ff\u3005\u3007\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_STRETCHES = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IDEOGRAPH = re.compile(f"[{_CJK}]")
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))  # MurmurHash3, fmix64
_SHIFT = np.uint64(33)
_HALF = np.uint64(32)

Words: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.int64]


def _tokens(text: str) -> Iterable[str]:
    """Return folded words, and the overlapping pairs of each stretch of CJK characters."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    stretches: list[str] = _STRETCHES.findall(folded)
    return stretches if folded.isascii() else _pairs(stretches)


def _pairs(stretches: list[str]) -> Iterator[str]:
    for stretch in stretches:
        if len(stretch) > 1 and _IDEOGRAPH.match(stretch):
            yield from map("".join, pairwise(stretch))
        else:
            yield stretch


class _Hashes(dict[str, int]):
    """Keyed BLAKE2b (RFC 7693) of tokens, 64 bits, each computed once for a text."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._key = key

    def __missing__(self, token: str) -> int:
        digest = hashlib.blake2b(token.encode(), digest_size=8, key=self._key).digest()
        value = self[token] = int.from_bytes(digest, "little")
        return value


def _mixed(values: Words) -> Words:
    for factor in _MIX:
        values ^= values >> _SHIFT
        values *= factor
    return values ^ (values >> _SHIFT)


def _parameters(key: bytes) -> Words:
    """Return 3 odd factors of a shingle and 64 pairs of factor and summand, drawn from the key."""
    drawn = hashlib.shake_256(b"strongroom/minhash/v1\0" + key).digest(8 * (3 + 2 * _SIZE))
    return np.frombuffer(drawn, "<u8").astype(np.uint64)


class Signer:
    """Makes signatures under one key; words of earlier texts are hashed once.

    Safe in one thread. It holds words of the texts, and goes when the work on them is done.
    """

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes."""
        self._key = key
        self._hashes = _Hashes(key)
        drawn = _parameters(key)
        self._parts = drawn[:3] | np.uint64(1)
        self._factors, self._summands = drawn[3 : 3 + _SIZE] | np.uint64(1), drawn[3 + _SIZE :]

    def sign(self, text: str) -> bytes | None:
        """Return the signature of a text; `None` for a text too short."""
        if len(self._hashes) > _REMEMBERED:
            self._hashes = _Hashes(self._key)
        words = np.array(list(map(self._hashes.__getitem__, _tokens(text))), np.uint64)
        if len(words) < _FEWEST:
            return None
        first, second, third = self._parts
        mixed = _mixed(words[:-2] * first + words[1:-1] * second + words[2:] * third)
        shingles = np.unique(mixed)
        if len(shingles) < _FEWEST:
            return None
        minima = np.full(_SIZE, np.iinfo(np.uint64).max, np.uint64)
        for start in range(0, len(shingles), _CHUNK):
            part = shingles[start : start + _CHUNK, None] * self._factors + self._summands
            np.minimum(minima, part.min(axis=0), out=minima)
        return (minima >> _HALF).astype("<u4").tobytes()


def signature(text: str, key: bytes) -> bytes | None:
    """Return the signature of one text under a key of 32 bytes; `None` for a text too short."""
    return Signer(key).sign(text)


def similarity(left: bytes, right: bytes) -> float:
    """Return the estimated share of common shingles of two texts, 0 to 1 in steps of 1/64."""
    return float((np.frombuffer(left, "<u4") == np.frombuffer(right, "<u4")).mean())


class SimilarTexts:
    """Signatures by id (UUID), in bands of four minima: similar texts meet in some band."""

    def __init__(self) -> None:
        self._size = 0
        self._ids = np.zeros((256, _ID), np.uint8)
        self._rows = np.zeros((256, _SIZE), np.uint32)
        self._sorted: list[tuple[Words, Places]] = []
        self._indexed = 0
        self._recent: dict[tuple[int, int], list[int]] = {}

    def __len__(self) -> int:
        return self._size

    def add(self, text_id: str, of: bytes) -> None:
        """Add a signature; one more of the same id stands beside the older one."""
        at = self._size
        self._append(pack([(text_id, of)]))
        for band, value in enumerate(_bands(self._rows[at : at + 1])[0]):
            self._recent.setdefault((band, int(value)), []).append(at)
        if self._size - self._indexed > _RECENT:
            self._index()

    def load(self, packed: bytes) -> None:
        """Add what `pack` made.

        Raises:
            ValueError: it is not a whole number of entries.
        """
        self._append(packed)
        self._sorted = []

    def _append(self, packed: bytes) -> None:
        entries = np.frombuffer(packed, np.uint8).reshape(-1, _ID + SIGNATURE_BYTES)
        have, want = self._size, self._size + len(entries)
        if want > len(self._rows):
            more = max(want, 2 * have) - len(self._rows)
            self._ids = np.concatenate([self._ids, np.zeros((more, _ID), np.uint8)])
            self._rows = np.concatenate([self._rows, np.zeros((more, _SIZE), np.uint32)])
        self._ids[have:want] = entries[:, :_ID]
        self._rows[have:want] = np.ascontiguousarray(entries[:, _ID:]).view("<u4")
        self._size = want

    def _index(self) -> None:
        bands = _bands(self._rows[: self._size])
        orders = [np.argsort(bands[:, band], kind="stable") for band in range(_BANDS)]
        self._sorted = [(bands[order, band], order) for band, order in enumerate(orders)]
        self._indexed = self._size
        self._recent = {}

    def find(self, of: bytes, *, limit: int, least: float) -> list[tuple[str, float]]:
        """Return at most `limit` ids with the share of common shingles, the most similar first.

        Only what has `least` in common counts; what meets in no band is missed.
        """
        if self._size and not self._sorted:
            self._index()
        bands = _bands(np.frombuffer(of, "<u4").reshape(1, _SIZE))[0]
        return self._best(self._candidates(bands), of, limit, least)

    def similar_to(self, text_id: str, *, limit: int, least: float) -> list[tuple[str, float]]:
        """Return what `find` would of the newest signature under an id; nothing is missed."""
        own = np.flatnonzero((self._ids[: self._size] == _raw(text_id)).all(axis=1))
        if not len(own):
            return []
        of = self._rows[own[-1]].astype("<u4").tobytes()
        found = self._best(np.arange(self._size), of, limit + 1, least)
        return [one for one in found if one[0] != text_id][:limit]

    def _best(self, places: Places, of: bytes, limit: int, least: float) -> list[tuple[str, float]]:
        shares = (self._rows[places] == np.frombuffer(of, "<u4")).mean(axis=1)
        close = np.flatnonzero(shares >= least)
        found: dict[str, float] = {}
        for at in close[np.argsort(-shares[close], kind="stable")]:
            text_id = str(UUID(bytes=self._ids[places[at]].tobytes()))
            found.setdefault(text_id, float(shares[at]))
            if len(found) == limit:
                break
        return list(found.items())

    def _candidates(self, bands: Words) -> Places:
        found: set[int] = set()
        for band, value in enumerate(bands):
            found.update(self._recent.get((band, int(value)), [])[-_CROWD:])
            if self._sorted:
                keys, order = self._sorted[band]
                start, stop = np.searchsorted(keys, value), np.searchsorted(keys, value, "right")
                found.update(order[max(start, stop - _CROWD) : stop].tolist())
        return np.fromiter(sorted(found), np.int64)


def _raw(text_id: str) -> NDArray[np.uint8]:
    return np.frombuffer(UUID(text_id).bytes, np.uint8)


def pack(entries: list[tuple[str, bytes]]) -> bytes:
    """Return ids and signatures as 272 bytes each: the UUID, then the signature."""
    return b"".join(UUID(text_id).bytes + of for text_id, of in entries)


def _bands(rows: NDArray[np.uint32]) -> Words:
    """Return one number of 64 bits for each band of each row."""
    halves = np.ascontiguousarray(rows, "<u4").view("<u8").reshape(len(rows), _BANDS, _ROWS // 2)
    return _mixed(_mixed(halves[:, :, 0].astype(np.uint64)) + halves[:, :, 1])
