"""The fonts in which redacted text is set: Pillow's own, then those that the machine has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from glob import glob
from math import floor

from PIL import Image, ImageDraw, ImageFont

SIZE = 10.0
"""Height of the letters in points."""

SCALE = 144 / 72.0
"""Pixels to a point."""

_MORE = (  # for what the built-in one lacks; without them a box stands there
    "/usr/share/fonts/**/NotoSansCJK-Regular.*",
    "/usr/share/fonts/**/NanumGothic.ttf",
    "/usr/share/fonts/**/NotoSans-Regular.ttf",
    "/usr/share/fonts/**/DejaVuSans.ttf",
)
_ENOUGH = 0.98  # of the letters of a text

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=1)
def _fonts() -> tuple[Font, ...]:
    size = SIZE * SCALE
    found = [next(iter(sorted(glob(pattern, recursive=True))), None) for pattern in _MORE]
    more = [ImageFont.truetype(path, size) for path in found if path is not None]
    return (ImageFont.load_default(size), *more)


@lru_cache(maxsize=1 << 14)
def _having(character: str) -> Font | None:
    return next((font for font in _fonts() if _has(font, character)), None)


def font_of(character: str) -> Font:
    """Return the first font that has a character, else the first of all."""
    return _having(character) or _fonts()[0]


def is_drawn(character: str) -> bool:
    """Return whether a font here has a character."""
    return _having(character) is not None


def is_legible(text: str) -> bool:
    """Return whether the fonts here have next to all letters of a text."""
    letters = [one for one in unicodedata.normalize("NFC", text) if one.isalpha()]
    return sum(map(is_drawn, letters)) >= _ENOUGH * len(letters)


def _has(font: Font, character: str) -> bool:
    if character.isspace() or unicodedata.category(character) in ("Mn", "Cf"):
        return True
    missing = font.getmask("\U0010fffd")
    shown = font.getmask(character)
    return shown.size != missing.size or bytes(shown) != bytes(missing)


@lru_cache(maxsize=1 << 14)
def advance(character: str) -> float:
    """Return the width of a character in points."""
    return font_of(character).getlength(character) / SCALE


def draw(page: ImageDraw.ImageDraw, place: tuple[float, float], character: str) -> None:
    """Draw a character in black, its base line beginning at a place in pixels."""
    column, row = floor(place[0]), floor(place[1])
    glyph, left, top = _glyph(character, place[0] - column, place[1] - row)
    page.bitmap((column + left, row + top), glyph, fill=0)


@lru_cache(maxsize=1 << 14)
def _glyph(character: str, across: float, down: float) -> tuple[Image.Image, int, int]:
    """Return how much of each pixel is ink, and where the first is from the pixel of its place."""
    font = font_of(character)
    sides = font.getbbox(character, anchor="ls")
    left, top, right, bottom = (floor(side) for side in sides)
    left, top, right, bottom = left - 1, top - 1, right + 3, bottom + 3
    glyph = Image.new("L", (right - left, bottom - top), 0)
    ink = ImageDraw.Draw(glyph)
    ink.text((across - left, down - top), character, fill=255, font=font, anchor="ls")
    return glyph, left, top
