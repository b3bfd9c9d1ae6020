"""Where sealed objects are kept. A store knows digests and ciphertext, never names or content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

from archive.storage.backup import BackupFolder, PointWriter
from archive.storage.folder import ArchiveFolder
from archive.storage.local import LocalStore
from archive.storage.staged import StagedObject

__all__ = [
    "ArchiveFolder",
    "BackupFolder",
    "LocalStore",
    "ObjectStore",
    "PointWriter",
    "StagedObject",
    "verify",
]

_SMALL = 1 << 16
_BLOCK = 1 << 20


class ObjectStore(Protocol):
    """Immutable sealed objects under the SHA-256 (lower-case hex) of their bytes."""

    def stage(self) -> StagedObject:
        """Return a new object to write ciphertext into; nothing of it is stored yet.

        Raises:
            DiskFull, WriteFailed: the store cannot be written to.
        """

    def commit(self, staged: Sequence[StagedObject]) -> None:
        """Make sealed objects durable under their digests, all of them before it returns.

        An object that is stored already is stored once. After a failure the objects may or may not
        be there; recovery removes those that no record names.

        Raises:
            DiskFull, WriteFailed: nothing may be acknowledged; reopen the store.
        """

    def open(self, digest: str) -> BinaryIO:
        """Return the object's bytes, read-only and seekable.

        Raises:
            ObjectMissing: it is not there or cannot be read.
            InvalidValue: `digest` is not 64 lower-case hex digits.
        """

    def delete(self, digest: str) -> None:
        """Remove an object durably; one that is not there is fine.

        Raises:
            WriteFailed: it could not be removed.
            InvalidValue: `digest` is not 64 lower-case hex digits.
        """

    def digests(self) -> Iterator[str]:
        """Yield the digest of every stored object, in ascending order."""


def verify(store: ObjectStore, digest: str) -> bool:
    """Return whether an object's bytes still hash to its digest (PREMIS fixity check).

    Raises:
        ObjectMissing: it is not there or cannot be read.
    """
    found = hashlib.sha256()
    with store.open(digest) as stored:
        found.update(
            stored.read(_SMALL)
        )  # mostly that is all: no memory for a whole block is asked
        while block := stored.read(_BLOCK):
            found.update(block)
    return found.hexdigest() == digest
