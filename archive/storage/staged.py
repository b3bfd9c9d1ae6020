"""An object on its way into a store."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class StagedObject(Protocol):
    """A sink for ciphertext that becomes an object when its store commits it."""

    def write(self, data: bytes | memoryview, /) -> int:
        """Append ciphertext and return how many bytes it was.

        Raises:
            DiskFull, WriteFailed: it could not be written; discard the object.
        """

    def seal(self, digest: str) -> None:
        """End writing; `digest` is the SHA-256 (lower-case hex) of everything written.

        Raises:
            InvalidValue: `digest` is not 64 lower-case hex digits.
        """

    def open(self) -> BinaryIO:
        """Return what was written, read-only and seekable, once it is sealed and not stored yet.

        Raises:
            ObjectMissing: it is not sealed, was stored or discarded, or cannot be read.
        """

    def discard(self) -> None:
        """Forget the object; fine at any time, and without effect once it was committed."""
