"""Why a document has no text, and why it needs a person.

Closed lists, so that a reader cannot put words in our mouth.
"""

from __future__ import annotations

from enum import Enum


class NoText(str, Enum):
    """Reasons that an `Extraction` without text may carry; none says anything of its content."""

    NO_READER = "no reader for this format"
    TOO_LARGE = "too large to be read for text"
    EMPTY = "there is no text in it"
    NOT_TEXT = "not text in any known encoding"
    PROTECTED = "protected by a password"
    IMAGES = "pages are images without text"
    NO_LANGUAGE_DATA = "its text is in images, and no language data for text recognition is here"
    SOUND = "audio or video: no text"
    UNOPENED = "too large to be opened: unpack or split it and ingest what comes out"


class Concern(str, Enum):
    """Why an archivist should look at an `Extraction`; none says anything of its content."""

    UNREADABLE_PAGES = "some of its pages could not be read"
    UNRECOGNISED = "pictures in it were not read for text"
    LOW_CONFIDENCE = "text recognised in its pictures is uncertain"
    UNMAPPED = "some of its letters stand for no known characters"
    DAMAGED = "damaged or cut short; some of it may be missing"
    INCOMPLETE = "it holds more than is taken from one document"
    ACTIVE_CONTENT = "it holds active content, which was not run"
    OUTSIDE_REFERENCE = "it refers to content outside of itself, which was not fetched"
    READERS_DISAGREE = "two readers found different words in it"


class Refusal(str, Enum):
    """Reasons that a file inside another was not taken out; none says anything of its content."""

    PROTECTED = "encrypted inside its container: unpack it with the password and ingest it alone"
    DAMAGED = "damaged inside its container: the container is stored whole"
    METHOD = "packed by an unknown method: unpack the container and ingest the folder"
    LINK = "a link inside its container, not a file"
    DEVICE = "a device or pipe inside its container, not a file"
    TOO_LARGE = "too large to be taken out: unpack the container and ingest the folder"
    TOO_MANY = "more than is taken out of one container: unpack it and ingest the folder"
    SWELLS = "it would swell to far more than its packed size, as an attack does"
    OVERLAP = "its bytes are also those of another member, as in an attack"
    EXTERNAL = "only a reference to a file that is kept elsewhere"


_CONTAINERS = frozenset(
    {
        "application/gzip",
        "application/mbox",
        "application/vnd.ms-outlook-pst",
        "application/x-7z-compressed",
        "application/x-bzip2",
        "application/x-tar",
        "application/x-xz",
        "application/zip",
        "application/zstd",
        "message/rfc822",
    }
)


def too_large(media_type: str) -> NoText:
    """Return why a file of that type is stored without being read when it is too large for that."""
    if media_type in _CONTAINERS:
        return NoText.UNOPENED
    if media_type.startswith(("audio/", "video/")):
        return NoText.SOUND
    return NoText.TOO_LARGE
