"""PDF pages that are images: rendered by pdfium, recognised, and put with the text of the others.

A reading of its own with more time, made after the ordinary one found such pages or more pages than
it had time for: whatever happens in it, the text of the ordinary reading stays. Pages that there is
no time for are read by the next run, see `archive.extraction.recognised`.
"""

from __future__ import annotations

from contextlib import closing
from functools import partial
from math import sqrt
from typing import Any

from archive.errors import ReaderFailed
from archive.extraction.limits import SCANNED_PDF
from archive.extraction.readers.page_text import PageText
from archive.extraction.readers.pdf import LIBRARIES, Pages, PdfReader, Seen, load
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
from archive.extraction.recognised import LEFT
from archive.model.objects import Extraction, WordBox

_DPI = 300  # what tesseract's models were trained for
_POINTS = 72.0  # an inch


class ScannedPdfReader(PdfReader):
    """Reads `SCANNED_PDF`: a PDF in which pages with pictures are to be recognised."""

    def __init__(self) -> None:
        super().__init__(f"pdf-ocr/4 ({LIBRARIES}, {NAME})", (SCANNED_PDF,))

    def prepare(self) -> None:
        """Load the language data, before confinement."""
        RECOGNISER.prepare()

    def unlock(self, data: bytes, password: bytes) -> Extraction:
        """Read with a password after the number of the page to begin with and a space.

        Raises:
            ReaderFailed: the document cannot be opened and not be repaired, or no page is told.
        """
        start, told, secret = password.partition(b" ")
        if password and not (told and start.isdigit()):
            raise ReaderFailed
        look = partial(_recognise, start=int(start or b"0"))
        return PdfReader(self.name, self.media_types, look, CPU_SECONDS).unlock(data, secret)


def _recognise(document: Any, pages: Pages, start: int) -> Seen:
    """Recognise pages that have pictures, from one on, as long as there is time."""
    RECOGNISER.prepare()
    wanted = [at for at, need in enumerate(pages.needs) if need and at >= start]
    if not RECOGNISER.languages:
        return _left(Seen(reason=NoText.NO_LANGUAGE_DATA), pages.unread + len(wanted))
    tally, lost, done = Tally(), 0, 0
    for number in wanted:
        if not pages.budget.is_left():
            break
        done += 1
        page = load(document, number)
        if page is None:
            lost += 1
            continue
        with closing(page):
            pages.texts[number], words = _complete(page, pages.texts[number])
        tally.add(words)
    reached = tally.reached(wanted[done] if done < len(wanted) else None)
    seen = Seen(tally.metadata(RECOGNISER.languages) | reached, tally.concerns())
    return _left(seen, pages.unread + lost + len(wanted) - done)


def _left(seen: Seen, pages: int) -> Seen:
    if pages:
        seen.metadata[LEFT] = str(pages)
        seen.concerns.add(Concern.UNRECOGNISED)
    return seen


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
