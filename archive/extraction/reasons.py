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
