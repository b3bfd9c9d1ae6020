"""From documents to the content of a segment: tokens in, postings out, in one sort.

Each document is analysed once, and its terms become numbers in the order in which they are first
seen. When the segment is full, one sort of (term, document, position) as a single number inverts
all of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
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
from archive.search.schema import COLUMNS, FIELDS, check_facets

_KEY_BITS = 63


class Lexicon(dict[str, int]):
    """Numbers of terms, given out in the order in which terms are first seen."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Inverted:
    """Tokens of one field of one document: numbers of terms, and positions, equally many."""

    terms: array[int]
    positions: array[int]
    length: int


@dataclass(frozen=True, slots=True)
class Row:
    """One document, analysed."""

    tokens: dict[str, Inverted]
    words: array[int]
    columns: dict[str, tuple[str, ...]]
    days: tuple[int, int]
    stored: Stored


class Batch:
    """Documents on their way into one segment; of two with one record the later stays."""

    def __init__(self) -> None:
        self._lexicons = {name: Lexicon() for name in FIELDS}
        self._words = Lexicon()
        self._rows: dict[RecordId, Row] = {}
        self.characters = 0

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def records(self) -> Iterable[RecordId]:
        """The records of the documents."""
        return self._rows.keys()

    def add(self, document: IndexDocument) -> None:
        """Analyse a document and put it in.

        Raises:
            InvalidValue: it has a facet that no index keeps.
        """
        check_facets(document.facets)
        tokens = analyse_document(document.title, document.text, document.language)
        found = {"text": tokens.text, "title": tokens.title, "names": tokens.names}
        self._rows.pop(document.record, None)
        self._rows[document.record] = Row(
            {name: self._invert(name, found[name]) for name in FIELDS},
            array("q", map(self._words.__getitem__, tokens.words)),
            _columns(document),
            _days(document.date),
            Stored(document.title, document.text),
        )
        self.characters += len(document.text)

    def _invert(self, name: str, tokens: Tokens) -> Inverted:
        numbers = array("q", map(self._lexicons[name].__getitem__, tokens.terms))
        return Inverted(numbers, array("q", tokens.positions), tokens.length)

    def content(self) -> Content:
        """Return the segment of all documents."""
        rows = list(self._rows.values())
        fields = {
            name: _postings(lexicon, [row.tokens[name] for row in rows])
            for name, lexicon in self._lexicons.items()
        }
        fields["words"] = _memberships(self._words, [row.words for row in rows])
        numbers = {
            f"{name}.length": np.array([row.tokens[name].length for row in rows], np.int64)
            for name in FIELDS
        }
        numbers["first"] = np.array([row.days[0] for row in rows], np.int64)
        numbers["last"] = np.array([row.days[1] for row in rows], np.int64)
        return Content(
            record_bytes(list(self._rows)),
            fields,
            {name: Column.made([row.columns.get(name, ()) for row in rows]) for name in COLUMNS},
            numbers,
            stored.blocks_of(row.stored.content() for row in rows),
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


def _flat(rows: Iterable[array[int]], total: int) -> Numbers:
    flat = np.empty(total, np.int64)
    at = 0
    for row in rows:
        flat[at : at + len(row)] = row
        at += len(row)
    return flat


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


def _postings(lexicon: Lexicon, rows: list[Inverted]) -> Postings:
    terms, ranks = _ranked(lexicon)
    sizes = np.array([len(row.terms) for row in rows], np.int64)
    total = int(sizes.sum())
    if not total:
        empty = np.empty(0, np.int64)
        return Postings([], empty, empty, empty, empty)
    ordinals, documents, positions = _in_order(
        ranks[_flat((row.terms for row in rows), total)],
        np.repeat(np.arange(len(rows)), sizes),
        _flat((row.positions for row in rows), total),
    )
    changed = np.diff(ordinals, prepend=-1) != 0
    changed |= np.diff(documents, prepend=-1) != 0
    twice = ~changed & (np.diff(positions, prepend=-1) == 0)
    if twice.any():
        stays = ~twice
        ordinals, documents, positions = ordinals[stays], documents[stays], positions[stays]
        changed = changed[stays]
    first = np.flatnonzero(changed)
    used, frequencies = np.unique(ordinals[first], return_counts=True)
    return Postings(
        [terms[ordinal] for ordinal in used.tolist()],
        frequencies,
        documents[first],
        np.diff(first, append=len(ordinals)),
        positions,
    )


def _memberships(lexicon: Lexicon, rows: list[array[int]]) -> Postings:
    terms, ranks = _ranked(lexicon)
    sizes = np.array([len(row) for row in rows], np.int64)
    ordinals = ranks[_flat(rows, int(sizes.sum()))]
    keys = ordinals * len(rows) + np.repeat(np.arange(len(rows)), sizes)
    keys.sort()
    found = keys // max(1, len(rows))
    used, frequencies = np.unique(found, return_counts=True)
    documents = keys - found * len(rows)
    return Postings([terms[ordinal] for ordinal in used.tolist()], frequencies, documents)
