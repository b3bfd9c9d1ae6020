"""The characters of one PDF page as text, and the box of every word on the page as it is shown."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from archive.extraction.canonical import neutralise
from archive.extraction.readers.page_text import PageText
from archive.extraction.readers.pdf_order import Character, logical_order
from archive.model.objects import WordBox

_HYPHEN = 0x02  # how pdfium reports a hyphen at the end of a line, leaving out the line end
_CR, _LF = 0x0D, 0x0A
_A_FEW = 3  # letters of a word; single ones are bullets and symbols
_STRANGE = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")  # or for private use


@dataclass(frozen=True, slots=True)
class Frame:
    """From PDF user space (ISO 32000-1, 8.3.2.3) to the page as shown, lower left corner 0, 0."""

    left: float
    bottom: float
    width: float
    height: float
    quarter_turns: int  # clockwise, `Rotate` / 90

    def place(self, box: list[float]) -> tuple[float, float, float, float]:
        """Return left, bottom, right, top of a user space box, clipped to the page."""
        left, right = (self._within(x - self.left, self.width) for x in (box[0], box[2]))
        bottom, top = (self._within(y - self.bottom, self.height) for y in (box[1], box[3]))
        if self.quarter_turns == 1:
            return bottom, self.width - right, top, self.width - left
        if self.quarter_turns == 2:
            return self.width - right, self.height - top, self.width - left, self.height - bottom
        if self.quarter_turns == 3:
            return self.height - top, left, self.height - bottom, right
        return left, bottom, right, top

    @staticmethod
    def _within(value: float, size: float) -> float:
        return min(max(value, 0.0), size)


def read_page(page: Any, *, boxed: bool = True) -> PageText:
    """Return the text of a loaded `pypdfium2.PdfPage`, with its word boxes if they are wanted."""
    with closing(page.get_textpage()) as textpage:
        ruler = _Ruler(textpage.raw)
        found = list(_characters(textpage.raw, textpage.count_chars()))
        characters = logical_order(found, ruler.place)
        text = neutralise("".join(character for character, _ in characters))
        boxes = tuple(_boxes(ruler, text, characters, frame_of_page(page))) if boxed else ()
        guessed = tuple(one for one in boxes if _is_guessed(textpage.raw, text, characters, one))
    return PageText(text, boxes, guessed)


def _is_guessed(textpage: Any, text: str, characters: list[Character], word: WordBox) -> bool:
    """Tell whether the fonts do not say which letters a few or more of a word's glyphs are."""
    unmapped: Callable[..., int] = pdfium.FPDFText_HasUnicodeMapError
    positions = (at for _, span in characters[word.start : word.end] for at in span)
    strange = len(_STRANGE.findall(text, word.start, word.end))
    return strange + sum(bool(unmapped(textpage, at)) for at in positions) >= _A_FEW


def _characters(textpage: Any, count: int) -> Iterator[Character]:
    """Yield each code point with the positions in pdfium's stream that it comes from."""
    unicode_at = pdfium.FPDFText_GetUnicode
    codes = [unicode_at(textpage, position) for position in range(count)] + [_LF]
    skip = False
    for position, code in enumerate(codes[:-1]):
        following = codes[position + 1]
        if skip:
            skip = False
        elif _is_pair(code, following):
            yield _join(code, following), range(position, position + 2)
            skip = True
        elif code == _HYPHEN and pdfium.FPDFText_IsHyphen(textpage, position) == 1:
            yield "-", range(position, position + 1)
            if following not in (_CR, _LF):
                yield "\n", range(0)
        elif not (code == _CR and following == _LF):
            yield chr(code) if code <= 0x10FFFF else "\ufffd", range(position, position + 1)


def _is_pair(high: int, low: int) -> bool:
    return 0xD800 <= high < 0xDC00 <= low < 0xE000


def _join(high: int, low: int) -> str:
    """Return the character of a surrogate pair (Unicode 17.0, 3.8, D75)."""
    return chr(0x10000 + (high - 0xD800 << 10) + (low - 0xDC00))


def _boxes(
    ruler: _Ruler, text: str, characters: list[Character], frame: Frame
) -> Iterator[WordBox]:
    for start, end in _words(text):
        box = ruler.around(characters[start:end])
        if box is not None:
            yield WordBox(start, end, 0, *frame.place(box))


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run without white space."""
    start = None
    for at, character in enumerate(text + " "):
        if character.isspace():
            if start is not None:
                yield start, at
            start = None
        elif start is None:
            start = at


class _Ruler:
    """Asks pdfium for character boxes, with one set of buffers for a whole page."""

    def __init__(self, textpage: Any) -> None:
        self._textpage = textpage
        self._sides = [ctypes.c_double() for _ in range(4)]
        self._places = [ctypes.byref(side) for side in self._sides]

    def place(self, word: list[Character]) -> float | None:
        """Return the left side of a word in user space, if it has a box."""
        box = self.around(word)
        return box[0] if box else None

    def around(self, word: list[Character]) -> list[float] | None:
        """Return left, bottom, right, top in user space around characters, if any has a box."""
        positions = [position for _, span in word for position in span]
        boxes = [box for position in positions if (box := self._box(position)) is not None]
        if not boxes:
            return None
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        return [min(lefts), min(bottoms), max(rights), max(tops)]

    def _box(self, position: int) -> tuple[float, float, float, float] | None:
        if not pdfium.FPDFText_GetCharBox(self._textpage, position, *self._places):
            return None
        left, right, bottom, top = (side.value for side in self._sides)
        return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def frame_of_page(page: Any) -> Frame:
    """Return how a loaded `pypdfium2.PdfPage` is shown."""
    area = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page.raw, area)
    width, height = abs(area.right - area.left), abs(area.top - area.bottom)
    left, bottom = min(area.left, area.right), min(area.bottom, area.top)
    return Frame(left, bottom, width, height, page.get_rotation() // 90 % 4)
