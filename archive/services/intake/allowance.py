"""How much one file handed in may bring along, over all the levels of files inside it."""

from __future__ import annotations

from dataclasses import dataclass

_FILES = 250_000
_BYTES = 8 << 30
TOO_MUCH = "more comes out of one file than is taken in at once: unpack it and ingest the folder"


@dataclass(slots=True)
class Allowance:
    """What is left of the files and bytes that may come out of one file.

    A container within a container multiplies; each level alone keeps its own bounds.
    """

    files: int = _FILES
    size: int = _BYTES

    def take(self, size: int) -> bool:
        """Take one file of `size` bytes off, and tell whether that was still allowed."""
        if self.files < 1 or self.size < size:
            return False
        self.files -= 1
        self.size -= size
        return True
