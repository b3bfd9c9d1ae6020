"""A zip file that holds exactly itself, made after R. Cox, "Zip Files All The Way Down", 2010.

Two operations of deflate (RFC 1951) are enough: a stored block prints what follows it, and a match
repeats what was printed last. Each fills five bytes, so that they can print one another.
"""

from __future__ import annotations

import struct
import zlib

_NAME = b"zip-files-all-the-way-down.zip"  # 30 bytes: the header and an operation make 65
_LENGTHS = ((265, 11, 1), (269, 19, 2), (273, 35, 3), (277, 67, 4), (281, 131, 5))


def _stored(size: int) -> bytes:
    return struct.pack("<BHH", 0, size, size ^ 0xFFFF)


class _Bits:
    def __init__(self) -> None:
        self.value = self.size = 0

    def low_first(self, value: int, size: int) -> None:
        self.value |= value << self.size
        self.size += size

    def high_first(self, value: int, size: int) -> None:
        self.low_first(int(f"{value:0{size}b}"[::-1], 2), size)

    def match(self, length: int, distance: int) -> None:
        """Append a match in the fixed code (RFC 1951, 3.2.6)."""
        code, extra, rest = length + 254, 0, 0
        for first, base, bits in _LENGTHS:
            if length >= base:
                step, rest = divmod(length - base, 1 << bits)
                code, extra = first + step, bits
        self.high_first(*((code - 256, 7) if code < 280 else (code - 280 + 0xC0, 8)))
        self.low_first(rest, extra)
        bits = max((distance - 1).bit_length() - 2, 0)
        self.high_first(2 * bits + ((distance - 1) >> bits), 5)
        self.low_first((distance - 1) & ((1 << bits) - 1), bits)

    def block(self, *matches: tuple[int, int], last: bool = False) -> None:
        self.low_first(int(last), 1)
        self.low_first(1, 2)
        for length, distance in matches:
            self.match(length, distance)
        self.high_first(0, 7)

    def bytes(self) -> bytes:
        return self.value.to_bytes(-(-self.size // 8), "little")


def _repeat_20() -> bytes:
    bits = _Bits()
    bits.block((10, 20), (10, 20))
    return bits.bytes()


def _repeat_65() -> bytes:
    bits = _Bits()
    bits.block((65, 65))
    bits.block()
    return bits.bytes()


def _repeat_at_last(size: int) -> bytes:
    bits = _Bits()
    bits.block((size, size), last=True)
    return bits.bytes()


def _assemble(checksum: int, size: int) -> bytes:
    fields = struct.pack("<5H3I2H", 20, 0, 8, 0, 33, checksum, size - 158, size, len(_NAME), 0)
    head = b"PK\3\4" + fields + _NAME
    entry = b"PK\1\2" + struct.pack("<H", 20) + fields + bytes(14) + _NAME
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(entry), size - len(entry) - 22, 0)
    tail = entry + end
    repeat_tail = _repeat_at_last(len(tail) + 4)
    one, four, nothing = _stored(5), _stored(20), _stored(0)
    print_head, repeat_head = _stored(len(head) + 5), _repeat_65()
    repeat, print_tail = _repeat_20(), _stored(len(repeat_tail + tail))
    middle = (
        print_head + head + print_head + repeat_head
        + one + repeat_head + one + one
        + four + repeat_head + one + one + four + repeat
        + four + repeat + four + repeat + four + repeat
        + four + repeat + nothing + nothing + print_tail + repeat
        + nothing + nothing + print_tail + repeat_tail + tail + repeat_tail
    )  # fmt: skip
    return head + middle + tail


def _quine() -> bytes:
    """Solve for the checksum that the file states of itself: CRC-32 is linear over GF(2)."""
    size = len(_assemble(0, 1000))
    constant = zlib.crc32(_assemble(0, size))
    rows = []
    for bit in range(32):
        image = zlib.crc32(_assemble(1 << bit, size)) ^ constant ^ 1 << bit
        rows.append((image, 1 << bit))
    for pivot in range(32):
        for number, (image, _) in enumerate(rows[pivot:], start=pivot):
            if image >> pivot & 1:
                rows[pivot], rows[number] = rows[number], rows[pivot]
                break
        image, source = rows[pivot]
        rows = [
            (one ^ image, by ^ source) if n != pivot and one >> pivot & 1 else (one, by)
            for n, (one, by) in enumerate(rows)
        ]
    checksum = 0
    for pivot, (_, source) in enumerate(rows):
        checksum ^= source if constant >> pivot & 1 else 0
    return _assemble(checksum, size)


QUINE = _quine()
"""Bytes of a zip file whose only member is that zip file."""
