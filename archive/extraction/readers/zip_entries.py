"""The entries of a zip file (APPNOTE 6.3.10), from its directory or else from its local headers."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from archive.extraction.decoding import decode_anyhow
from archive.extraction.readers.members import Refused
from archive.extraction.reasons import Refusal

_LOCAL = struct.Struct("<4s5H3I2H")  # 4.3.7
_LOCAL_MAGIC = b"PK\x03\x04"
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 1, 8, 0x800  # 4.4.4, general purpose bits 0, 3 and 11
_UNIX, _DARWIN = 3, 19  # 4.4.2, systems whose attributes hold a file mode
_WIDE = 0xFFFFFFFF  # 4.4.8, the size is in the zip64 field


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: `at` is the offset of its local header, `packed` how many bytes it is packed into.

    `checksum` and `packed` are `None` where only a damaged directory had them.
    """

    name: str
    at: int
    packed: int | None
    method: int
    checksum: int | None
    refusal: Refusal | None = None


def entries(data: bytes) -> list[Entry]:
    """Return all files of a container, without folders; empty when there is no trace of any."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            listed = container.infolist()
    except MemoryError:
        raise
    except Exception:  # the directory is hostile or cut off; zipfile raises many kinds
        return list(_scattered(data))
    names = _names(listed)
    shared = _overlapping(listed)
    return [
        Entry(
            names[number],
            info.header_offset,
            info.compress_size,
            info.compress_type,
            info.CRC,
            _refusal(info, overlaps=number in shared),
        )
        for number, info in enumerate(listed)
        if not info.filename.endswith("/")  # unlike is_dir(), which needs a name
    ]


def packed_bytes(data: bytes, entry: Entry) -> memoryview:
    """Return the packed bytes of an entry, or all from there on where their number is not known.

    Raises:
        Refused: its local header is not there, or the container is cut off.
    """
    header = data[entry.at : entry.at + _LOCAL.size]
    if entry.at < 0 or len(header) < _LOCAL.size or not header.startswith(_LOCAL_MAGIC):
        raise Refused(Refusal.DAMAGED)
    *_, name, extra = _LOCAL.unpack(header)
    start = entry.at + _LOCAL.size + name + extra
    if entry.packed is None:
        return memoryview(data)[start:]
    if start + entry.packed > len(data):
        raise Refused(Refusal.DAMAGED)
    return memoryview(data)[start : start + entry.packed]


def _names(listed: list[zipfile.ZipInfo]) -> list[str]:
    """Return names as written; those without the UTF-8 flag are decoded all together."""
    narrow = [info for info in listed if not info.flag_bits & _UTF8]
    raw = b"\n".join(_raw(info).replace(b"\n", b" ") for info in narrow)
    decoded = iter(decode_anyhow(raw).text.split("\n"))
    return [
        info.orig_filename if info.flag_bits & _UTF8 else next(decoded, info.orig_filename)
        for info in listed
    ]


def _raw(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("cp437", "replace")  # as zipfile had decoded it


def _refusal(info: zipfile.ZipInfo, *, overlaps: bool) -> Refusal | None:
    mode = info.external_attr >> 16 if info.create_system in (_UNIX, _DARWIN) else 0
    if stat.S_ISLNK(mode):
        return Refusal.LINK
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Refusal.DEVICE
    if info.flag_bits & _ENCRYPTED:
        return Refusal.PROTECTED
    return Refusal.OVERLAP if overlaps else None


def _overlapping(listed: list[zipfile.ZipInfo]) -> set[int]:
    """Return the numbers of entries that share bytes with another, as in a bomb by overlap."""
    order = sorted(range(len(listed)), key=lambda number: listed[number].header_offset)
    shared: set[int] = set()
    reached, holder = 0, -1
    for number in order:
        info = listed[number]
        if info.header_offset < reached:
            shared |= {number, holder}
        name = len(info.orig_filename)  # at least: a character is one byte or more
        end = info.header_offset + _LOCAL.size + name + info.compress_size
        if end > reached:
            reached, holder = end, number
    return shared


def _scattered(data: bytes) -> Iterator[Entry]:
    """Yield what local headers tell when there is no directory."""
    at = data.find(_LOCAL_MAGIC)
    while 0 <= at <= len(data) - _LOCAL.size:
        _, _, flags, method, _, _, checksum, packed, size, length, extra = _LOCAL.unpack_from(
            data, at
        )
        start = at + _LOCAL.size
        raw = data[start : start + length]
        unknown = bool(flags & _DESCRIPTOR) or packed == _WIDE
        if size or not raw.endswith(b"/"):
            yield Entry(
                decode_anyhow(raw).text,
                at,
                None if unknown else packed,
                method,
                None if unknown else checksum,
                Refusal.PROTECTED if flags & _ENCRYPTED else None,
            )
        end = start + length + extra + (0 if unknown else packed)
        at = data.find(_LOCAL_MAGIC, end if end <= len(data) else start)
