"""Tar archives, and files packed by gzip, bzip2, xz or zstandard, which often are tar archives."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from platform import python_version
from typing import IO, Protocol, Self, cast

import zstandard

from archive.errors import ReaderFailed
from archive.extraction.decoding import decode_anyhow
from archive.extraction.limits import Confinement
from archive.extraction.readers.members import BLOCK, Members, Refused
from archive.extraction.reasons import Refusal
from archive.extraction.signatures import is_tar
from archive.model.objects import Extraction

_ERRORS = (
    EOFError,
    OSError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tarfile.TarError,
    zlib.error,
    zstandard.ZstdError,
)
_BLOCK = 512  # bytes; POSIX.1-2017, pax, "ustar Interchange Format"
_BUFFER = 1 << 16  # bytes that tarfile asks for at a time
_NAMED = 8  # RFC 1952, 2.3.1, FLG.FNAME
_FIXED = 10  # bytes of a gzip header before its optional fields


class _Stream(Protocol):
    """A source of bytes that come one after the other."""

    def read1(self, size: int = ..., /) -> bytes:
        """Return at most `size` bytes, fewer when there are no more at hand, none at the end."""


class TarReader:
    """Reads `application/x-tar`: v7, ustar, GNU and pax, also with sparse files."""

    name = f"tar/1 (python {python_version()})"
    media_types = ("application/x-tar",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the names of the files as text and the files as attachments.

        Raises:
            ReaderFailed: the first header is damaged.
        """
        members = Members(len(data))
        _take_out(_Metered(io.BytesIO(data), members), members)
        return members.extraction(self.name)


class PackedReader:
    """Reads a single packed file, and the tar archive in it if it is one."""

    name = f"packed/1 (python {python_version()}, zstandard {zstandard.__version__})"
    media_types = (
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
    )
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the names of the files in it as text and the files as attachments.

        Raises:
            ReaderFailed: nothing can be unpacked, not even its beginning.
        """
        members = Members(len(data))
        stream = _Metered(_opened(data), members)
        head = _head(stream)
        whole = _Joined(head, stream)
        if is_tar(head):
            _take_out(whole, members)
        else:
            members.add(_gzip_name(data), _blocks(whole, None), len(data))
        return members.extraction(self.name)


def _head(stream: _Metered) -> bytes:
    """Return a block from the start of a stream, or what there is before it breaks off.

    Raises:
        ReaderFailed: there is nothing.
    """
    head = b""
    with suppress(*_ERRORS, Refused):
        while len(head) < _BLOCK and (piece := stream.read(_BLOCK - len(head))):
            head += piece
    if not head:
        raise ReaderFailed
    return head


def _opened(data: bytes) -> _Stream:
    for magic, opener in _OPENERS:
        if data.startswith(magic):
            return opener(io.BytesIO(data))
    raise ReaderFailed


def _zstandard(source: IO[bytes]) -> _Stream:
    return zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)


_OPENERS: tuple[tuple[bytes, Callable[[IO[bytes]], _Stream]], ...] = (
    (b"\x1f\x8b", lambda source: gzip.GzipFile(fileobj=source)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
    (b"\x28\xb5\x2f\xfd", _zstandard),
)


class _Readable(Protocol):
    """A member in a stream."""

    def read(self, size: int = ..., /) -> bytes:
        """Return at most `size` bytes, none at the end."""


class _Metered:
    """A stream of which every byte counts against the bounds of the container."""

    def __init__(self, stream: _Stream, members: Members) -> None:
        self._stream = stream
        self._members = members

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, and never more than a block.

        Raises:
            Refused: more was unpacked than is from one container.
        """
        block = self._stream.read1(min(size, BLOCK) if size >= 0 else BLOCK)
        self._members.meter(len(block))
        return block


class _Joined:
    """What was read ahead, and then the rest of the stream."""

    def __init__(self, head: bytes, stream: _Metered) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes."""
        if not self._head:
            return self._stream.read(size)
        piece = self._head if size < 0 else self._head[:size]
        self._head = self._head[len(piece) :]
        return piece


def _gzip_name(data: bytes) -> str:
    """Return the name that a gzip header without other fields holds (RFC 1952, 2.3.1)."""
    if not data.startswith(b"\x1f\x8b") or len(data) < _FIXED or data[3] != _NAMED:
        return ""
    return decode_anyhow(data[_FIXED : _FIXED + 4096].split(b"\0", 1)[0]).text


def _blocks(stream: _Readable, size: int | None) -> Iterator[bytes]:
    """Yield `size` bytes of a stream, or all of them.

    Raises:
        Refused: they are damaged or there are fewer.
    """
    left = size
    while left is None or left > 0:
        try:
            block = stream.read(BLOCK if left is None else min(left, BLOCK))
        except _ERRORS:
            raise Refused(Refusal.DAMAGED) from None
        if not block:
            break
        left = None if left is None else left - len(block)
        yield block
    if left:
        raise Refused(Refusal.DAMAGED)


class _Header(tarfile.TarInfo):
    """A header; a damaged one is an error wherever it stands, not the end of the archive."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        """Return the next header."""
        try:
            return super().fromtarfile(tarfile_)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError):  # type: ignore[attr-defined]
            raise tarfile.ReadError from None


def _take_out(stream: _Metered | _Joined, members: Members) -> None:
    """Take every member out of a tar stream; where it breaks off, say so with a last member.

    Raises:
        ReaderFailed: the first header is damaged.
    """
    any_yet = False
    try:
        with _open_tar(stream) as archive:
            while (member := archive.next()) is not None:
                any_yet = True
                archive.members.clear()  # type: ignore[attr-defined]
                _take(archive, member, members)
    except Refused as refusal:
        members.refuse("", refusal.reason)
    except (MemoryError, RecursionError):
        members.refuse("", Refusal.TOO_LARGE)
    except _ERRORS:
        if not any_yet:
            raise ReaderFailed from None
        members.refuse("", Refusal.DAMAGED)


def _open_tar(stream: _Metered | _Joined) -> tarfile.TarFile:
    return tarfile.TarFile.open(
        fileobj=cast("IO[bytes]", stream),
        mode="r|",
        bufsize=_BUFFER,
        tarinfo=_Header,
        encoding="utf-8",
        errors="surrogateescape",
    )


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, members: Members) -> None:
    name = _readable(member.name)
    if member.isdir():
        return
    if member.issym() or member.islnk():
        members.refuse(name, Refusal.LINK)
    elif member.isdev():
        members.refuse(name, Refusal.DEVICE)
    else:
        content = archive.extractfile(member)
        members.add(name, _blocks(content, member.size) if content else ())


def _readable(name: str) -> str:
    if name.isascii():
        return name
    return decode_anyhow(name.encode("utf-8", "surrogateescape")).text
