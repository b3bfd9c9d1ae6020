"""One file of named sections: sections one after another, then their directory, then its length.

The directory is a JSON object `{"sections": {name: [offset, length]}, ...}` in UTF-8; the last
8 bytes of the file are its length, little-endian. Sections are read when they are asked for.
"""

from __future__ import annotations

import json
import struct
from itertools import count
from typing import Any, Protocol

_TAIL = struct.Struct("<Q")
_serials = count()


class Source(Protocol):
    """Bytes that can be read at any offset."""

    length: int

    def read(self, start: int, size: int) -> bytes:
        """Return up to `size` bytes from offset `start`."""


class Sink(Protocol):
    """Something that takes bytes one after another."""

    def write(self, data: bytes) -> object:
        """Append `data`."""


class Buffer:
    """A source in memory."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.length = len(content)

    def read(self, start: int, size: int) -> bytes:
        """Return up to `size` bytes from offset `start`."""
        return self._content[start : start + size]


class Section:
    """A named stretch of a source; `serial` tells it from every other of this process."""

    __slots__ = ("_offset", "_source", "length", "serial")

    def __init__(self, source: Source, offset: int, length: int) -> None:
        self._source = source
        self._offset = offset
        self.length = length
        self.serial = next(_serials)

    def read(self, start: int, size: int) -> bytes:
        """Return `size` bytes from offset `start` of the section."""
        return self._source.read(self._offset + start, size)

    def all(self) -> bytes:
        """Return the whole section."""
        return self.read(0, self.length)


class ContainerWriter:
    """Writes sections one after another to a sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._sections: dict[str, tuple[int, int]] = {}
        self._size = 0

    def add(self, name: str, content: bytes) -> None:
        """Append the section `name`."""
        self._sink.write(content)
        self._sections[name] = (self._size, len(content))
        self._size += len(content)

    def finish(self, **attributes: object) -> None:
        """Append the directory, which carries `attributes` too."""
        directory = json.dumps({"sections": self._sections, **attributes}).encode()
        self._sink.write(directory + _TAIL.pack(len(directory)))


class Container:
    """The sections of a source that `ContainerWriter` wrote."""

    def __init__(self, source: Source) -> None:
        self._source = source
        end = source.length - _TAIL.size
        (length,) = _TAIL.unpack(source.read(end, _TAIL.size))
        self.attributes: dict[str, Any] = json.loads(source.read(end - length, length))
        self._sections = self.attributes["sections"]

    def __contains__(self, name: str) -> bool:
        return name in self._sections

    def section(self, name: str) -> Section:
        """Return the section `name`."""
        offset, length = self._sections[name]
        return Section(self._source, offset, length)
