"""Contents on their way into the store: the sealed objects of one record."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from archive.errors import UnreadableFile
from archive.model.ids import RandomBytes
from archive.model.objects import Fixity, Representation
from archive.sealing import FileKey, SealingWriter, seal_bytes
from archive.services.intake_measure import BLOCK, blocks
from archive.storage import ObjectStore, StagedObject

_CHANGED = "it changed while it was read"


class Sealer:
    """Seals the representations of one record; `objects` and `staged` grow with each."""

    def __init__(self, store: ObjectStore, random: RandomBytes) -> None:
        self._store = store
        self._random = random
        self.objects: dict[Representation, Fixity] = {}
        self.staged: list[StagedObject] = []

    def seal(
        self,
        file_key: FileKey,
        representation: Representation,
        content: bytes | BinaryIO,
        expected: Fixity | None = None,
    ) -> Fixity:
        """Seal content as one object and return the fixity of its payload.

        Raises:
            UnreadableFile: a stream is not what `expected` says.
            DiskFull, WriteFailed: the store cannot be written to.
        """
        handle = self._store.stage()
        self.staged.append(handle)
        sealed = self._write(file_key, handle, content, expected)
        handle.seal(sealed.digest)
        self.objects[representation] = sealed
        return sealed

    def _write(
        self,
        file_key: FileKey,
        handle: StagedObject,
        content: bytes | BinaryIO,
        expected: Fixity | None,
    ) -> Fixity:
        if isinstance(content, bytes) and len(content) <= BLOCK:
            payload = seal_bytes(file_key, content, random=self._random)
            handle.write(payload)
            return Fixity(hashlib.sha256(payload).hexdigest(), len(payload))
        writer = SealingWriter(file_key, handle, random=self._random)
        if isinstance(content, bytes):
            writer.write(content)
            return writer.finish()
        seen = hashlib.sha256()
        for block in blocks(content):
            seen.update(block)
            writer.write(block)
        if expected is not None and seen.hexdigest() != expected.digest:
            raise UnreadableFile(_CHANGED)
        return writer.finish()

    def discard(self) -> None:
        """Give the space of what was sealed back."""
        for handle in self.staged:
            handle.discard()
