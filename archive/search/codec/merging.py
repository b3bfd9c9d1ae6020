"""Segments in memory, joined into one and freed of documents."""

from __future__ import annotations

from itertools import compress

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
    lost = np.flatnonzero(~stays)
    owners = np.searchsorted(np.cumsum(field.frequencies), lost, "right")
    frequencies = field.frequencies - np.bincount(owners, minlength=len(field.terms))
    used = frequencies > 0
    terms = list(compress(field.terms, used.tolist()))
    renumbered = (np.cumsum(keep) - 1).astype(np.int32)
    documents = renumbered[field.documents[stays]]
    if field.counts is None:
        return Postings(terms, frequencies[used], documents)
    distances = field.distances
    if distances is not None:
        left = np.ones(len(distances), np.bool_)
        left[_spread(field.counts, lost)] = False
        distances = distances[left]
    return Postings(terms, frequencies[used], documents, field.counts[stays], distances)


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
    distances = None
    if fields[0].distances is not None:
        flat = np.concatenate([f.distances for f in fields if f.distances is not None])
        distances = flat[_spread(counts, order)]
    return Postings(terms, frequencies, documents[order], counts[order], distances)


def _spread(counts: NDArray[np.integer], chosen: Numbers) -> Numbers:
    """Return the places of all positions of the postings `chosen`, in their order."""
    starts = (np.cumsum(counts, dtype=np.int64) - counts)[chosen]
    lengths = counts[chosen].astype(np.int64)
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - lengths), lengths) + np.arange(total)
