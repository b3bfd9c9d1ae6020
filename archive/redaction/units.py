"""The units of a redaction proof: what a reading copy shows, line by line, and what it hides."""

from __future__ import annotations

from collections.abc import Iterator

from archive.errors import BindingMismatch
from archive.model.redaction import ReadingCopy, RedactionPlan
from archive.redaction.copytext import redact_text
from archive.redaction.spans import hidden_spans


def shown_pieces(copy: ReadingCopy) -> Iterator[list[str]]:
    """Yield the lines before the first marker, between markers, and after the last one."""
    at = 0
    for marker in copy.markers:
        yield copy.text[at : marker.start].splitlines(keepends=True)
        at = marker.end
    yield copy.text[at:].splitlines(keepends=True)


def units_of(copy: ReadingCopy, plan: RedactionPlan, text: str) -> list[tuple[str, bool]]:
    """Return text and hiddenness of the units of a copy, which is rendered anew to compare.

    A shown unit is a line as the copy has it; a hidden one is the whole stretch of canonical text
    that one marker replaces, so that the number of units tells nothing of its length.

    Raises:
        BindingMismatch: the copy's text is not what the plan makes of the text.
    """
    if redact_text(text, plan.redactions) != (copy.text, copy.markers):
        raise BindingMismatch
    hidden = [text[span.start : span.end] for span in hidden_spans(text, plan.redactions)]
    units: list[tuple[str, bool]] = []
    for number, lines in enumerate(shown_pieces(copy)):
        units += [(line, False) for line in lines]
        units += [(words, True) for words in hidden[number : number + 1]]
    return units
