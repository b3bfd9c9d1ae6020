"""Containers made in memory, honest and hostile."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

import py7zr


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file that holds `files`."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as container:
        for name, content in files.items():
            container.writestr(name, content)
    return held.getvalue()


def tarred(files: Mapping[str, bytes], kind: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar archive that holds `files`."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=kind) as container:
        for name, content in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            container.addfile(header, io.BytesIO(content))
    return held.getvalue()


def sevened(files: Mapping[str, bytes], password: str | None = None) -> bytes:
    """A 7z archive that holds `files`."""
    held = io.BytesIO()
    with py7zr.SevenZipFile(held, "w", password=password) as container:
        for name, content in files.items():
            container.writestr(content, name)
    return held.getvalue()


def tar_of(header: tarfile.TarInfo) -> bytes:
    """A tar archive with one header and no content."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as container:
        container.addfile(header)
    return held.getvalue()


def overlapping(entries: int, size: int) -> bytes:
    """A zip file whose entries all point to the same packed bytes."""
    content = bytes(size)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    sizes = (zlib.crc32(content), len(packed), len(content))
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes, 1, 0) + b"a"
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes, 1, 0, 0, 0, 0, 0, 0)
    directory = (entry + b"a") * entries
    end = struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, entries, entries, len(directory), len(local + packed), 0
    )
    return local + packed + directory + end
