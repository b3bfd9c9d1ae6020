"""Redaction: the register finds, detectors propose, the renderer hides, the gate decides.

Everything here is pure: text and plans in, text and plans out. What is named here is imported when
it is first asked for, as all of it takes 0.2 s; `render` and `sweep` are in modules of their name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.redaction.carry import carry_over
    from archive.redaction.codec import PASSED, decode_reading_copy, digest, encode_reading_copy
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
    from archive.redaction.render import UNTITLED, Description, Renderer, TextRenderer
    from archive.redaction.spans import MARKER, label_of, merge, subtract, unlinked
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
    "said",
    "shown_by_index",
    "stem_alone",
    "subtract",
    "text_digest",
    "thread_name",
    "units_of",
    "unlinked",
    "unmark_found",
    "unmark_span",
    "validate",
]

_MODULES = {
    "carry": "carry_over",
    "codec": "PASSED decode_reading_copy digest encode_reading_copy",
    "detectors": "Detector default_detectors model_states proposing_detectors",
    "everyday": "is_everyday",
    "gate": "leaks leaks_of said shown_by_index stem_alone",
    "matcher": "Match SourceMatcher",
    "plan": "mark_span mark_spans mark_text occurrences propose register_finds text_digest "
    "unmark_found unmark_span validate",
    "propagation": "THREAD thread_name",
    "render": "Description Renderer TextRenderer UNTITLED",
    "spans": "MARKER label_of merge subtract unlinked",
    "units": "units_of",
}
_PLACES = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import what `name` stands for."""
    if name not in _PLACES:
        raise AttributeError(name)
    found = globals()[name] = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    return found
