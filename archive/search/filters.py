"""Which of the matching documents pass a request's filters, and how many have each facet value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from archive.errors import InvalidValue
from archive.model.search import SearchRequest
from archive.search import dates
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
            self._masks[_LANGUAGES] = self._speaks(request.language)
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
        wanted = {number for number, value in enumerate(column.values) if value in set(values)}
        mask: Mask = np.asarray(column.matching(wanted))[self._documents]
        return mask

    def _speaks(self, wanted: str) -> Mask:
        """Basic filtering of language tags (RFC 4647, section 3.3.1): `en` takes `en-GB` in."""
        column = self._view.column("language")
        begin = f"{wanted.lower()}-"
        tags = {n for n, tag in enumerate(column.values) if f"{tag.lower()}-".startswith(begin)}
        mask: Mask = np.asarray(column.matching(tags))[self._documents]
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
        passing = self._documents[self.passing()]
        counted = {}
        for facet in FACETS:
            chosen = facet in self._masks
            documents = self._documents[self.passing(but=facet)] if chosen else passing
            column = self._view.column(facet)
            numbers = np.asarray(column.counts(documents))
            present = [(int(numbers[n]), column.values[n]) for n in np.flatnonzero(numbers)]
            present.sort(key=lambda item: (-item[0], item[1]))
            counted[facet] = {value: count for count, value in present}
        return counted
