"""The first reading of an input file: its fixity, and its content when memory can hold it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archive.extraction import MAX_INPUT_BYTES
from archive.model.objects import Fixity
from archive.services.intake import Candidate

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """A file that was read once: its fixity, and its content when that can be held in memory."""

    item: Candidate
    stream: BinaryIO
    original: Fixity
    content: bytes | None
    fingerprint: str


def fixity(stream: BinaryIO, likely: int) -> tuple[Fixity, bytes | None]:
    """Return the fixity of a stream and its content, or no content when it is too large to hold.

    `likely` is the size that it probably has, in bytes.
    """
    digest, size = hashlib.sha256(), 0
    held: list[bytes] | None = []
    for block in blocks(stream, likely + 1 if likely else BLOCK):
        digest.update(block)
        size += len(block)
        if size > MAX_INPUT_BYTES:
            held = None
        if held is not None:
            held.append(block)
    content = None if held is None else held[0] if len(held) == 1 else b"".join(held)
    return Fixity(digest.hexdigest(), size), content


def blocks(content: BinaryIO, first: int = BLOCK) -> Iterator[bytes]:
    """Yield a stream from its start; `first` is how many bytes to ask for at once at first."""
    content.seek(0)
    size = min(first, BLOCK)
    while block := content.read(size):
        yield block
        size = BLOCK
