"""A second opinion on what a PDF says: PDFBox, as Tika has it, against what pdfium told.

A word that one engine cannot see is a word that nobody can redact; the two are compared, and only
the first one's text is kept.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank, join_line_ends, neutralise
from archive.extraction.limits import SECOND_PDF, Confinement
from archive.extraction.readers.office_tika import TIKA, ask_tika, warm
from archive.extraction.readers.warming import pdf_samples
from archive.extraction.reasons import NoText
from archive.model.objects import CanonicalText, Extraction


class SecondPdfReader:
    """Reads `SECOND_PDF`: a PDF whose words are to be compared with those of the first reading."""

    name = f"pdf-second/1 ({TIKA})"
    media_types = (SECOND_PDF,)
    confinement = Confinement.THREADS

    def prepare(self) -> None:
        """Warm the parsers up, in the zygote."""
        warm(pdf_samples)

    def read(self, data: bytes) -> Extraction:
        """Return the text alone.

        Raises:
            ReaderFailed: Tika gives up on the document.
        """
        found = ask_tika(_without_files(data))
        if found is None:
            raise ReaderFailed
        if is_blank(found.text):
            return Extraction(None, reason=NoText.EMPTY.value)
        return Extraction(CanonicalText(neutralise(join_line_ends(found.text)), self.name))


def _without_files(data: bytes) -> bytes:
    """Return a PDF without the files embedded in it, whose words Tika would tell as its own."""
    written = BytesIO()
    try:
        with pikepdf.open(BytesIO(data)) as document:
            names = list(document.attachments)
            for name in names:
                del document.attachments[name]
            if names:
                document.save(written)
    except Exception:  # pikepdf raises what its parser, Python and C++ raise
        return data
    return written.getvalue() or data
