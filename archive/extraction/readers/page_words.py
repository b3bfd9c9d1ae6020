"""What can be read off pages with the eyes: recognised in every way of looking, with places.

Three readers: the gate's, of every page of a rebuilt PDF; and those of an original, a PDF or an
image, of which only that is looked at which its text does not know. The answer is described in
`archive.extraction.sights`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing
from math import ceil, floor, sqrt
from typing import Any

from PIL import Image

from archive.errors import ReaderFailed
from archive.extraction.limits import IMAGE_SIGHTS, PAGE_WORDS, PDF_SIGHTS, Confinement
from archive.extraction.pictures import Order
from archive.extraction.readers.image_pixels import is_too_large, upright
from archive.extraction.readers.images import Frames, opened_image
from archive.extraction.readers.page_pictures import coloured
from archive.extraction.readers.page_text import PageText, assembled
from archive.extraction.readers.pdf import LIBRARIES, load, opened
from archive.extraction.readers.pdf_areas import unknown_areas
from archive.extraction.readers.recognition import MAX_PIXELS, NAME, RECOGNISER, Pixels
from archive.extraction.readers.sighting import Part, Sighting, sightings
from archive.extraction.reasons import NoText
from archive.extraction.sights import describe_page, describe_sight, describe_total
from archive.model.objects import Attachment, Extraction
from archive.model.pages import PageBox

_DPI = 300
_POINTS = 72.0  # an inch
_UNTOLD = "application/octet-stream"


class SightsTold:
    """Collects what is seen."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._texts: list[PageText] = []

    def page(self, number: int, width: float, height: float) -> None:
        """Note that a page was looked at."""
        self._lines.append(describe_page(number, width, height))

    def add(self, found: Iterator[Sighting]) -> None:
        """Note what was read; a way of looking in which nothing was read is left out."""
        for one in found:
            if one.text.text:
                self._lines.append(describe_sight(one.sight))
                self._texts.append(one.text)

    def finish(self, total: int, reader: str) -> Extraction:
        """Return the answer about a document of so many pages."""
        lines = (describe_total(total), *self._lines)
        told = tuple(Attachment(line, _UNTOLD, b"") for line in lines)
        if not self._texts:
            return Extraction(None, attachments=told, reason=NoText.EMPTY.value)
        return Extraction(assembled(self._texts, reader), attachments=told)


class _SightsReader(ABC):
    name: str
    confinement = Confinement.PURE

    def prepare(self) -> None:
        """Load the language data, before confinement."""
        RECOGNISER.prepare()

    def read(self, data: bytes) -> Extraction:
        """Look at the first page.

        Raises:
            ReaderFailed: the document cannot be opened, or the page not rendered.
        """
        return self.unlock(data, bytes(Order(0, 1, _DPI)))

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Look at the pages that an `Order`, given as the password, asks for.

        Raises:
            ReaderFailed: the document cannot be opened, or a page not rendered.
        """
        self.prepare()
        if not RECOGNISER.languages:
            return Extraction(None, reason=NoText.NO_LANGUAGE_DATA.value)
        return self._look(data, Order.parse(password))

    @abstractmethod
    def _look(self, data: bytes, order: Order) -> Extraction:
        """Look at what is ordered."""


class PdfSightsReader(_SightsReader):
    """Looks at pictures and drawings on pages of a PDF."""

    name = f"pdf-sights/2 ({LIBRARIES}, {NAME})"
    media_types: tuple[str, ...] = (PDF_SIGHTS,)

    def _look(self, data: bytes, order: Order) -> Extraction:
        found = opened(data, "")
        if found is None:
            return Extraction(None, reason=NoText.PROTECTED.value)
        answer = SightsTold()
        with found[0] as document:
            total = len(document)
            for number in range(order.first, min(order.first + order.count, total)):
                page = load(document, number)
                if page is None:
                    raise ReaderFailed
                with closing(page):
                    answer.page(number, *page.get_size())
                    answer.add(self._seen(page, number, order.dpi))
        return answer.finish(total, self.name)

    def _areas(self, page: Any) -> tuple[PageBox, ...]:
        return unknown_areas(page)

    def _seen(self, page: Any, number: int, dpi: int) -> Iterator[Sighting]:
        areas = self._areas(page)
        if not areas:
            return
        width, height = page.get_size()
        scale = min(dpi / _POINTS, sqrt(MAX_PIXELS / max(width * height, 1.0)))
        image = coloured(page, scale)
        for area in areas:
            left, right = floor(area.left * scale), min(ceil(area.right * scale), image.width)
            top, bottom = floor((height - area.top) * scale), ceil((height - area.bottom) * scale)
            cut = image.crop((left, top, right, min(bottom, image.height)))
            place = PageBox(
                left / scale,
                max(height - (top + cut.height) / scale, 0.0),
                (left + cut.width) / scale,
                height - top / scale,
            )
            yield from _read(Part(number, width, height, place), cut, round(scale * _POINTS))


class PageWordsReader(PdfSightsReader):
    """Looks at the pages of a rebuilt PDF, whatever text they have."""

    name = f"page-words/4 ({LIBRARIES}, {NAME})"
    media_types = (PAGE_WORDS,)

    def _areas(self, page: Any) -> tuple[PageBox, ...]:
        return (PageBox(0.0, 0.0, *page.get_size()),)


class ImageSightsReader(_SightsReader):
    """Looks at the frames of an image, those that the image reader reads."""

    name = f"image-sights/2 ({NAME})"
    media_types = (IMAGE_SIGHTS,)

    def _look(self, data: bytes, order: Order) -> Extraction:
        image = opened_image(data)
        if image is None:
            return Extraction(None, reason=NoText.TOO_LARGE.value)
        answer, total = SightsTold(), 0
        with image:
            if is_too_large(image):
                return Extraction(None, reason=NoText.TOO_LARGE.value)
            frames = Frames(image)
            for number, frame in enumerate(frames):
                total = number + 1
                if order.first <= number < order.first + order.count:
                    pixels = frame.pixels
                    width, height = pixels.width * frame.across, frame.height
                    whole = PageBox(0.0, 0.0, width, height)
                    answer.page(number, width, height)
                    shown = upright(image).convert("RGB").resize((pixels.width, pixels.height))
                    answer.add(sightings(Part(number, width, height, whole), pixels, shown))
        if frames.concerns or not total:  # of such an image no page is rebuilt
            raise ReaderFailed
        return answer.finish(total, self.name)


def _read(part: Part, image: Image.Image, dpi: int) -> Iterator[Sighting]:
    grey = image.convert("L")
    yield from sightings(part, Pixels(grey.tobytes(), *grey.size, dpi), image)
