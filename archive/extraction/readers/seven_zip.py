"""7z archives, unpacked from memory by those parts of py7zr that touch no file or thread."""

from __future__ import annotations

import io
import stat
import zlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import py7zr
from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError

from archive.errors import ReaderFailed
from archive.extraction.limits import Confinement
from archive.extraction.readers.members import BLOCK, Members, Refused
from archive.extraction.reasons import NoText, Refusal
from archive.model.objects import Extraction


class SevenZipReader:
    """Reads `application/x-7z-compressed`."""

    name = f"7z/1 (py7zr {py7zr.__version__})"
    media_types = ("application/x-7z-compressed",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the names of the files as text and the files as attachments.

        Raises:
            ReaderFailed: its directory is damaged or cut off.
        """
        source = io.BytesIO(data)
        try:
            archive = py7zr.SevenZipFile(source)
            files = list(getattr(archive, "files", ()))
        except PasswordRequired:
            return Extraction(None, reason=NoText.PROTECTED.value)
        except (MemoryError, RecursionError):
            raise
        except Exception:  # py7zr raises many kinds on a hostile directory
            raise ReaderFailed from None
        members = Members(len(data))
        for folder, inside in groupby(files, key=lambda file: file.folder):
            _take_out(list(inside), _Folder(archive, source, folder), members)
        return members.extraction(self.name)


class _Folder:
    """A run of files that are packed as one stream (7zFormat.txt, "Folder")."""

    def __init__(self, archive: Any, source: io.BytesIO, folder: Any) -> None:
        self._source = source
        self._folder = folder
        if folder is not None:
            streams = archive.header.main_streams
            number = streams.unpackinfo.folders.index(folder)
            source.seek(archive.afterheader + streams.packinfo.packpositions[number])

    def blocks(self, file: Any) -> Iterator[bytes]:
        """Yield the bytes of the next file in the run.

        Raises:
            Refused: encrypted, damaged or packed by an unknown method.
        """
        checksum, left = 0, file.uncompressed or 0
        while left > 0:
            block = self._next(file, min(left, BLOCK))
            checksum = zlib.crc32(block, checksum)
            left -= len(block)
            yield block
        if left or (file.crc32 is not None and checksum != file.crc32):
            raise Refused(Refusal.DAMAGED)

    def _next(self, file: Any, size: int) -> bytes:
        try:
            unpacker = self._folder.get_decompressor(file.compressed)
            before = -1
            while self._source.tell() != before:
                before = self._source.tell()
                if block := bytes(unpacker.decompress(self._source, size)):
                    return block
        except PasswordRequired:
            raise Refused(Refusal.PROTECTED) from None
        except UnsupportedCompressionMethodError:
            raise Refused(Refusal.METHOD) from None
        except MemoryError:
            raise
        except Exception:  # py7zr and its decompressors raise many kinds
            raise Refused(Refusal.DAMAGED) from None
        raise Refused(Refusal.DAMAGED)


def _take_out(files: list[Any], folder: _Folder, members: Members) -> None:
    """Take out a run of files, each behind the bytes of those before it."""
    broken: Refusal | None = None
    for file in files:
        kind = file.st_fmt or 0
        if file.is_directory or stat.S_ISDIR(kind):
            continue
        name, blocks = str(file.filename), folder.blocks(file)
        refusal = broken or _refusal(file, kind)
        if refusal is None:
            members.add(name, blocks)
        else:
            members.refuse(name, refusal)
        broken = broken or _drained(blocks, members)


def _refusal(file: Any, kind: int) -> Refusal | None:
    if file.is_symlink or file.is_junction:
        return Refusal.LINK
    return Refusal.DEVICE if kind not in (0, stat.S_IFREG) else None


def _drained(blocks: Iterator[bytes], members: Members) -> Refusal | None:
    """Unpack what is left of a file; return why no file behind it can be reached, if so."""
    try:
        members.pass_over(blocks)
    except MemoryError:
        return Refusal.TOO_LARGE
    except Refused as refusal:
        return None if refusal.reason is Refusal.DAMAGED else refusal.reason
    return None
