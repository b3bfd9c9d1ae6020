"""Hostile bytes in, untrusted text out: format by signature, one reader per format, one sandbox.

`media_type` tells what a file is, by its bytes alone. `Sandbox` hands the bytes to a child process
that has no files, no network and little memory, and checks what comes back as it would check a
stranger's message. The canonical text is described in `docs/formats/canonical-text.md`.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from archive.extraction.disagreement import disagreement
from archive.extraction.faces import NAME as FACE
from archive.extraction.faces import Faces, face_model_state, parse_faces
from archive.extraction.limits import (
    IMAGE_CODES,
    IMAGE_FACES,
    IMAGE_PAGES,
    IMAGE_SIGHTS,
    MAX_INPUT_BYTES,
    PAGE_WORDS,
    PDF_CODES,
    PDF_FACES,
    PDF_PAGES,
    PDF_PARTS,
    PDF_SIGHTS,
    SECOND_PDF,
    Confinement,
    Limits,
)
from archive.extraction.pictures import DPI, Order, Pictures, parse_pictures
from archive.extraction.reasons import Concern, NoText, Refusal, too_large
from archive.extraction.sandbox import Findings, Sandbox
from archive.extraction.side_by_side import side_by_side
from archive.extraction.sights import NAME as RECOGNITION
from archive.extraction.sights import Sights, parse_sights
from archive.extraction.signatures import UNKNOWN, media_type
from archive.extraction.tiers import EVERY_LAYER, Canary, Layer, SandboxCheck, Tier
from archive.model.objects import Extraction

__all__ = [
    "DPI",
    "EVERY_LAYER",
    "FACE",
    "IMAGE_CODES",
    "IMAGE_FACES",
    "IMAGE_PAGES",
    "IMAGE_SIGHTS",
    "MAX_INPUT_BYTES",
    "PAGE_WORDS",
    "PDF_CODES",
    "PDF_FACES",
    "PDF_PAGES",
    "PDF_PARTS",
    "PDF_SIGHTS",
    "RECOGNITION",
    "SECOND_PDF",
    "UNKNOWN",
    "Canary",
    "Concern",
    "Confinement",
    "Extraction",
    "Faces",
    "Findings",
    "Layer",
    "Limits",
    "NoText",
    "Order",
    "Pictures",
    "Reader",
    "Refusal",
    "Sandbox",
    "SandboxCheck",
    "Sights",
    "Tier",
    "Unlocking",
    "disagreement",
    "face_model_state",
    "media_type",
    "parse_faces",
    "parse_pictures",
    "parse_sights",
    "side_by_side",
    "too_large",
]


class Reader(Protocol):
    """One format. Runs in the confined child only, never in a process that holds keys."""

    @property
    def name(self) -> str:
        """Name and version of the reader and of the libraries under it, in ASCII."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types (RFC 6838, lower case, no parameters) that it reads."""

    @property
    def confinement(self) -> Confinement:
        """What it is allowed besides computing: the least that it works in."""

    def read(self, data: bytes) -> Extraction:
        """Read a whole document.

        Text that is missing for a known reason is an `Extraction` whose `reason` is a `NoText`;
        what an archivist should look at is said by a `Concern` in its `concerns`.

        Raises:
            ReaderFailed: the document is damaged beyond reading.
        """


@runtime_checkable
class Unlocking(Protocol):
    """A reader whose format can be protected by a password."""

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Read a whole document with a password; a wrong one gives `NoText.PROTECTED`.

        Raises:
            ReaderFailed: the document is damaged beyond reading.
        """
