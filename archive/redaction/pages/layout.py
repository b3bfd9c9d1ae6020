"""What is black on each page and which words lie under it: from text, plan and places alone."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from archive.errors import PlaceUnknown
from archive.model.objects import CanonicalText, WordBox
from archive.model.pages import PageBox
from archive.model.redaction import Redaction, Region
from archive.redaction.copytext import visible
from archive.redaction.pages.document import PlacedWord, right_to_left
from archive.redaction.pages.geometry import blackened, downwards, whole
from archive.redaction.spans import MARKER, Span, hidden_spans

_COVERED = 0.25  # of a word under a box: the rest of it cannot be read any more
_ROUNDED = 0.01  # points; places have 32 bits
_SLACK = 0.5  # points by which a region may miss the edges of a page that it covers whole


@dataclass(frozen=True, slots=True)
class PageLayout:
    """One page: its black boxes with what is written on them, and the words of the text layer."""

    boxes: tuple[PageBox, ...]
    words: tuple[PlacedWord, ...]
    labels: dict[PageBox, tuple[str, ...]]


def under(text: CanonicalText, regions: Sequence[Region]) -> tuple[Redaction, ...]:
    """Return a redaction for every word of which any part lies under a region."""
    return tuple(
        Redaction(word.start, word.end, region.reason, region.method, region.detector)
        for region in regions
        for word in text.boxes
        if word.page == region.page and region.box.meets(_box(word))
    )


def lay_out(
    text: CanonicalText, redactions: Sequence[Redaction], regions: Sequence[Region]
) -> Layout:
    """Return the layout of all pages of a document."""
    spans = hidden_spans(text.text, redactions)
    words = {page: tuple(group) for page, group in groupby(text.boxes, lambda word: word.page)}
    return Layout(text, spans, tuple(regions), words)


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of all pages; `page` works one of them out."""

    text: CanonicalText
    spans: tuple[Span, ...]
    regions: tuple[Region, ...]
    words: dict[int, tuple[WordBox, ...]]
    _starts: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._starts.extend(span.start for span in self.spans)

    def is_placed(self, number: int, width: float, height: float) -> bool:
        """Return whether it is known where the words stand that are hidden on a page."""
        words = self.words.get(number, ())
        try:
            self._require_placed(number, self._spans_of(number), words, (width, height))
        except PlaceUnknown:
            return False
        return True

    def is_covered(self, number: int, width: float, height: float) -> bool:
        """Return whether one region hides all of a page of that size in points."""
        return any(_is_all(one.box, width, height) for one in self.regions if one.page == number)

    def boxes(self, number: int, width: float, height: float) -> tuple[PageBox, ...]:
        """Return the black boxes of a page of that size in points, as far as places are known."""
        words = self.words.get(number, ())
        hidden = [word for word in words if self._touching(word)]
        seeds = [_box(word) for word in hidden if not _is_off(word, width, height)]
        regions = [one.box for one in self.regions if one.page == number]
        read = [(_box(word), word.end - word.start) for word in words]
        grown = blackened(seeds, [box for box, _ in read], width, height, downwards(read))
        return grown + tuple(whole(box, width, height) for box in regions)

    def page(self, number: int, width: float, height: float) -> PageLayout:
        """Return the layout of a page of that size in points.

        Raises:
            PlaceUnknown: words are to be hidden of which nobody knows where they stand on it.
        """
        words = self.words.get(number, ())
        if not self.is_covered(number, width, height):
            self._require_placed(number, self._spans_of(number), words, (width, height))
        boxes = self.boxes(number, width, height)
        labels = self._labels(words, boxes)
        for one in self.regions:
            box = whole(one.box, width, height)
            if one.page == number and not labels[box]:
                labels[box] = (f"[redacted: {one.reason.value}]",)
        return PageLayout(boxes, tuple(self._layer(words, boxes)), labels)

    def _labels(
        self, words: Sequence[WordBox], boxes: Sequence[PageBox]
    ) -> dict[PageBox, tuple[str, ...]]:
        """Return for each box the markers of what it hides, in the order of the text."""
        found: dict[PageBox, dict[Span, None]] = {box: {} for box in boxes}
        for word in words:
            box = _covering(_box(word), boxes)
            if box is not None:
                found[box] |= dict.fromkeys(self._touching(word))
        return {box: tuple(span.label for span in held) for box, held in found.items()}

    def _spans_of(self, number: int) -> list[Span]:
        starts = self.text.pages
        if number >= len(starts):
            return []
        first = starts[number]
        last = starts[number + 1] if number + 1 < len(starts) else len(self.text.text)
        return [
            Span(max(span.start, first), min(span.end, last), span.label)
            for span in self.spans
            if span.start < last and first < span.end
        ]

    def _require_placed(
        self,
        number: int,
        spans: Sequence[Span],
        words: Sequence[WordBox],
        size: tuple[float, float],
    ) -> None:
        known = [word for word in words if _is_somewhere(word) or _is_off(word, *size)]
        ends = [word.end for word in known]
        for span in spans:
            at = bisect_right(ends, span.start)
            for place in range(span.start, span.end):
                while at < len(known) and known[at].end <= place:
                    at += 1
                covered = at < len(known) and known[at].start <= place
                if not covered and _shows(self.text.text[place]):
                    raise PlaceUnknown(
                        "Words are to be hidden of which the place on the page is not known: "
                        f"page {number + 1}.",
                        page=number + 1,
                    )

    def _touching(self, word: WordBox) -> list[Span]:
        at = max(bisect_left(self._starts, word.start) - 1, 0)
        found = []
        while at < len(self.spans) and self.spans[at].start < word.end:
            if self.spans[at].end > word.start:
                found.append(self.spans[at])
            at += 1
        return found

    def _layer(self, words: Sequence[WordBox], boxes: Sequence[PageBox]) -> Iterator[PlacedWord]:
        """Yield what is left of the words; those under a box are spread over it evenly."""
        shown = [(self._shown(word), _covering(_box(word), boxes), word) for word in words]
        held = Counter(box for text, box, _ in shown if text and box is not None)
        given: Counter[PageBox] = Counter()
        leftwards = {box: _is_leftwards(text for text, at, _ in shown if at == box) for box in held}
        for text, box, word in shown:
            if text and box is not None:
                place = held[box] - 1 - given[box] if leftwards[box] else given[box]
                yield _slot(text, box, place, held[box])
                given[box] += 1
            elif text and not self._touching(word):
                yield _placed(text, _box(word))

    def _shown(self, word: WordBox) -> str:
        """Return a word with the marker in place of what is hidden, if that begins in it."""
        pieces, at = [], word.start
        for span in self._touching(word):
            pieces.append(visible(self.text.text[at : max(at, span.start)]))
            if span.start >= word.start or self._first_of(span) == word:
                pieces.append(span.label)
            at = min(span.end, word.end)
        pieces.append(visible(self.text.text[at : word.end]))
        return "".join(pieces).strip()

    def _first_of(self, span: Span) -> WordBox | None:
        words = self.text.boxes
        at = bisect_right(words, span.start, key=lambda word: word.end)
        return words[at] if at < len(words) else None


