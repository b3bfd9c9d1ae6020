"""Faces in pixels: CenterFace by OpenCV, in process, at several sizes and on all four sides.

The weights are read when the finder is prepared, in the zygote; a confined child then needs no file
and no thread. Every find counts, whichever size or side it came from: there is no vote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from archive.extraction.faces import DIGEST, LIBRARY, weights_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OUTPUTS = ["537", "538", "539"]  # of the network: how much like a face, size, offset
_STRIDE = 4  # pixels to a cell of the answer; arXiv:1911.03599, 3.2
_MULTIPLE = 32  # of pixels, that a side must be
_LEAST = 0.2  # of 1: a rank; at this one nothing is lost that the model sees at all
_SMALL, _MIDDLE, _LARGE = 640, 1280, 2560  # pixels of the longer side
_TILE, _OVERLAP = 1408, 256  # pixels; what is cut by an edge is whole in the next tile
_SAME = 0.3  # of the area of two finds together: they are one face
_MOST = 500  # finds on one picture
_LARGEST = 8.0  # logarithm of a size in cells: larger than any picture


@dataclass(frozen=True, slots=True)
class Spot:
    """A face in a picture: pixels from its upper left corner; `score` from 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    score: float


class FaceFinder:
    """CenterFace, if it is installed as it was published."""

    def __init__(self) -> None:
        self._cv: Any = None
        self._weights: NDArray[np.uint8] | None = None
        self._tried = False

    @property
    def is_ready(self) -> bool:
        """Whether there is a model; without one nothing can be looked at."""
        return self._weights is not None

    def prepare(self) -> None:
        """Load the library and the weights, once, and look at a blank picture."""
        if self._tried:
            return
        self._tried = True
        path = weights_file()
        if path is None:
            return
        weights = path.read_bytes()
        if hashlib.sha256(weights).hexdigest() != DIGEST:
            return
        self._cv = _loaded()
        if self._cv is None:
            return
        self._weights = np.frombuffer(weights, np.uint8)
        self._looked(np.zeros((_MULTIPLE, _MULTIPLE, 3), np.uint8))  # loads what first use loads

    def find(self, picture: NDArray[np.uint8], *, briefly: bool = False) -> list[Spot]:
        """Return the faces of a picture: rows, columns, three channels; the surest first.

        Looked at `briefly`, it is seen at one size and upright only, in a seventh of the time.
        """
        rows, columns = picture.shape[:2]
        found = list(self._scaled(picture, _SMALL))
        if briefly:
            return united(found)
        for turns in (1, 2, 3):
            turned = np.ascontiguousarray(np.rot90(picture, turns))
            found += (
                _turned_back(one, turns, rows, columns) for one in self._scaled(turned, _SMALL)
            )
        if max(rows, columns) > (_SMALL + _MIDDLE) / 2:
            found += self._scaled(picture, _MIDDLE)
        if max(rows, columns) > (_MIDDLE + _LARGE) / 2:
            found += self._tiled(picture)
        return united(found)

    def _scaled(self, picture: NDArray[np.uint8], side: int) -> Iterator[Spot]:
        """Yield what is found when the longer side has so many pixels."""
        rows, columns = picture.shape[:2]
        factor = side / max(rows, columns)
        wanted = _rounded(columns * factor), _rounded(rows * factor)
        kind = self._cv.INTER_AREA if factor < 1 else self._cv.INTER_LINEAR
        resized = self._cv.resize(picture, wanted, interpolation=kind)
        across, down = columns / wanted[0], rows / wanted[1]
        for one in self._looked(resized):
            yield Spot(
                one.left * across, one.top * down, one.right * across, one.bottom * down, one.score
            )

    def _tiled(self, picture: NDArray[np.uint8]) -> Iterator[Spot]:
        """Yield what is found in overlapping parts of a large picture."""
        rows, columns = picture.shape[:2]
        factor = min(1.0, _LARGE / max(rows, columns))
        size = max(1, round(columns * factor)), max(1, round(rows * factor))
        large = self._cv.resize(picture, size, interpolation=self._cv.INTER_AREA)
        for top in _starts(size[1]):
            for left in _starts(size[0]):
                tile = large[top : top + _TILE, left : left + _TILE]
                for one in self._scaled(np.ascontiguousarray(tile), max(tile.shape[:2])):
                    yield Spot(
                        (one.left + left) / factor,
                        (one.top + top) / factor,
                        (one.right + left) / factor,
                        (one.bottom + top) / factor,
                        one.score,
                    )

    def _looked(self, picture: NDArray[np.uint8]) -> list[Spot]:
        """Return what the network sees in a picture of sides that it takes.

        A network of OpenCV that saw one size answers nonsense about another, so each is new.
        """
        network = self._cv.dnn.readNetFromONNX(self._weights)
        network.setInput(self._cv.dnn.blobFromImage(picture))
        heat, sizes, offsets = network.forward(_OUTPUTS)
        likely = heat[0, 0]
        highest = self._cv.dilate(likely, np.ones((3, 3), np.uint8))
        rows, columns = np.nonzero((likely >= _LEAST) & (likely >= highest))
        best = np.argsort(-likely[rows, columns], kind="stable")[:_MOST]
        rows, columns = rows[best], columns[best]
        half_down, half_across = (
            np.exp(np.minimum(sizes[0, axis, rows, columns], _LARGEST)) * _STRIDE / 2
            for axis in (0, 1)
        )
        down, across = (
            (at + offsets[0, axis, rows, columns] + 0.5) * _STRIDE
            for axis, at in enumerate((rows, columns))
        )
        sides = (across - half_across, down - half_down, across + half_across, down + half_down)
        found = np.stack([*sides, likely[rows, columns]], axis=1)
        return [Spot(*map(float, one)) for one in found if np.isfinite(one).all()]


