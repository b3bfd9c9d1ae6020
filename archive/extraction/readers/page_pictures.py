"""Pages as raw pixels, for the reading copy: what a page shows and nothing that it carries.

Annotations and form fields are not drawn: their words have no places, so no redaction would hide
them. The answer holds pictures as attachments whose names describe them, and fewer than
were asked for where they are too much for one answer.
"""

from __future__ import annotations

from contextlib import closing
from math import sqrt
from typing import Any

import numpy as np
from PIL import Image

from archive.errors import ReaderFailed
from archive.extraction.limits import IMAGE_PAGES, PDF_PAGES, Confinement
from archive.extraction.pictures import Order, describe
from archive.extraction.readers.image_pixels import points_of, upright
from archive.extraction.readers.images import Frames, opened_image
from archive.extraction.readers.pdf import LIBRARIES, load, opened
from archive.extraction.readers.pdf_scanned import rendered
from archive.extraction.readers.recognition import MAX_PIXELS
from archive.extraction.reasons import NoText
from archive.model.objects import Attachment, Extraction
from archive.model.pages import PagePicture

_POINTS = 72.0  # an inch
_AT_ONCE = 48 << 20  # bytes of pixels in one answer, and those of one more page
_UNTOLD = "application/octet-stream"
_COLOURED = 24  # of 255: smaller differences between channels come from scanning and compression
_SAMPLED = 6  # pixels to one, to tell whether a page is in colour
_A_COLOUR = 0.002  # of a page


class PdfPagesReader:
    """Renders pages of a PDF; see `archive.extraction.pictures.Order`."""

    name = f"pdf-pages/1 ({LIBRARIES})"
    media_types = (PDF_PAGES,)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Render every page.

        Raises:
            ReaderFailed: the document cannot be opened.
        """
        return self.unlock(data, bytes(Order(0, 1)))

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Render the pages that an `Order`, given as the password, asks for.

        Raises:
            ReaderFailed: the document cannot be opened.
        """
        order = Order.parse(password)
        found = opened(data, "")
        if found is None:
            return Extraction(None, reason=NoText.PROTECTED.value)
        with found[0] as document:
            last = min(order.first + order.count, len(document))
            pictures, sent = [], 0
            for number in range(order.first, last):
                made = rendered_page(document, number, order.dpi)
                pictures.append(_attachment(number, len(document), made))
                sent += len(pictures[-1].data)
                if sent > _AT_ONCE:
                    break
        return Extraction(None, attachments=tuple(pictures), reason=NoText.IMAGES.value)


class ImagePagesReader:
    """Decodes the frames of an image, those that the image reader reads; see `Order`."""

    name = "image-pages/1"
    media_types = (IMAGE_PAGES,)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Decode the first frame.

        Raises:
            ReaderFailed: the image cannot be decoded.
        """
        return self.unlock(data, bytes(Order(0, 1)))

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Decode the frames that an `Order`, given as the password, asks for.

        Raises:
            ReaderFailed: the image cannot be decoded.
        """
        order = Order.parse(password)
        pictures, total, sent = {}, 0, 0
        opened_one = opened_image(data)
        if opened_one is None:
            return Extraction(None, reason=NoText.TOO_LARGE.value)
        with opened_one as image:
            frames = Frames(image)
            for number, _ in enumerate(frames):
                total = number + 1
                if order.first <= number < order.first + order.count and sent <= _AT_ONCE:
                    pictures[number] = framed(image, order.dpi)
                    sent += len(pictures[number].data)
        if frames.concerns or not total:
            raise ReaderFailed
        attachments = tuple(_attachment(at, total, one) for at, one in pictures.items())
        return Extraction(None, attachments=attachments, reason=NoText.IMAGES.value)


def _attachment(number: int, total: int, made: PagePicture | None) -> Attachment:
    data = made.data if made else b""
    return Attachment(describe(number, total, made), _UNTOLD, data)


def rendered_page(document: Any, number: int, dpi: int) -> PagePicture | None:
    """Return a page at a resolution, or less where that is too much; `None` if it fails."""
    page = load(document, number)
    if page is None:
        return None
    with closing(page):
        width, height = page.get_size()
        scale = _scale(width, height, dpi)
        if is_coloured(coloured(page, scale / _SAMPLED)):
            image = coloured(page, scale)
            return PagePicture(width, height, *image.size, "RGB", image.tobytes())
        grey = rendered(page, scale, notes=False)
        return PagePicture(width, height, grey.width, grey.height, "L", grey.data)


def coloured(page: Any, scale: float) -> Image.Image:
    """Return a loaded page in RGB, `scale` pixels for a point."""
    bitmap = page.render(scale=scale, rev_byteorder=True, draw_annots=False)
    with closing(bitmap):
        image: Image.Image = bitmap.to_pil().convert("RGB")
        return image


def framed(image: Image.Image, dpi: int) -> PagePicture:
    """Return the current frame at a resolution, or less where that is too much."""
    width, height = points_of(image)
    scale = _scale(width, height, dpi)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = upright(image)
    if size[0] * size[1] < picture.width * picture.height:
        picture = picture.resize(size, Image.Resampling.BOX)
    if picture.mode == "RGB" and not is_coloured(picture.reduce(_SAMPLED)):
        picture = picture.convert("L")
    return PagePicture(width, height, *picture.size, picture.mode, picture.tobytes())


def _scale(width: float, height: float, dpi: int) -> float:
    return min(dpi / _POINTS, sqrt(MAX_PIXELS / max(width * height, 1.0)))


def is_coloured(sample: Image.Image) -> bool:
    """Return whether colour says something in a small picture in RGB."""
    pixels = np.asarray(sample).reshape(-1, 3)
    spread = pixels.max(axis=1).astype(np.int16) - pixels.min(axis=1)
    return bool((spread > _COLOURED).mean() > _A_COLOUR)
