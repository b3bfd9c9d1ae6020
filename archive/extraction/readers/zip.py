"""Zip files: every file in them is a member, whatever its name says of places."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from platform import python_version

from archive.errors import ReaderFailed
from archive.extraction.limits import Confinement
from archive.extraction.readers.members import Members, Refused
from archive.extraction.readers.packed import unpack
from archive.extraction.readers.zip_entries import Entry, entries, packed_bytes
from archive.extraction.reasons import Refusal
from archive.model.objects import Extraction

_EMPTY = b"PK\x05\x06"


class ZipReader:
    """Reads `application/zip`: stored, deflate, deflate64, bzip2, LZMA, xz and zstandard.

    A name is never a path to anywhere; one that points outside costs nothing but looks odd.
    """

    name = f"zip/1 (python {python_version()})"
    media_types = ("application/zip",)
    confinement = Confinement.PURE

    def read(self, data: bytes) -> Extraction:
        """Return the names of the files as text and the files as attachments.

        Raises:
            ReaderFailed: there is neither a directory nor any file in it.
        """
        found = entries(data)
        if not found and not data.startswith(_EMPTY):
            raise ReaderFailed
        members = Members(len(data))
        for entry in found:
            if entry.refusal is not None:
                members.refuse(entry.name, entry.refusal)
            else:
                members.add(entry.name, _unpacked(data, entry), entry.packed)
        return members.extraction(self.name)


def _unpacked(data: bytes, entry: Entry) -> Iterator[bytes]:
    checksum = 0
    for block in unpack(entry.method, packed_bytes(data, entry)):
        checksum = zlib.crc32(block, checksum)
        yield block
    if entry.checksum is not None and checksum != entry.checksum:
        raise Refused(Refusal.DAMAGED)
