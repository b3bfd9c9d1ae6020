"""How much a reader may take, and how much the parent believes of its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

MAX_INPUT_BYTES = 256 << 20
"""Bytes. A larger file is sealed without being read for text."""

MAX_PASSWORD_BYTES = 1024
"""Bytes of a document's password; PDF 2.0 (ISO 32000-2, 7.6.4.3.3) uses 127 of them."""

SCANNED_PDF = "application/vnd.strongroom.scanned-pdf"
"""A PDF in which pages with pictures are to be recognised, as the sandbox names it to its child."""

SECOND_PDF = "application/vnd.strongroom.second-pdf"
"""A PDF that another engine is to read too, as the sandbox names it to its child."""

PDF_PAGES = "application/vnd.strongroom.pdf-pages"
"""A PDF of which pages are to be rendered for a reading copy."""

IMAGE_PAGES = "application/vnd.strongroom.image-pages"
"""An image of which frames are to be decoded for a reading copy."""

PAGE_WORDS = "application/vnd.strongroom.page-words"
"""A rebuilt PDF of which pages are to be recognised, whatever text they have."""

PDF_PARTS = "application/vnd.strongroom.pdf-parts"
"""A rebuilt PDF of which everything but the pixels is to be told."""

PDF_FACES = "application/vnd.strongroom.pdf-faces"
"""A PDF on pages of which faces are to be looked for."""

IMAGE_FACES = "application/vnd.strongroom.image-faces"
"""An image in frames of which faces are to be looked for."""

PDF_SIGHTS = "application/vnd.strongroom.pdf-sights"
"""A PDF of which pictures and drawings are to be recognised in every way of looking."""

IMAGE_SIGHTS = "application/vnd.strongroom.image-sights"
"""An image of which frames are to be recognised in every way of looking."""

PDF_CODES = "application/vnd.strongroom.pdf-codes"
"""A PDF on pages of which codes are to be read."""

IMAGE_CODES = "application/vnd.strongroom.image-codes"
"""An image in frames of which codes are to be read."""

NOT_RECORDS = frozenset(
    {
        SECOND_PDF,
        PDF_PAGES,
        IMAGE_PAGES,
        PAGE_WORDS,
        PDF_PARTS,
        PDF_FACES,
        IMAGE_FACES,
        PDF_SIGHTS,
        IMAGE_SIGHTS,
        PDF_CODES,
        IMAGE_CODES,
    }
)
"""What the sandbox asks about a document that was read before; no record's text comes of it."""

QUESTIONS = NOT_RECORDS | {"application/pdf"}
"""What may be asked about a document: the above, and its text by the first engine alone."""

# Recognition takes one or two seconds for a page; an image may have hundreds of frames.
_RECOGNISED = frozenset(
    {
        SCANNED_PDF,
        PAGE_WORDS,
        IMAGE_PAGES,
        PDF_FACES,
        IMAGE_FACES,
        PDF_SIGHTS,
        IMAGE_SIGHTS,
        PDF_CODES,
        IMAGE_CODES,
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/tiff",
        "image/webp",
        "image/bmp",
        "image/avif",
    }
)


class Confinement(str, Enum):
    """What a reader is allowed besides computing; a reader declares the least that it works in.

    PURE: one thread; memory is bounded by all address space (RLIMIT_AS). For everything that is
    pure Python or a library that only computes.

    THREADS: for `archive.extraction.native`, whose virtual machine starts threads and reserves more
    address space than there is memory: threads but no processes, memory bounded by what is writable
    (RLIMIT_DATA), and files may be opened for reading where Landlock lets them, which is nowhere
    but for memory files that the process holds already.

    VISION: as PURE, in a zygote of its own: the library for pictures takes 170 MB of address space,
    which would be missing to every later child of the other one.
    """

    PURE = "pure"
    THREADS = "threads"
    VISION = "vision"


@dataclass(frozen=True, slots=True)
class Limits:
    """Allowances for one document.

    The child's allowances are set with setrlimit(2) before it sees a byte of the document; those
    for the answer are enforced by the parent while it receives.
    """

    wall_seconds: float = 60.0  # a sleeping or starved child uses no processor time
    cpu_seconds: int = 20  # RLIMIT_CPU; 1,000 full pages of PDF take about 11
    memory_bytes: int = 1 << 30  # RLIMIT_AS, or RLIMIT_DATA under Confinement.THREADS
    text_code_points: int = 64 << 20
    answer_bytes: int = 512 << 20  # text, boxes and attachments together
    header_bytes: int = 32 << 20  # 100,000 attachment names of 50 escaped code points fit
    boxes: int = 4 << 20
    pages: int = 100_000
    attachments: int = 100_000
    attachment_bytes: int = MAX_INPUT_BYTES  # all attachments of one document together
    metadata_fields: int = 64
    metadata_code_points: int = 4_096  # per value
    name_code_points: int = 255  # of an attachment
    patience: int = 15  # times the processor time and the wait, where text is recognised

    def of(self, media_type: str) -> Limits:
        """Return the allowances for one document of that type."""
        if media_type not in _RECOGNISED:
            return self
        return replace(
            self,
            wall_seconds=self.wall_seconds * self.patience,
            cpu_seconds=self.cpu_seconds * self.patience,
        )


DEFAULT_LIMITS = Limits()
