"""Pages on which a name stands as people meet it: turned, at a slant, pale, coloured, stacked."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from tests.unit.extraction.picture_maker import coded

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
DPI = 200
_SIZE = (900, 560)
_MIDDLE = 128  # of 255

Ink = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """A page, and the pixels of its name: left, top, right, bottom."""

    page: Image.Image
    name: tuple[int, int, int, int]

    @property
    def points(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of the name in points from the lower left corner."""
        left, top, right, bottom = (side * 72 / DPI for side in self.name)
        high = self.page.height * 72 / DPI
        return left, high - bottom, right, high - top


def put(
    page: Image.Image, words: str, at: tuple[int, int], ink: Ink = BLACK, turn: float = 0
) -> tuple[int, int, int, int]:
    """Write words on a page, turned counter-clockwise by so many degrees; return their pixels."""
    font = ImageFont.load_default(36)
    mask = Image.new("L", (int(font.getlength(words)) + 20, 60), 0)
    ImageDraw.Draw(mask).text((10, 6), words, font=font, fill=255)
    mask = mask.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    page.paste(ink, (*at, at[0] + mask.width, at[1] + mask.height), mask)
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    return at[0] + left, at[1] + top, at[0] + right, at[1] + bottom


def written(ground: Ink = WHITE) -> Image.Image:
    """Return a page with two lines of print."""
    page = Image.new("RGB", _SIZE, ground)
    put(page, "The harbour ledger was kept", (40, 30))
    put(page, "in the year of the great flood.", (40, 90))
    return page


def turned(name: str, turn: float, at: tuple[int, int] = (300, 200)) -> Look:
    """Return a page of print with a name turned by so many degrees."""
    page = written()
    return Look(page, put(page, name, at, turn=turn))


def pale(name: str) -> Look:
    """Return a page of print with a name that is hardly there."""
    page = written()
    return Look(page, put(page, name, (200, 280), (240, 240, 240)))


def stamped(name: str) -> Look:
    """Return a page of print with a name in red across a line of it."""
    page = written()
    return Look(page, put(page, name, (60, 68), (215, 30, 30)))


def behind(name: str) -> Look:
    """Return a page of print through which a name on its back is seen."""
    page, other = written(), Image.new("RGB", _SIZE, WHITE)
    put(other, name, (200, 280))
    other = ImageOps.mirror(other)
    page.paste(other, mask=other.convert("L").point(lambda tone: 255 * (tone < 200)))
    return Look(page, _dark(other))


def in_code(name: str) -> Look:
    """Return a page of print with a square code that says a name."""
    page, at, code = written(), (300, 160), coded(name)
    page.paste(code, at)
    left, top, right, bottom = _around(np.asarray(code) < _MIDDLE)
    return Look(page, (at[0] + left, at[1] + top, at[0] + right, at[1] + bottom))


def negative(name: str) -> Look:
    """Return a sign: white letters on black, in the middle of grey."""
    page = Image.new("RGB", _SIZE, (150, 150, 150))
    ImageDraw.Draw(page).rectangle((150, 180, 750, 330), fill=(15, 15, 15))
    return Look(page, put(page, name, (280, 225), (240, 240, 240)))


def stacked(name: str, font: Path) -> Look:
    """Return letters one below the other."""
    page, face = Image.new("RGB", (500, 560), WHITE), ImageFont.truetype(font, 60)
    draw = ImageDraw.Draw(page)
    for number, letter in enumerate(name):
        draw.text((220, 60 + number * 76), letter, font=face, fill=BLACK)
    return Look(page, _dark(page))


def shop_sign(name: str, font: Path) -> Look:
    """Return large white letters on a blue board, in front of a wall in changing light."""
    page = Image.linear_gradient("L").resize((1200, 900)).convert("RGB")
    before = np.asarray(page.convert("L")).copy()
    draw = ImageDraw.Draw(page)
    draw.rectangle((250, 300, 950, 560), fill=(20, 60, 140))
    draw.text((340, 350), name, font=ImageFont.truetype(font, 100), fill=(250, 250, 250))
    light = (np.asarray(page.convert("L")) > 240) & (before != np.asarray(page.convert("L")))
    return Look(page, _around(light))


def _dark(page: Image.Image) -> tuple[int, int, int, int]:
    return _around(np.asarray(page.convert("L")) < 128)


def _around(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def album(*looks: Look) -> bytes:
    """Return a TIFF with a page for each look."""
    held = BytesIO()
    first, *others = (look.page for look in looks)
    first.save(held, "TIFF", save_all=True, append_images=others, dpi=(DPI, DPI))
    return held.getvalue()
