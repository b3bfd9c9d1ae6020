"""The readers that the sandbox loads, one module per format."""

from __future__ import annotations

from archive.extraction.readers.html import HtmlReader
from archive.extraction.readers.images import ImageReader
from archive.extraction.readers.mail import MailReader
from archive.extraction.readers.pdf import PdfReader
from archive.extraction.readers.pdf_scanned import ScannedPdfReader
from archive.extraction.readers.svg import SvgReader
from archive.extraction.readers.text import TextReader

READERS = (
    TextReader(),
    HtmlReader(),
    MailReader(),
    PdfReader(),
    ScannedPdfReader(),
    ImageReader(),
    SvgReader(),
)
