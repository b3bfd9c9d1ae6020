"""Images and scans: a few formats, decoded by Pillow and recognised by tesseract."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO

import PIL
from PIL import (  # the decoders register themselves; a confined child can import none
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from archive.errors import ReaderFailed
from archive.extraction.canonical import is_blank
from archive.extraction.limits import Confinement
from archive.extraction.readers.budget import Budget
from archive.extraction.readers.image_metadata import describe
from archive.extraction.readers.image_pixels import Frame, frame_of, is_too_large
from archive.extraction.readers.page_text import PageText, assembled
from archive.extraction.readers.recognised_text import Tally, laid_out
from archive.extraction.readers.recognition import CPU_SECONDS, NAME, RECOGNISER
from archive.extraction.reasons import Concern, NoText
from archive.model.objects import Extraction

AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # a child can start none

_DECODERS = (
    AvifImagePlugin.AvifImageFile,
    BmpImagePlugin.BmpImageFile,
    GifImagePlugin.GifImageFile,
    JpegImagePlugin.JpegImageFile,
    MpoImagePlugin.MpoImageFile,  # JPEG with several frames
    PngImagePlugin.PngImageFile,
    TiffImagePlugin.TiffImageFile,
    WebPImagePlugin.WebPImageFile,
)
_FORMATS = tuple(one.format for one in _DECODERS if one.format in Image.OPEN)
_FRAMES = 1_000


def opened_image(data: bytes) -> ImageFile.ImageFile | None:
    """Return an image of which the header is read, or `None` where it is too large.

    Raises:
        ReaderFailed: Pillow cannot decode the image.
    """
    try:
        return Image.open(BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        return None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        pass  # raised below: the exception in flight holds the document it failed on
    raise ReaderFailed


class ImageReader:
    """Reads photographs, scans and screenshots."""

    name = f"image-ocr/1 (pillow {PIL.__version__}, {NAME})"
    media_types = (
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/tiff",
        "image/webp",
        "image/bmp",
        "image/avif",
    )
    confinement = Confinement.PURE

    def prepare(self) -> None:
        """Load the language data, before confinement."""
        RECOGNISER.prepare()

    def read(self, data: bytes) -> Extraction:
        """Return the text of all frames that differ, with word boxes, and what the camera noted.

        Points are those of the image's own resolution; an image without one has 72 dots per inch.

        Raises:
            ReaderFailed: Pillow cannot decode the image.
        """
        self.prepare()
        image = opened_image(data)
        if image is None:
            return Extraction(None, reason=NoText.TOO_LARGE.value)
        with image:
            metadata = describe(image)
            if is_too_large(image):
                return Extraction(None, metadata, reason=NoText.TOO_LARGE.value)
            if not RECOGNISER.languages:
                return Extraction(None, metadata, reason=NoText.NO_LANGUAGE_DATA.value)
            return self._recognised(image, metadata)

    def _recognised(self, image: ImageFile.ImageFile, metadata: dict[str, str]) -> Extraction:
        pages, tally = [], Tally()
        frames = Frames(image)
        for frame in frames:
            words = RECOGNISER.words(frame.pixels)
            tally.add(words)
            pages.append(laid_out(words, frame.place))
        concerns = tally.concerns() | frames.concerns
        if not pages and Concern.DAMAGED in concerns:
            raise ReaderFailed
        metadata |= tally.metadata(RECOGNISER.languages)
        ordered = tuple(one.value for one in Concern if one in concerns)
        text = assembled(pages or [PageText("")], self.name)
        if is_blank(text.text):
            return Extraction(None, metadata, reason=NoText.EMPTY.value, concerns=ordered)
        return Extraction(text, metadata, concerns=ordered)


class Frames:
    """The frames of an image that show something new, as far as they can be decoded."""

    def __init__(self, image: ImageFile.ImageFile) -> None:
        self._image = image
        self.concerns: set[Concern] = set()

    def __iter__(self) -> Iterator[Frame]:
        """Yield them; while one is out, the image stands at that frame."""
        seen: set[bytes] = set()
        budget = Budget(CPU_SECONDS)
        for number in range(_FRAMES + 1):
            frame = self._decoded(number)
            if frame is None:
                return
            if number == _FRAMES or not budget.is_left():
                self.concerns.add(Concern.UNRECOGNISED)
                return
            digest = sha256(frame.pixels.data).digest()
            if digest not in seen:
                seen.add(digest)
                yield frame

    def _decoded(self, number: int) -> Frame | None:
        """Return a frame, as much of it as there is; `None` after the last."""
        for tolerant in (False, True):
            ImageFile.LOAD_TRUNCATED_IMAGES = tolerant
            try:
                self._image.seek(number)
                if is_too_large(self._image):
                    self.concerns.add(Concern.UNRECOGNISED)
                    return None
                return frame_of(self._image)
            except EOFError:
                return None
            except Image.DecompressionBombError:
                self.concerns.add(Concern.UNRECOGNISED)
                return None
            except MemoryError:
                raise
            except Exception:  # decoders of damaged images raise whatever they meet
                self.concerns.add(Concern.DAMAGED)
            finally:
                ImageFile.LOAD_TRUNCATED_IMAGES = False
        return None
