"""PDF pages that are images: rendered by pdfium, recognised, and put with the text of the others.

A reading of its own with more time, made after the ordinary one found such pages or more pages than
it had time for: whatever happens in it, the text of the ordinary reading stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from math import sqrt
from typing import Any

from archive.extraction.limits import SCANNED_PDF
from archive.extraction.readers.page_text import PageText
from archive.extraction.readers.pdf import LIBRARIES, Pages, PdfReader, Seen, load
from archive.extraction.readers.pdf_pictures import Need
from archive.extraction.readers.recognised_text import Tally, laid_out
from archive.extraction.readers.recognition import (
    CPU_SECONDS,
    MAX_PIXELS,
    NAME,
    RECOGNISER,
    Pixels,
    Word,
)
from archive.extraction.reasons import Concern, NoText
from archive.model.objects import WordBox

_DPI = 300  # what tesseract's models were trained for
_POINTS = 72.0  # an inch


class ScannedPdfReader(PdfReader):
    """Reads `SCANNED_PDF`: a PDF in which pages with pictures are to be recognised."""

    def __init__(self) -> None:
        name = f"pdf-ocr/3 ({LIBRARIES}, {NAME})"
        super().__init__(name, (SCANNED_PDF,), _recognise, CPU_SECONDS)

    def prepare(self) -> None:
        """Load the language data, before confinement."""
        RECOGNISER.prepare()


def _recognise(document: Any, pages: Pages) -> Seen:
    """Recognise pages without text first, then pictures on others, as long as there is time."""
    RECOGNISER.prepare()
    wanted = [at for need in (Need.ALL, Need.PICTURES) for at in _where(pages.needs, need)]
    tally, left = Tally(), pages.unread
    for number in wanted:
        page = load(document, number) if RECOGNISER.languages and pages.budget.is_left() else None
        if page is None:
            left += 1
            continue
        with closing(page):
            pages.texts[number], words = _complete(page, pages.texts[number])
        tally.add(words)
    seen = Seen(tally.metadata(RECOGNISER.languages), tally.concerns())
    if not RECOGNISER.languages:
        seen.reason = NoText.NO_LANGUAGE_DATA
    if left:
        seen.metadata["unrecognised-pages"] = str(left)
        seen.concerns.add(Concern.UNRECOGNISED)
    return seen


def _where(needs: list[Need], wanted: Need) -> Iterable[int]:
    return (at for at, need in enumerate(needs) if need is wanted)


def _complete(page: Any, known: PageText) -> tuple[PageText, list[Word]]:
    """Return the text of a page and, after it, the words seen on it that it does not have."""
    width, height = page.get_size()
    scale = min(_DPI / _POINTS, sqrt(MAX_PIXELS / max(width * height, 1.0)))

    def place(word: Word) -> tuple[float, float, float, float]:
        left, right = (min(max(x / scale, 0.0), width) for x in (word.left, word.right))
        bottom, top = (min(max(height - y / scale, 0.0), height) for y in (word.bottom, word.top))
        return left, bottom, right, top

    words = RECOGNISER.words(rendered(page, scale))
    sure = tuple(word for word in known.boxes if word not in known.guessed)
    new = [word for word in words if not _is_known(place(word), sure)]
    added = laid_out(new, place, known.text)
    return PageText(added.text, known.boxes + added.boxes), new


def _is_known(box: tuple[float, float, float, float], boxes: tuple[WordBox, ...]) -> bool:
    """Tell whether the middle of a recognised word is where the text has a word."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(one.left <= x <= one.right and one.bottom <= y <= one.top for one in boxes)


def rendered(page: Any, scale: float, *, notes: bool = True) -> Pixels:
    """Return a loaded `pypdfium2.PdfPage` in grey, `scale` pixels for a point.

    `notes` draws annotations and form fields too.
    """
    bitmap = page.render(scale=scale, grayscale=True, draw_annots=notes)
    with closing(bitmap):
        rows = memoryview(bitmap.buffer).cast("B")
        if bitmap.stride == bitmap.width:
            data = bytes(rows[: bitmap.width * bitmap.height])
        else:
            starts = range(0, bitmap.stride * bitmap.height, bitmap.stride)
            data = b"".join(bytes(rows[start : start + bitmap.width]) for start in starts)
        return Pixels(data, bitmap.width, bitmap.height, round(scale * _POINTS))
