"""The postings of a field: which documents have which term, how often, and where.

Three rows of numbers (`integers`), all in the order of term and then document, so that the
postings of a term, and of all terms with one prefix, are one stretch of each:

- `keys`: ordinal of the term times the segment's documents, plus the document; ascending;
- `counts`: occurrences of the term in the document, less one;
- `positions`: of each occurrence, less that of the one before in the same document.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.search.codec import integers, terms
from archive.search.codec.container import Container, ContainerWriter
from archive.search.codec.integers import Blocks, Numbers, Row, differences
from archive.search.codec.terms import Dictionary, Entry, Terms

Mask = NDArray[np.bool_]

_POSITION = 32  # bits of a position


@dataclass(frozen=True, slots=True)
class Postings:
    """All postings of one field in memory, in the order of term and then document.

    `frequencies` are documents of each term; `documents` and `counts` are equally long;
    `distances` between positions (`gaps`) are as many as the sum of counts. `counts` and
    `distances` may be missing.
    """

    terms: list[bytes]
    frequencies: Numbers
    documents: NDArray[np.integer]
    counts: NDArray[np.integer] | None = None
    distances: NDArray[np.integer] | None = None


def _starts(counts: NDArray[np.integer]) -> Numbers:
    return np.cumsum(counts, dtype=np.int64) - counts


def gaps(positions: Numbers, counts: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return the distances between the positions of each posting; the first stays as it is."""
    distances = differences(positions)
    starts = _starts(counts)
    distances[starts] = positions[starts]
    return distances


def ungapped(distances: Numbers, counts: NDArray[np.integer]) -> Numbers:
    """Return the positions that `gaps` made these distances from."""
    return _paired(np.zeros(len(counts), np.int64), counts, distances)


def _paired(bases: Numbers, counts: NDArray[np.integer], distances: Numbers) -> Numbers:
    """Return the positions of each posting, with its one of `bases` added."""
    if not len(counts):
        return np.empty(0, np.int64)
    steps = distances.astype(np.int64)
    starts = _starts(counts)
    jumps = np.diff(bases, prepend=0)
    jumps[1:] -= np.add.reduceat(steps, starts)[:-1]  # the last position of the posting before
    steps[starts] += jumps
    return np.cumsum(steps)


def _bases(frequencies: Numbers, size: int) -> Numbers:
    """Return for each posting its term's ordinal times the segment's documents."""
    return np.repeat(np.arange(len(frequencies), dtype=np.int64) * size, frequencies)


def write(out: ContainerWriter, name: str, postings: Postings, size: int) -> None:
    """Append the field `name` of a segment of `size` documents."""
    frequencies, counts = postings.frequencies, postings.counts
    keys = _bases(frequencies, size)
    keys += postings.documents
    occurrences = frequencies
    if counts is not None:
        ends = np.cumsum(counts, dtype=np.int64)[np.cumsum(frequencies) - 1]
        occurrences = np.diff(ends, prepend=0)
    terms.write(out, name, postings.terms, frequencies, occurrences)
    out.add(f"{name}.keys", integers.encode_row(keys, ascending=True))
    if counts is not None:
        out.add(f"{name}.counts", integers.encode_row(counts - 1))
    if postings.distances is not None:
        out.add(f"{name}.positions", integers.encode_row(postings.distances))


class Field:
    """One field of a segment, open for reading."""

    def __init__(
        self, container: Container, name: str, size: int, blocks: Blocks, cache: Terms
    ) -> None:
        """`size` is the count of documents of the segment."""

        def row(kind: str, *, ascending: bool = False) -> Row | None:
            section = f"{name}.{kind}"
            if section not in container:
                return None
            return Row(container.section(section), blocks, ascending=ascending)

        self._size = size
        index = container.section(f"{name}.index")
        self.dictionary = Dictionary(container.section(f"{name}.terms"), index, cache)
        self._keys = Row(container.section(f"{name}.keys"), blocks, ascending=True)
        self._counts = row("counts")
        self._positions = row("positions")

    def documents(self, entry: Entry) -> Numbers:
        """Return the documents of a term, ascending."""
        keys = self._keys.stretch(entry.start, entry.start + entry.documents)
        return keys - entry.ordinal * self._size

    def counts(self, entry: Entry) -> Numbers:
        """Return how often each of the documents of a term has it."""
        if self._counts is None or entry.documents == entry.occurrences:
            return np.ones(entry.documents, np.int64)
        return self._counts.stretch(entry.start, entry.start + entry.documents) + 1

    def places(self, entry: Entry, bits: int, among: Mask | None = None) -> Numbers:
        """Return where a term stands: documents times 2 to the `bits`, plus positions; ascending.

        `among` are the documents that matter, if not all do.
        """
        documents, counts = self.documents(entry), self.counts(entry)
        if self._positions is None:
            return documents[:0]
        distances = self._positions.stretch(entry.position, entry.position + entry.occurrences)
        if among is not None:
            wanted = among[documents]
            distances = distances[np.repeat(wanted, counts)]
            documents, counts = documents[wanted], counts[wanted]
        return _paired(documents << bits, counts, distances)

    def positions(self, entry: Entry) -> Numbers:
        """Return the positions of all occurrences of a term, document by document."""
        return self.places(entry, _POSITION) & ((1 << _POSITION) - 1)

    def among(self, entry: Entry, documents: Numbers) -> tuple[Mask, Numbers]:
        """Return which of ascending `documents` have a term, and the places of their postings.

        Only those blocks are opened that may hold one of them.
        """
        if not len(documents):
            return np.empty(0, np.bool_), np.empty(0, np.int64)
        keys = documents + entry.ordinal * self._size
        numbers = np.searchsorted(self._keys.before, keys, "left") - 1
        numbers = np.maximum(numbers, 0)
        wanted, cut = np.unique(numbers, return_index=True)
        there, places = [], []
        for number, part in zip(wanted.tolist(), np.split(keys, cut[1:]), strict=True):
            block, sought = self._keys.block(number), part - self._keys.before[number]
            place = np.searchsorted(block, sought)
            place[place == len(block)] = 0
            hit = block[place] == sought
            there.append(hit)
            places.append(place[hit] + number * integers.BLOCK)
        return np.concatenate(there), np.concatenate(places)

    def counts_at(self, places: Numbers) -> Numbers:
        """Return the counts of the postings at ascending `places`."""
        if self._counts is None:
            return np.ones(len(places), np.int64)
        return self._counts.at(places) + 1

    def having(self, ordinals: Numbers) -> Numbers:
        """Return the documents that have a term at one of ascending `ordinals`, each once."""
        found = np.zeros(self._size, np.bool_)
        if len(ordinals):
            cuts = np.flatnonzero(np.diff(ordinals) > 1) + 1
            for run in np.split(ordinals, cuts):
                first = self.dictionary.entry(int(run[0]))
                last = self.dictionary.entry(int(run[-1]))
                keys = self._keys.stretch(first.start, last.start + last.documents)
                found[keys - keys // self._size * self._size] = True
        return np.flatnonzero(found)

    def load(self) -> Postings:
        """Return all postings, leaving the caches alone."""
        names, frequencies = self.dictionary.all()
        keys = self._keys.all()
        keys -= _bases(frequencies, self._size)
        documents = keys.astype(np.int32)
        if self._counts is None:
            return Postings(names, frequencies, documents)
        counts = self._counts.stored().astype(np.int32) + 1
        distances = None if self._positions is None else self._positions.stored()
        return Postings(names, frequencies, documents, counts, distances)
