"""Contents on their way into the store: the sealed objects of one record."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from archive.errors import ArchiveError, UnreadableFile
from archive.extraction import UNKNOWN, media_type
from archive.model.ids import RandomBytes
from archive.model.objects import Fixity, Representation
from archive.sealing import FileKey, HeaderSupply, SealingWriter, seal_bytes
from archive.services.intake.known import Known
from archive.services.intake.measure import BLOCK, Measured, blocks
from archive.storage import ObjectStore, StagedObject
from keys.identity import Recipient

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


@dataclass(frozen=True, slots=True)
class Begun:
    """An original that is sealed: under what, by whom, and which media type it has."""

    header: bytes
    file_key: FileKey
    sealer: Sealer
    kind: str


class Beginner:
    """Seals originals under fresh headers: a chunk of small ones at once, and what is asked for."""

    def __init__(
        self, store: ObjectStore, recipients: Sequence[Recipient], random: RandomBytes
    ) -> None:
        self._store = store
        self._random = random
        self._headers = HeaderSupply(recipients, random)
        self._begun: dict[str, Begun] = {}
        self._kinds: dict[str, str] = {}

    def ahead(self) -> bool:
        """Make one header ahead of its use; return false when there are enough."""
        return self._headers.make()

    def look(self, measured: Sequence[Measured], known: Known) -> bool:
        """Tell the media types of the new contents; return whether one of them may have a reader.

        What fails here fails again when it is its turn.
        """
        for one in measured:
            if known.find(one.fingerprint) is None:
                with suppress(OSError, MemoryError):
                    self._kinds[one.fingerprint] = _kind(one.content or one.stream)
        return any(kind != UNKNOWN for kind in self._kinds.values())

    def begin(self, measured: Sequence[Measured]) -> None:
        """Seal those contents that were found new and are small, one kind of work after the other.

        One thing for many files takes two thirds of the time of everything for one file at a time,
        because of the processor's caches. What fails here fails again when it is its turn.
        """
        new: dict[str, Measured] = {}
        for one in measured:
            small = one.content is not None and len(one.content) <= BLOCK
            if small and one.fingerprint in self._kinds:
                new[one.fingerprint] = one
        self._headers.fill(len(new))
        with suppress(ArchiveError, OSError, MemoryError):
            for print_, one in new.items():
                content = one.content or b""
                self._begun[print_] = self._begin(content, one.original, self._kinds[print_])

    def take(self, fingerprint: str, content: bytes | BinaryIO, original: Fixity) -> Begun:
        """Return a sealed original; whoever takes it discards it when it is not needed.

        Raises:
            UnreadableFile: a stream is not what it was when it was measured.
            DiskFull, WriteFailed: the store cannot be written to.
        """
        begun = self._begun.pop(fingerprint, None)
        if begun is not None:
            return begun
        kind = self._kinds.get(fingerprint) or _kind(content)
        return self._begin(content, original, kind)

    def forget(self) -> None:
        """Give the space of what was not taken back, and forget the media types."""
        self._kinds.clear()
        while self._begun:
            self._begun.popitem()[1].sealer.discard()

    def _begin(self, content: bytes | BinaryIO, original: Fixity, kind: str) -> Begun:
        header, file_key = self._headers.take()
        sealer = Sealer(self._store, self._random)
        try:
            sealer.seal(file_key, Representation.ORIGINAL, content, original)
        except BaseException:
            sealer.discard()
            raise
        return Begun(header, file_key, sealer, kind)


def _kind(content: bytes | BinaryIO) -> str:
    if isinstance(content, bytes):
        return media_type(content[:BLOCK])
    content.seek(0)
    return media_type(content.read(BLOCK))
