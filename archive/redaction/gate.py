"""The gate: no reading copy goes out that names a registered source anywhere."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from archive.model.redaction import Leak, Marker, ReadingCopy
from archive.redaction.folding import fold
from archive.redaction.matcher import SourceMatcher
from archive.redaction.spans import MARKER, blanked

_WORD = re.compile(r"[^\W\d_]+")


def leaks(copy: ReadingCopy, matcher: SourceMatcher) -> tuple[Leak, ...]:
    """Return every place of a reading copy in which a registered form stands, in order.

    Looked at: text, title, date, language, every metadata name and value. Markers say nothing, so a
    name that a marker interrupts is found; so is one whose halves a marker holds apart inside a
    word. Only well-formed markers count: of the text, those that the copy lists; elsewhere, all.
    """
    return tuple(_leaks(copy, matcher))


def looked_through(copy: ReadingCopy) -> Iterator[str]:
    """Yield every text that `leaks` searches: each field with markers blanked, and without them."""
    for _, text, markers in _fields(copy):
        yield blanked(text, markers)
        if markers:
            yield _Closed.of(text, markers).text


def shown_by_index(title: str, text: str) -> Iterator[str]:
    """Yield what `looked_through` does of title and text, without the copy's list of markers.

    A copy lists every marker that its text has (`visible` leaves no other), so nothing is missed.
    """
    for words in (text, title):
        markers = _inline(words)
        yield blanked(words, markers)
        if markers:
            yield _Closed.of(words, markers).text


def said(text: str, markers: Sequence[Marker] = ()) -> str:
    """Return a text of a reading copy with markers blanked: the listed ones, or without a list all.

    Offsets stay as they are.
    """
    listed = [(m.start, m.end) for m in sorted(markers, key=lambda m: m.start)]
    return blanked(text, [one for one in listed if MARKER.fullmatch(text, *one)] or _inline(text))


def _leaks(copy: ReadingCopy, matcher: SourceMatcher) -> Iterator[Leak]:
    for field, text, markers in _fields(copy):
        yield from _leaks_of(field, text, markers, matcher)


def _fields(copy: ReadingCopy) -> Iterator[tuple[str, str, list[tuple[int, int]]]]:
    """Yield name, value and markers of each field."""
    listed = [(m.start, m.end) for m in sorted(copy.markers, key=lambda m: m.start)]
    yield "text", copy.text, [(a, b) for a, b in listed if MARKER.fullmatch(copy.text, a, b)]
    for field, value in _description(copy):
        yield field, value, _inline(value)


def leaks_of(field: str, text: str, matcher: SourceMatcher) -> Iterator[Leak]:
    """Yield every place of one text beside the copy's own fields; well-formed markers say nothing.

    Looked at like a field of the copy: with markers blank, and with markers taken out.
    """
    yield from _leaks_of(field, text, _inline(text), matcher)


def _inline(text: str) -> list[tuple[int, int]]:
    return [marker.span() for marker in MARKER.finditer(text)]


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
    found = matcher.find(blanked(text, markers))
    places = {(match.start, match.end, match.source) for match in found}
    if markers:
        closed = _Closed.of(text, markers)
        places |= {(*closed.span(m.start, m.end), m.source) for m in matcher.find(closed.text)}
    for start, end, source in sorted(places):
        yield Leak(field, start, end, source)


@dataclass(frozen=True, slots=True)
class _Closed:
    """A text without its markers: from offset `at[i]` on it is the original from `origin[i]` on."""

    text: str
    at: tuple[int, ...]
    origin: tuple[int, ...]

    @classmethod
    def of(cls, text: str, markers: Sequence[tuple[int, int]]) -> _Closed:
        """Take markers, which are in order, out of a text."""
        origin = (0, *(end for _, end in markers))
        stops = (*(start for start, _ in markers), len(text))
        pieces = [text[a:b] for a, b in zip(origin, stops, strict=True)]
        at = tuple(accumulate(map(len, pieces[:-1]), initial=0))
        return cls("".join(pieces), at, origin)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original for a span of the closed text."""
        return self._back(start), self._back(end - 1) + 1

    def _back(self, offset: int) -> int:
        piece = bisect_right(self.at, offset) - 1
        return self.origin[piece] + offset - self.at[piece]


def stem_alone(form: str, text: str, place: int) -> bool:
    """Return whether a search for a form met, at a place of a text, an everyday word of its stem.

    A search for `Reed` meets `reeds`. That tells nobody of a Reed: the word stands there in sight,
    in small letters, and is another one. It is told only from forms of one word with a capital.
    """
    met = _WORD.match(text, place)
    if met is None or not _WORD.fullmatch(form) or not form[0].isupper() or not met[0][0].islower():
        return False
    return fold(met[0]).letters != fold(form).letters
