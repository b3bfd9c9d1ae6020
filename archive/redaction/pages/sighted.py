"""Regions for registered names that recognition reads in pictures, whatever their turn.

Boxes are grown in the sight that a name was read in, as those of words are: over the run of words
that it stands in, ends on a grid. What lies at a slant is hidden with the upright rectangle around.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archive.model.objects import WordBox
from archive.model.pages import PageBox, PageSight
from archive.model.redaction import Method, Reason, Region
from archive.redaction.pages.geometry import blackened

_SLACK = 1.5  # points, by which a name may reach over the edge of what hides it already


def hiding(
    sight: PageSight, found: Iterable[WordBox], words: Iterable[WordBox]
) -> tuple[PageBox, ...]:
    """Return the boxes on the page that hide words found in a sight; `words` are all of it."""
    seeds, around = [_box(word) for word in found], [_box(word) for word in words]
    grown = blackened(seeds, around, *sight.size)
    return tuple(sight.on_page(box) for box in grown)


def is_hidden(sight: PageSight, found: Iterable[WordBox], boxes: Sequence[PageBox]) -> bool:
    """Return whether each word found in a sight lies under one of the boxes of its page."""
    return all(any(box.holds(_inner(sight.on_page(_box(word)))) for box in boxes) for word in found)


def seen_region(page: int, box: PageBox, detector: str, confidence: int) -> Region:
    """Return the region that hides a registered name read in a picture."""
    return Region(page, box, Reason.SOURCE_IDENTITY, Method.REGISTER, detector, confidence)


def _box(word: WordBox) -> PageBox:
    return PageBox(word.left, word.bottom, word.right, word.top)


def _inner(box: PageBox) -> PageBox:
    across, down = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return PageBox(
        min(box.left + _SLACK, across),
        min(box.bottom + _SLACK, down),
        max(box.right - _SLACK, across),
        max(box.top - _SLACK, down),
    )
