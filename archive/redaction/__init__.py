"""Redaction: the register finds, detectors propose, the renderer hides, the gate decides.

Everything here is pure: text and plans in, text and plans out.
"""

from __future__ import annotations

from archive.redaction.carry import carry_over
from archive.redaction.codec import decode_reading_copy, digest, encode_reading_copy
from archive.redaction.detectors import (
    Detector,
    default_detectors,
    model_states,
    proposing_detectors,
)
from archive.redaction.everyday import is_everyday
from archive.redaction.gate import leaks, leaks_of, said, shown_by_index, stem_alone
from archive.redaction.matcher import Match, SourceMatcher
from archive.redaction.plan import (
    mark_span,
    mark_spans,
    mark_text,
    occurrences,
    propose,
    register_finds,
    text_digest,
    unmark_found,
    unmark_span,
    validate,
)
from archive.redaction.propagation import THREAD, thread_name
from archive.redaction.render import PASSED, UNTITLED, Description, Renderer, TextRenderer, render
from archive.redaction.spans import MARKER, label_of, merge, subtract
from archive.redaction.sweep import suspected, sweep
from archive.redaction.units import units_of

__all__ = [
    "MARKER",
    "PASSED",
    "THREAD",
    "UNTITLED",
    "Description",
    "Detector",
    "Match",
    "Renderer",
    "SourceMatcher",
    "TextRenderer",
    "carry_over",
    "decode_reading_copy",
    "default_detectors",
    "digest",
    "encode_reading_copy",
    "is_everyday",
    "label_of",
    "leaks",
    "leaks_of",
    "mark_span",
    "mark_spans",
    "mark_text",
    "merge",
    "model_states",
    "occurrences",
    "propose",
    "proposing_detectors",
    "register_finds",
    "render",
    "said",
    "shown_by_index",
    "stem_alone",
    "subtract",
    "suspected",
    "sweep",
    "text_digest",
    "thread_name",
    "units_of",
    "unmark_found",
    "unmark_span",
    "validate",
]
