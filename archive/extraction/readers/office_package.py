"""Zip containers of office documents (ECMA-376 part 2, OpenDocument part 2, EPUB OCF), bounded.

Nothing is believed of a directory: sizes are counted while they are unpacked, entries that lie over
each other are refused, and names are only ever looked at.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from archive.errors import ReaderFailed, ReaderLimit

_MAX_ENTRIES = 20_000
_MAX_PART = 128 << 20  # bytes
_MAX_TOTAL = 256 << 20  # bytes, all parts of a document together
_SUSPECT_SIZE = 32 << 20  # bytes; smaller ones may be packed as tightly as they like
_MAX_RATIO = 150  # repetitive sheets reach 60; DEFLATE (RFC 1951) cannot exceed 1,032
_ENCRYPTED = 0x1  # APPNOTE.TXT 4.4.4, general purpose bit 0
_LOCAL_HEADER = 30  # bytes; APPNOTE.TXT 4.3.7
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a container, unpacked."""

    name: str
    data: bytes


@dataclass(slots=True)
class Package:
    """The parts of a container in the order of its directory, and what could not be unpacked."""

    parts: list[Part] = field(default_factory=list)
    unreadable: int = 0
    encrypted: bool = False

    def find(self, name: str) -> bytes | None:
        """Return the last part of that name, as zip readers do."""
        return next((part.data for part in reversed(self.parts) if part.name == name), None)

    def names(self) -> set[str]:
        """Return the names of all parts."""
        return {part.name for part in self.parts}


def open_package(data: bytes) -> Package:
    """Unpack a container whole, in memory.

    Raises:
        ReaderFailed: it is no container, it is cut short, or its entries lie over each other.
        ReaderLimit: there are too many entries, or they are too large or too tightly packed.
    """
    with _container(data) as container:
        entries = [entry for entry in container.infolist() if not entry.is_dir()]
        _check(entries, len(data))
        package = Package(encrypted=any(entry.flag_bits & _ENCRYPTED for entry in entries))
        if package.encrypted:
            return package
        left = _MAX_TOTAL
        for entry in entries:
            content = _unpack(container, entry, min(left, _MAX_PART))
            if content is None:
                package.unreadable += 1
                continue
            left -= len(content)
            package.parts.append(Part(entry.filename, content))
    return package


def pack(parts: Iterable[Part]) -> bytes:
    """Return a container with these parts, stored; of two with one name the last one stays."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as container:
        for part in {part.name: part for part in parts}.values():
            container.writestr(zipfile.ZipInfo(part.name), part.data)
    return held.getvalue()


def _container(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        pass
    raise ReaderFailed


def _check(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > _MAX_ENTRIES:
        raise ReaderLimit
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > _MAX_TOTAL or (unpacked > _SUSPECT_SIZE and unpacked > size * _MAX_RATIO):
        raise ReaderLimit
    if any(end > start for end, start in _neighbours(entries)):
        raise ReaderFailed


def _neighbours(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[int, int]]:
    """Yield where each entry ends at the earliest, and where the next one starts."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(ordered):
        yield entry.header_offset + _LOCAL_HEADER + entry.compress_size, following.header_offset


def _unpack(container: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes | None:
    """Return the content of an entry, or `None` for a damaged one."""
    held = bytearray()
    try:
        with container.open(entry) as stream:
            while block := stream.read(_BLOCK):
                held += block
                if len(held) > limit:
                    break
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError):
        return None
    if len(held) > limit:
        raise ReaderLimit
    return bytes(held)
