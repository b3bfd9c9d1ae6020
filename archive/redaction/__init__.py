"""Redaction: the register finds, detectors propose, the renderer hides, the gate decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from archive.model.redaction import Redaction
from archive.redaction.codec import decode_reading_copy, digest, encode_reading_copy
from archive.redaction.detectors import default_detectors
from archive.redaction.gate import leaks
from archive.redaction.matcher import Match, SourceMatcher
from archive.redaction.plan import mark_span, mark_text, propose, unmark_span
from archive.redaction.render import Description, render

__all__ = [
    "Description",
    "Detector",
    "Match",
    "SourceMatcher",
    "decode_reading_copy",
    "default_detectors",
    "digest",
    "encode_reading_copy",
    "leaks",
    "mark_span",
    "mark_text",
    "propose",
    "render",
    "unmark_span",
]


class Detector(Protocol):
    """Proposes what may have to be hidden; detectors add to one another and never veto."""

    @property
    def name(self) -> str:
        """Short name, kept with each proposal."""

    def find(self, text: str) -> Iterable[Redaction]:
        """Yield proposals; offsets count code points of `text`."""
