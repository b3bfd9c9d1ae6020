"""From documents to the content of a segment: words in, postings out, in one sort.

A word of a plain text (`lexicon`) is looked up once, as it is read; its stem, and everything that
follows from it, once for the whole segment. The terms of other texts, and those that a passage in
another language has besides, are added one by one. When the segment is full, one sort of (term,
document, position) as a single number inverts all of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import date as day
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.model.search import IndexDocument
from archive.search import dates
from archive.search.analysis import (
    FOREIGN_WORDS,
    Tokens,
    analyse_document,
    language_mark,
    language_terms,
    names_in,
)
from archive.search.codec import stored
from archive.search.codec.columns import Column
from archive.search.codec.integers import Numbers
from archive.search.codec.postings import Postings, gaps
from archive.search.codec.segment import Content, Stored, record_bytes
from archive.search.languages.passages import FOREIGN
from archive.search.languages.stemming import NEUTRAL
from archive.search.lexicon import Lexicon, WordNumbers
from archive.search.schema import COLUMNS, FIELDS

_KEY_BITS = 63


class _Placed(NamedTuple):
    """Terms by number, the documents that have them, and where: three rows of one length."""

    terms: NDArray[np.integer]
    owners: NDArray[np.integer]
    positions: NDArray[np.integer]

    @staticmethod
    def joined(rows: Iterable[_Placed]) -> _Placed:
        return _Placed(*map(np.concatenate, zip(*rows, strict=True)))


class _Tokens:
    """Tokens that are added one by one."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._rows = array("i"), array("i"), array("i")

    def add(self, owner: int, terms: list[str], positions: list[int]) -> None:
        """Add terms of document `owner`."""
        numbers, owners, places = self._rows
        numbers.extend(map(self._lexicon.__getitem__, terms))
        owners.extend([owner] * len(terms))
        places.extend(positions)

    def placed(self) -> _Placed:
        return _Placed(*map(_numbers, self._rows))


class _Plain(NamedTuple):
    """Words of plain texts, document after document, of each title and then text.

    `counts` has for each document the words of its title and of its text.
    """

    words: NDArray[np.integer]
    counts: NDArray[np.integer]

    def placed(self) -> tuple[_Placed, NDArray[np.bool_]]:
        """Return the words with their places, and which are of a title."""
        of_document = self.counts.sum(axis=1)
        owners = np.repeat(np.arange(len(of_document), dtype=np.int32), of_document)
        starts = (np.cumsum(of_document) - of_document).astype(np.int32)
        positions = np.arange(len(self.words), dtype=np.int32) - starts[owners]
        titled = positions < self.counts[:, 0].astype(np.int32)[owners]
        # no term stands between title and text
        return _Placed(self.words, owners, positions + ~titled), titled


