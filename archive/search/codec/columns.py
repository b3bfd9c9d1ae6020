"""Columns: the values of a facet for each document, several where it has several.

Three sections: `values` (distinct values, sorted by code point, as a JSON array compressed by
Zstandard), `count` (how many each document has) and `which` (the ordinals of the values of each
document in a row, ascending).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from archive.search.codec import integers
from archive.search.codec.compression import compressed, opened
from archive.search.codec.container import Container, ContainerWriter
from archive.search.codec.integers import Blocks, Numbers, Row

_LEVEL = 3  # of Zstandard, for values


@dataclass(frozen=True, slots=True)
class Column:
    """Values of a facet over documents numbered from 0.

    `values` are distinct and sorted, and an ordinal is a place among them; document d has the
    ordinals `which[starts[d] : starts[d + 1]]`, ascending.
    """

    values: tuple[str, ...]
    starts: Numbers
    which: Numbers

    def counts(self, documents: NDArray[np.integer]) -> Numbers:
        """Return, per ordinal, how many of `documents` (each given once) have the value."""
        ordinals = self.which
        if len(documents) != len(self.starts) - 1:
            chosen = np.zeros(len(self.starts) - 1, np.bool_)
            chosen[documents] = True
            ordinals = ordinals[np.repeat(chosen, np.diff(self.starts))]
        return np.bincount(ordinals, minlength=len(self.values))

    def matching(self, wanted: Collection[int]) -> NDArray[np.bool_]:
        """Return, per document, whether it has a value of an ordinal in `wanted`."""
        chosen = np.zeros(len(self.values) + 1, np.int64)
        chosen[[*wanted]] = 1
        before = np.concatenate(([0], np.cumsum(chosen[self.which])))
        return before[self.starts[1:]] > before[self.starts[:-1]]

    def first(self, documents: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return the least ordinal of each of `documents`, -1 where it has no value."""
        starts = self.starts[documents]
        has = self.starts[np.asarray(documents) + 1] > starts
        ordinals = np.full(len(starts), -1, np.int32)
        ordinals[has] = self.which[starts[has]]
        return ordinals

    def of(self, document: int) -> tuple[str, ...]:
        """Return the values of one document."""
        start, stop = self.starts[document : document + 2]
        return tuple(self.values[ordinal] for ordinal in self.which[start:stop].tolist())

    @staticmethod
    def made(values: list[tuple[str, ...]]) -> Column:
        """Return the column of documents that have these values."""
        distinct = tuple(sorted(set(chain.from_iterable(values))))
        ordinals = {value: number for number, value in enumerate(distinct)}
        rows = [sorted({ordinals[value] for value in row}) for row in values]
        which = np.fromiter(chain.from_iterable(rows), np.int64)
        counts = np.fromiter(map(len, rows), np.int64, len(rows))
        return Column(distinct, np.concatenate(([0], np.cumsum(counts))), which)

    def kept(self, keep: NDArray[np.bool_]) -> Column:
        """Return the column of the documents of `keep` alone, without values that none has."""
        counts = np.diff(self.starts)
        which = self.which[np.repeat(keep, counts)]
        used, which = np.unique(which, return_inverse=True)
        values = tuple(self.values[ordinal] for ordinal in used.tolist())
        return Column(values, np.concatenate(([0], np.cumsum(counts[keep]))), which)

    @staticmethod
    def joined(columns: list[Column]) -> Column:
        """Return the column of the documents of all, one after another."""
        values = tuple(sorted({value for column in columns for value in column.values}))
        ordinals = {value: number for number, value in enumerate(values)}
        which = [
            np.array([ordinals[value] for value in column.values], np.int64)[column.which]
            for column in columns
        ]
        counts = [np.diff(column.starts) for column in columns]
        starts = np.concatenate(([0], np.cumsum(integers.concatenated(counts))))
        return Column(values, starts, integers.concatenated(which))


def write(out: ContainerWriter, name: str, column: Column) -> None:
    """Append the column `name`."""
    values = json.dumps(column.values, ensure_ascii=True).encode()
    out.add(f"{name}.values", compressed(values, _LEVEL))
    out.add(f"{name}.count", integers.encode_row(np.diff(column.starts)))
    out.add(f"{name}.which", integers.encode_row(column.which))


def read(container: Container, name: str, blocks: Blocks) -> Column:
    """Return the column `name`."""
    values = opened(container.section(f"{name}.values").all())
    counts = Row(container.section(f"{name}.count"), blocks).all()
    which = Row(container.section(f"{name}.which"), blocks).all()
    starts = np.concatenate(([0], np.cumsum(counts)))
    return Column(tuple(json.loads(values)), starts, which)
