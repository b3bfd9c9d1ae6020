"""The readers that the sandbox loads, one module per format."""

from __future__ import annotations

from archive.extraction.readers.faces import ImageFacesReader, PdfFacesReader
from archive.extraction.readers.html import HtmlReader
from archive.extraction.readers.images import ImageReader
from archive.extraction.readers.mail import MailReader
from archive.extraction.readers.mbox import MboxReader
from archive.extraction.readers.office import OfficeReader
from archive.extraction.readers.page_codes import ImageCodesReader, PdfCodesReader
from archive.extraction.readers.page_pictures import ImagePagesReader, PdfPagesReader
from archive.extraction.readers.page_words import (
    ImageSightsReader,
    PageWordsReader,
    PdfSightsReader,
)
from archive.extraction.readers.pdf import PdfReader
from archive.extraction.readers.pdf_parts import PdfPartsReader
from archive.extraction.readers.pdf_scanned import ScannedPdfReader
from archive.extraction.readers.pdf_second import SecondPdfReader
from archive.extraction.readers.pst import PstReader
from archive.extraction.readers.recording import RecordingReader
from archive.extraction.readers.seven_zip import SevenZipReader
from archive.extraction.readers.svg import SvgReader
from archive.extraction.readers.tar import PackedReader, TarReader
from archive.extraction.readers.text import TextReader
from archive.extraction.readers.tnef import TnefReader
from archive.extraction.readers.zip import ZipReader

READERS = (
    TextReader(),
    HtmlReader(),
    MailReader(),
    MboxReader(),
    PstReader(),
    TnefReader(),
    PdfReader(),
    OfficeReader(),
    ZipReader(),
    TarReader(),
    PackedReader(),
    SevenZipReader(),
    ScannedPdfReader(),
    SecondPdfReader(),
    ImageReader(),
    SvgReader(),
    RecordingReader(),
    PdfPagesReader(),
    ImagePagesReader(),
    PageWordsReader(),
    PdfPartsReader(),
    PdfFacesReader(),
    ImageFacesReader(),
    PdfSightsReader(),
    ImageSightsReader(),
    PdfCodesReader(),
    ImageCodesReader(),
)
