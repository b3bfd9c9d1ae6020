"""What stands inside a payload: zstd frames, padding, seek table.

The layout is the zstd seekable format (facebook/zstd, contrib/seekable_format, version 0.1.0):
independent zstd frames of 1 MiB of content each (RFC 8878), one skippable frame of zeros that pads
the whole to a PADME length, and the seek table as the last skippable frame. `zstd -d` recovers the
content and skips the rest.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import zstandard

from archive.errors import SealedObjectDamaged
from archive.model.padding import padme

FRAME_SIZE = 1 << 20  # bytes of content in every frame but the last
LARGEST_CONTENT = 1 << 37  # bytes; keeps padding within a skippable frame's 32-bit length

_FRAME_MAGIC = 0xFD2FB528  # RFC 8878, section 3.1.1
_PADDING_MAGIC = 0x184D2A50  # RFC 8878, section 3.1.2: skippable, 0x184D2A50 to 5F
_TABLE_MAGIC = 0x184D2A5E  # seekable format
_FOOTER_MAGIC = 0x8F92EAB1  # seekable format
_SINGLE_SEGMENT = 0xA0  # RFC 8878, section 3.1.1.1.1: 4-byte content size, no checksum
_RAW_BLOCK_SIZE = 1 << 17  # bytes; RFC 8878, section 3.1.1.2.4
_FOOTER = struct.Struct("<IBI")
_PAIR = struct.Struct("<II")
_FIXED = 2 * _PAIR.size + _FOOTER.size  # two skippable frame headers and the footer

_LEVEL = 3  # zstd's own default
_BULK_LEVEL = 1  # of whole frames: half the processor time for a few percent of size
_PROBE_LEVEL = 1
_PROBE_PIECE = 4096  # bytes, at the start, middle and end of a frame
_PROBE_GAIN = 0.97  # a probe that shrinks less is not worth compressing
_ALWAYS_COMPRESS = 1 << 14  # bytes; below this a probe costs as much as compressing


class _Contexts(threading.local):
    """zstd contexts, made once per thread because making one costs more than a small frame."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.bulk = zstandard.ZstdCompressor(level=_BULK_LEVEL)
        self.probe = zstandard.ZstdCompressor(level=_PROBE_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_contexts = _Contexts()


def encode_frame(content: memoryview) -> Sequence[bytes | memoryview]:
    """Return the pieces of one zstd frame that holds up to 1 MiB of `content`.

    Content that a probe finds incompressible is stored in raw blocks, at the cost of a copy.
    """
    if len(content) > _ALWAYS_COMPRESS and not _shrinks(content):
        return _raw_frame(content)
    if len(content) == FRAME_SIZE:
        return (_contexts.bulk.compress(content),)
    return (_contexts.compressor.compress(content),)


def _shrinks(content: memoryview) -> bool:
    middle = len(content) // 2
    sample = b"".join(
        (content[:_PROBE_PIECE], content[middle : middle + _PROBE_PIECE], content[-_PROBE_PIECE:])
    )
    return len(_contexts.probe.compress(sample)) < _PROBE_GAIN * len(sample)


def _raw_frame(content: memoryview) -> list[bytes | memoryview]:
    pieces: list[bytes | memoryview] = [
        struct.pack("<IBI", _FRAME_MAGIC, _SINGLE_SEGMENT, len(content))
    ]
    for start in range(0, len(content), _RAW_BLOCK_SIZE):
        block = content[start : start + _RAW_BLOCK_SIZE]
        last = start + _RAW_BLOCK_SIZE >= len(content)
        pieces += [(len(block) << 3 | last).to_bytes(3, "little"), block]
    return pieces


def decode_frame(frame: bytes | memoryview, content_size: int) -> bytes:
    """Return the content of one zstd frame, which is exactly `content_size` bytes.

    Raises:
        SealedObjectDamaged: it is not.
    """
    try:
        if zstandard.frame_content_size(frame) != content_size:
            raise SealedObjectDamaged
        return _contexts.decompressor.decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError:
        raise SealedObjectDamaged from None


def encode_tail(frames: Sequence[tuple[int, int]]) -> tuple[bytes, int, bytes]:
    """Return what follows the content frames: padding header, count of zeros, seek table frame.

    `frames` lists (compressed size, content size) of each content frame.
    """
    unpadded = sum(size for size, _ in frames) + _FIXED + _PAIR.size * (len(frames) + 1)
    padding = padme(unpadded) - unpadded
    numbers = [number for entry in frames for number in entry]
    numbers += (_PAIR.size + padding, 0)
    count = len(frames) + 1
    head = (_TABLE_MAGIC, _PAIR.size * count + _FOOTER.size)
    table = struct.pack(f"<II{len(numbers)}IIBI", *head, *numbers, count, 0, _FOOTER_MAGIC)
    return _PAIR.pack(_PADDING_MAGIC, padding), padding, table


@dataclass(frozen=True, slots=True)
class SeekTable:
    """Where the content frames stand.

    `starts` has one offset per frame and a last one for the end of all; `size` is that of the
    content; every frame but the last holds `frame_size` of it. All in bytes.
    """

    starts: tuple[int, ...]
    size: int
    frame_size: int

    @property
    def count(self) -> int:
        """Number of content frames."""
        return len(self.starts) - 1

    def content_size(self, index: int) -> int:
        """Return how many bytes of content frame `index` holds."""
        return min(self.frame_size, self.size - index * self.frame_size)


def read_table(read: Callable[[int, int], bytes], size: int) -> SeekTable:
    """Read the seek table at the end of a plaintext of `size` bytes.

    `read` takes an offset and a count of bytes and returns them.

    Raises:
        SealedObjectDamaged: the layout is not the one that `encode_tail` writes. Frames may be
            smaller than `FRAME_SIZE`, so that a later version can cut finer.
    """
    if size < _FIXED:
        raise SealedObjectDamaged
    count, descriptor, magic = _FOOTER.unpack(read(size - _FOOTER.size, _FOOTER.size))
    table_size = _PAIR.size * (count + 1) + _FOOTER.size
    if magic != _FOOTER_MAGIC or descriptor or count < 2 or table_size > size:
        raise SealedObjectDamaged
    table = read(size - table_size, table_size - _FOOTER.size)
    head, *entries = _PAIR.iter_unpack(table)
    if head != (_TABLE_MAGIC, table_size - _PAIR.size):
        raise SealedObjectDamaged
    frames = entries[:-1]
    if sum(length for length, _ in entries) != size - table_size or not _regular(entries):
        raise SealedObjectDamaged
    starts = tuple(accumulate((length for length, _ in frames), initial=0))
    return SeekTable(starts, sum(length for _, length in frames), frames[0][1] or 1)


def _regular(entries: list[tuple[int, int]]) -> bool:
    *full, last, padding = entries
    frame_size = entries[0][1]
    return (
        padding[1] == 0
        and frame_size <= FRAME_SIZE
        and last[1] <= frame_size
        and (last[1] > 0 or not full)
        and all(content == frame_size for _, content in full)
        and all(length <= 2 * FRAME_SIZE for length, _ in (*full, last))
    )
