"""Sealing small envelopes whole: the same payload format as the streams, in one call."""

from __future__ import annotations

from archive.errors import SealedObjectDamaged
from archive.model.ids import RandomBytes
from archive.sealing.framing import (
    FRAME_SIZE,
    decode_frame,
    encode_frame,
    encode_tail,
    read_table,
)
from archive.sealing.header import FileKey
from keys.errors import AuthenticationFailed
from keys.stream import open_payload, seal_payload


def seal_bytes(file_key: FileKey, plaintext: bytes, *, random: RandomBytes) -> bytes:
    """Return the payload of `plaintext`; `SealedReader` reads it too."""
    if len(plaintext) <= FRAME_SIZE:
        frame = encode_frame(memoryview(plaintext))
        header, padding, table = encode_tail([(sum(map(len, frame)), len(plaintext))])
        whole = b"".join((*frame, header, bytes(padding), table))
        return seal_payload(file_key.raw, whole, random=random)
    view = memoryview(plaintext)
    pieces: list[bytes | memoryview] = []
    frames = []
    for start in range(0, len(view) or 1, FRAME_SIZE):
        content = view[start : start + FRAME_SIZE]
        frame = encode_frame(content)
        pieces += frame
        frames.append((sum(map(len, frame)), len(content)))
    header, padding, table = encode_tail(frames)
    pieces += [header, bytes(padding), table]
    return seal_payload(file_key.raw, b"".join(pieces), random=random)


def open_bytes(file_key: FileKey, payload: bytes) -> bytes:
    """Return what was sealed, by `seal_bytes` or by `SealingWriter`.

    Raises:
        SealedObjectDamaged: changed, cut, extended, reordered, or under another file key.
    """
    try:
        plain = memoryview(open_payload(file_key.raw, payload))
    except AuthenticationFailed:
        raise SealedObjectDamaged from None
    table = read_table(lambda offset, size: bytes(plain[offset : offset + size]), len(plain))
    contents = [
        decode_frame(
            plain[table.starts[index] : table.starts[index + 1]], table.content_size(index)
        )
        for index in range(table.count)
    ]
    return contents[0] if len(contents) == 1 else b"".join(contents)
