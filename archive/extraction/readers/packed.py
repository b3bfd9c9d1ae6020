"""Unpacking a block at a time, whatever the method: no block is larger than asked for."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator

import inflate64
import zstandard

from archive.extraction.readers.members import BLOCK, Refused
from archive.extraction.reasons import Refusal

_INPUT = 1 << 14  # bytes; deflate64 cannot be bounded but by what it is given


def unpack(method: int, packed: memoryview) -> Iterator[bytes]:
    """Yield the bytes of a zip entry (APPNOTE 6.3.10, 4.4.5).

    Raises:
        Refused: the method is not known, or the bytes are damaged.
    """
    if method not in _METHODS:
        raise Refused(Refusal.METHOD)
    try:
        yield from _METHODS[method](packed)
    except _ERRORS:
        raise Refused(Refusal.DAMAGED) from None


def _stored(packed: memoryview) -> Iterator[bytes]:
    for at in range(0, len(packed), BLOCK):
        yield bytes(packed[at : at + BLOCK])


def _deflated(packed: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), BLOCK):
        rest: bytes = bytes(packed[at : at + BLOCK])
        while rest and not unpacker.eof:
            yield unpacker.decompress(rest, BLOCK)
            rest = unpacker.unconsumed_tail
    while not unpacker.eof:
        block = unpacker.decompress(b"", BLOCK)
        if not block:
            raise EOFError
        yield block


def _deflated64(packed: memoryview) -> Iterator[bytes]:
    unpacker = inflate64.Inflater()
    for at in range(0, len(packed), _INPUT):
        yield unpacker.inflate(bytes(packed[at : at + _INPUT]))
    if not unpacker.eof:
        raise EOFError


def _bounded(
    unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor, packed: memoryview
) -> Iterator[bytes]:
    at = 0
    while not unpacker.eof:
        piece = b""
        if unpacker.needs_input:
            piece = bytes(packed[at : at + BLOCK])
            at += len(piece)
            if not piece:
                raise EOFError
        yield unpacker.decompress(piece, BLOCK)


def _bzip2(packed: memoryview) -> Iterator[bytes]:
    return _bounded(bz2.BZ2Decompressor(), packed)


def _xz(packed: memoryview) -> Iterator[bytes]:
    return _bounded(lzma.LZMADecompressor(lzma.FORMAT_XZ), packed)


def _lzma(packed: memoryview) -> Iterator[bytes]:
    """Unpack raw LZMA behind its two version bytes, size and properties (APPNOTE, 5.8.8)."""
    size = struct.unpack_from("<H", packed, 2)[0]
    if size != 5:
        raise Refused(Refusal.METHOD)
    properties = bytes(packed[4:9])
    unsized = properties + b"\xff" * 8  # the header of an .lzma file whose end is marked
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_ALONE)
    unpacker.decompress(unsized, 0)
    return _bounded(unpacker, packed[9:])


def _zstandard(packed: memoryview) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as stream:
        while block := stream.read(BLOCK):
            yield block


_METHODS: dict[int, Callable[[memoryview], Iterator[bytes]]] = {
    0: _stored,
    8: _deflated,
    9: _deflated64,
    12: _bzip2,
    14: _lzma,
    93: _zstandard,
    95: _xz,
}
_ERRORS = (
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    OSError,
    EOFError,
    ValueError,
    struct.error,
)
