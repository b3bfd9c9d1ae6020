"""Phrases and words near one another, by joins on (document, position) pairs as single numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np

from archive.search.codec.integers import Numbers
from archive.search.codec.postings import Field
from archive.search.codec.terms import Entry

_POSITION = 40  # bits of a position and its offset in a pair
_MIDDLE = 1 << 39  # keeps a position less its offset above zero

Counts = tuple[Numbers, Numbers]
"""Ascending documents, and how often something occurs in each."""

_NONE: Counts = (np.empty(0, np.int64), np.empty(0, np.int64))


def occurrences(field: Field, terms: tuple[bytes, ...], slop: int) -> Counts:
    """Return where `terms` stand in a row, or with `slop` in any order and so many words between.

    With `slop`, what is counted are smallest stretches of text that have all terms.
    """
    entries = {term: field.dictionary.find(term) for term in set(terms)}
    found = {term: entry for term, entry in entries.items() if entry is not None}
    if len(found) < len(entries):
        return _NONE
    places = {
        term: _pairs(field, entry, common)
        for common in (_common(field, found),)
        for term, entry in found.items()
    }
    pairs = _near(terms, places, slop) if slop else _row(terms, places)
    documents, counts = np.unique(pairs >> _POSITION, return_counts=True)
    return documents, counts


def _common(field: Field, entries: dict[bytes, Entry]) -> Numbers:
    first, *others = sorted(entries.values(), key=lambda entry: (entry.documents, entry.ordinal))
    documents = field.documents(first)
    for entry in others:
        documents = documents[field.among(entry, documents)[0]]
    return documents


def _pairs(field: Field, entry: Entry, common: Numbers) -> Numbers:
    """Return (document, position) of the occurrences of a term in the documents `common`."""
    documents, counts = field.documents(entry), field.counts(entry)
    owners = np.repeat(documents, counts)
    positions = field.positions(entry)
    if len(common) < len(documents):
        place = np.searchsorted(common, owners)
        place[place == len(common)] = 0
        here = common[place] == owners if len(common) else np.zeros(len(owners), np.bool_)
        owners, positions = owners[here], positions[here]
    return (owners << _POSITION) + (positions + _MIDDLE)


def _row(terms: tuple[bytes, ...], places: dict[bytes, Numbers]) -> Numbers:
    order = sorted(range(len(terms)), key=lambda offset: (len(places[terms[offset]]), offset))
    starts = places[terms[order[0]]] - order[0]
    for offset in order[1:]:
        here = places[terms[offset]]
        if not len(starts) or not len(here):
            return starts[:0]
        wanted = starts + offset
        place = np.searchsorted(here, wanted)
        place[place == len(here)] = 0
        starts = starts[here[place] == wanted]
    return starts


def _near(terms: tuple[bytes, ...], places: dict[bytes, Numbers], slop: int) -> Numbers:
    """Return the last pair of each smallest stretch: none within holds all terms too."""
    ends = np.sort(np.concatenate(list(places.values())))
    starts = ends
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