def _box(word: WordBox) -> PageBox:
    return PageBox(word.left, word.bottom, word.right, word.top)


def _is_somewhere(word: WordBox) -> bool:
    return word.right > word.left and word.top > word.bottom


def _is_off(word: WordBox, width: float, height: float) -> bool:
    """Return whether a word was cut to nothing at an edge: it stands outside the page."""
    across = word.left == word.right and _at_edge(word.left, width)
    down = word.bottom == word.top and _at_edge(word.bottom, height)
    return across or down


def _at_edge(value: float, size: float) -> bool:
    return value <= 0.0 or value >= size - _ROUNDED


def _is_all(box: PageBox, width: float, height: float) -> bool:
    page = PageBox(_SLACK, _SLACK, width - _SLACK, height - _SLACK)
    return box.holds(page)


def _shows(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"


def _covering(word: PageBox, boxes: Sequence[PageBox]) -> PageBox | None:
    area = (word.right - word.left) * (word.top - word.bottom)
    for box in boxes:
        across = min(word.right, box.right) - max(word.left, box.left)
        down = min(word.top, box.top) - max(word.bottom, box.bottom)
        if across > 0 and down > 0 and across * down >= _COVERED * area:
            return box
    return None


def _placed(text: str, box: PageBox) -> PlacedWord:
    return PlacedWord(text, round(box.left), round(box.bottom), round(box.right), round(box.top))


def _is_leftwards(words: Iterable[str]) -> bool:
    """Return whether most words of a line, markers apart, are read from right to left."""
    sides = [right_to_left(MARKER.sub("", word)) for word in words if MARKER.sub("", word).strip()]
    return sum(sides) * 2 > len(sides)


def _slot(text: str, box: PageBox, number: int, count: int) -> PlacedWord:
    """Place a word at one of so many even distances along a box, whatever its length."""
    if box.top - box.bottom > 1.8 * (box.right - box.left):
        step = (box.top - box.bottom) / count
        top = box.top - number * step
        return _placed(text, PageBox(box.left, top - step, box.right, top))
    step = (box.right - box.left) / count
    left = box.left + number * step
    return _placed(text, PageBox(left, box.bottom, left + step * 0.9, box.top))
