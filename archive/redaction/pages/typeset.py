"""Redacted text set on pages: of what has none (mail, Office files), and of what must not be drawn.

It takes the reading copy's own words and nothing else, so there is nothing on the pages to hide,
and where a line ends follows from what may be read (docs/adr/0068-pages-set-anew.md).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import accumulate

import numpy as np
import pikepdf
from PIL import Image, ImageDraw

from archive.model.pages import PagePicture
from archive.redaction.pages.document import PageWriter, PlacedWord, saved
from archive.redaction.pages.fonts import SCALE, SIZE, advance, draw
from archive.redaction.pages.pixels import Pixels
from archive.redaction.pages.shaping import in_sight, is_leftwards, seen
from archive.redaction.spans import MARKER

_WIDTH, _HEIGHT = 595.0, 842.0  # points; ISO 216 A4
_MARGIN = 56.0  # points
_LEADING = 14.0  # points
_ROOM = _WIDTH - 2 * _MARGIN
_TAB = 4
_BOUND = "\ufdd0"  # a noncharacter, taken out of visible text: a space at which no line ends


@dataclass(frozen=True, slots=True)
class Line:
    """A line of set text; `leftwards` if its paragraph is read from right to left."""

    text: str
    leftwards: bool = False


Sheet = tuple[Line, ...]


def typeset(title: str, text: str) -> bytes:
    """Return a PDF of A4 pages with a title and a text, as pictures with words under them."""
    writer = PageWriter()
    for sheet in sheets("", f"{title}\n\n{text}"):
        add_sheet(writer, sheet)
    return writer.finish()


def with_last_page(pdf: bytes, text: str) -> bytes:
    """Return a PDF with one more page that holds a text."""
    more = pikepdf.open(BytesIO(typeset("", text)))
    with pikepdf.open(BytesIO(pdf)) as made, more:
        made.pages.extend(more.pages)
        return saved(made)


def sheets(head: str, text: str) -> tuple[Sheet, ...]:
    """Return the lines of each page on which a text is set, every page under the same head."""
    above = (*_wrapped(head), Line("")) if head else ()
    room = int((_HEIGHT - 2 * _MARGIN) // _LEADING) - len(above)
    lines = [line for row in text.split("\n") for line in _wrapped(row)]
    parts = (lines[first : first + room] for first in range(0, len(lines), room))
    return tuple((*above, *part) for part in parts)


def add_sheet(writer: PageWriter, sheet: Sheet) -> None:
    """Add a page of set text."""
    pixels, words = _drawn(sheet)
    writer.add(_WIDTH, _HEIGHT, pixels, words)


def picture_of_sheet(sheet: Sheet) -> PagePicture:
    """Return a page of set text as pixels."""
    pixels, _ = _drawn(sheet)
    rows, columns = pixels.shape
    return PagePicture(_WIDTH, _HEIGHT, columns, rows, "L", pixels.tobytes())


def _drawn(sheet: Sheet) -> tuple[Pixels, Sequence[PlacedWord]]:
    image = Image.new("L", (round(_WIDTH * SCALE), round(_HEIGHT * SCALE)), 255)
    page = ImageDraw.Draw(image)
    words: list[PlacedWord] = []
    for number, line in enumerate(sheet):
        words += _set(page, line, _HEIGHT - _MARGIN - (number + 1) * _LEADING)
    return np.asarray(image), words


def _set(page: ImageDraw.ImageDraw, line: Line, base: float) -> Iterator[PlacedWord]:
    words = in_sight(_words(line.text), leftwards=line.leftwards)
    left = _MARGIN
    if line.leftwards:
        left += _ROOM - sum(_wide(word) for word, _ in words) - advance(" ") * (len(words) - 1)
    for word, side in words:
        right = left
        for character in seen(word, leftwards=side):
            place = right * SCALE, (_HEIGHT - base) * SCALE
            draw(page, place, character)
            right += advance(character)
        if word:
            yield PlacedWord(word, round(left), round(base), round(right), round(base + SIZE))
        left = right + advance(" ")


def _words(row: str) -> list[str]:
    """Return the words of a row; a marker is one, so that no line ends in it."""
    bound = MARKER.sub(lambda marker: marker[0].replace(" ", _BOUND), row)
    return [word.replace(_BOUND, " ") for word in bound.split(" ")]


def _wide(word: str) -> float:
    return sum(map(advance, seen(word)))


def _wrapped(row: str) -> Iterator[Line]:
    """Yield the lines of a paragraph, broken between words, or inside one that is too long."""
    row = unicodedata.normalize("NFC", row).replace("\t", " " * _TAB)
    leftwards = is_leftwards(MARKER.sub("", row))
    left, line = _ROOM, ""
    for word in _words(row):
        rest, wide = word, _wide(word)
        if line and wide > left:
            yield Line(line.rstrip(" "), leftwards)
            left, line = _ROOM, ""
        while wide > left:
            fits = _fitting(rest, left)
            yield Line(rest[:fits], leftwards)
            rest = rest[fits:]
            wide = _wide(rest)
        line += rest + " "
        left -= wide + advance(" ")
    yield Line(line.rstrip(" "), leftwards)


def _fitting(word: str, room: float) -> int:
    """Return how many characters of a word fit, at least one."""
    ends = accumulate(map(advance, word))
    return max(1, next((at for at, end in enumerate(ends) if end > room), len(word) - 1))
