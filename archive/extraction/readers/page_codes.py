"""What codes on pages say: square codes and bar codes in pixels, by ZXing-C++, in process.

A phone reads what no person and no recognition of letters does. The answer is described in
`archive.extraction.sights`: each code is a sight whose text is one word as large as the code. Bar
codes at a slant of more than a few degrees, and codes that are damaged or too fine for the
resolution, are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, neutralise
from archive.extraction.limits import IMAGE_CODES, PDF_CODES, Confinement
from archive.extraction.pictures import Order, parse_pictures
from archive.extraction.readers.page_pictures import ImagePagesReader, PdfPagesReader
from archive.extraction.readers.page_pixels import on_page, pixels_of
from archive.extraction.readers.page_text import PageText
from archive.extraction.readers.page_words import SightsTold
from archive.extraction.readers.pdf import LIBRARIES
from archive.extraction.readers.recognised_text import exact
from archive.extraction.readers.sighting import Sighting
from archive.extraction.reasons import NoText
from archive.model.objects import Extraction, WordBox
from archive.model.pages import PageBox, PagePicture, PageSight

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from zxingcpp import BarcodeFormats

_DPI = 300  # bars of a quarter of a millimetre are read; at 200 of a third


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says, and the upright rectangle around it in pixels from the upper left.

    `right` and `bottom` are the first pixels after it.
    """

    text: str
    left: int
    top: int
    right: int
    bottom: int


def codes_in(picture: NDArray[np.uint8]) -> list[Code]:
    """Return the codes of a grey picture that can be read, dark on light and light on dark."""
    import zxingcpp  # noqa: PLC0415 - only where codes are looked for

    known = zxingcpp.BarcodeFormat
    every = zxingcpp.BarcodeFormats(known.AllReadable)
    bars = zxingcpp.BarcodeFormats([known.AllLinear, known.PDF417])
    return list(dict.fromkeys([*_found(picture, every), *_found(255 - picture, bars)]))


def _found(picture: NDArray[np.uint8], kinds: BarcodeFormats) -> Iterator[Code]:
    """Yield what is read; of light on dark the library itself reads square codes alone."""
    import zxingcpp  # noqa: PLC0415 - only where codes are looked for

    known, plain = zxingcpp.BarcodeFormat, zxingcpp.TextMode.Plain
    square = {known.QRCode, known.DataMatrix, known.Aztec, known.MaxiCode}
    for one in zxingcpp.read_barcodes(picture, formats=kinds, text_mode=plain):
        told, at = neutralise(one.text), one.position
        if is_blank(told):
            continue
        corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
        across, down = [max(c.x, 0) for c in corners], [max(c.y, 0) for c in corners]
        code = Code(told, min(across), min(down), max(across) + 1, max(down) + 1)
        yield code if one.symbology in square else _with_bars(picture, code)


def _with_bars(picture: NDArray[np.uint8], code: Code) -> Code:
    """Return a code as large as its bars; of slanted ones the library tells the middle alone."""
    reach = max(code.right - code.left, code.bottom - code.top)
    x, y = max(code.left - reach, 0), max(code.top - reach, 0)
    around = picture[y : code.bottom + reach, x : code.right + reach]
    across, down = (code.left - x, code.right - x), (code.top - y, code.bottom - y)
    within = around[slice(*down), slice(*across)]
    if not within.size:
        return code
    dark = around < (int(within.min()) + int(within.max())) / 2
    grown = None
    while grown != (across, down):
        grown = across, down
        across = _run(np.any(dark[slice(*down)], axis=0), *across)
        down = _run(np.any(dark[:, slice(*across)], axis=1), *down)
    return Code(code.text, x + across[0], y + down[0], x + across[1], y + down[1])


def _run(ink: NDArray[np.bool_], start: int, end: int) -> tuple[int, int]:
    """Return a stretch with all the ink that is next to it on both sides."""
    return start - _leading(ink[:start][::-1]), end + _leading(ink[end:])


def _leading(ink: NDArray[np.bool_]) -> int:
    return len(ink) if ink.all() else int(ink.argmin())


class _CodesReader:
    """Looks for codes on the pages that another reader renders."""

    name: str
    confinement = Confinement.PURE
    _pages: Callable[[bytes, bytes], Extraction]

    def prepare(self) -> None:
        """Load the library, before confinement."""
        import zxingcpp  # noqa: F401, PLC0415 - only where codes are looked for

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
    for one in codes_in(np.ascontiguousarray(pixels_of(page).min(axis=2))):
        box = on_page(page, one.left, one.top, one.right, one.bottom)
        sides = map(exact, (box.left, box.bottom, box.right, box.top))
        word = WordBox(0, len(one.text), 0, *sides)
        yield Sighting(whole, PageText(one.text, (word,)))
