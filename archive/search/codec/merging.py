"""Segments in memory, joined into one and freed of documents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archive.search.codec import stored
from archive.search.codec.columns import Column
from archive.search.codec.integers import Numbers
from archive.search.codec.postings import Postings
from archive.search.codec.segment import RECORD, Content

Keep = NDArray[np.bool_]
"""For each document of a segment, whether it stays."""


def thinned(content: Content, keep: Keep) -> Content:
    """Return `content` with the documents of `keep` alone: of the others not a word is left."""
    if keep.all():
        return content
    return Content(
        content.records[keep],
        {name: _thin(field, keep) for name, field in content.fields.items()},
        {name: column.kept(keep) for name, column in content.columns.items()},
        {name: numbers[keep] for name, numbers in content.numbers.items()},
        stored.kept(content.stored, keep),
    )


def _thin(field: Postings, keep: Keep) -> Postings:
    stays = keep[field.documents]
    renumbered = np.cumsum(keep) - 1
    ends = np.concatenate(([0], np.cumsum(stays)))
    cuts = np.concatenate(([0], np.cumsum(field.frequencies)))
    frequencies = np.diff(ends[cuts])
    used = frequencies > 0
    terms = [field.terms[ordinal] for ordinal in np.flatnonzero(used).tolist()]
    documents = renumbered[field.documents[stays]]
    if field.counts is None:
        return Postings(terms, frequencies[used], documents)
    positions = field.positions
    if positions is not None:
        positions = positions[np.repeat(stays, field.counts)]
    return Postings(terms, frequencies[used], documents, field.counts[stays], positions)


def joined(contents: list[Content]) -> Content:
    """Return the documents of all, one after another."""
    if len(contents) == 1:
        return contents[0]
    first = contents[0]
    offsets = np.cumsum([0, *(content.size for content in contents)])[:-1].tolist()
    return Content(
        np.concatenate([content.records for content in contents]).astype(RECORD),
        {
            name: _join([content.fields[name] for content in contents], offsets)
            for name in first.fields
        },
        {
            name: Column.joined([content.columns[name] for content in contents])
            for name in first.columns
        },
        {
            name: np.concatenate([content.numbers[name] for content in contents])
            for name in first.numbers
        },
        [block for content in contents for block in content.stored],
    )


def _join(fields: list[Postings], offsets: list[int]) -> Postings:
    terms = sorted({term for field in fields for term in field.terms})
    places = {term: place for place, term in enumerate(terms)}
    ordinals = np.concatenate(
        [np.repeat(np.array([places[t] for t in f.terms], np.int64), f.frequencies) for f in fields]
    )
    documents = np.concatenate([f.documents + o for f, o in zip(fields, offsets, strict=True)])
    # documents of a later segment have greater numbers: a stable sort by term is enough
    order = np.argsort(ordinals, kind="stable")
    frequencies = np.bincount(ordinals, minlength=len(terms))
    if fields[0].counts is None:
        return Postings(terms, frequencies, documents[order])
    counts = np.concatenate([f.counts for f in fields if f.counts is not None])
    positions = None
    if fields[0].positions is not None:
        flat = np.concatenate([f.positions for f in fields if f.positions is not None])
        positions = flat[_spread(counts, order)]
    return Postings(terms, frequencies, documents[order], counts[order], positions)


def _spread(counts: Numbers, order: Numbers) -> Numbers:
    """Return the places of all positions when the postings they belong to come in `order`."""
    starts = (np.cumsum(counts) - counts)[order]
    lengths = counts[order]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - lengths), lengths) + np.arange(total)
