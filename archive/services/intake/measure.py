"""The first reading of an input file: its fixity, and its content when memory can hold it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archive.extraction import MAX_INPUT_BYTES
from archive.model.objects import Fixity
from archive.services.checksums import new_hash
from archive.services.intake.handed_in import Candidate

BLOCK = 1 << 20
_REST = 1 << 12  # bytes; asked for where a file has most likely ended


@dataclass(frozen=True, slots=True)
class Measured:
    """A file that was read once: its fixity, and its content when that can be held in memory.

    `digests` holds its SHA-256 and a digest for each algorithm of the checksums supplied with it.
    """

    item: Candidate
    stream: BinaryIO
    original: Fixity
    content: bytes | None
    digests: dict[str, str]
    fingerprint: str


def read_once(
    stream: BinaryIO, likely: int, algorithms: Iterable[str]
) -> tuple[Fixity, bytes | None, dict[str, str]]:
    """Return fixity, content and digests of a stream, all of one pass over it.

    There is no content when it is too large to hold. `likely` is the size that it probably has, in
    bytes. The digests (hex) are of SHA-256 and of `algorithms`.
    """
    hashes = {"sha256": hashlib.sha256(), **{name: new_hash(name) for name in algorithms}}
    size = 0
    held: list[bytes] | None = []
    for block in blocks(stream, likely + 1 if likely else BLOCK):
        for one in hashes.values():
            one.update(block)
        size += len(block)
        if size > MAX_INPUT_BYTES:
            held = None
        if held is not None:
            held.append(block)
    content = None if held is None else held[0] if len(held) == 1 else b"".join(held)
    digests = {name: one.hexdigest() for name, one in hashes.items()}
    return Fixity(digests["sha256"], size), content, digests


def blocks(content: BinaryIO, first: int = BLOCK) -> Iterator[bytes]:
    """Yield a stream from its start; `first` is how many bytes to ask for at once at first."""
    content.seek(0)
    size = min(first, BLOCK)
    while block := content.read(size):
        yield block
        size = BLOCK if len(block) == size else _REST
