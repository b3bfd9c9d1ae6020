"""Pictures of text, drawn for the tests of recognition."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from tests.unit.extraction.pdf_maker import picture_page

_HANGUL_FONTS = ("NanumGothic.ttf", "NotoSansCJK-Regular.ttc", "NotoSansKR-Regular.otf")
_FONT_FOLDERS = (Path("/usr/share/fonts"), Path.home() / ".local/share/fonts")


def picture(text: str, size: int = 40, font: Path | None = None) -> Image.Image:
    """Return black text on white, in the font that Pillow brings along or in another."""
    face = ImageFont.truetype(font, size) if font else ImageFont.load_default(size)
    ruler = ImageDraw.Draw(Image.new("L", (1, 1)))
    box = ruler.multiline_textbbox((0, 0), text, font=face, spacing=size // 2)
    width, height = int(box[2]) + 2 * size, int(box[3]) + 2 * size
    drawn = Image.new("L", (width, height), 255)
    ImageDraw.Draw(drawn).multiline_text((size, size), text, font=face, fill=0, spacing=size // 2)
    return drawn


def coded(words: str, size: int = 6) -> Image.Image:
    """Return a QR code (ISO/IEC 18004) of modules `size` pixels wide, with its quiet zone."""
    written = BytesIO()
    segno.make_qr(words).save(written, kind="png", scale=size)
    return Image.open(written).convert("L")


def bar_coded(words: str, kind: str, size: int = 3) -> Image.Image:
    """Return a code of a kind that ZXing-C++ writes, with its quiet zone, of modules so wide."""
    made = zxingcpp.create_barcode(words, zxingcpp.barcode_format_from_str(kind))
    return Image.fromarray(np.array(made.to_image(scale=size)))


def encoded(image: Image.Image, kind: str = "PNG", comment: str = "", **options: Any) -> bytes:
    """Return an image file; `comment` is put into a text chunk of a PNG."""
    if comment:
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", comment)
    written = BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def scanned_pdf(text: str, title: str = "", stamp: str = "") -> bytes:
    """Return a PDF of one A5 page that is a picture of text, and a line of real text if any."""
    image = Image.new("L", (1240, 1754), 255)
    image.paste(picture(text), (100, 200))
    return picture_page(image.width, image.height, image.tobytes(), title, stamp)


@cache
def hangul_font() -> Path | None:
    """Return a font with Hangul, of Debian's fonts-nanum or fonts-noto-cjk, if one is installed."""
    found = (
        path for folder in _FONT_FOLDERS for name in _HANGUL_FONTS for path in folder.rglob(name)
    )
    return next(found, None)
