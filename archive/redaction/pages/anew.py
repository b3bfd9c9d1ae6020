"""Which pages are set anew, because where their lines and pages end would tell what is hidden.

One black line leaves a fifth of all names possible; the lines below it and below a second one
together leave next to none. As soon as a document hides more than one place in running text, pages
with such a place are therefore not drawn but set from the redacted words, and so are those that
its text runs on to. What decides is which places are hidden, never what stands there
(docs/adr/0068-pages-set-anew.md).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from statistics import median

from archive.model.objects import CanonicalText, WordBox
from archive.model.pages import PageBox
from archive.model.redaction import Redaction
from archive.redaction.copytext import redact_text
from archive.redaction.pages.geometry import downwards
from archive.redaction.pages.typeset import Sheet, sheets
from archive.redaction.spans import Span, hidden_spans

_NEAR = 4.0  # heights of a word to the line above or below; signs in a picture stand further apart
_SAME_LINE = 0.5  # heights of a word
_FOOT = 2.5  # distances of lines; more of it separates the foot of a page from its text
_FEET = 2  # lines
_SPARE = 2  # lines
_LINE = 60  # characters; a hidden place is longer or shorter than it seems by a line for so many


@dataclass(frozen=True, slots=True)
class Run:
    """Pages, from 0, that are set anew together; `open_end` if text may run on after the last."""

    first: int
    last: int
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a reading copy: `page` of the original, from 0, drawn, or a sheet in its place."""

    page: int
    sheet: Sheet | None = None


def set_anew(
    text: CanonicalText, redactions: Sequence[Redaction], elsewhere: Collection[str] = ()
) -> tuple[Run, ...]:
    """Return the pages that must not be drawn.

    `elsewhere` are markers which other copies have too: one place of theirs is one too many.
    """
    places = telling(text, redactions)
    spans = {span for _, span in places}
    if len(spans) < 2 and not any(span.label in elsewhere for span in spans):
        return ()
    hit = {page for page, _ in places}
    return tuple(_runs(text, hidden_spans(text.text, redactions), hit))


def telling(text: CanonicalText, redactions: Sequence[Redaction]) -> tuple[tuple[int, Span], ...]:
    """Return the hidden places in running text, each with every page from 0 that it stands on."""
    flows = _Flowing(text)
    return tuple(
        (page, span)
        for span in hidden_spans(text.text, redactions)
        for page in _pages_of(text, span)
        if flows.at(page)
    )


def leaves(
    text: CanonicalText, redactions: Sequence[Redaction], runs: Sequence[Run], total: int
) -> Iterator[Leaf]:
    """Yield the pages of a reading copy whose original has so many pages.

    A page without any word is drawn in any case, after those that are set in its place.
    """
    starts = {run.first: run for run in runs}
    anew = {page for run in runs for page in range(run.first, run.last + 1)}
    for number in range(total):
        if number in starts:
            run = starts[number]
            yield from (Leaf(number, one) for one in _sheets(text, redactions, run, total))
        if number not in anew or not _words(text, number, number).strip():
            yield Leaf(number)


def _sheets(
    text: CanonicalText, redactions: Sequence[Redaction], run: Run, total: int
) -> tuple[Sheet, ...]:
    last = min(run.last, total - 1)
    start = _starts(text)[run.first]
    words = _words(text, run.first, last)
    inside = [
        replace(one, start=max(one.start - start, 0), end=min(one.end - start, len(words)))
        for one in redactions
        if one.start < start + len(words) and start < one.end
    ]
    shown, _ = redact_text(words, inside)
    return sheets(_head(run), shown.strip("\n"))


def _head(run: Run) -> str:
    if run.open_end:
        pages = f"from page {run.first + 1} on"
    elif run.first == run.last:
        pages = f"of page {run.first + 1}"
    else:
        pages = f"of pages {run.first + 1} to {run.last + 1}"
    return f"The words {pages}, set anew. Pictures that stood among them are left out."


def _words(text: CanonicalText, first: int, last: int) -> str:
    starts = _starts(text)
    if first >= len(starts):
        return ""
    end = starts[last + 1] if last + 1 < len(starts) else len(text.text)
    return text.text[starts[first] : end]


