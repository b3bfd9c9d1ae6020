"""One part of a page read in every way of looking: `Sighting` is what was read in one of them.

As it is and, if there is solid black, without that once more: black bars keep the layout of a page
from being recognised, and white letters on black would be lost without them. What is left is looked
at from the other sides and from behind, level where it stands at a slant, without a layout, by what
stands out from a photograph, with pale ink dark, and what has colours by these alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from PIL import Image

from archive.extraction.readers.page_looks import (
    Rest,
    colours,
    darkened,
    in_print,
    mirrored,
    reduced,
    slanted,
    stood_out,
    turned,
    unread,
    without_bars,
    without_grain,
)
from archive.extraction.readers.page_pictures import is_coloured
from archive.extraction.readers.page_text import PageText
from archive.extraction.readers.recognised_text import laid_out
from archive.extraction.readers.recognition import RECOGNISER, Pixels, Word
from archive.extraction.readers.stacked import unstacked
from archive.model.pages import PageBox, PageSight

_SAMPLED = 6  # pixels to one, to tell whether a page is in colour
_SIGNS = (2_000, 700)  # pixels of the longer side, for small letters and for large ones
_Read = tuple[int, Pixels, Iterable[Word]]
"""By how many degrees what was looked at was turned, its pixels, and its words."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page to look at: where it is in points, on a page of what size."""

    page: int
    width: float
    height: float
    area: PageBox


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was read in one way of looking."""

    sight: PageSight
    text: PageText


def sightings(part: Part, picture: Pixels, image: Image.Image) -> Iterator[Sighting]:
    """Yield what is read on a part of a page, given in grey and in RGB of the same size."""
    wide, high = part.area.right - part.area.left, part.area.top - part.area.bottom
    scale = (wide / picture.width + high / picture.height) / 2
    for rest, (angle, look, words) in _reads(picture, image):
        area = part.area if rest is None else _area(part.area, picture, rest)
        sight = PageSight(part.page, part.width, part.height, area, angle)
        yield Sighting(sight, _placed(words, look.height, scale))


def _area(area: PageBox, picture: Pixels, rest: Rest) -> PageBox:
    """Return where the part of a rest is that was looked at."""
    across = (area.right - area.left) / picture.width
    down = (area.top - area.bottom) / picture.height
    left, top = area.left + rest.left * across, area.top - rest.top * down
    return PageBox(left, top - rest.part.height * down, left + rest.part.width * across, top)


def _placed(words: Iterable[Word], height: int, scale: float) -> PageText:
    def place(word: Word) -> tuple[float, float, float, float]:
        left, right = max(word.left, 0) * scale, max(word.right, 0) * scale
        bottom, top = max(height - word.bottom, 0) * scale, max(height - word.top, 0) * scale
        return left, bottom, max(left, right), max(bottom, top)

    return laid_out(words, place)


def _reads(picture: Pixels, image: Image.Image) -> Iterator[tuple[Rest | None, _Read]]:
    """Yield what is read; if only in the part of a rest, with that rest."""
    first = words = RECOGNISER.words(picture)
    yield None, (0, picture, words)
    cleared = without_bars(picture)
    if cleared is not None:
        words = RECOGNISER.words(cleared)
        yield None, (0, cleared, words)
    whole = without_grain(cleared or picture)
    rest = unread(whole, words)
    if rest is not None:
        yield from ((rest, read) for read in _rests(rest.part))
        yield from _level(unread(whole, in_print(words)))
    yield from ((None, read) for read in _signs(unread(without_grain(picture), first)))
    dark = darkened(whole)
    if dark is not None:
        yield None, (0, dark, RECOGNISER.words(dark))
    if is_coloured(image.reduce(_SAMPLED)):
        for look in colours(image, whole):
            words = RECOGNISER.words(look)
            yield None, (0, look, words)
            yield from _level(unread(look, words))


def _rests(rest: Pixels) -> Iterator[_Read]:
    """Yield what is read of a rest on its other sides, from behind, and from top to bottom."""
    for angle, look in turned(rest):
        yield angle, look, RECOGNISER.words(look)
    behind = RECOGNISER.words(mirrored(rest))
    yield 0, rest, (_reflected(word, rest.width) for word in behind)
    columns = unstacked(rest)
    if columns is not None:
        yield 0, rest, columns.placed(RECOGNISER.block(columns.pixels))


def _level(rest: Rest | None) -> Iterator[tuple[Rest, _Read]]:
    if rest is not None:
        for angle, look in slanted(rest.part):
            yield rest, (angle, look, RECOGNISER.words(look))


def _signs(rest: Rest | None) -> Iterator[_Read]:
    """Yield what is read without a layout, of large letters too, on all four sides."""
    if rest is None:
        return
    page = rest.whole
    for longest in _SIGNS:
        small = reduced(page, longest)
        by = page.width / small.width
        for angle, look in ((0, small), *turned(small)):
            scaled = replace(look, width=round(look.width * by), height=round(look.height * by))
            yield angle, scaled, (_scaled(word, by) for word in RECOGNISER.scattered(look))
    small = reduced(page, _SIGNS[0])
    by = page.width / small.width
    for look in stood_out(small):
        yield 0, page, (_scaled(word, by) for word in RECOGNISER.scattered(look))


def _reflected(word: Word, width: int) -> Word:
    return replace(word, left=width - word.right, right=width - word.left)


def _scaled(word: Word, by: float) -> Word:
    return replace(
        word,
        left=math.floor(word.left * by),
        top=math.floor(word.top * by),
        right=math.ceil(word.right * by),
        bottom=math.ceil(word.bottom * by),
    )
