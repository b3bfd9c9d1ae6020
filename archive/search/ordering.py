"""The order of matches: by score, date or title, and by record where those are the same."""

from __future__ import annotations

import numpy as np

from archive.errors import QueryTooBroad
from archive.search import effort
from archive.search.matching import Matches
from archive.search.view import View

SORTS = ("relevance", "date", "-date", "title")
_PASS = 10  # steps to put a match in its place (`effort`)
MAX_TITLED = 5_000  # matches that can be sorted by title, which is read of each


def ordered(view: View, matches: Matches, sort: str, count: int) -> list[int]:
    """Return the places in `matches` of the first `count` in the order `sort`.

    What has no date comes last in both orders of dates.

    Raises:
        QueryTooBroad: there are too many matches to sort them by title.
    """
    if not count:
        return []
    effort.spend(_PASS * len(matches.documents))
    if sort == "relevance":
        best: list[int] = view.best(matches, count).tolist()
        return best
    places = _by_title(view, matches) if sort == "title" else _by_date(view, matches, sort)
    return places[:count]


def _by_date(view: View, matches: Matches, sort: str) -> list[int]:
    first, last = (part[matches.documents].astype(np.int64) for part in view.dates)
    begins, ends = (first, last) if sort == "date" else (-first, -last)
    records = view.records(matches.documents)
    places: list[int] = np.lexsort(
        (records["low"], records["high"], ends, begins, first < 0)
    ).tolist()
    return places


def _by_title(view: View, matches: Matches) -> list[int]:
    if len(matches.documents) > MAX_TITLED:
        raise QueryTooBroad(
            f"More than {MAX_TITLED} records cannot be sorted by title.",
            hint="Narrow the search down, or choose another order.",
        )

    def key(place: int) -> tuple[str, str]:
        document = int(matches.documents[place])
        return view.stored(document).title.casefold(), view.record(document)

    return sorted(range(len(matches.documents)), key=key)
