"""Reading a sealed stream from any offset."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from archive.errors import SealedObjectDamaged
from archive.sealing.framing import decode_frame, read_table
from archive.sealing.header import FileKey
from keys.errors import AuthenticationFailed
from keys.stream import (
    CHUNK_SIZE,
    NONCE_SIZE,
    SEALED_CHUNK_SIZE,
    StreamCipher,
    chunk_count,
)


class _ChunkOpener:
    """Plaintext of a payload by offset; the last chunk, and so the size, is checked at once."""

    def __init__(self, file_key: FileKey, payload: BinaryIO) -> None:
        self._payload = payload
        sealed_size = payload.seek(0, io.SEEK_END) - NONCE_SIZE
        if sealed_size < 0:
            raise AuthenticationFailed("a payload has been cut")
        self._count = chunk_count(sealed_size)
        self.size = sealed_size - self._count * (SEALED_CHUNK_SIZE - CHUNK_SIZE)
        self._end = NONCE_SIZE + sealed_size
        self._cipher = StreamCipher(file_key.raw, self._read(0, NONCE_SIZE))
        self._kept = (-1, b"")
        self._chunk(self._count - 1)

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes of plaintext from `offset`, both within the payload.

        Raises:
            SealedObjectDamaged: a chunk fails authentication.
        """
        first, skip = divmod(offset, CHUNK_SIZE)
        last = (offset + max(size, 1) - 1) // CHUNK_SIZE
        try:
            if first == last:
                return self._chunk(first)[skip : skip + size]
            chunks = [self._chunk(index) for index in range(first, last + 1)]
        except AuthenticationFailed:
            raise SealedObjectDamaged from None
        chunks[-1] = chunks[-1][: offset + size - last * CHUNK_SIZE]
        chunks[0] = chunks[0][skip:]
        return b"".join(chunks)

    def _chunk(self, index: int) -> bytes:
        if self._kept[0] != index:
            start = NONCE_SIZE + index * SEALED_CHUNK_SIZE
            sealed = self._read(start, min(SEALED_CHUNK_SIZE, self._end - start))
            last = index == self._count - 1
            self._kept = (index, self._cipher.open(index, sealed, last=last))
        return self._kept[1]

    def _read(self, start: int, size: int) -> bytes:
        self._payload.seek(start)
        data = self._payload.read(size)
        while 0 < len(data) < size:
            more = self._payload.read(size - len(data))
            if not more:
                break
            data += more
        return data


class SealedReader(io.RawIOBase):
    """A read-only, seekable file over the content of a payload; owns and closes `payload`.

    A read opens the chunks and frames that it touches, at most 1 MiB of content more than asked
    for, and returns as many bytes as asked for unless the content ends. `size` is that of the
    content in bytes.
    """

    def __init__(self, file_key: FileKey, payload: BinaryIO) -> None:
        """Authenticate the last chunk, and with it the length, and read the seek table.

        Raises:
            SealedObjectDamaged: cut, extended, or under another file key; `payload` is closed.
        """
        super().__init__()
        self._payload = payload
        try:
            self._chunks = _ChunkOpener(file_key, payload)
            self._table = read_table(self._chunks.read, self._chunks.size)
        except AuthenticationFailed:
            self.close()
            raise SealedObjectDamaged from None
        except BaseException:
            self.close()
            raise
        self.size = self._table.size
        self._position = 0
        self._kept = (-1, b"")

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def tell(self) -> int:
        """Return the offset of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to an offset, which may lie behind the end, and return it.

        Raises:
            ValueError: it lies before the start, or `whence` is unknown (as `io` does).
        """
        self._checkClosed()
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}
        if whence not in base or base[whence] + offset < 0:
            raise ValueError("an offset before the start")
        self._position = base[whence] + offset
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer` as far as the content goes and return the count of bytes.

        Raises:
            SealedObjectDamaged: a chunk or frame that is needed has been changed.
        """
        self._checkClosed()
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view) and self._position < self.size:
            index, skip = divmod(self._position, self._table.frame_size)
            piece = memoryview(self._frame(index))[skip : skip + len(view) - done]
            view[done : done + len(piece)] = piece
            done += len(piece)
            self._position += len(piece)
        return done

    def readall(self) -> bytes:
        """Return everything from here to the end.

        Raises:
            SealedObjectDamaged: a chunk or frame has been changed.
        """
        rest = bytearray(max(0, self.size - self._position))
        self.readinto(rest)
        return bytes(rest)

    def close(self) -> None:
        """Close the payload and drop what was opened of it."""
        if not self.closed:
            self._payload.close()
            self._kept = (-1, b"")
        super().close()

    def _frame(self, index: int) -> bytes:
        if self._kept[0] != index:
            start, end = self._table.starts[index : index + 2]
            frame = self._chunks.read(start, end - start)
            self._kept = (index, decode_frame(frame, self._table.content_size(index)))
        return self._kept[1]
