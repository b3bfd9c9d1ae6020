"""The gate for rebuilt pages: they are read in every way that a reader has, and looked at.

Two engines extract the words, recognition reads every page, codes are read, all that is no
pixel is told, and the bytes are spelled out. Recognition takes a second or two for a page, so its
progress is told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import reduce

from archive.errors import PageNotRebuilt, SandboxError
from archive.extraction import (
    PAGE_WORDS,
    PDF_CODES,
    PDF_PARTS,
    SECOND_PDF,
    Extraction,
    NoText,
    Order,
    Sandbox,
    Sights,
    parse_sights,
    side_by_side,
)
from archive.model.ids import SourceRef
from archive.model.pages import PageBox, PageSet
from archive.model.redaction import Leak, ReadingCopy
from archive.redaction import SourceMatcher, leaks_of
from archive.redaction.pages import LARGEST, is_hidden, spelled_out
from archive.services.redaction.pages import Progress, silent
from archive.services.redaction.sightings import placed

_PDF = "application/pdf"
_DPI = 300  # what recognition was trained for
_WHOLE = {"ends": "1", "foreign": "0", "fonts": "1"}
_SPELLED = 5  # bytes of UTF-8 of a find; chance spells shorter words in compressed pixels
_WORD = re.compile(r"[^\W_]+")


def page_leaks(
    sandbox: Sandbox,
    pdf: bytes,
    copy: ReadingCopy,
    register: SourceMatcher,
    progress: Progress = silent,
) -> tuple[Leak, ...]:
    """Return every place of rebuilt pages in which a registered form stands.

    `field` of a leak says who read it: `pages:first`, `pages:second`, `pages:parts`,
    `pages:as-hex` and its like, or `page-3:seen` for what recognition read on page 3.

    Raises:
        PageNotRebuilt: the file holds what rebuilt pages do not, or cannot be read or looked at.
    """
    found = [*_read(sandbox, pdf, register), *_spelled(pdf, register)]
    pages = copy.pages or PageSet("", 0, 0)
    known = frozenset(_WORD.findall(copy.text.casefold()))
    orders = [bytes(Order(number, 1, _DPI)) for number in range(pages.count)]
    with closing(side_by_side(sandbox, PDF_CODES, pdf, orders)) as answers:
        for number, answer in enumerate(answers):
            found += _seen(answer, number, known, register)
    with closing(side_by_side(sandbox, PAGE_WORDS, pdf, orders)) as answers:
        for number, answer in enumerate(answers):
            found += _seen(answer, number, known, register)
            progress(number + 1, pages.count)
    return tuple(_on_original(leak, pages) for leak in found)


def _on_original(leak: Leak, pages: PageSet) -> Leak:
    """Return a leak with the original's page, which a region counts; a set one has no place."""
    page = None if leak.page is None else pages.origin(leak.page)
    return replace(leak, page=page, box=None if page is None else leak.box)


def _read(sandbox: Sandbox, pdf: bytes, register: SourceMatcher) -> Iterator[Leak]:
    for name, question in (("first", _PDF), ("second", SECOND_PDF), ("parts", PDF_PARTS)):
        try:
            answer = sandbox.ask(question, pdf)
        except SandboxError:
            raise PageNotRebuilt("The rebuilt pages cannot be read back.") from None
        if question == PDF_PARTS and answer.metadata != _WHOLE:
            raise PageNotRebuilt("The rebuilt pages hold more than pictures and words.")
        if answer.text is not None:
            starts = answer.text.pages
            for leak in leaks_of(f"pages:{name}", answer.text.text, register):
                at = bisect_right(starts, leak.start) - 1
                yield replace(leak, page=at) if starts else leak


def _spelled(pdf: bytes, register: SourceMatcher) -> Iterator[Leak]:
    for name, text in spelled_out(pdf):
        for leak in leaks_of(f"pages:as-{name}", text, register):
            said = "".join(filter(str.isalnum, text[leak.start : leak.end]))
            if len(said.encode()) >= _SPELLED:
                yield leak


def _seen(
    answer: Extraction | SandboxError,
    number: int,
    known: frozenset[str],
    register: SourceMatcher,
) -> Iterator[Leak]:
    """Yield what recognition reads on a page, each place of it once.

    One letter may be read wrong, so words that are nearly a name count too, unless the copy's text,
    which was decided on, has them.
    """
    if isinstance(answer, SandboxError) or answer.reason == NoText.NO_LANGUAGE_DATA.value:
        raise PageNotRebuilt(
            f"Page {number + 1} cannot be looked at.",
            hint="Recognition is needed: see `strongroom doctor`; or submit with --text-only.",
        )
    seen, field = parse_sights(answer), f"page-{number + 1}:seen"
    text = seen.text.text
    certain = list(leaks_of(field, text, register))
    places = {(leak.start, leak.end) for leak in certain}
    for match in register.find(text, hints=True, recognised=True):
        words = _WORD.findall(text[match.start : match.end].casefold())
        if (match.start, match.end) not in places and not known.issuperset(words):
            certain.append(Leak(field, match.start, match.end, match.source))
    yield from _placed(certain, seen, number)


def _placed(leaks: Iterable[Leak], seen: Sights, number: int) -> Iterator[Leak]:
    """Yield leaks with the box that would hide each, in points of the original's page.

    What was seen in another way of looking, where a box before would hide it, is left out.
    """
    shrunk = max(seen.seen.get(number, (0.0, 0.0))) >= LARGEST  # than the original's page
    told: dict[SourceRef | None, list[PageBox]] = {}
    for leak in leaks:
        places = list(placed(seen, leak.start, leak.end))
        before = told.setdefault(leak.source, [])
        if places and all(is_hidden(sight, words, before) for sight, _, words in places):
            continue
        boxes = [box for _, found, _ in places for box in found]
        before += boxes
        whole = reduce(PageBox.around, boxes) if boxes and not shrunk else None
        yield replace(leak, page=number, box=whole)
