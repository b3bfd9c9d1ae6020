"""Writes what Outlook encloses as `winmail.dat` ([MS-OXTNEF])."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

STRING, BINARY, OBJECT = 0x1F, 0x102, 0x0D
SUBJECT, BODY, SENDER, HTML, DATA, LONG_NAME = 0x37, 0x1000, 0x0C1A, 0x1013, 0x3701, 0x3707

Properties = Mapping[int, str | bytes]


def attribute(identifier: int, value: bytes, level: int = 1) -> bytes:
    """Return an attribute with its checksum."""
    return (
        struct.pack("<BII", level, identifier, len(value))
        + value
        + struct.pack("<H", sum(value) & 0xFFFF)
    )


def properties(values: Properties, named: bool = False) -> bytes:
    """Return a list of properties; with `named`, one with a name of its own stands before them."""
    made = struct.pack("<I", len(values) + named)
    if named:
        made += struct.pack("<HH16xII", 0x03, 0x8001, 1, 6) + b"a\0b\0c\0\0\0" + bytes(4)
    for tag, value in values.items():
        data = value.encode("utf-16-le") if isinstance(value, str) else value
        kind = STRING if isinstance(value, str) else BINARY
        made += struct.pack("<HHII", kind, tag, 1, len(data)) + data + bytes(-len(data) % 4)
    return made


def make_tnef(message: Properties, files: Sequence[tuple[str, bytes]] = (), **more: bool) -> bytes:
    """Return a message with these properties and files."""
    made = struct.pack("<IH", 0x223E9F78, 7) + attribute(0x69007, struct.pack("<II", 949, 0))
    made += attribute(0x69003, properties(message, **more))
    for name, content in files:
        made += attribute(0x69002, bytes(14), 2) + attribute(0x18010, b"SHORT~1.TXT\0", 2)
        made += attribute(0x6800F, content, 2)
        made += attribute(0x69005, properties({LONG_NAME: name}), 2)
    return made
