"""What the preservation forms tell: steps of the history of records, and opened fields."""

from __future__ import annotations

from dataclasses import dataclass

from archive.model.provenance import Entry

OBJECTS = ("original", "canonical-text", "manifest", "reading_copy")
"""Links of an entry that are SHA-256 digests (hex) of something that was kept."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A field of an entry that was opened to the reader: value, and salt (16 bytes, hex)."""

    index: int
    field: str
    value: str
    salt: str


@dataclass(frozen=True, slots=True)
class Step:
    """An entry and the place where it stands in the ledger."""

    index: int
    entry: Entry


def short(uri: str) -> str:
    """Return the last part of an event type's URI."""
    return uri.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def digests(steps: list[Step]) -> dict[str, str]:
    """Return what each digest (hex) that the steps link to is of, in order of appearance."""
    found: dict[str, str] = {}
    for step in steps:
        for name in OBJECTS:
            if name in step.entry.links:
                found.setdefault(step.entry.links[name], name)
    return found
