"""What can be read off the pages of a rebuilt PDF with the eyes: every page is recognised."""

from __future__ import annotations

from contextlib import closing

from archive.errors import ReaderFailed
from archive.extraction.limits import PAGE_WORDS, Confinement
from archive.extraction.pictures import Order
from archive.extraction.readers.page_text import PageText, assembled
from archive.extraction.readers.pdf import LIBRARIES, load, opened
from archive.extraction.readers.pdf_scanned import rendered
from archive.extraction.readers.recognised_text import laid_out
from archive.extraction.readers.recognition import NAME, RECOGNISER, Word
from archive.extraction.reasons import NoText
from archive.model.objects import Extraction

_DPI = 300


class PageWordsReader:
    """Recognises pages; see `archive.extraction.pictures.Order`."""

    name = f"page-words/1 ({LIBRARIES}, {NAME})"
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
                    words = RECOGNISER.words(rendered(page, order.dpi / 72.0))
                pages.append(laid_out(words, _anywhere))
        return Extraction(assembled(pages or [PageText("")], self.name))


def _anywhere(_: Word) -> tuple[float, float, float, float]:
    return 0.0, 0.0, 0.0, 0.0
