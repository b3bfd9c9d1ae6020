"""Whoosh's storage interface on sealed files: what it writes is sealed, what it reads authentic.

Whoosh's own searcher needs it to answer for ours, and Whoosh's own tests run on it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from threading import Lock
from typing import Any

from whoosh.filedb.filestore import Storage
from whoosh.filedb.structfile import BufferFile, StructFile

from archive.model.ids import RandomBytes
from archive.search.chunks import CHUNK, ChunkReader, ChunkWriter
from archive.search.files import SealedFiles
from archive.search.folder import IndexFolder
from archive.search.manifest import StoredFile

_PEEK = 512  # bytes; the head of a posting block is pickled in about 40


class SealedView(StructFile):  # type: ignore[misc]  # whoosh has no types
    """Whoosh's view of a stretch of a sealed file: seek and read, or read at an offset.

    An eager view opens each named part of the file at once into memory and keeps it; another
    reads chunk by chunk through the cache.
    """

    def __init__(
        self, reader: ChunkReader, start: int, length: int, name: str, *, eager: bool
    ) -> None:
        self._reader = reader
        self._start = start
        self._length = length
        self._position = 0
        self._name = name
        self._eager = eager
        self.file = self
        self.onclose = None
        self.is_real = False
        self.is_closed = False

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes from the position, or all that are left."""
        left = self._length - self._position
        data = self.get(self._position, left if size < 0 else min(size, left))
        self._position += len(data)
        return data

    def readinto(self, buffer: bytearray | memoryview) -> int:
        """Fill `buffer` from the position; return how many bytes there were."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readline(self) -> bytes:
        """Return the bytes up to the next line feed: the unpickler asks for this."""
        start = self._position
        line = b""
        while not line.endswith(b"\n") and (piece := self.read(256)):
            end = piece.find(b"\n") + 1
            line += piece[:end] if end else piece
        self._position = start + len(line)
        return line

    def peek(self, size: int) -> bytes:
        """Return some bytes from the position without moving it: the unpickler reads ahead."""
        return self.get(self._position, min(size, _PEEK))

    def get(self, position: int, length: int) -> bytes:
        """Return up to `length` bytes from `position`."""
        length = min(length, self._length - position)
        return self._reader.read(self._start + position, length) if length > 0 else b""

    def get_array(self, position: int, typecode: str, length: int) -> Any:
        """Return an array of `length` numbers that begins at `position`."""
        self._position = position
        return self.read_array(typecode, length)

    def subset(self, offset: int, length: int, name: str | None = None) -> StructFile:
        """Return a view of a named part of this one."""
        name = name or self._name
        if self._eager:
            return BufferFile(self._reader.read(self._start + offset, length), name=name)
        return SealedView(self._reader.share(), self._start + offset, length, name, eager=False)

    def seek(self, where: int, whence: int = os.SEEK_SET) -> int:
        """Move the position; `whence` as in `io.IOBase.seek`."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = base + where
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def close(self) -> None:
        """Give the file up."""
        if not self.is_closed:
            self.is_closed = True
            self._reader.release()


class _Stream(io.RawIOBase):
    """Raw stream over a sealed file, to be buffered: sorted runs are read byte by byte."""

    def __init__(self, view: SealedView) -> None:
        super().__init__()
        self._view = view

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._view.readinto(buffer)

    def close(self) -> None:
        self._view.close()
        super().close()


class _Draft(io.BytesIO):
    """A file in memory until it is closed: Whoosh seeks back in what it writes, and reads it."""

    def __init__(self, writer: ChunkWriter) -> None:
        super().__init__()
        self._writer = writer

    def close(self) -> None:
        if not self.closed:
            self._writer.write(self.getbuffer())
            self._writer.close()
        super().close()


class SealedStorage(SealedFiles, Storage):  # type: ignore[misc]  # whoosh has no types
    """The files of one generation, or of the next one while it is being written."""

    supports_mmap = False

    def __init__(
        self,
        folder: IndexFolder,
        key: bytes,
        files: dict[str, StoredFile],
        generation: int,
        *,
        random: RandomBytes,
        eager: bool = False,
    ) -> None:
        super().__init__(folder, key, files, generation, random=random)
        self._eager = eager

    def create_file(self, name: str, **_: Any) -> StructFile:
        """Return a new file of this logical name, open for writing, in place of any other."""
        return StructFile(_Draft(self.writer(name)), name=name)

    def open_file(self, name: str, **_: Any) -> StructFile:
        """Return the file of this logical name, open for reading."""
        reader = self.reader(name)
        self._opened.append(reader)
        return SealedView(reader, 0, reader.length, name, eager=self._eager)

    def list(self) -> list[str]:
        """Return the logical names."""
        return list(self.files)

    def __iter__(self) -> Iterator[str]:
        return iter(self.list())

    def file_exists(self, name: str) -> bool:
        """Tell whether there is a file of this logical name."""
        return name in self.files

    def file_length(self, name: str) -> int:
        """Return the length of the file's content in bytes."""
        return self.files[name].length

    def file_modified(self, _name: str) -> float:
        """Return 0.0: times are nobody's business, and Whoosh only copies them."""
        return 0.0

    def delete_file(self, name: str) -> None:
        """Forget the file of this logical name; `discard` or a later pruning removes it."""
        self.files.pop(name, None)

    def rename_file(self, frm: str, to: str, **_: Any) -> None:
        """Give a small file another logical name by writing it again: names are in the keys."""
        source = self.open_file(frm)
        target = self.create_file(to)
        target.write(source.read())
        source.close()
        target.close()
        self.delete_file(frm)

    def lock(self, _name: str) -> Lock:
        """Return a free lock: the folder's own lock has been taken by the one writer before."""
        return Lock()

    def temp_storage(self, name: str | None = None) -> TemporaryStorage:
        """Return a storage for intermediate files, under a key that nobody will have again."""
        temporary = TemporaryStorage(
            self._folder, self._random(32), {}, self.generation, random=self._random
        )
        temporary.created, temporary._opened = self.created, self._opened
        return temporary

    def close(self) -> None:
        """Keep the files open: their readers hold them, and close them one by one."""


class TemporaryStorage(SealedStorage):
    """Intermediate files of one writer, sealed like all others; `destroy` removes them."""

    def open_file(self, name: str, **_: Any) -> StructFile:
        """Return the file of this logical name as a buffered stream."""
        view = SealedStorage.open_file(self, name)
        return StructFile(io.BufferedReader(_Stream(view), CHUNK), name=name)

    def delete_file(self, name: str) -> None:
        """Remove the file of this logical name from disk."""
        stored = self.files.pop(name, None)
        if stored is not None:
            self._folder.remove([stored.file])
            self.created.discard(stored.file)

    def destroy(self) -> None:
        """Remove all intermediate files."""
        for name in list(self.files):
            self.delete_file(name)
