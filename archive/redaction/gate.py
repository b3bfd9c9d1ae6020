"""The gate: no reading copy goes out that names a registered source anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archive.model.redaction import Leak, ReadingCopy
from archive.redaction.matcher import SourceMatcher
from archive.redaction.spans import MARKER, blanked


def leaks(copy: ReadingCopy, matcher: SourceMatcher) -> tuple[Leak, ...]:
    """Return every place of a reading copy in which a registered form stands, in order.

    Looked at: text, title, date, language, every metadata name and value. Markers say nothing, so a
    name that a marker interrupts is found; so is one whose halves a marker holds apart inside a
    word. Only well-formed markers count: of the text, those that the copy lists; elsewhere, all.
    """
    return tuple(_leaks(copy, matcher))


def _leaks(copy: ReadingCopy, matcher: SourceMatcher) -> Iterator[Leak]:
    listed = [(m.start, m.end) for m in sorted(copy.markers, key=lambda m: m.start)]
    markers = [(a, b) for a, b in listed if MARKER.fullmatch(copy.text, a, b)]
    yield from _leaks_of("text", copy.text, markers, matcher)
    for field, value in _description(copy):
        inline = [marker.span() for marker in MARKER.finditer(value)]
        yield from _leaks_of(field, value, inline, matcher)


def _description(copy: ReadingCopy) -> Iterator[tuple[str, str]]:
    yield "title", copy.title
    yield "metadata:date", copy.date or ""
    yield "metadata:language", copy.language or ""
    for number, (name, value) in enumerate(sorted(copy.metadata.items())):
        yield f"metadata:{name}", value
        yield f"metadata-name:{number}", name


def _leaks_of(
    field: str, text: str, markers: Sequence[tuple[int, int]], matcher: SourceMatcher
) -> Iterator[Leak]:
    found = set(matcher.find(blanked(text, markers)))
    places = {(match.start, match.end, match.source) for match in found}
    if markers:
        kept = _without(text, markers)
        closed = "".join(text[i] for i in kept)
        places |= {(kept[m.start], kept[m.end - 1] + 1, m.source) for m in matcher.find(closed)}
    for start, end, source in sorted(places):
        yield Leak(field, start, end, source)


def _without(text: str, markers: Sequence[tuple[int, int]]) -> list[int]:
    """Return the offsets of all characters outside markers."""
    kept: list[int] = []
    at = 0
    for start, end in markers:
        kept.extend(range(at, start))
        at = end
    kept.extend(range(at, len(text)))
    return kept
