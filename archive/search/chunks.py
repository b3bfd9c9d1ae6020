"""Files of sealed chunks: written once from start to end, read from any offset.

A file is a row of chunks of `CHUNK` plaintext bytes, each AES-256-GCM with its own tag; only the
last may be shorter. Every file has its own key, derived by HKDF (RFC 5869) from the index key and
salted with the file's random id, and every chunk is sealed exactly once under it, so the nonce can
be the chunk's number. The additional data is that number and whether the chunk is the last: chunks
cannot be swapped, dropped, added or cut (the STREAM construction of Hoang, Reyhanitabar, Rogaway
and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015).
The plaintext is padded with zeros to a PADME length (Nikitin et al., "Reducing Metadata Leakage
from Encrypted Files and Communication with PURBs", PoPETs 2019, section 4).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable

from archive.errors import IndexTampered
from archive.model.padding import padme
from archive.search.cache import Cache
from keys.errors import AuthenticationFailed
from keys.primitives import AesGcm256, hkdf

CHUNK = 1 << 16  # bytes of plaintext
TAG = 16  # bytes; NIST SP 800-38D, the full tag
_SLOT = CHUNK + TAG


def file_key(index_key: bytes, file_id: str, name: str, generation: int) -> AesGcm256:
    """Return the cipher of one file, bound to its random id, its logical name and generation."""
    info = b"strongroom index file 1\x00" + struct.pack(">Q", generation) + name.encode()
    return AesGcm256(hkdf(index_key, salt=bytes.fromhex(file_id), info=info))


def _nonce(number: int) -> bytes:
    return struct.pack(">4xQ", number)


def _bound(number: int, final: bool) -> bytes:
    return struct.pack(">QB", number, final)


class ChunkCache(Cache[bytes]):
    """Opened chunks of all files of one index, at (file descriptor, number)."""

    def __init__(self, capacity: int) -> None:
        """Keep at most `capacity` bytes."""
        super().__init__(capacity, len)


class ChunkReader:
    """One open file of sealed chunks; nothing leaves it that is not authentic.

    The descriptor stays open until the last user has called `release`, so a file that another
    process removes can still be read.
    """

    def __init__(self, descriptor: int, cipher: AesGcm256, length: int, cache: ChunkCache) -> None:
        """Take over `descriptor`; `length` is the length of the content in bytes.

        Raises:
            IndexTampered: the size on disk is not the one that `length` asks for, or the last
                chunk is not authentic.
        """
        self._descriptor = descriptor
        self._cipher = cipher
        self._cache = cache
        self._users = 1
        self.length = length
        padded = padme(length)
        self._last = max(0, -(-padded // CHUNK) - 1)
        if os.fstat(descriptor).st_size != padded + TAG * (self._last + 1):
            raise IndexTampered
        self.tag = os.pread(descriptor, _SLOT, self._last * _SLOT)[-TAG:]
        self._chunk(self._last)

    def _open(self, number: int) -> bytes:
        try:
            sealed = os.pread(self._descriptor, _SLOT, number * _SLOT)
            return self._cipher.open(_nonce(number), sealed, _bound(number, number == self._last))
        except (OSError, AuthenticationFailed):
            raise IndexTampered from None

    def _chunk(self, number: int) -> bytes:
        return self._cache.get((self._descriptor, number), lambda: self._open(number))

    def read(self, start: int, size: int) -> bytes:
        """Return up to `size` bytes from offset `start`, through the cache.

        Raises:
            IndexTampered: a chunk is not authentic.
        """
        number, offset = divmod(start, CHUNK)
        end = offset + size
        if size > 0 and end <= CHUNK and start + size <= self.length:
            return self._chunk(number)[offset:end]
        return self._read_across(start, min(start + size, self.length), self._chunk)

    def _read_across(self, start: int, end: int, chunk: Callable[[int], bytes]) -> bytes:
        pieces = []
        while start < end:
            number, offset = divmod(start, CHUNK)
            piece = chunk(number)[offset : offset + end - start]
            pieces.append(piece)
            start += len(piece)
        return b"".join(pieces)

    def whole(self) -> bytes:
        """Return the whole content, leaving the cache alone; every chunk is opened, padding too.

        Raises:
            IndexTampered: one of them is not authentic.
        """
        content = bytearray()
        for number in range(self._last + 1):
            content += self._open(number)
        return bytes(memoryview(content)[: self.length])

    def share(self) -> ChunkReader:
        """Return this reader with one more user."""
        self._users += 1
        return self

    def release(self) -> None:
        """Give up one use; the last one closes the file."""
        self._users -= 1
        if self._users == 0:
            self.abandon()

    def abandon(self) -> None:
        """Close the file now, whoever uses it."""
        if self._descriptor >= 0:
            descriptor = self._descriptor
            self._cache.forget(lambda key: isinstance(key, tuple) and key[0] == descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


class ChunkWriter:
    """Seals what is written to it, chunk by chunk, each exactly once."""

    def __init__(
        self, descriptor: int, cipher: AesGcm256, closed: Callable[[int, bytes], None]
    ) -> None:
        """Take over `descriptor`, an empty file open for writing.

        `closed` is called with the length in bytes and the last chunk's tag.
        """
        self._descriptor = descriptor
        self._cipher = cipher
        self._closed = closed
        self._tail = bytearray()
        self._sealed = 0  # number of the next chunk to seal
        self._size = 0

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append `data`.

        Raises:
            OSError: the disk refused.
        """
        self._size += len(data)
        for start in range(0, len(data), CHUNK):
            self._tail += data[start : start + CHUNK]
            if len(self._tail) > CHUNK:
                self._seal(self._tail[:CHUNK], final=False)
                del self._tail[:CHUNK]
        return len(data)

    def _seal(self, plain: bytearray, *, final: bool) -> bytes:
        sealed = self._cipher.seal(_nonce(self._sealed), plain, _bound(self._sealed, final))
        view = memoryview(sealed)
        offset = self._sealed * _SLOT
        while view:
            written = os.pwrite(self._descriptor, view, offset)
            view = view[written:]
            offset += written
        self._sealed += 1
        return sealed[-TAG:]

    def close(self) -> None:
        """Pad, seal what is left, report length and last tag."""
        if self._descriptor < 0:
            return
        try:
            length = self._size
            self.write(bytes(padme(length) - length))
            tag = self._seal(self._tail, final=True)
        finally:
            self.abandon()
        self._closed(length, tag)

    def abandon(self) -> None:
        """Close the file as it is; nobody will open it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
