"""Boxes burnt into pixels, and what kind of picture a page is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from archive.errors import PageNotRebuilt
from archive.model.pages import PageBox, PagePicture

Pixels = npt.NDArray[np.uint8]

_BLACK = 0
_FLAT = 8  # of 255: neighbours that differ less belong to one tone, not to the edge of a letter
_TINTED, _PHOTOGRAPH = 0.01, 0.12  # share of a page in flat middle tones
_DARK, _LIGHT = 48, 232  # of 255: middle tones lie between


_LETTER = 6.5  # points, height of what is written on boxes
_VEIL = 3  # of 4 parts of the light that a veil takes


class Tone(str, Enum):
    """How the pixels of a page are kept."""

    LINES = "lines"
    TINTS = "tints"
    PHOTOGRAPH = "photograph"


def burn(picture: PagePicture, boxes: Sequence[PageBox]) -> Pixels:
    """Return the pixels of a page with its boxes black: rows, columns, and channels in colour."""
    pixels = _pixels(picture)
    for box in boxes:
        _part(pixels, picture, box)[...] = _BLACK
    return pixels


def inscribe(pixels: Pixels, picture: PagePicture, labels: Mapping[PageBox, Sequence[str]]) -> None:
    """Write on black boxes, in white, as many of their labels as fit, whole ones, from the left."""
    face = _face(max(1, round(_LETTER * picture.rows / picture.height)))
    for box, held in labels.items():
        part = _part(pixels, picture, box)
        if not part.size:
            continue
        shown = Image.fromarray(part)
        draw = ImageDraw.Draw(shown)
        left, middle = face.size / 2, shown.height / 2
        for one in held:
            right = left + face.getlength(one)
            if right + face.size / 2 > shown.width or face.size > shown.height:
                break
            ink = 255 if pixels.ndim == 2 else (255, 255, 255)
            draw.text((left, middle), one, fill=ink, font=face, anchor="lm")
            left = right + face.size
        part[...] = np.asarray(shown)


@cache
def _face(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that Pillow brings along, so that every installation draws alike."""
    found = ImageFont.load_default(size)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise PageNotRebuilt("Pillow cannot draw letters here.", hint="Install Pillow's wheel.")
    return found


def veil(picture: PagePicture, boxes: Sequence[PageBox]) -> PagePicture:
    """Return a page on which the boxes let through what is under them; for who may see that."""
    pixels = _pixels(picture)
    for box in boxes:
        part = _part(pixels, picture, box)
        part -= part // 4 * _VEIL
    return replace(picture, data=pixels.tobytes())


def _pixels(picture: PagePicture) -> Pixels:
    shape = (picture.rows, picture.columns) + ((3,) if picture.mode == "RGB" else ())
    return np.frombuffer(picture.data, np.uint8).reshape(shape).copy()


def _part(pixels: Pixels, picture: PagePicture, box: PageBox) -> Pixels:
    """Return the pixels that a box touches."""
    across = picture.columns / picture.width
    down = picture.rows / picture.height
    first = max(0, math.floor(box.left * across))
    last = max(0, math.ceil(box.right * across))
    top = max(0, math.floor((picture.height - box.top) * down))
    bottom = max(0, math.ceil((picture.height - box.bottom) * down))
    return pixels[top:bottom, first:last]


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
