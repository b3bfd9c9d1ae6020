"""PDF: canonical text built from pdfium's stream of characters, with a box for every word.

The stream is used, not pdfium's extracted text, which differs from it on some pages: offsets made
from one would not fit the other. What a viewer shows beside the pages follows as one more page.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import __version__ as _pikepdf
from pypdfium2.version import PDFIUM_INFO, PYPDFIUM_INFO

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, join_line_ends, neutralise
from archive.extraction.limits import DEFAULT_LIMITS, Confinement
from archive.extraction.readers.pdf_beside import Beside, read_beside, repaired
from archive.extraction.readers.pdf_metadata import metadata
from archive.extraction.readers.pdf_pictures import Need, PictureFinder
from archive.extraction.readers.pdf_words import PageText, read_page
from archive.extraction.reasons import Concern, NoText
from archive.model.objects import Attachment, CanonicalText, Extraction, WordBox

LIBRARIES = f"pypdfium2 {PYPDFIUM_INFO.tag}, pdfium {PDFIUM_INFO.build}, pikepdf {_pikepdf}"
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_NO_PAGE = PageText("", ())
_UNMAPPED = 0.05  # share of visible characters; a few symbols are common


@dataclasses.dataclass(slots=True)
class Pages:
    """The pages of one document, and what became of them."""

    texts: list[PageText] = dataclasses.field(default_factory=list)
    needs: list[Need] = dataclasses.field(default_factory=list)
    lost: int = 0
    unmapped: bool = False


Look = Callable[[Any, Pages], tuple[dict[str, str], set[Concern]]]
"""Does what it can for the pages in need of it; returns metadata and concerns of what it did."""


def leave(_: Any, pages: Pages) -> tuple[dict[str, str], set[Concern]]:
    """Read no picture."""
    return {}, {Concern.UNRECOGNISED} if any(pages.needs) else set()


class PdfReader:
    """Reads `application/pdf`."""

    confinement = Confinement.PURE

    def __init__(
        self,
        name: str = f"pdf/2 ({LIBRARIES})",
        media_types: tuple[str, ...] = ("application/pdf",),
        look: Look = leave,
    ) -> None:
        """Prepare a reader; `look` is shown the open document before it is closed."""
        self.name = name
        self.media_types = media_types
        self._look = look

    def read(self, data: bytes) -> Extraction:
        """Return text with page starts and word boxes, what the document says of itself, files.

        A page that pdfium cannot load has no text; `unreadable-pages` counts such pages.

        Raises:
            ReaderFailed: pdfium cannot open the document, and it cannot be repaired.
        """
        found = self._open(data)
        if found is None:
            return Extraction(None, reason=NoText.PROTECTED.value)
        document, sound = found
        with document:
            beside = read_beside(data)
            beside.damaged |= not sound
            pages = _read_pages(document)
            extra, concerns = self._look(document, pages)
            concerns |= _concerns(pages, beside)
            described = _describe(document, pages, beside) | extra
            attachments = tuple(_attachments(document, beside))
        ordered = tuple(one.value for one in Concern if one in concerns)
        text = _assemble(pages.texts, beside.text(), self.name)
        if is_blank(text.text):
            reason = NoText.IMAGES if any(pages.needs) else NoText.EMPTY
            return Extraction(None, described, attachments, reason.value, ordered)
        return Extraction(text, described, attachments, concerns=ordered)

    @staticmethod
    def _open(data: bytes) -> tuple[Any, bool] | None:
        """Return the document and whether it was sound, or `None` when a password is missing."""
        for sound in (True, False):
            try:
                return pypdfium2.PdfDocument(data if sound else repaired(data)), sound
            except pypdfium2.PdfiumError as error:
                code = error.err_code
            if code == pdfium.FPDF_ERR_PASSWORD:
                return None
        raise ReaderFailed


def _read_pages(document: Any) -> Pages:
    found, finder = Pages(), PictureFinder()
    visible = unmapped = 0
    for number in range(len(document)):
        page = load(document, number)
        if page is None:
            found.lost += 1
            found.texts.append(_NO_PAGE)
            found.needs.append(Need.NOTHING)
            continue
        with closing(page):
            text = read_page(page)
            shown = [one for one in text.text if not one.isspace()]
            strange = sum(map(_is_unmapped, shown))
            # Letters that stand for nothing known have to be seen to be read.
            garbled = strange > 10 and strange > len(shown) * _UNMAPPED
            need = Need.PICTURES if garbled else finder.need(page, len(shown))
            found.texts.append(text)
            found.needs.append(need)
            visible, unmapped = visible + len(shown), unmapped + strange
    found.unmapped = unmapped > visible * _UNMAPPED
    return found


def load(document: Any, number: int) -> Any | None:
    """Return a page of a `pypdfium2.PdfDocument`, or `None` when pdfium cannot load it."""
    try:
        return document[number]
    except pypdfium2.PdfiumError:
        return None


def _is_unmapped(character: str) -> bool:
    return character >= "\ue000" and (
        character == "\ufffd" or unicodedata.category(character) == "Co"
    )


def _concerns(pages: Pages, beside: Beside) -> set[Concern]:
    present = {
        Concern.UNREADABLE_PAGES: pages.lost > 0,
        Concern.UNMAPPED: pages.unmapped,
        Concern.DAMAGED: beside.damaged,
        Concern.INCOMPLETE: not beside.complete,
        Concern.ACTIVE_CONTENT: bool(beside.active),
    }
    return {concern for concern, there in present.items() if there}


def _assemble(pages: list[PageText], beside: str, reader: str) -> CanonicalText:
    """Join pages with one line end; starts and boxes count from the start of the document."""
    starts: list[int] = []
    boxes: list[WordBox] = []
    last = [PageText(neutralise(join_line_ends(beside)), ())] if beside else []
    at = 0
    for number, page in enumerate(pages + last):
        starts.append(at)
        boxes.extend(
            dataclasses.replace(box, start=box.start + at, end=box.end + at, page=number)
            for box in page.boxes
        )
        at += len(page.text) + 1
    text = "\n".join(page.text for page in pages + last)
    return CanonicalText(text, reader, tuple(starts), tuple(boxes))


def _describe(document: Any, pages: Pages, beside: Beside) -> dict[str, str]:
    fields = metadata(document.get_metadata_dict(skip_empty=True), beside.xmp)
    fields["pages"] = str(len(pages.texts))
    if pages.lost:
        fields["unreadable-pages"] = str(pages.lost)
    if beside.active:
        fields["active-content"] = ", ".join(sorted(beside.active))
    if beside.encrypted:
        fields["encrypted"] = "yes"
    return fields


def _attachments(document: Any, beside: Beside) -> list[Attachment]:
    """Return embedded files (ISO 32000-2, 7.11.4): of the document, then of pages, none twice."""
    taken: dict[bytes, Attachment] = {}
    limit = DEFAULT_LIMITS.attachments
    for number in range(min(document.count_attachments(), limit)):
        one = document.get_attachment(number)
        content = bytes(one.get_data())
        taken.setdefault(content, Attachment(one.get_name(), _UNTOLD, content))
    for another in beside.attachments:
        taken.setdefault(another.data, another)
    return list(taken.values())[:limit]
