"""A decoded image as tesseract likes it: grey on white, upright, square pixels, large enough."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from PIL import Image, ImageOps

from archive.extraction.readers.recognition import MAX_PIXELS, Pixels, Word

_MOST_PIXELS = 100_000_000  # decoded; in colour 400 MB of the 1 GiB that a child may have
_LONGEST = 65_500  # a side; JPEG has no more (ITU-T T.81, B.2.2)
_POINTS = 72.0  # an inch
_DPI = (30.0, 2_400.0)  # what resolutions scanners and faxes write; others are not believed
_SMALL = 4_000_000  # pixels; smaller images are enlarged, screenshots have letters 8 pixels high
_ENLARGED = 3.0
_SCAN_DPI = 200.0  # from here on letters are large enough

_COLOURS = ("RGB", "P", "CMYK", "YCbCr", "HSV")  # modes that Pillow converts to RGB

# Pillow warns from this number on and refuses from twice as many.
Image.MAX_IMAGE_PIXELS = _MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels to recognise, and how they relate to the points of the image as it is shown."""

    pixels: Pixels
    across: float  # points for a pixel
    down: float
    height: float  # points

    def place(self, word: Word) -> tuple[float, float, float, float]:
        """Return left, bottom, right, top of a word in points from the lower left corner."""
        bottom = max(self.height - word.bottom * self.down, 0.0)
        top = max(self.height - word.top * self.down, 0.0)
        return max(word.left, 0) * self.across, bottom, word.right * self.across, top


def is_too_large(image: Image.Image) -> bool:
    """Tell whether decoding would take more memory than there is; asks the header alone."""
    width, height = image.size
    return width * height > _MOST_PIXELS or max(width, height) > _LONGEST


def frame_of(image: Image.Image) -> Frame:
    """Decode the current frame of an image."""
    dpi = _resolution(image)
    upright = ImageOps.exif_transpose(image)
    if upright.size != image.size:
        dpi = dpi[1], dpi[0]
    width, height = upright.size
    grey = _grey(upright)
    across, down = _scales(width, height, dpi)
    size = max(1, round(width * across)), max(1, round(height * down))
    if size != grey.size:
        grey = grey.resize(size, Image.Resampling.BICUBIC)
    pixels = Pixels(grey.tobytes(), *size, dpi=round(min(max(dpi[0] * across, 70), 600)))
    points = width * _POINTS / dpi[0], height * _POINTS / dpi[1]
    return Frame(pixels, points[0] / size[0], points[1] / size[1], points[1])


def points_of(image: Image.Image) -> tuple[float, float]:
    """Return width and height in points of the current frame as `frame_of` places its words."""
    dpi = _resolution(image)
    size = ImageOps.exif_transpose(image).size
    if size != image.size:
        dpi = dpi[1], dpi[0]
    return size[0] * _POINTS / dpi[0], size[1] * _POINTS / dpi[1]


def upright(image: Image.Image) -> Image.Image:
    """Decode the current frame as it is shown: `RGB`, or `L` where there is more to it."""
    turned = ImageOps.exif_transpose(image)
    plain = turned.mode in _COLOURS and "transparency" not in turned.info
    return turned.convert("RGB") if plain else _grey(turned)


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Return dots per inch, across and down; 72 where the image does not say or lies."""
    stated: Any = image.info.get("dpi")
    try:
        across, down = (float(one) for one in stated)
    except (TypeError, ValueError, ZeroDivisionError):
        return _POINTS, _POINTS
    sane = all(_DPI[0] <= one <= _DPI[1] for one in (across, down))
    return (across, down) if sane and 0.25 <= across / down <= 4.0 else (_POINTS, _POINTS)


def _scales(width: int, height: int, dpi: tuple[float, float]) -> tuple[float, float]:
    """Return by how much to enlarge across and down: equal resolution, at most `MAX_PIXELS`."""
    finest = max(dpi)
    across, down = finest / dpi[0], finest / dpi[1]
    pixels = width * height * across * down
    if finest < _SCAN_DPI and pixels < _SMALL:
        factor = min(_ENLARGED, sqrt(2 * _SMALL / pixels))
    else:
        factor = min(1.0, sqrt(MAX_PIXELS / pixels))
    return across * factor, down * factor


def _grey(image: Image.Image) -> Image.Image:
    """Return 8-bit grey; what is transparent is white, or black where all the rest is white."""
    if image.mode.startswith(("I", "F")):
        return _squeezed(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        grey = _over(image, 255)
        return grey if grey.getextrema() != (255, 255) else _over(image, 0)
    if image.mode == "LAB":
        return image.getchannel("L")  # lightness; Pillow converts no other way
    return image if image.mode == "L" else image.convert("L")


def _over(image: Image.Image, backdrop: int) -> Image.Image:
    layered = image.convert("RGBA")
    below = Image.new("L", image.size, backdrop)
    below.paste(layered.convert("L"), mask=layered.getchannel("A"))
    return below


def _squeezed(image: Image.Image) -> Image.Image:
    """Return pixels of 16 or 32 bits as 8, darkest to black and lightest to white."""
    wide = image.convert("I" if image.mode.startswith("I") else "F").convert("F")
    low, high = (float(str(one)) for one in wide.getextrema())
    scale = 255.0 / (high - low) if high > low else 1.0
    return wide.point(lambda value: value * scale - low * scale).convert("L")
