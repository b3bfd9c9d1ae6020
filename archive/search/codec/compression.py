"""Zstandard (RFC 8878) frames; a compressor serves one thread, so each has its own."""

from __future__ import annotations

from threading import local

import zstandard

FAST = 1
"""The level for rows of numbers; 3 takes twice the time for 1 % less."""


class _Tools(local):
    def __init__(self) -> None:
        self.opener = zstandard.ZstdDecompressor()
        self.compressors: dict[int, zstandard.ZstdCompressor] = {}


_tools = _Tools()


def compressed(content: bytes, level: int = FAST) -> bytes:
    """Return the frame of `content`."""
    if level not in _tools.compressors:
        _tools.compressors[level] = zstandard.ZstdCompressor(level=level)
    return _tools.compressors[level].compress(content)


def opened(frame: bytes) -> bytes:
    """Return the content of a frame."""
    return _tools.opener.decompress(frame)
