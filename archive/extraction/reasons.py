"""Why a document has no text: a closed list, so that a reader cannot put words in our mouth."""

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
