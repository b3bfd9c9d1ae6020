"""PDF: canonical text built from pdfium's stream of characters, with a box for every word.

The stream is used, not pdfium's extracted text, which differs from it on some pages: offsets made
from one would not fit the other. What a viewer shows beside the pages follows as one more page.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import __version__ as _pikepdf
from pypdfium2.version import PDFIUM_INFO, PYPDFIUM_INFO

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, join_line_ends, neutralise
from archive.extraction.limits import DEFAULT_LIMITS, Confinement
from archive.extraction.readers.budget import Budget
from archive.extraction.readers.page_text import PageText, assembled
from archive.extraction.readers.pdf_beside import Beside, read_beside, repaired
from archive.extraction.readers.pdf_metadata import metadata
from archive.extraction.readers.pdf_pictures import Need, PictureFinder
from archive.extraction.readers.pdf_words import read_page
from archive.extraction.reasons import Concern, NoText
from archive.model.objects import Attachment, Extraction

CPU_SECONDS = 12.0
"""Processor time for one document, of the 20 seconds that a child may take."""

LIBRARIES = f"pypdfium2 {PYPDFIUM_INFO.tag}, pdfium {PDFIUM_INFO.build}, pikepdf {_pikepdf}"
_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_NO_PAGE = PageText("")
_BOXES = 1_000_000  # each takes some 500 bytes until the answer is sent; 2,000 full pages
_STRANGE = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")  # or private use
_UNMAPPED = 0.05  # share of visible characters; a few symbols are common


@dataclasses.dataclass(slots=True)
class Pages:
    """The pages of one document, and what became of them."""

    texts: list[PageText] = dataclasses.field(default_factory=list)
    needs: list[Need] = dataclasses.field(default_factory=list)
    budget: Budget = dataclasses.field(default_factory=lambda: Budget(CPU_SECONDS))
    lost: int = 0
    unread: int = 0
    boxes: int = 0
    unmapped: bool = False


@dataclasses.dataclass(slots=True)
class Seen:
    """What was done for pages with pictures; `reason` says why they may still have no text."""

    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    concerns: set[Concern] = dataclasses.field(default_factory=set)
    reason: NoText = NoText.IMAGES


Look = Callable[[Any, Pages], Seen]
"""Given the open document, adds to the texts of pages what their pictures say."""


def leave(_: Any, pages: Pages) -> Seen:
    """Look at no picture."""
    return Seen(concerns={Concern.UNRECOGNISED} if any(pages.needs) or pages.unread else set())


class PdfReader:
    """Reads `application/pdf`."""

    confinement = Confinement.PURE

    def __init__(
        self,
        name: str = f"pdf/3 ({LIBRARIES})",
        media_types: tuple[str, ...] = ("application/pdf",),
        look: Look = leave,
        cpu_seconds: float = CPU_SECONDS,
    ) -> None:
        """Prepare a reader; `look` is shown the open document before it is closed."""
        self.name = name
        self.media_types = media_types
        self._look = look
        self._cpu_seconds = cpu_seconds

    def read(self, data: bytes) -> Extraction:
        """Return text with page starts and word boxes, what the document says of itself, files.

        A page that pdfium cannot load has no text; `unreadable-pages` counts such pages.

        Raises:
            ReaderFailed: pdfium cannot open the document, and it cannot be repaired.
        """
        return self.unlock(data, b"")

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Read like `read`, with the user's or owner's password.

        Raises:
            ReaderFailed: pdfium cannot open the document, and it cannot be repaired.
        """
        budget = Budget(self._cpu_seconds)
        words = password.decode("utf-8", "replace")
        found = opened(data, words)
        if found is None:
            return Extraction(None, reason=NoText.PROTECTED.value)
        document, sound = found
        with document:
            plain = _without_encryption(document)
            beside = read_beside(plain or data)
            beside.encrypted |= plain is not None
            beside.damaged |= not sound
            pages = _read_pages(document, budget)
            seen = self._look(document, pages)
            concerns = seen.concerns | _concerns(pages, beside)
            described = _describe(document, pages, beside) | seen.metadata
            attachments = tuple(_attachments(document, beside))
        ordered = tuple(one.value for one in Concern if one in concerns)
        text = assembled(pages.texts + _last_page(beside), self.name)
        if is_blank(text.text):
            reason = _why_blank(pages, seen)
            return Extraction(None, described, attachments, reason.value, ordered)
        return Extraction(text, described, attachments, concerns=ordered)


