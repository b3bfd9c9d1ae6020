"""PDF: canonical text built from pdfium's stream of characters, with a box for every word.

The stream is used, not pdfium's extracted text, which differs from it on some pages: offsets made
from one would not fit the other. Text in annotations and form fields is not part of it.
"""

from __future__ import annotations

import dataclasses
from contextlib import closing
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2.version import PDFIUM_INFO, PYPDFIUM_INFO

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank
from archive.extraction.dates import pdf_date
from archive.extraction.readers.pdf_words import PageText, read_page
from archive.extraction.reasons import NoText
from archive.model.objects import Attachment, CanonicalText, Extraction, WordBox

_FIELDS = ("Title", "Author", "Subject", "Keywords")  # ISO 32000-1, table 317
_DATES = ("CreationDate", "ModDate")
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_NO_PAGE = PageText("", ())


class PdfReader:
    """Reads `application/pdf`."""

    name = f"pdf/1 (pypdfium2 {PYPDFIUM_INFO.tag}, pdfium {PDFIUM_INFO.build}.{PDFIUM_INFO.patch})"
    media_types = ("application/pdf",)

    def read(self, data: bytes) -> Extraction:
        """Return text with page starts and word boxes, document information, embedded files.

        A page that pdfium cannot load has no text; `unreadable-pages` counts such pages.

        Raises:
            ReaderFailed: pdfium cannot open the document.
        """
        return self.unlock(data, b"")

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Read like `read`, with the user's or owner's password.

        Raises:
            ReaderFailed: pdfium cannot open the document.
        """
        words = password.decode("utf-8", "replace")
        try:
            document = pypdfium2.PdfDocument(data, password=words or None)
        except pypdfium2.PdfiumError as error:
            code = error.err_code
        else:
            with document:
                return self._read(document)
        if code == pdfium.FPDF_ERR_PASSWORD:
            return Extraction(None, reason=NoText.PROTECTED.value)
        raise ReaderFailed

    def _read(self, document: Any) -> Extraction:
        pages, lost, images = [], 0, False
        for number in range(len(document)):
            page = _load(document, number)
            if page is None:
                lost += 1
                pages.append(_NO_PAGE)
                continue
            with closing(page):
                pages.append(read_page(page))
                images = images or (is_blank(pages[-1].text) and _has_image(page))
        metadata = _metadata(document, lost)
        attachments = tuple(_attachments(document))
        text = _assemble(pages, self.name)
        if is_blank(text.text):
            reason = NoText.IMAGES if images else NoText.EMPTY
            return Extraction(None, metadata, attachments, reason.value)
        return Extraction(text, metadata, attachments)


def _load(document: Any, number: int) -> Any | None:
    try:
        return document[number]
    except pypdfium2.PdfiumError:
        return None


def _has_image(page: Any) -> bool:
    return any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]))


def _assemble(pages: list[PageText], reader: str) -> CanonicalText:
    """Join pages with one line end; starts and boxes count from the start of the document."""
    starts: list[int] = []
    boxes: list[WordBox] = []
    at = 0
    for number, page in enumerate(pages):
        starts.append(at)
        boxes.extend(
            dataclasses.replace(box, start=box.start + at, end=box.end + at, page=number)
            for box in page.boxes
        )
        at += len(page.text) + 1
    text = "\n".join(page.text for page in pages)
    return CanonicalText(text, reader, tuple(starts), tuple(boxes))


def _metadata(document: Any, lost: int) -> dict[str, str]:
    found = document.get_metadata_dict(skip_empty=True)
    fields = {name.lower(): found[name] for name in _FIELDS if name in found}
    dates = [day for name in _DATES if (day := pdf_date(found.get(name, "")))]
    if dates:
        fields["date"] = dates[0]
    if lost:
        fields["unreadable-pages"] = str(lost)
    return fields


def _attachments(document: Any) -> list[Attachment]:
    """Return embedded files (ISO 32000-1, 7.11.4)."""
    embedded = (document.get_attachment(number) for number in range(document.count_attachments()))
    return [Attachment(one.get_name(), _UNTOLD, bytes(one.get_data())) for one in embedded]
