"""How much a reader may take, and how much the parent believes of its answer."""

from __future__ import annotations

from dataclasses import dataclass

MAX_INPUT_BYTES = 256 << 20
"""Bytes. A larger file is sealed without being read for text."""

MAX_PASSWORD_BYTES = 1024
"""Bytes of a document's password; PDF 2.0 (ISO 32000-2, 7.6.4.3.3) uses 127 of them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Allowances for one document.

    The child's allowances are set with setrlimit(2) before it sees a byte of the document; those
    for the answer are enforced by the parent while it receives.
    """

    wall_seconds: float = 60.0  # a sleeping or starved child uses no processor time
    cpu_seconds: int = 20  # RLIMIT_CPU; 1,000 full pages of PDF take about 11
    memory_bytes: int = 1 << 30  # RLIMIT_AS
    text_code_points: int = 64 << 20
    answer_bytes: int = 512 << 20  # text, boxes and attachments together
    header_bytes: int = 8 << 20  # 1,000 attachment names of 255 escaped code points fit
    boxes: int = 4 << 20
    pages: int = 100_000
    attachments: int = 1_000
    attachment_bytes: int = MAX_INPUT_BYTES  # all attachments of one document together
    metadata_fields: int = 64
    metadata_code_points: int = 4_096  # per value
    name_code_points: int = 255  # of an attachment


DEFAULT_LIMITS = Limits()
