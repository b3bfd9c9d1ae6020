"""Sealing a stream of any length in constant memory."""

from __future__ import annotations

import hashlib
import mmap
from typing import Protocol

from archive.errors import InvalidValue
from archive.model.ids import RandomBytes
from archive.model.objects import Fixity
from archive.sealing.framing import FRAME_SIZE, LARGEST_CONTENT, encode_frame, encode_tail
from archive.sealing.header import FileKey
from keys.primitives import TAG_SIZE
from keys.stream import CHUNK_SIZE, NONCE_SIZE, SEALED_CHUNK_SIZE, StreamCipher

_ZEROS = bytes(CHUNK_SIZE)
_BLOCK = 1 << 20  # bytes; at least two chunks


class Sink(Protocol):
    """Takes sealed bytes; `write` takes all of `data` and keeps no reference to it."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Write all of `data`."""


class ChunkSealer:
    """Cuts plaintext into STREAM chunks and writes the payload to a sink.

    Sealed chunks are gathered and handed on in blocks of 1 MiB, so that writes to a file start
    and end on pages of the file, from memory that does so too: a sink may then pass the page cache
    by (open(2), "O_DIRECT").
    """

    def __init__(self, file_key: FileKey, sink: Sink, *, random: RandomBytes) -> None:
        nonce = random(NONCE_SIZE)
        self._cipher = StreamCipher(file_key.raw, nonce)
        self._sink = sink
        self._index = 0
        self._filled = 0
        self._plain = memoryview(bytearray(CHUNK_SIZE))
        self._block = memoryview(bytearray(NONCE_SIZE + SEALED_CHUNK_SIZE))
        self._block[:NONCE_SIZE] = nonce
        self._held = NONCE_SIZE

    def feed(self, data: bytes | memoryview) -> None:
        """Take plaintext; a full chunk is sealed once more follows, for the last one differs."""
        view = memoryview(data)
        while view:
            if self._filled == CHUNK_SIZE:
                self._seal(self._plain, last=False)
                self._hand_on()
            if not self._filled and len(view) > CHUNK_SIZE:
                self._seal(view[:CHUNK_SIZE], last=False)
                self._hand_on()
                view = view[CHUNK_SIZE:]
                continue
            taken = min(CHUNK_SIZE - self._filled, len(view))
            self._plain[self._filled : self._filled + taken] = view[:taken]
            self._filled += taken
            view = view[taken:]

    def finish(self) -> None:
        """Seal the last chunk and hand on the rest."""
        self._seal(self._plain[: self._filled], last=True)
        self._sink.write(self._block[: self._held])

    def _seal(self, chunk: memoryview, *, last: bool) -> None:
        end = self._held + len(chunk) + TAG_SIZE
        self._cipher.seal_into(self._index, chunk, self._block[self._held : end], last=last)
        self._held = end
        self._index += 1
        self._filled = 0

    def _hand_on(self) -> None:
        if self._index == 1:
            first, self._block = self._block, memoryview(mmap.mmap(-1, _BLOCK + SEALED_CHUNK_SIZE))
            self._block[: self._held] = first
        elif self._held >= _BLOCK:
            self._sink.write(self._block[:_BLOCK])
            self._held -= _BLOCK
            self._block[: self._held] = self._block[_BLOCK : _BLOCK + self._held]


class ContentFramer:
    """Cuts content into zstd frames and feeds them, padding and seek table to a chunk sealer."""

    def __init__(self, sealer: ChunkSealer) -> None:
        self._sealer = sealer
        self._pending = bytearray()
        self._frames: list[tuple[int, int]] = []
        self._size = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take content; whole frames of a large `data` are not copied first.

        Raises:
            InvalidValue: more than 128 GiB in all.
        """
        view = memoryview(data).cast("B")
        self._size += len(view)
        if self._size > LARGEST_CONTENT:
            raise InvalidValue("The content is larger than 128 GiB.")
        while view:
            if not self._pending and len(view) >= FRAME_SIZE:
                self._frame(view[:FRAME_SIZE])
                view = view[FRAME_SIZE:]
                continue
            taken = FRAME_SIZE - len(self._pending)
            self._pending += view[:taken]
            view = view[taken:]
            if len(self._pending) == FRAME_SIZE:
                self._flush()

    def finish(self) -> None:
        """Write the rest, the padding and the seek table, and seal the last chunk."""
        if self._pending or not self._frames:
            self._flush()
        header, padding, table = encode_tail(self._frames)
        self._sealer.feed(header)
        for left in range(padding, 0, -len(_ZEROS)):
            self._sealer.feed(_ZEROS[:left])
        self._sealer.feed(table)
        self._sealer.finish()

    def _flush(self) -> None:
        with memoryview(self._pending) as content:
            self._frame(content)
        self._pending = bytearray()

    def _frame(self, content: memoryview) -> None:
        length = 0
        for piece in encode_frame(content):
            self._sealer.feed(piece)
            length += len(piece)
        self._frames.append((length, len(content)))


class _Measured:
    """Passes bytes on and keeps their SHA-256 and count."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes | memoryview, /) -> None:
        self._digest.update(data)
        self._size += len(data)
        self._sink.write(data)

    def fixity(self) -> Fixity:
        return Fixity(self._digest.hexdigest(), self._size)


class SealingWriter:
    """Seals content of any length to one payload.

    Keeps about 3 MiB in memory, and some 200 bytes per MiB written for the seek table. What the
    sink raises passes through; the payload is then worthless.
    """

    def __init__(self, file_key: FileKey, sink: Sink, *, random: RandomBytes) -> None:
        self._sink = _Measured(sink)
        self._framer = ContentFramer(ChunkSealer(file_key, self._sink, random=random))

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take content; blocks of 1 MiB are fastest.

        Raises:
            InvalidValue: more than 128 GiB in all.
        """
        self._framer.write(data)

    def finish(self) -> Fixity:
        """Seal the rest and return SHA-256 and size of the payload; write nothing after this."""
        self._framer.finish()
        return self._sink.fixity()
