"""What square codes on pages say: QR codes (ISO/IEC 18004) in pixels, by OpenCV, in process.

A phone reads what no person and no recognition of letters does. The answer is described in
`archive.extraction.sights`: each code is a sight whose text is one word as large as the code. Codes
of other kinds, and codes that are damaged or smaller than some 10 mm, are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, neutralise
from archive.extraction.limits import IMAGE_CODES, PDF_CODES, Confinement
from archive.extraction.pictures import Order, parse_pictures
from archive.extraction.readers.page_pictures import ImagePagesReader, PdfPagesReader
from archive.extraction.readers.page_text import PageText
from archive.extraction.readers.page_words import SightsTold
from archive.extraction.readers.pdf import LIBRARIES
from archive.extraction.readers.recognised_text import exact
from archive.extraction.readers.sighting import Sighting
from archive.extraction.readers.vision import loaded, on_page, pixels_of
from archive.extraction.reasons import NoText
from archive.model.objects import Extraction, WordBox
from archive.model.pages import PageBox, PagePicture, PageSight

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DPI = 200  # a code of 10 mm is read; at 150 one of 15 mm, at 300 no smaller one in three times
_BLANK = 64  # pixels, of the picture that loads what first use loads


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says, and the upright rectangle around it in pixels from the upper left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class CodeFinder:
    """OpenCV's detector of QR codes, if the library is installed."""

    def __init__(self) -> None:
        self._detector: Any = None
        self._tried = False

    @property
    def is_ready(self) -> bool:
        """Whether the library is there; without it nothing can be looked at."""
        return self._detector is not None

    def prepare(self) -> None:
        """Load the library, once, and look at a blank picture."""
        if self._tried:
            return
        self._tried = True
        library = loaded()
        if library is None:
            return
        self._detector = library.QRCodeDetectorAruco()
        self.find(np.full((_BLANK, _BLANK), 255, np.uint8))

    def find(self, picture: NDArray[np.uint8]) -> list[Code]:
        """Return the codes of a grey picture that can be read, dark on light and light on dark."""
        return [*self._found(picture), *self._found(255 - picture)]

    def _found(self, picture: NDArray[np.uint8]) -> Iterator[Code]:
        found, texts, corners, _ = self._detector.detectAndDecodeMulti(picture)
        for text, around in zip(texts, corners, strict=True) if found else ():
            told = neutralise(text)
            if not is_blank(told) and np.isfinite(around).all():
                (left, top), (right, bottom) = around.min(axis=0), around.max(axis=0)
                yield Code(told, float(left), float(top), float(right), float(bottom))


FINDER = CodeFinder()
"""The one of this process."""


class _CodesReader:
    """Looks for codes on the pages that another reader renders."""

    name: str
    confinement = Confinement.VISION
    _pages: Callable[[bytes, bytes], Extraction]

    def prepare(self) -> None:
        """Load the library, before confinement."""
        FINDER.prepare()

    def read(self, data: bytes) -> Extraction:
        """Look at the first page or frame.

        Raises:
            ReaderFailed: the file cannot be opened, or the page not rendered.
        """
        return self.unlock(data, bytes(Order(0, 1, _DPI)))

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Look at the pages that an `Order`, given as the password, asks for.

        Raises:
            ReaderFailed: the file cannot be opened, or a page not rendered.
        """
        self.prepare()
        if not FINDER.is_ready:
            return Extraction(None, reason=NoText.NO_READER.value)
        order, told, total = Order.parse(password), SightsTold(), 0
        for number in range(order.first, order.first + order.count):
            wanted = bytes(Order(number, 1, min(order.dpi, _DPI)))
            made = type(self)._pages(data, wanted)
            if made.reason != NoText.IMAGES.value:
                return Extraction(None, reason=made.reason)
            pictures = parse_pictures(made)
            total = max(total, pictures.total)
            if not made.attachments:  # beyond the last page
                break
            page = pictures.pages.get(number)
            if page is None:
                raise ReaderFailed
            told.page(number, page.width, page.height)
            told.add(_sightings(number, page))
        return told.finish(total, self.name)


class PdfCodesReader(_CodesReader):
    """Looks at pages of a PDF."""

    name = f"pdf-codes/1 ({LIBRARIES})"
    media_types = (PDF_CODES,)
    _pages = PdfPagesReader().unlock


class ImageCodesReader(_CodesReader):
    """Looks at the frames of an image, those that the image reader reads."""

    name = "image-codes/1"
    media_types = (IMAGE_CODES,)
    _pages = ImagePagesReader().unlock


def _sightings(number: int, page: PagePicture) -> Iterator[Sighting]:
    whole = PageSight(
        number, page.width, page.height, PageBox(0.0, 0.0, page.width, page.height), 0
    )
    for one in FINDER.find(np.ascontiguousarray(pixels_of(page).min(axis=2))):
        box = on_page(page, one.left, one.top, one.right, one.bottom)
        sides = map(exact, (box.left, box.bottom, box.right, box.top))
        word = WordBox(0, len(one.text), 0, *sides)
        yield Sighting(whole, PageText(one.text, (word,)))
