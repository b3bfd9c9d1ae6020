"""Text of any script on PDF pages without font files: runs of built-in fonts, escapes for the rest.

The standard fonts carry Windows-1252, Adobe's four CJK collections what the code pages of their
countries carry (ISO 32000-1, 9.6.2.2 and 9.7.5.2). Controls, marks of direction and characters
outside of all these are written as escapes, so that no name can change how a page reads.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

LATIN = "Helvetica"
_CJK = {
    "HYGothic-Medium": "cp949",
    "HeiseiKakuGo-W5": "cp932",
    "STSong-Light": "gbk",
    "MSung-Light": "big5",
}
_BMP = 0xFFFF  # the fonts' encodings are UCS-2
_MARKS = {"Mn", "Me", "Mc"}  # those that NFC leaves stand on what comes before them

Run = tuple[str, str]
"""A font and the text to set in it."""


def register_fonts() -> None:
    """Make the built-in CJK fonts known; doing so again changes nothing."""
    for name in _CJK:
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(name))


@lru_cache(maxsize=1 << 16)
def _fonts(character: str) -> tuple[str, ...]:
    """Return the fonts that carry a character."""
    seen = character.isprintable() and unicodedata.category(character) not in _MARKS
    if not seen or ord(character) > _BMP:
        return ()
    found = [LATIN] if _encodes(character, "cp1252") else []
    return (*found, *(font for font, page in _CJK.items() if _encodes(character, page)))


def _encodes(character: str, code_page: str) -> bool:
    try:
        character.encode(code_page)
    except UnicodeEncodeError:
        return False
    return True


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= _BMP else f"\\U{code:08x}"


def runs(text: str, latin: str = LATIN) -> list[Run]:
    """Return the runs of a text in NFC; `latin` is the standard font to use.

    No run of a CJK font is a single character where it has a neighbour in ASCII: programs without
    such a font take a lone glyph for nothing and leave it out when they extract text.
    """
    if text.isascii() and text.isprintable():
        return [(latin, text)]
    found: list[Run] = []
    for character in unicodedata.normalize("NFC", text):
        before, held = found[-1] if found else (latin, "")
        font, shown = _set(character, before, latin)
        if font == before and found:
            found[-1] = (font, held + shown)
        else:
            found.append((font, shown))
    return list(_accompanied(found, latin))


def _set(character: str, before: str, latin: str) -> Run:
    """Return the font and the form of a character that follows text in the font `before`."""
    fonts = _fonts(character)
    if not fonts:
        return latin, _escape(character)
    if fonts[0] == LATIN:
        return latin, character
    return before if before in fonts else fonts[0], character


def _accompanied(found: list[Run], latin: str) -> Iterator[Run]:
    for index, (font, text) in enumerate(found):
        if font != latin and len(text) == 1 and index + 1 < len(found):
            after, rest = found[index + 1]
            if after == latin and rest[0].isascii():
                found[index + 1] = (after, rest[1:])
                yield font, text + rest[0]
                continue
        if text:
            yield font, text


def width_of(text: str, size: float, latin: str = LATIN) -> float:
    """Return how many points wide a text is on one line."""
    return sum(float(pdfmetrics.stringWidth(run, font, size)) for font, run in runs(text, latin))


def wrap(text: str, size: float, width: float, latin: str = LATIN) -> list[list[Run]]:
    """Return the lines of a text that is broken, anywhere, at `width` points."""
    lines: list[list[Run]] = [[]]
    left = width
    for font, run in runs(text, latin):
        whole = pdfmetrics.stringWidth(run, font, size)
        if whole <= left:
            lines[-1].append((font, run))
            left -= whole
            continue
        for character in run:
            taken = pdfmetrics.stringWidth(character, font, size)
            if taken > left:
                lines.append([])
                left = width
            _put(lines[-1], font, character)
            left -= taken
    return lines


def _put(line: list[Run], font: str, character: str) -> None:
    if line and line[-1][0] == font:
        line[-1] = (font, line[-1][1] + character)
    else:
        line.append((font, character))


def draw(canvas: Canvas, x: float, y: float, line: list[Run], size: float) -> None:
    """Set one line of runs with its base line at `y`."""
    for font, run in line:
        canvas.setFont(font, size)
        canvas.drawString(x, y, run)
        x += pdfmetrics.stringWidth(run, font, size)
