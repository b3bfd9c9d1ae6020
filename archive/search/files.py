"""The sealed files of one generation, or of the next one while it is being written.

On disk there are random names; the manifest alone knows which logical name each has.
"""

from __future__ import annotations

import os

from archive.errors import IndexTampered
from archive.model.ids import RandomBytes
from archive.search.chunks import ChunkCache, ChunkReader, ChunkWriter, file_key
from archive.search.folder import IndexFolder
from archive.search.manifest import StoredFile

_CACHE = 64 << 20  # bytes of opened chunks


class SealedFiles:
    """Files by logical name; `files` says what the manifest says of them.

    New files go to disk at once under random names, and are remembered in `created`; nothing that
    was there before is ever changed or removed.
    """

    def __init__(
        self,
        folder: IndexFolder,
        key: bytes,
        files: dict[str, StoredFile],
        generation: int,
        *,
        random: RandomBytes,
        cache: ChunkCache | None = None,
    ) -> None:
        self.files = dict(files)
        self.created: set[str] = set()
        self.generation = generation
        self._opened: list[ChunkReader | ChunkWriter] = []
        self._folder = folder
        self._key = key
        self._random = random
        self._cache = cache or ChunkCache(_CACHE)

    def next_generation(self) -> SealedFiles:
        """Return these files, to which the next generation's are to be added."""
        return SealedFiles(
            self._folder,
            self._key,
            self.files,
            self.generation + 1,
            random=self._random,
            cache=self._cache,
        )

    def told(self) -> dict[str, object]:
        """Return what another process must be told to write files of this generation."""
        return {
            "folder": str(self._folder.path),
            "key": self._key.hex(),
            "generation": self.generation,
        }

    def adopt(self, stored: StoredFile) -> None:
        """Add a file that another process has written for this generation."""
        self.files[stored.name] = stored
        self.created.add(stored.file)

    def discard(self) -> None:
        """Remove every file on disk that was created here and is not in `files`.

        What was left open, as when the disk fails, is closed first.
        """
        for file in self._opened:
            file.abandon()
        self._opened.clear()
        kept = {stored.file for stored in self.files.values()}
        self._folder.remove(self.created - kept)
        self.created &= kept

    def reader(self, name: str) -> ChunkReader:
        """Return the file of this logical name, open for reading.

        Raises:
            IndexTampered: it is missing, or not what was written.
        """
        stored = self.files[name]
        cipher = file_key(self._key, stored.file, name, stored.generation)
        descriptor = self._folder.open(stored.file)
        try:
            reader = ChunkReader(descriptor, cipher, stored.length, self._cache)
        except IndexTampered:
            os.close(descriptor)
            raise
        if reader.tag.hex() != stored.tag:
            reader.release()
            raise IndexTampered
        return reader

    def writer(self, name: str) -> ChunkWriter:
        """Return a new file of this logical name, in place of any other, open for writing."""
        file = self._random(16).hex()
        descriptor = self._folder.create(file)
        self.created.add(file)

        def closed(length: int, tag: bytes) -> None:
            self.files[name] = StoredFile(name, file, self.generation, length, tag.hex())

        cipher = file_key(self._key, file, name, self.generation)
        writer = ChunkWriter(descriptor, cipher, closed)
        self._opened.append(writer)
        return writer