def _starts(text: CanonicalText) -> tuple[int, ...]:
    return text.pages or (0,)


def _pages_of(text: CanonicalText, span: Span) -> range:
    starts = _starts(text)
    first, last = (bisect_right(starts, at) - 1 for at in (span.start, span.end - 1))
    return range(max(first, 0), max(last, 0) + 1)


class _Flowing:
    """Tells of each page whether lines stand above one another on it."""

    def __init__(self, text: CanonicalText) -> None:
        self._text = text
        self._known: dict[int, bool] = {}

    def at(self, page: int) -> bool:
        """Return whether a page has running text."""
        if page not in self._known:
            boxes = [box for box, _ in _read(self._text, page)]
            self._known[page] = any(_above(one, other) for one, other in combinations(boxes, 2))
        return self._known[page]


def _above(one: PageBox, other: PageBox) -> bool:
    """Return whether one of two words stands right above the other, in another line."""
    tall = min(one.top - one.bottom, other.top - other.bottom)
    across = min(one.right, other.right) - max(one.left, other.left)
    gap = max(one.bottom - other.top, other.bottom - one.top)
    return across > 0 and -_SAME_LINE * tall <= gap <= _NEAR * tall


def _read(text: CanonicalText, page: int) -> list[tuple[PageBox, int]]:
    """Return where the words of a page stand, in their order, with their numbers of characters."""
    first, end = (bisect_left(text.boxes, at, key=_page_of) for at in (page, page + 1))
    return [
        (PageBox(word.left, word.bottom, word.right, word.top), word.end - word.start)
        for word in text.boxes[first:end]
    ]


def _page_of(word: WordBox) -> int:
    return word.page


def _runs(text: CanonicalText, spans: Sequence[Span], hit: Collection[int]) -> Iterator[Run]:
    """Yield the pages from the one before the first place of a section to where it ends.

    The page before is among them because a paragraph may be broken into lines as a whole.
    """
    end = max(text.boxes[-1].page if text.boxes else 0, *hit)
    begun = 0
    for last in (*_closed(text, spans, end), end):
        first = next((page for page in range(begun, last + 1) if page in hit), -1)
        if first >= 0:
            before = first > begun and bool(_words(text, first - 1, first - 1).strip())
            yield Run(first - before, last, open_end=last == end)
        begun = last + 1


def _closed(text: CanonicalText, spans: Sequence[Span], end: int) -> Iterator[int]:
    """Yield the pages before `end` after which the text stops, whatever the hidden words are.

    Such a page leaves more lines free than the places before it can be longer than they seem, and
    has more lines than they can be shorter.
    """
    lines = [_lines(_read(text, page)) for page in range(end + 1)]
    floor = min((found[0] for found in lines if found), default=0.0)
    sizes, counted = _sizes(text, spans), 0
    for page, found in enumerate(lines[:-1]):
        counted += sizes.get(page, 0)
        spare = counted + _SPARE
        if len(found) >= spare and found[0] - floor >= spare * _pitch(found):
            yield page
            counted = 0


def _sizes(text: CanonicalText, spans: Sequence[Span]) -> dict[int, int]:
    """Return by how many lines the hidden places of each page may be longer or shorter."""
    sizes: dict[int, int] = {}
    for span in spans:
        for page in _pages_of(text, span):
            sizes[page] = sizes.get(page, 0) + 1 + (span.end - span.start) // _LINE
    return sizes


def _lines(read: Sequence[tuple[PageBox, int]]) -> tuple[float, ...]:
    """Return where the lines of a page stand, from the lowest up, without those at its foot.

    Of a page that is read from top to bottom nobody knows where its text ends.
    """
    if downwards(read):
        return ()
    lines: list[float] = []
    for box, _ in sorted(read, key=lambda one: one[0].bottom):
        if not lines or box.bottom - lines[-1] > _SAME_LINE * (box.top - box.bottom):
            lines.append(box.bottom)
    for _ in range(_FEET):
        if len(lines) > _FEET + 1 and lines[1] - lines[0] > _FOOT * _pitch(lines):
            del lines[0]
    return tuple(lines)


def _pitch(lines: Sequence[float]) -> float:
    return median(upper - lower for lower, upper in pairwise(lines))
