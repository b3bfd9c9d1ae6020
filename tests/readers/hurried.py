"""The readers, with time for the pictures of two pages in each run over a scanned PDF."""

from __future__ import annotations

from typing import Any

from archive.extraction.readers import READERS, pdf_scanned
from archive.extraction.readers.budget import Budget
from archive.extraction.readers.pdf import Pages, Seen

__all__ = ["READERS"]

_recognise = pdf_scanned._recognise


class _TwoPages(Budget):
    def __init__(self) -> None:
        super().__init__(0)
        self._left = 2

    def is_left(self) -> bool:
        self._left -= 1
        return self._left >= 0


def _hurried(document: Any, pages: Pages, start: int) -> Seen:
    pages.budget = _TwoPages()
    return _recognise(document, pages, start)


pdf_scanned._recognise = _hurried