FINDER = FaceFinder()
"""The one of this process."""


def united(found: list[Spot]) -> list[Spot]:
    """Return the finds with those that are one face put together, in all their extent."""
    seeds: list[Spot] = []
    whole: list[Spot] = []
    for one in sorted(found, key=lambda spot: -spot.score):
        at = next((at for at, seed in enumerate(seeds) if _shared(seed, one) >= _SAME), None)
        if at is None:
            seeds.append(one)
            whole.append(one)
            continue
        held = whole[at]
        whole[at] = Spot(
            min(held.left, one.left),
            min(held.top, one.top),
            max(held.right, one.right),
            max(held.bottom, one.bottom),
            held.score,
        )
    return whole[:_MOST]


def _shared(one: Spot, other: Spot) -> float:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return 0.0
    both = sum((spot.right - spot.left) * (spot.bottom - spot.top) for spot in (one, other))
    return across * down / (both - across * down)


def _turned_back(one: Spot, turns: int, rows: int, columns: int) -> Spot:
    """Return where a find of a picture, turned left so many quarters, is in the picture."""
    if turns == 1:
        return Spot(columns - one.bottom, one.left, columns - one.top, one.right, one.score)
    if turns == 2:
        return Spot(
            columns - one.right, rows - one.bottom, columns - one.left, rows - one.top, one.score
        )
    return Spot(one.top, rows - one.right, one.bottom, rows - one.left, one.score)


def _rounded(side: float) -> int:
    return max(1, round(side / _MULTIPLE)) * _MULTIPLE


def _starts(size: int) -> Iterator[int]:
    """Yield where tiles begin along a side."""
    yield 0
    at = 0
    while at + _TILE < size:
        at = min(at + _TILE - _OVERLAP, size - _TILE)
        yield at


def _loaded() -> Any:
    """Return OpenCV, on one thread and the processor alone; `None` where it is not installed."""
    if find_spec(LIBRARY) is None:
        return None
    import cv2  # noqa: PLC0415 - 170 MB of address space

    cv2.setNumThreads(1)
    cv2.ocl.setUseOpenCL(False)
    return cv2
