"""From documents to the content of a segment: tokens in, postings out, in one sort.

Each document is analysed once, and its terms become numbers in the order in which they are first
seen. When the segment is full, one sort of (term, document, position) as a single number inverts
all of it.
"""

from __future__ import annotations

from array import array
from datetime import date as day

import numpy as np

from archive.model.ids import RecordId
from archive.model.search import IndexDocument
from archive.search import dates
from archive.search.analysis import Tokens, analyse_document
from archive.search.codec import stored
from archive.search.codec.columns import Column
from archive.search.codec.integers import Numbers
from archive.search.codec.postings import Postings
from archive.search.codec.segment import Content, Stored, record_bytes
from archive.search.schema import COLUMNS, FIELDS

_KEY_BITS = 63


class Lexicon(dict[str, int]):
    """Numbers of terms, given out in the order in which terms are first seen."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class _Tokens:
    """Tokens of one field of all documents: numbers of terms, and where they stand."""

    def __init__(self) -> None:
        self.lexicon = Lexicon()
        self.terms = array("q")
        self.positions = array("q")
        self.sizes = array("q")
        self.lengths = array("q")

    def add(self, tokens: Tokens) -> None:
        lexicon = self.lexicon
        self.terms.extend([lexicon[term] for term in tokens.terms])
        self.positions.extend(tokens.positions)
        self.sizes.append(len(tokens.terms))
        self.lengths.append(tokens.length)


class Batch:
    """Documents on their way into one segment, each record once."""

    def __init__(self) -> None:
        self._records: list[RecordId] = []
        self._fields = {name: _Tokens() for name in FIELDS}
        self._words = Lexicon()
        self._memberships = array("q")
        self._distinct = array("q")
        self._columns: dict[str, list[tuple[str, ...]]] = {name: [] for name in COLUMNS}
        self._first = array("q")
        self._last = array("q")
        self._stored: list[bytes] = []

    def add(self, document: IndexDocument) -> None:
        """Analyse a document and put it in."""
        tokens = analyse_document(document.title, document.text, document.language)
        self._records.append(document.record)
        self._fields["text"].add(tokens.text)
        self._fields["title"].add(tokens.title)
        self._fields["names"].add(tokens.names)
        words = self._words
        self._memberships.extend([words[word] for word in tokens.words])
        self._distinct.append(len(tokens.words))
        values = _columns(document)
        for name, rows in self._columns.items():
            rows.append(values.get(name, ()))
        first, last = _days(document.date)
        self._first.append(first)
        self._last.append(last)
        self._stored.append(Stored(document.title, document.text).content())

    def content(self) -> Content:
        """Return the segment of all documents."""
        size = len(self._records)
        fields = {name: _postings(tokens, size) for name, tokens in self._fields.items()}
        fields["words"] = _inverted(self._words, self._memberships, self._distinct, size)
        numbers = {f"{name}.length": _numbers(t.lengths) for name, t in self._fields.items()}
        numbers |= {"first": _numbers(self._first), "last": _numbers(self._last)}
        return Content(
            record_bytes(self._records),
            fields,
            {name: Column.made(rows) for name, rows in self._columns.items()},
            numbers,
            stored.blocks_of(self._stored),
        )


def _columns(document: IndexDocument) -> dict[str, tuple[str, ...]]:
    columns = dict(document.facets)
    if document.language:
        columns["language"] = (document.language,)
    if document.date:
        columns["date"] = (document.date,)
    return columns


def _days(date: str | None) -> tuple[int, int]:
    """Return the span of a date in days, 1 for 0001-01-01; -1 and -1 when there is none."""
    span = dates.span(date) if date else None
    if span is None:
        return -1, -1
    return day.fromisoformat(span[0]).toordinal(), day.fromisoformat(span[1]).toordinal()


def _ranked(lexicon: Lexicon) -> tuple[list[bytes], Numbers]:
    """Return the terms in order of their bytes, and for each number its term's place there."""
    order = sorted(lexicon)
    ranks = np.empty(len(order), np.int64)
    ranks[np.fromiter(map(lexicon.__getitem__, order), np.int64, len(order))] = np.arange(
        len(order)
    )
    return [term.encode() for term in order], ranks


def _numbers(numbers: array[int]) -> Numbers:
    return np.frombuffer(numbers, np.int64)


def _bits(most: int) -> int:
    return max(1, int(most).bit_length())


def _in_order(
    ordinals: Numbers, documents: Numbers, positions: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Return the three sorted as one: by ordinal, document and position."""
    low, middle = _bits(int(positions.max())), _bits(int(documents.max()))
    if low + middle + _bits(int(ordinals.max())) > _KEY_BITS:
        order = np.lexsort((positions, documents, ordinals))
        return ordinals[order], documents[order], positions[order]
    keys = (ordinals << (low + middle)) | (documents << low) | positions
    keys.sort()
    owners = (keys >> low) & ((1 << middle) - 1)
    return keys >> (low + middle), owners, keys & ((1 << low) - 1)


def _postings(tokens: _Tokens, size: int) -> Postings:
    terms, ranks = _ranked(tokens.lexicon)
    if not terms:
        empty = np.empty(0, np.int64)
        return Postings([], empty, empty, empty, empty)
    ordinals, documents, positions = _in_order(
        ranks[_numbers(tokens.terms)],
        np.repeat(np.arange(size), _numbers(tokens.sizes)),
        _numbers(tokens.positions),
    )
    changed = np.diff(ordinals, prepend=-1) != 0
    changed |= np.diff(documents, prepend=-1) != 0
    twice = ~changed & (np.diff(positions, prepend=-1) == 0)
    if twice.any():
        stays = ~twice
        ordinals, documents, positions = ordinals[stays], documents[stays], positions[stays]
        changed = changed[stays]
    first = np.flatnonzero(changed)
    return Postings(
        terms,
        np.bincount(ordinals[first], minlength=len(terms)),
        documents[first],
        np.diff(first, append=len(ordinals)),
        positions,
    )


def _inverted(lexicon: Lexicon, words: array[int], sizes: array[int], size: int) -> Postings:
    terms, ranks = _ranked(lexicon)
    owners = np.repeat(np.arange(size), _numbers(sizes))
    keys = ranks[_numbers(words)] * max(1, size) + owners
    keys.sort()
    ordinals = keys // max(1, size)
    return Postings(terms, np.bincount(ordinals, minlength=len(terms)), keys - ordinals * size)
