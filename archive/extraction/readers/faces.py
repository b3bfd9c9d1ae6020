"""Where faces are on the pages that a reading copy would show, for a person to look at.

The answer has a line for each page that was looked at and one for each face, as names of empty
attachments. A page that cannot be rendered has none; without a model no page has. A page of a PDF
without any image is looked at briefly.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import numpy as np

from archive.errors import ReaderFailed
from archive.extraction.faces import describe_face, describe_page, describe_total
from archive.extraction.limits import IMAGE_FACES, PDF_FACES, Confinement
from archive.extraction.pictures import Order
from archive.extraction.readers.face_finding import FINDER, Spot
from archive.extraction.readers.images import Frames, opened_image
from archive.extraction.readers.page_pictures import framed, rendered_page
from archive.extraction.readers.page_pixels import on_page, pixels_of
from archive.extraction.readers.pdf import LIBRARIES, load, opened
from archive.extraction.readers.pdf_pictures import PictureFinder
from archive.extraction.reasons import NoText
from archive.model.objects import Attachment, Extraction
from archive.model.pages import FoundFace, PagePicture

_SURE = 99  # percent; a model is never surer
_UNTOLD = "application/octet-stream"
_Looked = tuple[float, float, list[FoundFace]]  # width, height, and what is there


class _FacesReader(ABC):
    confinement = Confinement.VISION

    def prepare(self) -> None:
        """Load the model, before confinement."""
        FINDER.prepare()

    def read(self, data: bytes) -> Extraction:
        """Look at the first page or frame.

        Raises:
            ReaderFailed: the file cannot be opened.
        """
        return self.unlock(data, bytes(Order(0, 1)))

    @abstractmethod
    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Look at what an `Order`, given as the password, asks for."""


class PdfFacesReader(_FacesReader):
    """Looks at pages of a PDF as they are rendered; see `archive.extraction.pictures.Order`."""

    name = f"pdf-faces/1 ({LIBRARIES})"
    media_types = (PDF_FACES,)

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Look at the pages that an `Order`, given as the password, asks for.

        Raises:
            ReaderFailed: the document cannot be opened.
        """
        self.prepare()
        order, looked = Order.parse(password), {}
        found = opened(data, "")
        if found is None:
            return Extraction(None, reason=NoText.PROTECTED.value)
        with found[0] as document:
            total = len(document)
            for number in range(order.first, min(order.first + order.count, total)):
                made = rendered_page(document, number, order.dpi)
                if made is not None:
                    plain = not _has_image(document, number)
                    looked[number] = _found(number, made, briefly=plain)
        return _answer(total, looked)


class ImageFacesReader(_FacesReader):
    """Looks at the frames of an image, those that the image reader reads; see `Order`."""

    name = "image-faces/1"
    media_types = (IMAGE_FACES,)

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Look at the frames that an `Order`, given as the password, asks for.

        Raises:
            ReaderFailed: the image cannot be decoded whole.
        """
        self.prepare()
        order, total, looked = Order.parse(password), 0, {}
        image = opened_image(data)
        if image is None:
            return Extraction(None, reason=NoText.TOO_LARGE.value)
        with image:
            frames = Frames(image)
            for number, _ in enumerate(frames):
                total = number + 1
                if order.first <= number < order.first + order.count:
                    looked[number] = _found(number, framed(image, order.dpi))
        if frames.concerns or not total:  # of such an image no page is rebuilt
            raise ReaderFailed
        return _answer(total, looked)


def _answer(total: int, looked: Mapping[int, _Looked]) -> Extraction:
    lines = [describe_total(total)]
    for number, (width, height, faces) in looked.items() if FINDER.is_ready else ():
        lines.append(describe_page(number, width, height))
        lines += (describe_face(one) for one in faces)
    attachments = tuple(Attachment(line, _UNTOLD, b"") for line in lines)
    return Extraction(None, attachments=attachments, reason=NoText.IMAGES.value)


def _has_image(document: Any, number: int) -> bool:
    page = load(document, number)
    if page is None:
        return True
    with closing(page):
        return PictureFinder().has_image(page)


def _found(number: int, made: PagePicture, *, briefly: bool = False) -> _Looked:
    if not FINDER.is_ready:
        return made.width, made.height, []
    colours = np.broadcast_to(pixels_of(made), (made.rows, made.columns, 3))
    spots = FINDER.find(np.ascontiguousarray(colours), briefly=briefly)
    faces = [_placed(number, spot, made) for spot in spots]
    return made.width, made.height, faces


def _placed(number: int, spot: Spot, made: PagePicture) -> FoundFace:
    """Return a find in points from the lower left corner, as much of it as is on the page."""
    box = on_page(made, spot.left, spot.top, spot.right, spot.bottom)
    return FoundFace(number, box, min(round(spot.score * 100), _SURE))
