"""Recognised words laid out as the text of a page, with boxes in points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from archive.extraction.readers.page_text import PageText
from archive.extraction.readers.recognition import Word
from archive.extraction.reasons import Concern
from archive.extraction.recognised import CONFIDENCE, LEAST_CONFIDENCE, PAGES, REACHED, Reached
from archive.model.objects import WordBox

Place = Callable[[Word], tuple[float, float, float, float]]
"""Left, bottom, right, top of a word in points from the lower left corner of the page as shown."""


@dataclass(slots=True)
class Tally:
    """How sure tesseract was of the words of one document, by character."""

    characters: int = 0
    sum: float = 0.0
    pages: int = field(default=0)

    def add(self, words: Iterable[Word]) -> None:
        """Count the words of a page."""
        self.pages += 1
        for word in words:
            self.characters += len(word.text)
            self.sum += word.confidence * len(word.text)

    def metadata(self, languages: tuple[str, ...]) -> dict[str, str]:
        """Return what a reader of the record should know of how its text came about."""
        if not self.pages:
            return {}
        found = {PAGES: str(self.pages), "ocr-languages": ", ".join(languages)}
        if self.characters:
            found[CONFIDENCE] = str(round(self.sum / self.characters))
        return found

    def reached(self, page: int | None) -> dict[str, str]:
        """Return what the next run needs, which begins with that page; `None` for no other."""
        return {REACHED: str(Reached(page, self.characters, int(self.sum)))}

    def concerns(self) -> set[Concern]:
        """Return whether the text is uncertain."""
        low = self.characters and self.sum / self.characters < LEAST_CONFIDENCE
        return {Concern.LOW_CONFIDENCE} if low else set()


def laid_out(words: Iterable[Word], place: Place, before: str = "") -> PageText:
    """Return words as text: a line for each line, an empty line between blocks, after `before`."""
    pieces, at = [before], len(before)
    boxes: list[WordBox] = []
    last: Word | None = None
    for word in words:
        gap = _gap(last, word) if last else "\n\n" if before else ""
        start = at + len(gap)
        pieces += [gap, word.text]
        at = start + len(word.text)
        boxes.append(WordBox(start, at, 0, *map(exact, place(word))))
        last = word
    return PageText("".join(pieces), tuple(boxes))


def exact(side: float) -> float:
    """Return a place to 1/64 point, which 32 bits hold exactly."""
    return round(side * 64) / 64


def _gap(last: Word, word: Word) -> str:
    if last.line == word.line:
        return " "
    return "\n" if last.block == word.block else "\n\n"
