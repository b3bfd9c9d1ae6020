"""What can be read off the pages of a rebuilt PDF with the eyes: every page is recognised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from archive.errors import ReaderFailed
from archive.extraction.limits import PAGE_WORDS, Confinement
from archive.extraction.pictures import Order
from archive.extraction.readers.page_looks import colours, darkened, turned
from archive.extraction.readers.page_pictures import coloured, is_coloured
from archive.extraction.readers.page_text import PageText, assembled
from archive.extraction.readers.pdf import LIBRARIES, load, opened
from archive.extraction.readers.pdf_scanned import rendered
from archive.extraction.readers.recognised_text import laid_out
from archive.extraction.readers.recognition import NAME, RECOGNISER, Pixels, Word
from archive.extraction.reasons import NoText
from archive.model.objects import Extraction

_DPI = 300
_SAMPLED = 6  # pixels to one, to tell whether a page is in colour
_BLACK = 64  # of 255
_STEPS = (1, 2, 4, 8)  # pixels; 16 in a row, across and down, are no part of a letter

Mask = npt.NDArray[np.bool_]


class PageWordsReader:
    """Recognises pages; see `archive.extraction.pictures.Order`."""

    name = f"page-words/2 ({LIBRARIES}, {NAME})"
    media_types = (PAGE_WORDS,)
    confinement = Confinement.PURE

    def prepare(self) -> None:
        """Load the language data, before confinement."""
        RECOGNISER.prepare()

    def read(self, data: bytes) -> Extraction:
        """Recognise the first page.

        Raises:
            ReaderFailed: the document cannot be opened, or the page not rendered.
        """
        return self.unlock(data, bytes(Order(0, 1, _DPI)))

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Recognise the pages that an `Order`, given as the password, asks for.

        Raises:
            ReaderFailed: the document cannot be opened, or a page not rendered.
        """
        self.prepare()
        if not RECOGNISER.languages:
            return Extraction(None, reason=NoText.NO_LANGUAGE_DATA.value)
        order = Order.parse(password)
        found = opened(data, "")
        if found is None:
            raise ReaderFailed
        pages = []
        with found[0] as document:
            for number in range(order.first, min(order.first + order.count, len(document))):
                page = load(document, number)
                if page is None:
                    raise ReaderFailed
                with closing(page):
                    picture = rendered(page, order.dpi / 72.0)
                    image = coloured(page, order.dpi / 72.0)
                pages.append(_read(picture, image))
        return Extraction(assembled(pages or [PageText("")], self.name))


def _read(picture: Pixels, image: Image.Image) -> PageText:
    """Return what is read as it is and, if there is solid black, without that once more.

    Black bars keep the layout of a page from being recognised; white letters on black would be
    lost without them. What is left is looked at from the other sides, pale ink made dark, and what
    has colours by these alone.
    """
    words = RECOGNISER.words(picture)
    found = laid_out(words, _anywhere)
    cleared = _without_bars(picture)
    if cleared is not None:
        words = RECOGNISER.words(cleared)
        found = laid_out(words, _anywhere, found.text)
    for look in _looks(cleared or picture, words, image):
        found = laid_out(RECOGNISER.words(look), _anywhere, found.text)
    return found


def _looks(picture: Pixels, words: list[Word], image: Image.Image) -> Iterator[Pixels]:
    yield from turned(picture, words)
    dark = darkened(picture)
    if dark is not None:
        yield dark
    if is_coloured(image.reduce(_SAMPLED)):
        yield from colours(image, picture)


def _without_bars(picture: Pixels) -> Pixels | None:
    """Return a picture in which solid black is white; `None` where there is none."""
    shape = picture.height, picture.width
    pixels = np.frombuffer(picture.data, np.uint8).reshape(shape)
    black = pixels < _BLACK
    for axis in (0, 1):
        black = _shrunk(black, axis)
    if not black.any():
        return None
    bars = np.zeros(shape, bool)
    bars[: black.shape[0], : black.shape[1]] = black
    for axis in (0, 1):
        for step in _STEPS:
            size = bars.shape[axis] - step
            grown = bars.copy()
            grown_part = _part(grown, axis, step, size + step)
            grown_part |= _part(bars, axis, 0, size)
            bars = grown
    return replace(picture, data=np.where(bars, np.uint8(255), pixels).tobytes())


def _shrunk(mask: Mask, axis: int) -> Mask:
    """Return where a stretch of `sum(_STEPS) + 1` pixels along an axis is set from here on."""
    for step in _STEPS:
        if mask.shape[axis] <= step:
            return mask[:0]
        size = mask.shape[axis] - step
        mask = _part(mask, axis, 0, size) & _part(mask, axis, step, size + step)
    return mask


def _part(mask: Mask, axis: int, first: int, last: int) -> Mask:
    return mask[first:last] if axis == 0 else mask[:, first:last]


def _anywhere(_: Word) -> tuple[float, float, float, float]:
    return 0.0, 0.0, 0.0, 0.0
