"""Why something is missing: closed lists, so that a reader cannot put words in our mouth."""

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
    SOUND = "audio or video: no text"
    UNOPENED = "too large to be opened: unpack or split it and ingest what comes out"


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