def opened(data: bytes, password: str) -> tuple[Any, bool] | None:
    """Return the document and whether it was sound, or `None` when a password is missing.

    Raises:
        ReaderFailed: pdfium cannot open the document, and it cannot be repaired.
    """
    for sound in (True, False):
        try:
            whole = data if sound else repaired(data)
            return pypdfium2.PdfDocument(whole, password=password or None), sound
        except pypdfium2.PdfiumError as error:
            code = error.err_code
        if code == pdfium.FPDF_ERR_PASSWORD:
            return None
    raise ReaderFailed


def _without_encryption(document: Any) -> bytes | None:
    """Return an encrypted file in clear, `None` for another one.

    qpdf, which pikepdf stands on, would ask a device for random numbers to open it.
    """
    if pdfium.FPDF_GetSecurityHandlerRevision(document.raw) < 0:
        return None
    written: BytesIO = BytesIO()
    document.save(written, flags=pdfium.FPDF_REMOVE_SECURITY)
    return written.getvalue()


def _read_pages(document: Any, budget: Budget) -> Pages:
    found, finder = Pages(budget=budget), PictureFinder()
    visible = unmapped = 0
    for number in range(len(document)):
        page = load(document, number) if budget.is_left() else None
        if page is None:
            found.unread += not budget.is_left()
            found.lost += budget.is_left()
            found.texts.append(_NO_PAGE)
            found.needs.append(Need.NOTHING)
            continue
        with closing(page):
            text = read_page(page, boxed=found.boxes < _BOXES)
            found.boxes += len(text.boxes)
            shown = sum(map(len, text.text.split()))
            strange = len(_STRANGE.findall(text.text))
            # Letters that stand for nothing known have to be seen to be read.
            garbled = text.guessed or (strange > 10 and strange > shown * _UNMAPPED)
            found.texts.append(text)
            found.needs.append(Need.PICTURES if garbled else finder.need(page, shown))
            visible, unmapped = visible + shown, unmapped + strange
    found.unmapped = unmapped > visible * _UNMAPPED
    return found


def load(document: Any, number: int) -> Any | None:
    """Return a page of a `pypdfium2.PdfDocument`, or `None` when pdfium cannot load it."""
    try:
        return document[number]
    except pypdfium2.PdfiumError:
        return None


def _why_blank(pages: Pages, seen: Seen) -> NoText:
    if pages.unread:
        return NoText.TOO_LARGE
    return seen.reason if any(pages.needs) else NoText.EMPTY


def _concerns(pages: Pages, beside: Beside) -> set[Concern]:
    present = {
        Concern.UNREADABLE_PAGES: pages.lost > 0,
        Concern.UNMAPPED: pages.unmapped,
        Concern.DAMAGED: beside.damaged,
        Concern.INCOMPLETE: pages.unread > 0 or pages.boxes >= _BOXES or not beside.complete,
        Concern.ACTIVE_CONTENT: bool(beside.active),
    }
    return {concern for concern, there in present.items() if there}


def _last_page(beside: Beside) -> list[PageText]:
    text = beside.text()
    return [PageText(neutralise(join_line_ends(text)))] if text else []


def _describe(document: Any, pages: Pages, beside: Beside) -> dict[str, str]:
    fields = metadata(document.get_metadata_dict(skip_empty=True), beside.xmp)
    fields["pages"] = str(len(pages.texts))
    if pages.lost:
        fields["unreadable-pages"] = str(pages.lost)
    if pages.unread:
        fields["unread-pages"] = str(pages.unread)
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
