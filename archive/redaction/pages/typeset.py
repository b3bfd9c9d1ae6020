"""Redacted text set on pages, for reading copies of what has none: mail, Office files, plain text.

It takes the reading copy's own words and nothing else, so there is nothing on the pages to hide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from glob import glob
from io import BytesIO

import numpy as np
import pikepdf
from PIL import Image, ImageDraw, ImageFont

from archive.redaction.pages.document import PageWriter, PlacedWord, saved

_WIDTH, _HEIGHT = 595.0, 842.0  # points; ISO 216 A4
_MARGIN = 56.0  # points
_SIZE, _LEADING = 10.0, 14.0  # points
_DPI = 144
_SCALE = _DPI / 72.0
_TAB = 4
_MORE = (  # fonts of the machine for what the built-in one lacks; without them a box stands there
    "/usr/share/fonts/**/NotoSansCJK-Regular.*",
    "/usr/share/fonts/**/NanumGothic.ttf",
    "/usr/share/fonts/**/NotoSans-Regular.ttf",
    "/usr/share/fonts/**/DejaVuSans.ttf",
)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def typeset(title: str, text: str) -> bytes:
    """Return a PDF of A4 pages with a title and a text, as pictures with words under them."""
    writer = PageWriter()
    room = int((_HEIGHT - 2 * _MARGIN) // _LEADING)
    lines = [*_wrapped(title), "", *(line for row in text.split("\n") for line in _wrapped(row))]
    for first in range(0, len(lines), room):
        _add(writer, lines[first : first + room])
    return writer.finish()


def with_last_page(pdf: bytes, text: str) -> bytes:
    """Return a PDF with one more page that holds a text."""
    more = pikepdf.open(BytesIO(typeset("", text)))
    with pikepdf.open(BytesIO(pdf)) as made, more:
        made.pages.extend(more.pages)
        return saved(made)


def _add(writer: PageWriter, lines: list[str]) -> None:
    image = Image.new("L", (round(_WIDTH * _SCALE), round(_HEIGHT * _SCALE)), 255)
    draw = ImageDraw.Draw(image)
    words: list[PlacedWord] = []
    for number, line in enumerate(lines):
        base = _HEIGHT - _MARGIN - (number + 1) * _LEADING
        words += _set(draw, line, base)
    writer.add(_WIDTH, _HEIGHT, np.asarray(image), words)


def _set(draw: ImageDraw.ImageDraw, line: str, base: float) -> Iterator[PlacedWord]:
    left = _MARGIN
    for word in line.split(" "):
        right = left
        for character in word:
            place = right * _SCALE, (_HEIGHT - base) * _SCALE
            draw.text(place, character, fill=0, font=_font(character), anchor="ls")
            right += _advance(character)
        if word:
            yield PlacedWord(word, round(left), round(base), round(right), round(base + _SIZE))
        left = right + _advance(" ")


def _wrapped(row: str) -> Iterator[str]:
    """Yield the lines of a paragraph, broken between words, or inside one that is too long."""
    left, line = _WIDTH - 2 * _MARGIN, ""
    for word in row.replace("\t", " " * _TAB).split(" "):
        wide = sum(map(_advance, word))
        if line and wide > left:
            yield line.rstrip()
            left, line = _WIDTH - 2 * _MARGIN, ""
        for character in word:
            if _advance(character) > left:
                yield line
                left, line = _WIDTH - 2 * _MARGIN, ""
            line += character
            left -= _advance(character)
        line += " "
        left -= _advance(" ")
    yield line.rstrip()


@lru_cache(maxsize=1)
def _fonts() -> tuple[Font, ...]:
    size = _SIZE * _SCALE
    found = [next(iter(sorted(glob(pattern, recursive=True))), None) for pattern in _MORE]
    more = [ImageFont.truetype(path, size) for path in found if path is not None]
    return (ImageFont.load_default(size), *more)


@lru_cache(maxsize=1 << 14)
def _font(character: str) -> Font:
    """Return the first font that has a character."""
    for font in _fonts():
        if _has(font, character):
            return font
    return _fonts()[0]


def _has(font: Font, character: str) -> bool:
    if character.isspace() or unicodedata.category(character) in ("Mn", "Cf"):
        return True
    missing = font.getmask("\U0010fffd")
    shown = font.getmask(character)
    return shown.size != missing.size or bytes(shown) != bytes(missing)


@lru_cache(maxsize=1 << 14)
def _advance(character: str) -> float:
    """Return the width of a character in points."""
    return _font(character).getlength(character) / _SCALE
