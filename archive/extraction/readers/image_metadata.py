"""What an image says of itself: camera, day, place, comments."""

from __future__ import annotations

from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from archive.extraction.canonical import one_line
from archive.extraction.dates import iso_date
from archive.extraction.limits import DEFAULT_LIMITS

_EXIF = {  # CIPA DC-008 (Exif 3.0), 4.6.4 to 4.6.6
    Base.ImageDescription: "description",
    Base.Artist: "author",
    Base.Copyright: "rights",
    Base.Software: "creator-tool",
    Base.Make: "camera-make",
    Base.Model: "camera-model",
}
_DATES = (Base.DateTimeOriginal, Base.DateTimeDigitized, Base.DateTime)
_TEXTS = {  # PNG, third edition, 11.3.3.1; `comment` also GIF and JPEG
    "title": "title",
    "author": "author",
    "description": "description",
    "copyright": "rights",
    "software": "creator-tool",
    "comment": "comment",
}


def describe(image: Image.Image) -> dict[str, str]:
    """Return what the header, Exif and text chunks of an image say; `gps` tells of a place."""
    found = {"size": f"{image.width} x {image.height} pixels"}
    for key, value in image.info.items():
        name = _TEXTS.get(str(key).lower())
        if name:
            _add(found, name, value)
    if image.format == "PNG" and "exif" not in image.info:  # else Pillow decodes it to look further
        return found
    try:
        _add_exif(found, image.getexif())
    except Exception:  # Exif of damaged images raises whatever it meets; it is no reason to fail
        found["exif"] = "unreadable"
    return found


def _add_exif(found: dict[str, str], exif: Image.Exif) -> None:
    details = exif.get_ifd(IFD.Exif)
    for tag, name in _EXIF.items():
        _add(found, name, exif.get(tag))
    for tag in _DATES:
        moment = str(details.get(tag) or exif.get(tag) or "")
        day = iso_date(moment[:10].replace(":", "-"))
        if day and "date" not in found:
            found["date"] = day
            _add(found, "taken", moment)
    if exif.get_ifd(IFD.GPSInfo):
        found["gps"] = "present"


def _add(found: dict[str, str], name: str, value: Any) -> None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    line = one_line(value, DEFAULT_LIMITS.metadata_code_points) if isinstance(value, str) else ""
    if line:
        found.setdefault(name, line)
