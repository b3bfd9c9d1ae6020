"""Pixels as image streams of a PDF: nothing but pixels goes in, nothing but pixels comes out."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from archive.redaction.pages.pixels import Pixels, Tone, tone

_INK = 160  # of 255: darker is black; half of a thin stroke at 144 dots per inch is lighter
_PACKING = 7  # of 9; set text takes 1.5 % less than at 6; 9 takes six times as long for 3 %
_QUALITY = 60  # of JPEG; text on photographs stays legible
_STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_COUNTS, _PHOTOMETRIC = 273, 278, 279, 262  # TIFF 6.0
_BLACK_IS_ONE = 1  # TIFF 6.0, PhotometricInterpretation: BlackIsZero


@dataclass(frozen=True, slots=True)
class ImageStream:
    """The data of an image XObject (ISO 32000-2, 8.9.5) and what its dictionary says of it."""

    data: bytes
    filter: str
    space: str
    bits: int
    parameters: dict[str, int | bool] = field(default_factory=dict)


def encode(pixels: Pixels) -> ImageStream:
    """Return pixels in the form that suits them: two tones, sixteen tones, or JPEG."""
    kind = tone(pixels)
    if kind is Tone.PHOTOGRAPH or (kind is Tone.TINTS and pixels.ndim == 3):
        return _photograph(pixels)
    grey = pixels if pixels.ndim == 2 else np.asarray(Image.fromarray(pixels).convert("L"))
    return _lines(grey) if kind is Tone.LINES else _tints(grey)


def _lines(grey: Pixels) -> ImageStream:
    """Return black and white, in the smaller of the two forms that keep it so."""
    light = grey > _INK
    faxed = _faxed(light)
    packed = zlib.compress(np.packbits(light, axis=1).tobytes(), _PACKING)
    if len(packed) < len(faxed.data):
        return ImageStream(packed, "FlateDecode", "DeviceGray", 1)
    return faxed


def _faxed(light: npt.NDArray[np.bool_]) -> ImageStream:
    """Return black and white by ITU-T T.6 (CCITT group 4); libtiff writes it as one strip."""
    image = Image.fromarray(light)
    written = BytesIO()
    image.save(written, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    with Image.open(BytesIO(written.getvalue()), formats=["TIFF"]) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        (offset,), (count,) = tags[_STRIP_OFFSETS], tags[_STRIP_COUNTS]
        inverted = tags[_PHOTOMETRIC] == _BLACK_IS_ONE
    data = written.getvalue()[offset : offset + count]
    parameters = {"K": -1, "Columns": image.width, "Rows": image.height, "BlackIs1": inverted}
    return ImageStream(data, "CCITTFaxDecode", "DeviceGray", 1, parameters)


def _tints(grey: Pixels) -> ImageStream:
    nibbles = np.minimum((grey.astype(np.uint16) + 8) // 17, 15).astype(np.uint8)
    if nibbles.shape[1] % 2:
        nibbles = np.pad(nibbles, ((0, 0), (0, 1)))
    packed = (nibbles[:, ::2] << 4) | nibbles[:, 1::2]
    return ImageStream(zlib.compress(packed.tobytes(), 9), "FlateDecode", "DeviceGray", 4)


def _photograph(pixels: Pixels) -> ImageStream:
    written = BytesIO()
    Image.fromarray(pixels).save(written, "JPEG", quality=_QUALITY, optimize=True)
    space = "DeviceGray" if pixels.ndim == 2 else "DeviceRGB"
    return ImageStream(written.getvalue(), "DCTDecode", space, 8)
