"""The words of an index that a prefix, a pattern or a word with errors stands for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from archive.errors import QueryTooBroad
from archive.search import effort
from archive.search.codec.postings import Field
from archive.search.query import Expansion, Fuzzy, Prefix, Wildcard

MAX_EXPANSION = 256  # words that a leaf may stand for
MAX_CANDIDATES = 100_000  # words of one segment that are compared with a pattern

_WORD = 20  # steps to read a word, or to compare it with a pattern (`effort`)
_AFTER = b"\xff"  # sorts after every character in UTF-8


def stretch(words: Field, start: str) -> tuple[int, int]:
    """Return the ordinals, end exclusive, of the words that begin with `start`."""
    first = start.encode()
    return words.dictionary.place(first), words.dictionary.place(first + _AFTER)


def words_of(words: Field, start: str, limit: int) -> list[str]:
    """Return the first `limit` words that begin with `start`, in code point order."""
    low, high = stretch(words, start)
    effort.spend(_WORD * min(high - low, limit))
    return [word.decode() for word in words.dictionary.terms(low, min(high, low + limit))]


def expand(leaf: Expansion, fields: Iterable[Field]) -> tuple[str, ...]:
    """Return the words that `leaf` stands for in segments with these fields of words.

    Raises:
        QueryTooBroad: they are too many, or too many words would have to be looked at.
    """
    limit = MAX_EXPANSION + 1 if isinstance(leaf, Prefix) else MAX_CANDIDATES + 1
    found: set[str] = set()
    for words in fields:
        candidates = words_of(words, _fixed(leaf), limit)
        if len(candidates) > MAX_CANDIDATES:
            raise QueryTooBroad
        found.update(candidates)
    chosen = tuple(sorted(_choose(leaf, found)))
    if len(chosen) > MAX_EXPANSION:
        raise QueryTooBroad
    return chosen


def _fixed(leaf: Expansion) -> str:
    match leaf:
        case Prefix(start):
            return start
        case Wildcard(pattern):
            return re.split(r"[*?]", pattern, maxsplit=1)[0]
        case Fuzzy(word, _):
            return word[:1]


def _choose(leaf: Expansion, words: Collection[str]) -> Iterable[str]:
    match leaf:
        case Prefix():
            return words
        case Wildcard(pattern):
            effort.spend(_WORD * len(words))
            whole = re.compile(_expression(pattern), re.DOTALL)
            return (word for word in words if whole.fullmatch(word))
        case Fuzzy(word, edits):
            return near(word, words, edits)


def _expression(pattern: str) -> str:
    """Return a regular expression that never goes back over a `*`: time is linear in each word."""
    first, *others = (
        "".join("." if c == "?" else re.escape(c) for c in part)
        for part in re.sub(r"\*+", "*", pattern).split("*")
    )
    if not others:
        return first
    return first + "".join(f"(?>.*?{part})" for part in others[:-1]) + f".*{others[-1]}"


def near(word: str, candidates: Iterable[str], edits: int) -> list[str]:
    """Return which of `candidates` are at most `edits` edits from `word`.

    Insertions, deletions, substitutions and exchanges of neighbours count one each (optimal string
    alignment; Damerau, "A technique for computer detection and correction of spelling errors",
    Communications of the ACM 7(3), 1964).
    """
    by_length: dict[int, list[str]] = {}
    for candidate in candidates:
        if abs(len(candidate) - len(word)) <= edits:
            by_length.setdefault(len(candidate), []).append(candidate)
    found: list[str] = []
    cells = len(word) * (2 * edits + 1)
    effort.spend(cells * sum(map(len, by_length.values())))
    for length, group in sorted(by_length.items()):
        close = _distances(word, group, length, edits) <= edits
        found += [group[place] for place in np.flatnonzero(close).tolist()]
    return found


def _distances(word: str, group: list[str], length: int, edits: int) -> NDArray[np.int16]:
    """Return the edits from `word` to each of `group`, all of one length; more than `edits` is any.

    One row of the table for all words at once; cells further than `edits` from the diagonal
    cannot count.
    """
    letters = np.array(group, f"<U{max(length, 1)}").view(np.uint32).reshape(len(group), -1).T
    far = np.full(len(group), edits + 1, np.int16)
    rows = [[np.full(len(group), min(j, edits + 1), np.int16) for j in range(length + 1)]]
    for i, letter in enumerate(map(ord, word), 1):
        row = [far] * (length + 1)
        row[0] = np.full(len(group), min(i, edits + 1), np.int16)
        above = rows[-1]
        for j in range(max(1, i - edits), min(length, i + edits) + 1):
            cost = np.minimum(
                np.minimum(above[j], row[j - 1]) + 1, above[j - 1] + (letters[j - 1] != letter)
            )
            if i > 1 and j > 1:
                swapped = (letters[j - 2] == letter) & (letters[j - 1] == ord(word[i - 2]))
                cost = np.where(swapped, np.minimum(cost, rows[-2][j - 2] + 1), cost)
            row[j] = cost.astype(np.int16)
        rows = [rows[-1], row]
    return rows[-1][length]
