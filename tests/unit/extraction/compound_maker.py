"""Writes compound files ([MS-CFB], version 3) whose streams are as given, padded to 4,096 bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

_SECTOR = 512  # bytes; header and sectors of version 3
_CUTOFF = 4096  # bytes; shorter streams would lie in the mini stream
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NONE = 0xFFFFFFFF
_STREAM, _STORAGE, _ROOT = 2, 1, 5


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    child: int = _NONE
    right: int = _NONE
    start: int = _END


def compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file; paths of streams have storages before slashes."""
    entries = [_Entry("Root Entry", _ROOT)]
    children: dict[int, list[int]] = {0: []}
    known: dict[str, int] = {"": 0}
    for path, data in streams.items():
        steps = path.split("/")
        for depth, step in enumerate(steps):
            here, parent = "/".join(steps[: depth + 1]), "/".join(steps[:depth])
            if here in known:
                continue
            last = depth == len(steps) - 1
            padded = data.ljust(_CUTOFF, b"\0") if last else b""
            entries.append(_Entry(step, _STREAM if last else _STORAGE, padded))
            known[here] = len(entries) - 1
            children.setdefault(known[here], [])
            children[known[parent]].append(known[here])
    for parent, found in children.items():
        order = sorted(found, key=lambda one: (len(entries[one].name), entries[one].name.upper()))
        for one, following in pairwise(order):
            entries[one].right = following
        if order:
            entries[parent].child = order[0]
    return _lay_out(entries)


def _lay_out(entries: list[_Entry]) -> bytes:
    table: list[int] = []
    body = b""
    for one in entries:
        if one.data:
            one.start = len(table)
            body += _sectors(one.data, table)
    directory = len(table)
    packed = b"".join(map(_pack, entries))
    body += _sectors(packed.ljust(-(-len(packed) // _SECTOR) * _SECTOR, b"\0"), table)
    count = 1
    while (len(table) + count) * 4 > count * _SECTOR:
        count += 1
    first = len(table)
    table += [_FAT] * count
    table += [_FREE] * (count * _SECTOR // 4 - len(table))
    body += struct.pack(f"<{len(table)}I", *table)
    places = [*range(first, first + count), *([_FREE] * (109 - count))]
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        count,
        directory,
        0,
        _CUTOFF,
        _END,
        0,
        _END,
        0,
        places[0],
    )
    return header + struct.pack("<108I", *places[1:]) + body


def _sectors(data: bytes, table: list[int]) -> bytes:
    """Chain the sectors of a stream in the allocation table; return it padded to whole ones."""
    count = -(-len(data) // _SECTOR)
    start = len(table)
    table += [*range(start + 1, start + count), _END]
    return data.ljust(count * _SECTOR, b"\0")


def _pack(one: _Entry) -> bytes:
    name = one.name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16xIQQIQ",
        name,
        len(name),
        one.kind,
        1,
        _NONE,
        one.right,
        one.child,
        0,
        0,
        0,
        one.start,
        len(one.data),
    )


def message(properties: dict[str, str | bytes], prefix: str = "") -> dict[str, bytes]:
    """Return the streams of an Outlook message ([MS-OXMSG]) with these properties, by tag."""
    streams = {f"{prefix}__properties_version1.0": bytes(32)}
    for tag, value in properties.items():
        kind = "001F" if isinstance(value, str) else "0102"
        data = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"{prefix}__substg1.0_{tag}{kind}"] = data
    return streams
