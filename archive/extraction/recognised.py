"""A long scan read in several runs, each with the time that one document has, as one text.

A run takes up where the one before it had no more time. `Reached` is what the reader tells of a run
that left pages, in a field of metadata that goes no further than here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from archive.errors import SandboxError
from archive.extraction.reasons import Concern
from archive.model.objects import CanonicalText, Extraction

RUNS: Final = 16
"""Of one document: about an hour of a processor, some 2,000 pages."""

REACHED: Final = "ocr-reached"
"""The field in which a run says how far it came."""

LEFT: Final = "unrecognised-pages"
PAGES: Final = "ocr-pages"
CONFIDENCE: Final = "ocr-confidence"
LEAST_CONFIDENCE: Final = 70
"""Percent by character; clean print has over 90, one wrong letter in ten about 70."""

_TOLD = re.compile(r"(\d{1,9}) (\d{1,15}) (\d{1,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reached:
    """The first page that a run did not look at, the characters read, and their confidence in all.

    `page` is `None` for a run that came to the end.
    """

    page: int | None
    characters: int
    confidence: int

    def __str__(self) -> str:
        """Return it as the reader tells it; the end is page 0, where no run begins again."""
        return f"{self.page or 0} {self.characters} {self.confidence}"

    @classmethod
    def of(cls, found: Extraction) -> Reached:
        """Return what a run told; one that told nothing came to the end."""
        told = _TOLD.fullmatch(found.metadata.get(REACHED, ""))
        if told is None:
            return cls(None, 0, 0)
        page, characters, confidence = map(int, told.groups())
        return cls(page or None, characters, confidence)


def read_on(run: Callable[[int], Extraction]) -> Extraction:
    """Return what runs over one document found together; `run` is given the page to begin with.

    Where a later run fails, its pages and those after it stay without words from their pictures,
    and the document keeps the concern that says so.

    Raises:
        SandboxError: the first run failed.
    """
    whole = run(0)
    reached = Reached.of(whole)
    for _ in range(RUNS - 1):
        start = reached.page
        if start is None:
            break
        try:
            part = run(start)
        except SandboxError:
            break
        came = Reached.of(part)
        if not _fits(whole.text, part.text, start):
            break
        known = came.characters + reached.characters, came.confidence + reached.confidence
        whole, reached = _joined(whole, part, start), Reached(came.page, *known)
        if came.page is not None and came.page <= start:
            break
    return _told(whole, reached)


def _fits(whole: CanonicalText | None, part: CanonicalText | None, start: int) -> bool:
    """Tell whether two runs saw the same pages, of which a hostile document may persuade one."""
    if whole is None or part is None:
        return True
    return len(whole.pages) == len(part.pages) > start


def _joined(whole: Extraction, part: Extraction, start: int) -> Extraction:
    fields = {name: value for name, value in whole.metadata.items() if name != LEFT}
    pages = sum(_count(one.metadata.get(PAGES, "")) for one in (whole, part))
    return replace(
        part,
        text=_text(whole.text, part.text, start),
        reason=part.reason if whole.text is None else None,
        metadata={**fields, **part.metadata, PAGES: str(pages)},
    )


def _count(told: str) -> int:
    return int(told) if re.fullmatch("[0-9]{1,9}", told) else 0


def _text(
    whole: CanonicalText | None, part: CanonicalText | None, start: int
) -> CanonicalText | None:
    """Return the first pages of one and the others of the other; without text all are blank."""
    if whole is None or part is None:
        return whole or part
    cut, at = whole.pages[start], part.pages[start]
    off = cut - at
    later = (
        replace(box, start=box.start + off, end=box.end + off)
        for box in part.boxes
        if box.page >= start
    )
    return replace(
        part,
        text=whole.text[:cut] + part.text[at:],
        pages=(*whole.pages[:start], *(page + off for page in part.pages[start:])),
        boxes=tuple(chain((box for box in whole.boxes if box.page < start), later)),
    )


def _told(whole: Extraction, reached: Reached) -> Extraction:
    """Return it with what is known of all its runs, without what they tell each other."""
    fields = {name: value for name, value in whole.metadata.items() if name != REACHED}
    low = Concern.LOW_CONFIDENCE.value
    if not reached.characters:
        return replace(whole, metadata=fields)
    confidence = reached.confidence / reached.characters
    fields[CONFIDENCE] = str(round(confidence))
    there = {*whole.concerns} - {low} | ({low} if confidence < LEAST_CONFIDENCE else set())
    ordered = tuple(one.value for one in Concern if one.value in there)
    return replace(whole, metadata=fields, concerns=ordered)
