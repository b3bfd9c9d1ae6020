"""Whether an archive was founded for one person, and from which entry on it takes two: pure."""

from __future__ import annotations

from collections.abc import Iterable

from archive.model.provenance import Entry, EventType

PERSONS = "persons"
"""Link of a founding or a release that says how many persons it took, when that is one."""

ONE = "one"
FOREVER = 1 << 62
"""Above every entry."""

_ABOUT = (EventType.ARCHIVE_CREATED, EventType.TWO_PERSONS_BEGUN)


def tells_persons(body: bytes) -> bool:
    """Return whether the bytes of an entry may say how many persons an archive takes."""
    return any(f'"type":"{event.value}"'.encode() in body for event in _ABOUT)


def alone_until(entries: Iterable[tuple[int, Entry]]) -> int:
    """Return the index below which one person was enough: 0 where it always took two.

    `entries` are those about the archive with their indices, oldest first, signatures checked.
    """
    founded = False
    for index, entry in entries:
        if entry.type is EventType.ARCHIVE_CREATED and index == 0:
            founded = entry.links.get(PERSONS) == ONE
        elif entry.type is EventType.TWO_PERSONS_BEGUN and founded:
            return index
    return FOREVER if founded else 0
