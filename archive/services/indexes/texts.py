"""Versions of a record's canonical text, as its manifest names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from archive.model.objects import CanonicalText, Fixity, Representation, TextVersion


def text_version(number: int, text: CanonicalText, fixity: Fixity, now: datetime) -> TextVersion:
    """Return how a manifest names a text that was sealed at the aware time `now`."""
    created = now.astimezone(UTC).isoformat(timespec="seconds")
    return TextVersion(number, text.reader, fixity, created)


def first_text(
    objects: Mapping[Representation, Fixity], text: CanonicalText | None, now: datetime
) -> tuple[TextVersion, ...]:
    """Return the versions that a new record has: its first text, or none."""
    if text is None:
        return ()
    return (text_version(1, text, objects[Representation.CANONICAL_TEXT], now),)
