"""Writes a small Outlook mailbox ([MS-PST], Unicode form): folders, and items with properties."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STRING, TIME, INTEGER, BINARY = 0x1F, 0x40, 0x03, 0x102
DATA, LONG_NAME, METHOD = 0x3701, 0x3707, 0x3705
SUBJECT, BODY, CLASS, HEADERS = 0x0037, 0x1000, 0x001A, 0x007D
SENDER, SENDER_ADDRESS, TO, SENT, NAME = 0x0C1A, 0x0C1F, 0x0E04, 0x0039, 0x3001
_PAGE, _BLOCK = 512, 64
_ROOT, _STORE, _MAP = 0x122, 0x21, 0x61
_FOLDER, _MESSAGE, _HIERARCHY, _CONTENTS = 0x02, 0x04, 0x0D, 0x0E
_NODE_TREE, _BLOCK_TREE = 0x81, 0x80
_ATTACHMENTS = 0x671

Properties = Mapping[tuple[int, int], str | int | bytes]


@dataclass
class Item:
    """An item: its properties, and those of each attachment."""

    properties: Properties
    attachments: Sequence[Properties] = ()


@dataclass
class Folder:
    """A folder: its name, its items, and the folders in it."""

    name: str
    items: Sequence[Item] = ()
    folders: Sequence[Folder] = field(default=())


def _crc(data: bytes) -> int:
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF  # without the usual complement; 5.3


class _Writer:
    def __init__(self) -> None:
        self.file = bytearray(0x4600)
        self.blocks: list[tuple[int, int, int]] = []
        self.nodes: list[tuple[int, int, int, int]] = []

    def node(self, number: int, parent: int, data: bytes, within: int = 0) -> None:
        self.nodes.append((number, self.block(data), within, parent))

    def block(self, data: bytes, *, internal: bool = False) -> int:
        """Write a block and return its number."""
        identifier = 4 * (len(self.blocks) + 1) + 2 * internal
        place = len(self.file)
        padding = -(len(data) + 16) % _BLOCK
        signature = _signature(place, identifier)
        trailer = struct.pack("<HHIQ", len(data), signature, _crc(data), identifier)
        self.file += data + bytes(padding) + trailer
        self.blocks.append((identifier, place, len(data)))
        return identifier

    def enclosed(self, attachments: Sequence[Properties]) -> int:
        """Write attachments as nodes within a node; return the block that lists them."""
        if not attachments:
            return 0
        numbers = [0x8025 + 32 * place for place in range(len(attachments))]
        nodes = [(_ATTACHMENTS, self.block(_table(numbers)))]
        for number, one in zip(numbers, attachments, strict=True):
            nodes.append((number, self.block(_context(one))))
        listed = b"".join(struct.pack("<QQQ", *node, 0) for node in nodes)
        return self.block(struct.pack("<BBH4x", 2, 0, len(nodes)) + listed, internal=True)

    def tree(self, kind: int, entries: list[bytes]) -> tuple[int, int]:
        """Write the one leaf page of a tree; return its number and its place."""
        self.file += bytes(-len(self.file) % _PAGE)
        place, size = len(self.file), len(entries[0])
        assert len(entries) * size <= 488
        page = b"".join(entries).ljust(488, b"\0")
        page += struct.pack("<BBBB4x", len(entries), 488 // size, size, 0)
        number = 4 * (200 + kind)
        self.file += page + struct.pack(
            "<BBHIQ", kind, kind, _signature(place, number), _crc(page), number
        )
        return number, place


def _signature(place: int, number: int) -> int:
    mixed = (place ^ number) & 0xFFFFFFFF
    return (mixed >> 16) ^ (mixed & 0xFFFF)


def _context(properties: Properties) -> bytes:
    """Return a heap with a property context (2.3.3) of these properties."""
    records, values = [], [b""]
    for (tag, kind), value in sorted(properties.items()):
        if kind == INTEGER:
            assert isinstance(value, int)
            records.append(struct.pack("<HHI", tag, kind, value))
            continue
        values.append(_bytes(kind, value))
        records.append(struct.pack("<HHI", tag, kind, (len(values) + 1) << 5))
    values[0] = b"".join(records)
    header = struct.pack("<BBBBI", 0xB5, 2, 6, 0, 2 << 5 if records else 0)
    return _heap(0xBC, [header, *values] if records else [header])


def _table(rows: Sequence[int]) -> bytes:
    """Return a heap with a table context (2.3.4) that has a row for each of these nodes."""
    columns = [(0x67F20003, 0, 0), (0x67F30003, 4, 1)]  # number and version of a row
    info = struct.pack("<BB4HIII", 0x7C, len(columns), 8, 8, 8, 9, 2 << 5, 4 << 5 if rows else 0, 0)
    info += b"".join(struct.pack("<IHBB", tag, at, 4, bit) for tag, at, bit in columns)
    header = struct.pack("<BBBBI", 0xB5, 4, 4, 0, 3 << 5 if rows else 0)
    if not rows:
        return _heap(0x7C, [info, header])
    index = b"".join(struct.pack("<II", row, number) for number, row in enumerate(rows))
    matrix = b"".join(struct.pack("<IIB", row, 1, 0b11000000) for row in rows)
    return _heap(0x7C, [info, header, index, matrix])


def _heap(kind: int, parts: Sequence[bytes]) -> bytes:
    """Return a heap on a node (2.3.1); its first part is the root."""
    start, places = 12, []
    for part in parts:
        places.append(start)
        start += len(part)
    body = b"".join(parts)
    table = struct.pack(f"<HH{len(parts) + 1}H", len(parts), 0, *places, start)
    padding = start % 2
    head = struct.pack("<HBBI4x", start + padding, 0xEC, kind, 1 << 5)
    return head + body + bytes(padding) + table


def _bytes(kind: int, value: str | int | bytes) -> bytes:
    if kind == STRING:
        assert isinstance(value, str)
        return value.encode("utf-16-le")
    if kind == TIME:
        assert isinstance(value, int)
        return struct.pack("<Q", value)
    assert isinstance(value, bytes)
    return value


def make_pst(*folders: Folder) -> bytes:
    """Return a mailbox with these folders."""
    writer = _Writer()
    writer.node(_STORE, 0, _context({(NAME, STRING): "Mailbox"}))
    names = {(0x0002, BINARY): bytes(16), (0x0003, BINARY): bytes(8), (0x0004, BINARY): bytes(4)}
    writer.node(_MAP, 0, _context({(0x0001, INTEGER): 1, **names}))
    counter = iter(range(0x400, 0x7FFF))

    def write(folder: Folder, number: int, parent: int) -> None:
        writer.node(number, parent, _context({(NAME, STRING): folder.name}))
        items = [next(counter) << 5 | _MESSAGE for _ in folder.items]
        inner = [next(counter) << 5 | _FOLDER for _ in folder.folders]
        writer.node(number + _HIERARCHY - _FOLDER, 0, _table(inner))
        writer.node(number + _CONTENTS - _FOLDER, 0, _table(items))
        for own, item in zip(items, folder.items, strict=True):
            within = writer.enclosed(item.attachments)
            writer.node(own, number, _context(item.properties), within)
        for own, one in zip(inner, folder.folders, strict=True):
            write(one, own, number)

    write(Folder("", folders=folders), _ROOT, _ROOT)
    blocks = [struct.pack("<QQHHI", one, place, size, 2, 0) for one, place, size in writer.blocks]
    nodes = [struct.pack("<QQQII", *node, 0) for node in sorted(writer.nodes)]
    block_tree, node_tree = writer.tree(_BLOCK_TREE, blocks), writer.tree(_NODE_TREE, nodes)
    return _header(len(writer.file), node_tree, block_tree) + bytes(writer.file[564:])


def _header(size: int, nodes: tuple[int, int], blocks: tuple[int, int]) -> bytes:
    root = struct.pack("<4xQQQQQQQQB3x", size, 0x4400, 0, 0, *nodes, *blocks, 0)
    body = struct.pack("<HHHBB4x4x", 0x4D53, 23, 19, 1, 1)
    body += bytes(8) + struct.pack("<QI", 0x10000, 1) + bytes(128) + bytes(8)
    body += root + bytes(4) + b"\xff" * 256 + struct.pack("<BB2xQ", 0x80, 0, 0x20000)
    partial = _crc(body[:471])
    head = b"!BDN" + struct.pack("<I", partial) + body
    full = _crc(head[8 : 8 + 516])
    return (head + struct.pack("<I", full)).ljust(564, b"\0")
