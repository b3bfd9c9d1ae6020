"""Phrases and words near one another, by joins on (document, position) pairs as single numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np

from archive.search import effort
from archive.search.codec.integers import Numbers
from archive.search.codec.postings import Field, Mask
from archive.search.codec.terms import Entry

_POSITION = 40  # bits of a position and its offset in a pair
_SPARSE = 8  # a list so many times longer than the documents asked for is not opened whole
_PASS = 4  # steps to look a place up among others (`effort`)
_MIDDLE = 1 << 39  # keeps a position less its offset above zero

Counts = tuple[Numbers, Numbers]
"""Ascending documents, and how often something occurs in each."""

_NONE: Counts = (np.empty(0, np.int64), np.empty(0, np.int64))


def occurrences(field: Field, terms: tuple[bytes, ...], slop: int, size: int) -> Counts:
    """Return where `terms` stand in a row, or with `slop` in any order and so many words between.

    `size` is the count of documents of the segment. With `slop`, what is counted are smallest
    stretches of text that have all terms.
    """
    effort.spend(size)
    entries = {term: field.dictionary.find(term) for term in set(terms)}
    found = {term: entry for term, entry in entries.items() if entry is not None}
    if len(found) < len(entries):
        return _NONE
    common = _common(field, found, size)
    places = {term: _pairs(field, entry, common) for term, entry in found.items()}
    pairs = _near(terms, places, slop) if slop else _row(terms, places)
    documents = pairs >> _POSITION
    first = np.flatnonzero(np.diff(documents, prepend=-1))
    return documents[first], np.diff(first, append=len(documents))


def _common(field: Field, entries: dict[bytes, Entry], size: int) -> Mask:
    """Return which documents have all terms."""
    first, *others = sorted(entries.values(), key=lambda entry: (entry.documents, entry.ordinal))
    documents = field.documents(first)
    common = np.zeros(size, np.bool_)
    for entry in others:
        effort.spend(min(entry.documents, _SPARSE * len(documents)))
        if len(documents) * _SPARSE < entry.documents:
            documents = documents[field.among(entry, documents)[0]]
            continue
        common[field.documents(entry)] = True
        documents = documents[common[documents]]
        common[:] = False
    common[documents] = True
    return common


def _pairs(field: Field, entry: Entry, common: Mask) -> Numbers:
    """Return (document, position) of the occurrences of a term in the documents `common`.

    Those in other documents do no harm: leaving out a few costs more than it saves.
    """
    effort.spend(entry.documents + entry.occurrences)
    many = np.count_nonzero(common) * 2 > entry.documents
    return field.places(entry, _POSITION, None if many else common) + _MIDDLE


def _row(terms: tuple[bytes, ...], places: dict[bytes, Numbers]) -> Numbers:
    order = sorted(range(len(terms)), key=lambda offset: (len(places[terms[offset]]), offset))
    starts = places[terms[order[0]]] - order[0]
    for offset in order[1:]:
        effort.spend(len(starts) + len(places[terms[offset]]))
        both = np.concatenate((starts + offset, places[terms[offset]]))
        both.sort(kind="stable")  # two rows in order are merged
        starts = both[1:][both[1:] == both[:-1]] - offset
    return starts


def _near(terms: tuple[bytes, ...], places: dict[bytes, Numbers], slop: int) -> Numbers:
    """Return the last pair of each smallest stretch: none within holds all terms too."""
    ends = np.sort(np.concatenate(list(places.values())))
    starts = ends
    effort.spend(_PASS * len(ends) * len(places))
    for term, times in Counter(terms).items():
        here = places[term]
        place = np.searchsorted(here, ends, "right") - times
        known = here[np.maximum(place, 0)] if len(here) else ends - (1 << _POSITION)
        starts = np.minimum(starts, np.where(place >= 0, known, -1))
    whole = (starts >> _POSITION) == (ends >> _POSITION)
    starts, ends = starts[whole], ends[whole]
    smallest = np.diff(starts, prepend=-1) != 0
    found: Numbers = ends[smallest & (ends - starts < len(terms) + slop)]
    return found
