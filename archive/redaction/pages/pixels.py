"""Boxes burnt into pixels, and what kind of picture a page is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

from archive.model.pages import PageBox, PagePicture

Pixels = npt.NDArray[np.uint8]

_BLACK = 0
_FLAT = 8  # of 255: neighbours that differ less belong to one tone, not to the edge of a letter
_TINTED, _PHOTOGRAPH = 0.01, 0.12  # share of a page in flat middle tones
_DARK, _LIGHT = 48, 232  # of 255: middle tones lie between


class Tone(str, Enum):
    """How the pixels of a page are kept."""

    LINES = "lines"
    TINTS = "tints"
    PHOTOGRAPH = "photograph"


def burn(picture: PagePicture, boxes: Sequence[PageBox]) -> Pixels:
    """Return the pixels of a page with its boxes black: rows, columns, and channels in colour."""
    shape = (picture.rows, picture.columns) + ((3,) if picture.mode == "RGB" else ())
    pixels: Pixels = np.frombuffer(picture.data, np.uint8).reshape(shape).copy()
    across = picture.columns / picture.width
    down = picture.rows / picture.height
    for box in boxes:
        first = max(0, math.floor(box.left * across))
        last = math.ceil(box.right * across)
        top = max(0, math.floor((picture.height - box.top) * down))
        bottom = math.ceil((picture.height - box.bottom) * down)
        pixels[top:bottom, first:last] = _BLACK
    return pixels


def tone(pixels: Pixels) -> Tone:
    """Tell whether a page is print, print with tints, or mostly a photograph."""
    grey = pixels if pixels.ndim == 2 else pixels[..., 1]
    sampled = grey[::3]
    middle = (sampled[:, 1:] > _DARK) & (sampled[:, 1:] < _LIGHT)
    change = np.maximum(sampled[:, 1:], sampled[:, :-1]) - np.minimum(
        sampled[:, 1:], sampled[:, :-1]
    )
    flat = float((middle & (change < _FLAT)).mean()) if middle.size else 0.0
    if flat >= _PHOTOGRAPH:
        return Tone.PHOTOGRAPH
    return Tone.TINTS if flat >= _TINTED else Tone.LINES
