"""Regions for faces: the whole head, since hair, ears and beard tell who somebody is as well."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from archive.model.pages import FoundFace, PageBox
from archive.model.redaction import Method, Reason, Region

_AROUND = 0.4  # of the longer side of a face, that a head reaches beyond it on any side
_GRID = 100.0  # parts of a point


def heads(
    faces: Iterable[FoundFace], sizes: Mapping[int, tuple[float, float]], detector: str
) -> tuple[Region, ...]:
    """Return a region for each face, within its page; `sizes` are width and height in points."""
    return tuple(
        Region(
            one.page,
            _head(one.box, *sizes[one.page]),
            Reason.THIRD_PARTY,
            Method.DETECTOR,
            detector,
            one.confidence,
        )
        for one in faces
        if one.page in sizes
    )


def with_regions(regions: Iterable[Region], found: Iterable[Region]) -> tuple[Region, ...]:
    """Return regions with those found that none of them covers whole, in order."""
    kept = list(regions)
    for one in found:
        if not any(other.page == one.page and other.box.holds(one.box) for other in kept):
            kept.append(one)
    return tuple(sorted(set(kept)))


def _head(face: PageBox, width: float, height: float) -> PageBox:
    around = _AROUND * max(face.right - face.left, face.top - face.bottom)
    return PageBox(
        max(math.floor((face.left - around) * _GRID) / _GRID, 0.0),
        max(math.floor((face.bottom - around) * _GRID) / _GRID, 0.0),
        min(math.ceil((face.right + around) * _GRID) / _GRID, width),
        min(math.ceil((face.top + around) * _GRID) / _GRID, height),
    )
