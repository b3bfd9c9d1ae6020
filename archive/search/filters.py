"""Which of the matching documents pass a request's filters, and how many have each facet value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from archive.errors import InvalidValue
from archive.model.search import SearchRequest
from archive.search import dates, effort
from archive.search.codec.integers import Numbers
from archive.search.languages.tags import taken_in, values_meant
from archive.search.schema import FACETS
from archive.search.view import View

MAX_CHOSEN = 100  # values of one facet that may be chosen
_DATES = "date"
_LANGUAGES = "languages"

Mask = NDArray[np.bool_]
Documents = NDArray[np.int32]


def check_facets(chosen: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse facets that no index keeps, and too many values.

    Raises:
        InvalidValue: a name is not in `FACETS`, or there are too many values.
    """
    if not chosen.keys() <= set(FACETS):
        raise InvalidValue("The facets are: " + ", ".join(FACETS) + ".")
    if any(len(values) > MAX_CHOSEN for values in chosen.values()):
        raise InvalidValue(f"At most {MAX_CHOSEN} values of a facet can be chosen.")


class Filters:
    """The filters of one request, each as a mask over the documents that its query matches."""

    def __init__(self, view: View, request: SearchRequest, documents: Documents) -> None:
        """Look every filter up.

        Raises:
            InvalidValue: a filter makes no sense.
        """
        check_facets(request.facets)
        self._view = view
        self._documents = documents
        self._masks: dict[str, Mask] = {}
        days = dates.bounds(request.date_from, request.date_to)
        if days is not None:
            self._masks[_DATES] = self._within(days)
        if request.language:
            self._masks[_LANGUAGES] = self._has("language", (request.language,))
        for facet, values in request.facets.items():
            if values:
                self._masks[facet] = self._has(facet, values)

    def _within(self, days: dates.Span) -> Mask:
        first, last = (np.asarray(part)[self._documents] for part in self._view.dates)
        begin, end = (date.fromisoformat(day).toordinal() for day in days)
        mask: Mask = (first >= 0) & (last >= begin) & (first <= end)
        return mask

    def _has(self, facet: str, values: tuple[str, ...]) -> Mask:
        column = self._view.column(facet)
        wanted = set(values_meant(facet, values, column.values))
        mask: Mask = np.asarray(column.matching(wanted))[self._documents]
        return mask

    def passing(self, but: str | None = None) -> Mask:
        """Return which documents pass every filter, or every one but the choice in one facet."""
        mask: Mask = np.ones(len(self._documents), bool)
        for name, one in self._masks.items():
            if name != but:
                mask &= one
        return mask

    def counts(self) -> dict[str, dict[str, int]]:
        """Return for each facet how many documents have each value, most first, then by alphabet.

        The choice in the facet itself is left aside: the counts say what adding a value would give.
        """
        effort.spend(len(FACETS) * len(self._documents))
        passing = self._documents[self.passing()]
        counted = {}
        for facet in FACETS:
            chosen = facet in self._masks
            documents = self._documents[self.passing(but=facet)] if chosen else passing
            column = self._view.column(facet)
            numbers = np.asarray(column.counts(documents))
            if facet == "language":
                numbers = _widened(numbers, column.values)
            present = [(int(numbers[n]), column.values[n]) for n in np.flatnonzero(numbers)]
            present.sort(key=lambda item: (-item[0], item[1]))
            counted[facet] = {value: count for count, value in present}
        return counted


def _widened(counts: Numbers, tags: Sequence[str]) -> Numbers:
    """Return for each tag the records of all tags that it takes in; a record has one language."""
    wide = np.array([counts[taken_in(tag.lower(), tags)].sum() for tag in tags], counts.dtype)
    wide[counts == 0] = 0
    return wide
