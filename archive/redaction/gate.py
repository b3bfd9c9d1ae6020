"""The gate: no reading copy goes out that names a registered source anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from archive.model.redaction import Leak, ReadingCopy
from archive.redaction.matcher import SourceMatcher


def leaks(copy: ReadingCopy, matcher: SourceMatcher) -> tuple[Leak, ...]:
    """Return every place of a reading copy in which a registered form stands.

    Looked at: text, title, every metadata name and value, date and language.
    """
    return tuple(_leaks(copy, matcher))


def _leaks(copy: ReadingCopy, matcher: SourceMatcher) -> Iterator[Leak]:
    places = {"text": copy.text, "title": copy.title}
    places["date"] = copy.date or ""
    places["language"] = copy.language or ""
    for name, value in copy.metadata.items():
        places[f"metadata:{name}"] = value
        places[f"metadata-name:{name}"] = name
    for field, value in places.items():
        for match in matcher.find(value):
            yield Leak(field, match.start, match.end, match.source)