class Batch:
    """Documents on their way into one segment, each record once."""

    def __init__(self) -> None:
        self._documents: list[IndexDocument] = []
        self._words = WordNumbers()
        self._numbers = array("i")
        self._counts = array("i")
        self._terms = Lexicon()
        self._names = Lexicon()
        self._tokens = {
            "text": _Tokens(self._terms),
            "title": _Tokens(self._terms),
            "names": _Tokens(self._names),
        }
        self._lengths = {name: array("i") for name in FIELDS}
        self._written = array("i"), array("i")  # words of texts with runs, and whose they are

    def add(self, document: IndexDocument) -> None:
        """Analyse a document and put it in."""
        owner = len(self._documents)
        self._documents.append(document)
        title = self._words.of(document.title)
        text = self._words.of(document.text) if title is not None else None
        if title is None or text is None:
            self._add_mixed(owner, document)
            return
        self._numbers.extend(title)
        self._numbers.extend(text)
        self._counts.extend((len(title), len(text)))
        self._lengths["text"].append(len(title) + len(text))
        self._lengths["title"].append(len(title))
        self._add_tokens("names", owner, names_in(document.title, document.text))

    def _add_mixed(self, owner: int, document: IndexDocument) -> None:
        found = analyse_document(document.title, document.text, document.language)
        self._counts.extend((0, 0))
        self._lengths["text"].append(found.text.length)
        self._lengths["title"].append(found.title.length)
        for name, tokens in (("text", found.text), ("title", found.title), ("names", found.names)):
            self._add_tokens(name, owner, tokens)
        words, owners = self._written
        words.extend(map(self._words.number, found.words))
        owners.extend([owner] * len(found.words))

    def _add_tokens(self, name: str, owner: int, tokens: Tokens) -> None:
        if name == "names":
            self._lengths[name].append(tokens.length)
        if tokens.terms:
            self._tokens[name].add(owner, tokens.terms, tokens.positions)

    def content(self) -> Content:
        """Return the segment of all documents."""
        size = len(self._documents)
        plain = _Plain(_numbers(self._numbers), _numbers(self._counts).reshape(size, 2))
        self._add_languages(plain)
        fields = self._fields(plain, size)
        spans = np.array([_days(doc.date) for doc in self._documents], np.int64).reshape(size, 2)
        numbers: dict[str, NDArray[np.integer]] = {"first": spans[:, 0], "last": spans[:, 1]}
        numbers |= {f"{name}.length": _numbers(row) for name, row in self._lengths.items()}
        values = [_columns(document) for document in self._documents]
        return Content(
            record_bytes([document.record for document in self._documents]),
            fields,
            {name: Column.made([row.get(name, ()) for row in values]) for name in COLUMNS},
            numbers,
            stored.blocks_of(Stored(doc.title, doc.text).content() for doc in self._documents),
        )

    def _fields(self, plain: _Plain, size: int) -> dict[str, Postings]:
        placed, titled = plain.placed()
        words, terms = self._words.words, self._terms
        stems = np.fromiter((terms[NEUTRAL[word]] for word in words), np.int32, len(words))
        text = placed._replace(terms=stems[placed.terms])
        title = _Placed(*(row[titled] for row in text))
        order = _ranked(terms)
        added = {name: tokens.placed() for name, tokens in self._tokens.items()}
        return {
            "text": _postings(order, _Placed.joined((text, added["text"]))),
            "title": _postings(order, _Placed.joined((title, added["title"]))),
            "names": _postings(_ranked(self._names), added["names"]),
            "words": self._inverted(placed, size),
        }

    def _add_languages(self, plain: _Plain) -> None:
        """Add the terms that passages of plain texts have in languages of their own."""
        ends = np.cumsum(plain.counts.ravel())
        words = self._words.words
        small = np.fromiter((word in FOREIGN for word in words), np.bool_, len(words))
        places = np.flatnonzero(small[plain.words])
        texts = np.searchsorted(ends, places, "right")
        pairs = np.unique(texts * max(1, len(words)) + plain.words[places])
        likely, counts = np.unique(pairs // max(1, len(words)), return_counts=True)
        for number in likely[counts >= FOREIGN_WORDS].tolist():
            owner, body = divmod(number, 2)
            document = self._documents[owner]
            before = int(plain.counts[owner, 0]) + 1 if body else 0
            source = document.text if body else document.title
            self._add_language(owner, source, before, int(plain.counts[owner, body]))

    def _add_language(self, owner: int, source: str, before: int, words: int) -> None:
        terms, languages = language_terms(source, words)
        spoken = [place for place, term in enumerate(terms) if term]
        terms = [terms[place] for place in spoken]
        self._tokens["text"].add(owner, terms, [place + before for place in spoken])
        if not before:
            self._tokens["title"].add(owner, terms, spoken)
        marks = list(map(language_mark, languages))
        self._tokens["text"].add(owner, marks, [0] * len(marks))

    def _inverted(self, plain: _Placed, size: int) -> Postings:
        """Return which words, as they are written, stand in which documents."""
        order = _ranked({word: number for number, word in enumerate(self._words.words)})
        words, owners = (
            np.concatenate((ours, _numbers(others)))
            for ours, others in zip((plain.terms, plain.owners), self._written, strict=True)
        )
        keys = order.ranks[words] * max(1, size) + owners
        keys.sort()
        keys = keys[np.diff(keys, prepend=-1) != 0]
        ordinals = keys // max(1, size)
        return _used(order.terms, ordinals, Postings([], ordinals, keys - ordinals * size))


def _columns(document: IndexDocument) -> dict[str, tuple[str, ...]]:
    columns = dict(document.facets)
    if document.language:
        columns["language"] = (document.language,)
    if document.date:
        columns["date"] = (document.date,)
    return columns


@lru_cache(maxsize=1 << 12)
def _days(date: str | None) -> tuple[int, int]:
    """Return the span of a date in days, 1 for 0001-01-01; -1 and -1 when there is none."""
    span = dates.span(date) if date else None
    if span is None:
        return -1, -1
    return day.fromisoformat(span[0]).toordinal(), day.fromisoformat(span[1]).toordinal()


class _Order(NamedTuple):
    """Terms in order of their bytes, and for each number its term's place there."""

    terms: list[str]
    ranks: Numbers


def _ranked(numbers: dict[str, int]) -> _Order:
    terms = sorted(numbers)
    ranks = np.empty(len(terms), np.int64)
    ranks[np.fromiter(map(numbers.__getitem__, terms), np.int64, len(terms))] = np.arange(
        len(terms)
    )
    return _Order(terms, ranks)


def _numbers(numbers: array[int]) -> NDArray[np.int32]:
    return np.frombuffer(numbers, np.int32)


def _bits(numbers: NDArray[np.integer]) -> int:
    return max(1, int(numbers.max()).bit_length())


def _in_order(pairs: Numbers, positions: NDArray[np.integer]) -> tuple[Numbers, Numbers]:
    """Return pairs of ordinal and document, and positions, sorted as one and each once.

    What is in `pairs` is lost.
    """
    low = _bits(positions)
    if low + _bits(pairs) > _KEY_BITS:
        every = np.unique(np.stack((pairs, positions)), axis=1)
        return every[0], every[1]
    pairs <<= low
    pairs |= positions
    pairs.sort()
    different = np.diff(pairs, prepend=-1) != 0
    keys = pairs if different.all() else pairs[different]
    return keys >> low, keys & ((1 << low) - 1)


def _postings(order: _Order, placed: _Placed) -> Postings:
    if not len(placed.terms):
        empty = np.empty(0, np.int64)
        return Postings([], empty, empty, empty, empty)
    middle = _bits(placed.owners)
    pairs = order.ranks[placed.terms]
    pairs <<= middle
    pairs |= placed.owners
    pairs, positions = _in_order(pairs, placed.positions)
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    counts = np.diff(first, append=len(pairs))
    pairs = pairs[first]
    ordinals, documents = pairs >> middle, (pairs & ((1 << middle) - 1)).astype(np.int32)
    found = Postings([], ordinals, documents, counts, gaps(positions, counts))
    return _used(order.terms, ordinals, found)


def _used(terms: list[str], ordinals: Numbers, found: Postings) -> Postings:
    """Return postings with those of `terms` that have any; `ordinals` are each posting's term."""
    frequencies = np.bincount(ordinals, minlength=len(terms))
    used = np.flatnonzero(frequencies)
    names = [terms[ordinal].encode() for ordinal in used.tolist()]
    return Postings(names, frequencies[used], found.documents, found.counts, found.distances)
