"""Sound and film: no text, but what the file says of itself, and the picture on its cover."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pymediainfo

from archive.errors import ReaderFailed
from archive.extraction.dates import iso_date
from archive.extraction.limits import Confinement
from archive.extraction.reasons import NoText
from archive.model.objects import Attachment, Extraction

_Fields = Mapping[str, Any]
_LIBRARY, _FIRST, _RELEASE, _NUMBERS = pymediainfo.MediaInfo._get_library()
_LIBRARY.MediaInfo_Delete(_FIRST)

_UNTOLD = "application/octet-stream"  # the parent tells the type from the bytes
_MAX_TAGS = 40  # of the 64 metadata fields
_NOT_NAME = re.compile("[^a-z0-9]+")
_COORDINATES = re.compile(r"[+-]\d{1,2}\.\d+[+-]\d{1,3}\.\d+")  # ISO 6709
_ZONE = re.compile(r"^UTC | UTC$")
# MediaInfo's names; what is neither here nor a tag is a measure of the encoding.
_GENERAL = {
    "Title": "title",
    "Movie": "title",
    "Track": "title",
    "title": "title",
    "Performer": "author",
    "Artist": "author",
    "artist": "author",
    "ARTIST": "author",
    "Author": "author",
    "Album": "album",
    "Comment": "comment",
    "comment": "comment",
    "Description": "description",
    "Lyrics": "lyrics",
    "Copyright": "copyright",
    "Genre": "genre",
    "Format": "format",
    "Duration": "duration",  # seconds
    "Encoded_Application": "software",
    "Encoded_Hardware_CompanyName": "make",
    "Encoded_Hardware_Name": "model",
    "make": "make",
    "model": "model",
    "com_apple_quicktime_make": "make",
    "com_apple_quicktime_model": "model",
    "com_android_version": "software",
}
_DATES = ("Recorded_Date", "date", "DATE", "Encoded_Date", "Tagged_Date", "Released_Date")
_UNSET = (None, "1970-01-01", "1904-01-01")  # what POSIX and QuickTime write for no date
_MEASURE = re.compile(
    r"@|ID$|\w*Count$|(?:.*_)?(?:Count|Size|Rate|Mode|Profile|Version|Level|Settings?|Source|String|Compatible)"
    r"(?:_|$)|Format|CodecID|Frame|Delay|Duration|Stream|IsStreamable|UniqueID|Header|Footer|Data"
    r"|OverallBit|Interleav|ErrorDetection|File|Cover|Internet|Encoded_Library"
)
_TRACKS = {
    "Video": {"Format": "video-codec", "Width": "width", "Height": "height", "FrameRate": "frames"},
    "Audio": {"Format": "audio-codec", "Channels": "channels", "SamplingRate": "sampling-rate"},
    "Text": {"Format": "subtitles", "Language": "subtitles-language"},
}


class _Loaded(pymediainfo.MediaInfo):
    """MediaInfo with the library that was loaded before the reader was confined."""

    @classmethod
    def _get_library(cls, _: str | None = None) -> tuple[Any, Any, str, tuple[int, ...]]:
        return _LIBRARY, _LIBRARY.MediaInfo_New(), _RELEASE, _NUMBERS


class RecordingReader:
    """Reads audio and video containers with MediaInfo, from memory."""

    name = f"recording/1 (mediainfo {_RELEASE})"
    media_types = (
        "audio/wav",
        "audio/aac",
        "audio/ac3",
        "audio/aiff",
        "audio/amr",
        "audio/basic",
        "audio/flac",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/x-ape",
        "audio/x-caf",
        "audio/x-wavpack",
        "application/mxf",
        "application/ogg",
        "application/vnd.rn-realmedia",
        "video/3gpp",
        "video/3gpp2",
        "video/mp2t",
        "video/mp4",
        "video/mpeg",
        "video/ogg",
        "video/quicktime",
        "video/webm",
        "video/x-flv",
        "video/x-matroska",
        "video/x-ms-asf",
        "video/x-msvideo",
    )
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return duration, codecs, dates, device and tags as metadata, and covers as attachments.

        Raises:
            ReaderFailed: the library gave no sensible answer.
        """
        said = _Loaded.parse(io.BytesIO(data), output="JSON", full=False, cover_data=True)
        try:
            tracks: list[_Fields] = json.loads(said)["media"]["track"]
        except (ValueError, TypeError, KeyError):
            raise ReaderFailed from None
        general = next((track for track in tracks if track.get("@type") == "General"), {})
        fields = _tags(general)
        for track in tracks:
            for theirs, ours in _TRACKS.get(str(track.get("@type")), {}).items():
                if theirs in track:
                    fields.setdefault(ours, str(track[theirs]))
        return Extraction(None, fields, tuple(_covers(general)), NoText.SOUND.value)


def _tags(general: _Fields) -> dict[str, str]:
    """Return what the file says of itself: known fields by their names, others as `tag-...`."""
    extra = general.get("extra")
    everything = {**(extra if isinstance(extra, dict) else {}), **general}
    fields: dict[str, str] = {}
    tags: dict[str, str] = {}
    for theirs, value in everything.items():
        if theirs == "extra":
            continue
        if theirs in _GENERAL:
            fields.setdefault(_GENERAL[theirs], str(value))
        elif not _MEASURE.match(theirs) and len(tags) < _MAX_TAGS:
            tags["tag-" + _NOT_NAME.sub("-", theirs.lower())[:32].strip("-")] = str(value)
    days = [day for name in _DATES if (day := _day(everything.get(name))) not in _UNSET]
    if days:
        fields["date"] = days[0]
    if any(_COORDINATES.search(value) for value in tags.values()):
        fields["gps"] = "yes"
    return {**fields, **tags}


def _day(value: object) -> str | None:
    return iso_date(_ZONE.sub("", value)) if isinstance(value, str) else None


def _covers(general: _Fields) -> Iterator[Attachment]:
    """Yield the pictures that are embedded as covers."""
    for number, coded in enumerate(str(general.get("Cover_Data", "")).split(" / "), start=1):
        try:
            picture = base64.b64decode(coded, validate=True)
        except ValueError:
            continue
        if picture:
            yield Attachment(f"cover-{number}", _UNTOLD, picture)
