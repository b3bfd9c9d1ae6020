import os
import struct

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import SealedObjectDamaged
from archive.sealing.framing import (
    FRAME_SIZE,
    decode_frame,
    encode_frame,
    encode_tail,
    padme,
    read_table,
)

TEXT = (b"Ledger of the north quay, crate by crate. " * 30_000)[:FRAME_SIZE]
NOISE = os.urandom(FRAME_SIZE)


def frame_of(content: bytes) -> bytes:
    return b"".join(encode_frame(memoryview(content)))


@pytest.mark.parametrize(
    "content",
    [b"", b"a", TEXT[:100], TEXT, NOISE, NOISE[:20_000], NOISE[:131_072], NOISE[:131_073]],
    ids=["empty", "byte", "line", "text", "noise", "20k", "128k", "128k+1"],
)
def test_a_frame_is_plain_zstd(content):
    frame = frame_of(content)
    assert zstandard.ZstdDecompressor().decompress(frame) == content
    assert decode_frame(frame, len(content)) == content


def test_noise_is_stored_at_the_cost_of_its_block_headers():
    assert len(frame_of(NOISE)) == FRAME_SIZE + 9 + 8 * 3


def test_text_shrinks():
    assert len(frame_of(TEXT)) < FRAME_SIZE // 100


def test_text_with_a_noisy_start_is_still_compressed():
    assert len(frame_of(NOISE[:8192] + TEXT[8192:])) < FRAME_SIZE // 10


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame[:-1],
        lambda frame: frame + b"\0",
        lambda frame: frame + frame,
        lambda frame: b"\0" + frame[1:],
        lambda frame: b"",
        lambda frame: struct.pack("<II", 0x184D2A50, 0),
    ],
)
@pytest.mark.parametrize("content", [TEXT[:500], NOISE[:20_000]])
def test_a_frame_that_is_not_whole_is_damaged(spoil, content):
    with pytest.raises(SealedObjectDamaged):
        decode_frame(spoil(frame_of(content)), len(content))


@pytest.mark.parametrize("size", [0, 499, 501, 1 << 40])
def test_a_frame_that_holds_more_or_less_than_the_table_says_is_damaged(size):
    with pytest.raises(SealedObjectDamaged):
        decode_frame(frame_of(TEXT[:500]), size)


@given(st.integers(2, 1 << 40))
def test_padme_grows_at_most_an_eighth_and_stays_where_it_is(length):
    padded = padme(length)
    assert length <= padded <= length * 1.12 + 1
    assert padme(padded) == padded


@given(st.integers(2, 1 << 38), st.integers(0, 1 << 20))
def test_padme_keeps_order(length, more):
    assert padme(length) <= padme(length + more)


def test_padme_gives_the_values_of_its_paper():
    assert [padme(length) for length in (8, 9, 100, 1000, 10_000, 1_000_001)] == [
        8,
        10,
        104,
        1024,
        10_240,
        1_015_808,
    ]


def test_padme_leaves_few_lengths_to_tell_apart():
    assert len({padme(length) for length in range(1 << 16, 1 << 17)}) <= 33


def plaintext(contents: list[bytes]) -> bytes:
    frames = [frame_of(content) for content in contents]
    sizes = [(len(frame), len(content)) for frame, content in zip(frames, contents, strict=True)]
    header, padding, table = encode_tail(sizes)
    return b"".join([*frames, header, bytes(padding), table])


def table_of(plain: bytes):
    return read_table(lambda offset, size: plain[offset : offset + size], len(plain))


@pytest.mark.parametrize("contents", [[b""], [b"a"], [TEXT], [TEXT, NOISE, b"end"]])
def test_the_whole_has_a_padme_length_and_a_table_that_finds_each_frame(contents):
    plain = plaintext(contents)
    assert padme(len(plain)) == len(plain)
    table = table_of(plain)
    assert table.size == sum(map(len, contents))
    for index, content in enumerate(contents):
        frame = plain[table.starts[index] : table.starts[index + 1]]
        assert decode_frame(frame, table.content_size(index)) == content


def test_a_stock_reader_skips_padding_and_table():
    contents = [TEXT, NOISE, b"the end"]
    stream = zstandard.ZstdDecompressor().stream_reader(
        plaintext(contents), read_across_frames=True
    )
    assert stream.read() == b"".join(contents)


def tail(entries: list[tuple[int, int]], *, count: int | None = None, flags: int = 0) -> bytes:
    """A seek table frame of exactly these entries, after as many zeros as they speak of."""
    body = b"".join(struct.pack("<II", *entry) for entry in entries)
    count = len(entries) if count is None else count
    body += struct.pack("<IBI", count, flags, 0x8F92EAB1)
    return struct.pack("<II", 0x184D2A5E, len(body)) + body


GOOD = [(50, FRAME_SIZE), (40, 7), (8, 0)]


def test_the_table_as_made_by_hand_is_read():
    assert table_of(bytes(98) + tail(GOOD)).starts == (0, 50, 90)


def test_smaller_frames_are_read_too():
    table = table_of(bytes(98) + tail([(50, 4096), (40, 7), (8, 0)]))
    assert (table.frame_size, table.size) == (4096, 4103)


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        bytes(20),
        bytes(200),
        bytes(97) + tail(GOOD),
        bytes(99) + tail(GOOD),
        bytes(98) + tail(GOOD, flags=0x80),
        bytes(98) + tail(GOOD, count=2),
        bytes(98) + tail(GOOD, count=1 << 31),
        bytes(8) + tail([(8, 0)]),
        tail([]),
        bytes(98) + tail([(50, FRAME_SIZE), (40, 7), (8, 1)]),
        bytes(98) + tail([(50, FRAME_SIZE), (40, FRAME_SIZE + 1), (8, 0)]),
        bytes(98) + tail([(50, FRAME_SIZE + 1), (40, 7), (8, 0)]),
        bytes(98) + tail([(50, FRAME_SIZE), (40, 0), (8, 0)]),
        bytes(138) + tail([(50, FRAME_SIZE), (40, 7), (40, 7), (8, 0)]),
        bytes(48 + 2 * FRAME_SIZE + 1) + tail([(2 * FRAME_SIZE + 1, 7), (48, 0)]),
        bytes(98) + b"\x5f" + tail(GOOD)[1:],
        bytes(98) + tail(GOOD)[:-1] + b"\0",
    ],
    ids=range(18),
)
def test_any_other_table_is_damaged(plain):
    with pytest.raises(SealedObjectDamaged):
        table_of(plain)
