"""Text that stands on pages, put together as one canonical text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.model.objects import CanonicalText, WordBox


@dataclass(frozen=True, slots=True)
class PageText:
    """Canonical text of one page; the boxes' offsets count from its start, `page` is 0.

    `guessed` are words whose letters no font says what they are; what they look like may be other
    words.
    """

    text: str
    boxes: tuple[WordBox, ...] = ()
    guessed: tuple[WordBox, ...] = ()


def assembled(pages: Sequence[PageText], reader: str) -> CanonicalText:
    """Join pages with one line end; starts and boxes count from the start of the document."""
    starts: list[int] = []
    boxes: list[WordBox] = []
    at = 0
    for number, page in enumerate(pages):
        starts.append(at)
        boxes.extend(
            WordBox(b.start + at, b.end + at, number, b.left, b.bottom, b.right, b.top)
            for b in page.boxes
        )
        at += len(page.text) + 1
    text = "\n".join(page.text for page in pages)
    return CanonicalText(text, reader, tuple(starts), tuple(boxes))
