"""The order of matches: by score, date or title, and by record where those are the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archive.errors import QueryTooBroad
from archive.search.view import Matches, View

SORTS = ("relevance", "date", "-date", "title")
MAX_TITLED = 5_000  # matches that can be sorted by title, which is read of each

Keys = NDArray[np.float64]


def ordered(view: View, matches: Matches, sort: str, count: int) -> list[int]:
    """Return the numbers of the first `count` matches in the order `sort`.

    What has no date comes last in both orders of dates.

    Raises:
        QueryTooBroad: there are too many matches to sort them by title.
    """
    if sort == "title":
        return _by_title(view, matches)[:count]
    keys = -matches.scores if sort == "relevance" else _days(view, matches, sort)
    return _first(view, matches, keys, count)


def _days(view: View, matches: Matches, sort: str) -> Keys:
    days = np.asarray(view.dates[0])[matches.documents].astype(np.float64)
    keys: Keys = np.where(days < 0, np.inf, -days if sort == "-date" else days)
    return keys


def _first(view: View, matches: Matches, keys: Keys, count: int) -> list[int]:
    """Return the `count` smallest keys; records are read where keys are the same only."""
    chosen = np.arange(len(keys))
    if len(keys) > count:
        chosen = np.flatnonzero(keys <= np.partition(keys, count - 1)[count - 1])
    chosen = chosen[np.argsort(keys[chosen], kind="stable")]
    out: list[int] = []
    for run in np.split(chosen, np.flatnonzero(np.diff(keys[chosen])) + 1):
        if len(out) >= count:
            break
        numbers = run.tolist()
        if len(numbers) > 1:
            numbers.sort(key=lambda n: view.record(int(matches.documents[n])))
        out += numbers
    return out[:count]


def _by_title(view: View, matches: Matches) -> list[int]:
    if len(matches.documents) > MAX_TITLED:
        raise QueryTooBroad(
            f"More than {MAX_TITLED} records cannot be sorted by title.",
            hint="Narrow the search down, or choose another order.",
        )

    def key(number: int) -> tuple[str, str]:
        document = int(matches.documents[number])
        return view.stored(document).title.casefold(), view.record(document)

    return sorted(range(len(matches.documents)), key=key)
